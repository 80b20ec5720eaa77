"""Triggers that stand for the same files: no batch takes what is another's."""

import pytest

SUPPLIERS, CATEGORIES = "suppliers_2025_01_15.csv", "categories_2025_01_15.csv"


@pytest.fixture
def several(place):
    """A place that takes several triggers a day."""
    place.configure(place.settings.sources.read_text().replace("trigger_{date}", "trigger_{date}*"))
    return place


def trigger(place, name, day="2025_01_15", **changed):
    path = place.trigger(day, trigger_id=name, **{"expected_files": None, **changed})
    path.rename(place.drops / f"trigger_{day}_{name}.json")


def keep_files(place):
    place.configure("archive: false\n" + place.settings.sources.read_text())


def landed(place):
    return {(row["batch_id"], row["source_file"]) for row in place.table("batch_files")}


@pytest.mark.parametrize("expected", [None, [SUPPLIERS, CATEGORIES]])
def test_two_triggers_of_the_same_files_are_refused_before_either_lands(several, expected):
    several.suppliers("2025_01_15", "A")
    several.categories("2025_01_15", "A")
    trigger(several, "A", expected_files=expected)
    trigger(several, "B", expected_files=expected)

    result = several.land()

    [refused], [waiting] = result.refused, result.waiting
    assert (refused.batch_id, waiting.batch_id) == ("A", "B")
    for word in ("trigger_2025_01_15_A.json", "trigger_2025_01_15_B.json", SUPPLIERS, CATEGORIES, "expected_files"):
        assert word in refused.reason
    assert several.visible() == []
    assert len(several.dropped()) == 4
    assert result.unclaimed == []


def test_a_trigger_that_lists_its_files_leaves_the_others_to_the_other(several):
    several.suppliers("2025_01_15", "A")
    several.categories("2025_01_15", "A")
    trigger(several, "A")
    trigger(several, "B", expected_files=[CATEGORIES])

    assert several.land().complete
    assert landed(several) == {("A", SUPPLIERS), ("B", CATEGORIES)}


def test_files_without_a_date_are_disputed_by_triggers_of_two_days(several):
    several.configure(several.settings.sources.read_text().replace("suppliers_{date}", "suppliers"))
    several.drop("suppliers.csv", "supplier_id,supplier_name\nS,x\n")
    trigger(several, "A", "2025_01_15")
    trigger(several, "B", "2025_01_16")

    assert "trigger_2025_01_16_B.json both take suppliers.csv" in several.land().refused[0].reason
    assert several.visible() == []


def test_a_file_that_stays_after_landing_is_not_taken_by_a_later_trigger_of_its_day(several):
    keep_files(several)
    several.suppliers("2025_01_15", "A")
    trigger(several, "A")
    several.land()
    several.categories("2025_01_15", "A")
    trigger(several, "B")

    result = several.land()

    assert (result.complete, result.repeated) == (True, ["A"])
    assert landed(several) == {("A", SUPPLIERS), ("B", CATEGORIES)}
    assert several.land().repeated == ["A", "B"]


def test_a_corrected_file_goes_to_the_later_trigger(several):
    keep_files(several)
    several.suppliers("2025_01_15", "A")
    trigger(several, "A")
    several.land()
    several.suppliers("2025_01_15", "A", "B")
    trigger(several, "B")

    assert several.land().complete
    assert landed(several) == {("A", SUPPLIERS), ("B", SUPPLIERS)}


def test_a_file_without_a_date_is_every_days_anew(several):
    keep_files(several)
    several.configure(several.settings.sources.read_text().replace("suppliers_{date}", "suppliers"))
    several.drop("suppliers.csv", "supplier_id,supplier_name\nS,x\n")
    trigger(several, "A", "2025_01_15")
    several.land()
    trigger(several, "B", "2025_01_16")

    assert several.land().complete
    assert landed(several) == {("A", "suppliers.csv"), ("B", "suppliers.csv")}


def test_files_of_an_unreadable_trigger_are_not_taken_by_another_of_its_day(several):
    several.suppliers("2025_01_15", "A")
    several.drop("trigger_2025_01_15_b.json", "{")
    trigger(several, "A")

    first, second = several.land(), several.land()

    assert [left.batch_id for left in first.refused] == ["trigger_2025_01_15_b.json", "A"]
    assert [left.batch_id for left in second.refused] == ["A"]
    assert "may be meant by trigger_2025_01_15_b.json" in second.refused[0].reason
    assert several.visible() == []


def test_beside_an_unreadable_trigger_another_takes_what_it_lists_and_the_corrected_one_the_rest(several):
    several.suppliers("2025_01_15", "A")
    several.categories("2025_01_15", "A")
    several.drop("trigger_2025_01_15_B.json", "{")
    trigger(several, "A", expected_files=[CATEGORIES])

    result = several.land()

    assert landed(several) == {("A", CATEGORIES)}
    assert result.unclaimed == [f"{SUPPLIERS} (no trigger announces it)"]
    trigger(several, "B")
    assert several.land().complete
    assert landed(several) == {("A", CATEGORIES), ("B", SUPPLIERS)}
    several.categories("2025_01_15", "A", "C")
    trigger(several, "C")
    assert several.land().complete
    assert ("C", CATEGORIES) in landed(several)


def test_a_trigger_that_landed_before_corrects_no_unreadable_one_of_its_name(several):
    several.suppliers("2025_01_15", "A")
    trigger(several, "B")
    assert several.land().complete
    several.drop("trigger_2025_01_15_B.json", "{")
    assert [left.batch_id for left in several.land().refused] == ["trigger_2025_01_15_B.json"]
    several.suppliers("2025_01_15", "A", "C")
    trigger(several, "D")

    [refused] = several.land().refused

    assert refused.batch_id == "D"
    assert "may be meant by trigger_2025_01_15_B.json" in refused.reason
    assert landed(several) == {("B", SUPPLIERS)}


def test_a_file_that_neither_of_two_lists_names_is_disputed(several):
    several.configure(several.settings.sources.read_text() + '  reviews: {files: "reviews_{date}.csv"}\n')
    several.suppliers("2025_01_15", "A")
    several.categories("2025_01_15", "A")
    several.drop("reviews_2025_01_15.csv", "review_id\nR\n")
    trigger(several, "A", expected_files=[SUPPLIERS])
    trigger(several, "B", expected_files=[CATEGORIES])

    assert "both take reviews_2025_01_15.csv." in several.land().refused[0].reason
    assert several.visible() == []


def test_triggers_of_one_day_land_in_the_order_in_which_they_were_written(several):
    several.suppliers("2025_01_15", "A")
    several.categories("2025_01_15", "A")
    trigger(several, "TRG_10", expected_files=[SUPPLIERS], trigger_timestamp="2025-01-15T08:00:00Z")
    trigger(several, "TRG_9", expected_files=[CATEGORIES], trigger_timestamp="2025-01-15T07:00:00Z")

    assert [batch.batch_id for batch in several.land().batches] == ["TRG_9", "TRG_10"]
