"""What is refused for good is kept aside: it is recorded, told once, and stops nobody."""

import shutil

import pytest

DAY, BATCH, TRIGGER = "2025_01_15", "batch_2025_01_15_001", "trigger_2025_01_15.json"
SUPPLIERS, CATEGORIES = "suppliers_2025_01_15.csv", "categories_2025_01_15.csv"


def kept(place):
    folder = place.lake / "kept_aside"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def keep_files(place):
    place.configure("archive: false\n" + place.settings.sources.read_text())


def test_an_unreadable_trigger_is_kept_aside_and_its_correction_lands(place):
    place.suppliers(DAY, "A")
    place.categories(DAY, "A")
    place.drop(TRIGGER, '{"trigger_id": ')

    first, second = place.land(), place.land()

    assert not first.complete
    [row] = place.table("kept_aside")
    assert (row["batch_id"], row["source_file"]) == (None, TRIGGER)
    assert "is not a valid trigger" in row["reason"]
    assert (place.lake / row["kept_in"]).read_text() == '{"trigger_id": '
    assert kept(place) == [row["kept_in"].removeprefix("kept_aside/")]
    assert kept(place)[0].startswith(f"{TRIGGER}.")
    assert row["kept_in"] in first.refused[0].reason
    assert place.dropped() == [CATEGORIES, SUPPLIERS]
    assert (second.refused, len(second.unclaimed)) == ([], 2)

    place.trigger(DAY)
    assert place.land().complete
    assert place.visible() == [BATCH]


def test_without_archive_an_unreadable_trigger_stays_is_recorded_once_and_told_each_time(place):
    keep_files(place)
    place.drop(TRIGGER, "{")
    place.whole_drop("2025_01_16", "B")

    results = [place.land(), place.land()]

    assert [len(result.refused) for result in results] == [1, 1]
    assert place.dropped().count(TRIGGER) == 1
    [row] = place.table("kept_aside")
    assert row["kept_in"] is None
    assert place.visible() == ["batch_2025_01_16_001"]


def test_other_content_under_a_known_id_is_kept_aside_whole(place):
    place.whole_drop(DAY, "A")
    place.land()
    place.whole_drop(DAY, "A")
    place.suppliers(DAY, "A", "B")

    first, second = place.land(), place.land()

    [refused] = first.refused
    assert f"{SUPPLIERS} differs from what was landed" in refused.reason
    assert "an id of its own" in refused.reason
    rows = {row["source_file"]: row for row in place.table("kept_aside")}
    assert set(rows) == {SUPPLIERS, CATEGORIES, TRIGGER}
    assert {row["batch_id"] for row in rows.values()} == {BATCH}
    assert [f"kept_aside/{name}" for name in kept(place)] == sorted(row["kept_in"] for row in rows.values())
    assert all(row["kept_in"].startswith(f"kept_aside/{BATCH}.") for row in rows.values())
    assert (second.complete, second.summary()) == (True, "nothing to land")
    assert len(place.bronze("suppliers")) == 1


def test_the_correction_lands_under_an_id_of_its_own(place):
    place.whole_drop(DAY, "A")
    place.land()
    place.whole_drop(DAY, "A", "B")
    place.land()
    place.whole_drop(DAY, "A", "B")
    place.trigger(DAY, trigger_id="batch_2025_01_15_002")

    assert place.land().complete
    assert place.visible() == [BATCH, "batch_2025_01_15_002"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"batch_date": "2025-01-14"}, "says the date 2025-01-14 instead of 2025-01-15"),
        ({"expected_files": [SUPPLIERS]}, "expects other files"),
        ({"expected_files": None}, "expects other files"),
    ],
)
def test_a_trigger_of_a_known_id_that_says_something_else_is_kept_aside(place, changed, message):
    place.whole_drop(DAY, "A")
    place.land()
    place.trigger(DAY, **changed)

    result = place.land()

    assert message in result.refused[0].reason
    assert place.dropped() == []
    assert len(kept(place)) == 1
    assert place.land().complete


def test_the_same_trigger_again_without_its_files_is_passed_over(place):
    place.whole_drop(DAY, "A")
    place.land()
    place.trigger(DAY, metadata={"sent": "twice"})

    result = place.land()

    assert (result.complete, result.repeated, result.waiting) == (True, [BATCH], [])
    assert place.dropped() == []
    assert place.table("kept_aside") == []


def test_without_archive_changed_files_stay_are_recorded_once_and_told_each_time(place):
    keep_files(place)
    place.whole_drop(DAY, "A")
    place.land()
    place.suppliers(DAY, "A", "B")

    first, recorded = place.land(), place.table("kept_aside")
    results = [first, place.land()]

    assert [len(result.refused) for result in results] == [1, 1]
    assert place.table("kept_aside") == recorded
    assert len(place.dropped()) == 3
    assert {row["kept_in"] for row in place.table("kept_aside")} == {None}
    assert len(place.table("kept_aside")) == 3


def test_the_same_rubbish_twice_is_kept_once_and_told_twice(place):
    for _ in range(2):
        place.drop(TRIGGER, "{")
        assert len(place.land().refused) == 1

    assert len(kept(place)) == len(place.table("kept_aside")) == 1


def test_different_rubbish_is_kept_side_by_side(place):
    for text in ("{", "["):
        place.drop(TRIGGER, text)
        place.land()

    assert len(kept(place)) == len(place.table("kept_aside")) == 2


def test_a_move_that_was_cut_off_is_completed_and_told(place, monkeypatch):
    place.whole_drop(DAY, "A")
    place.land()
    place.whole_drop(DAY, "A", "B")
    real = shutil.move
    moves = []

    def once(source, target):
        if moves:
            raise KeyboardInterrupt
        moves.append(real(source, target))

    with monkeypatch.context() as patched:
        patched.setattr("lakegraph.landing.kept_aside.move_file", once)
        with pytest.raises(KeyboardInterrupt):
            place.land()
    assert len(place.dropped()) == 2

    result = place.land()

    assert [left.batch_id for left in result.refused] == [BATCH]
    assert place.dropped() == []
    assert len(kept(place)) == 3
    assert all((place.lake / row["kept_in"]).exists() for row in place.table("kept_aside"))
    assert place.land().complete
