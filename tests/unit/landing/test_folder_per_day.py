"""A folder per day: its files have the same names every day."""

from datetime import date

import pytest

from lakegraph.runtime import ops

UNTRIGGERED = """
trigger: none
feeds:
  suppliers: {files: "{date}/suppliers.csv"}
  categories: {files: "{date}/categories.csv"}
"""
DAYS = ("2025_01_15", "2025_01_16")
TRIGGERED = UNTRIGGERED.replace("none", '{file: "{date}/trigger.json"}')
CATEGORIES = "category_id,category_name\nC,Books\n"


@pytest.fixture
def triggered(place):
    """A place with a folder per day, whose trigger has the same name every day."""
    place.configure(TRIGGERED)
    return place


@pytest.fixture
def untriggered(place):
    """A place with a folder per day, whose files are taken as they lie."""
    place.configure(UNTRIGGERED)
    return place


def drop(place, day, *suppliers):
    """Drop a day; its categories are every day's, to the byte."""
    (place.drops / day).mkdir(exist_ok=True)
    lines = "".join(f"{supplier},Name\n" for supplier in suppliers)
    place.drop(f"{day}/suppliers.csv", f"supplier_id,supplier_name\n{lines}")
    place.drop(f"{day}/categories.csv", CATEGORIES)


def announce(place, day, **changed):
    """Drop a day's trigger."""
    (place.drops / day).mkdir(exist_ok=True)
    path = place.trigger(day, **{"expected_files": ["suppliers.csv", "categories.csv"], **changed})
    return path.rename(place.drops / day / "trigger.json")


def dropped(place):
    return sorted(path.relative_to(place.drops).as_posix() for path in place.drops.rglob("*") if path.is_file())


def landed(place):
    """Each day to the feeds that were landed of it."""
    days = {row["batch_id"]: row["batch_date"] for row in place.table("batches")}
    return sorted((days[row["batch_id"]], row["feed"]) for row in place.table("batch_files"))


def land_until_first_archive(place, monkeypatch):
    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("lakegraph.landing.operations.archive_files", die)
        with pytest.raises(KeyboardInterrupt):
            place.land()


@pytest.mark.parametrize("recorded", [True, False])
def test_an_interrupted_landing_archives_the_files_of_its_own_day(untriggered, monkeypatch, recorded):
    for day, supplier in zip(DAYS, "AB", strict=True):
        drop(untriggered, day, supplier)
    land_until_first_archive(untriggered, monkeypatch)
    [batch] = untriggered.visible()
    if not recorded:  # as in lakes that are older than the column
        rows = [{**row, "path_in_drops": None} for row in untriggered.table("batch_files")]
        ops.append(untriggered.settings.ops, "batch_files", batch, rows)

    assert untriggered.land().complete

    both = [date(2025, 1, 15)] * 2 + [date(2025, 1, 16)] * 2
    assert landed(untriggered) == list(zip(both, ["categories", "suppliers"] * 2, strict=True))
    assert dropped(untriggered) == []


def test_the_path_of_a_file_is_recorded(untriggered):
    drop(untriggered, DAYS[0], "A")
    untriggered.land()

    paths = {(row["source_file"], row["path_in_drops"]) for row in untriggered.table("batch_files")}
    assert paths == {(name, f"2025_01_15/{name}") for name in ("suppliers.csv", "categories.csv")}


@pytest.mark.parametrize("archive", ["true", "false"])
def test_days_that_lie_there_again_are_recognised(untriggered, archive):
    untriggered.configure(f"archive: {archive}\n{UNTRIGGERED}")
    for day, supplier in zip(DAYS, "AB", strict=True):
        drop(untriggered, day, supplier)
    ids = [batch.batch_id for batch in untriggered.land().batches]
    for day, supplier in zip(DAYS, "AB", strict=True):
        drop(untriggered, day, supplier)

    result = untriggered.land()

    assert (result.batches, result.repeated) == ([], ids)


def test_an_older_day_that_comes_again_is_recognised_until_it_is_another(untriggered):
    for day in DAYS:
        drop(untriggered, day, "A")
        untriggered.land()
    drop(untriggered, DAYS[0], "A")
    same = untriggered.land()
    drop(untriggered, DAYS[0], "A", "B")
    other = untriggered.land()

    assert (len(same.batches), len(same.repeated)) == (0, 1)
    assert [batch.batch_date for batch in other.batches] == [date(2025, 1, 15)]


def test_each_days_trigger_takes_the_files_of_its_own_folder(triggered):
    for day, supplier in zip(DAYS, "AB", strict=True):
        drop(triggered, day, supplier)
        announce(triggered, day)

    assert triggered.land().complete

    found = {row["supplier_id"]: row["_batch_date"] for row in triggered.bronze("suppliers")}
    assert found == {"A": date(2025, 1, 15), "B": date(2025, 1, 16)}
    assert dropped(triggered) == []
    assert {row["trigger_file"] for row in triggered.table("batches")} == {f"{day}/trigger.json" for day in DAYS}


def test_a_trigger_leaves_the_files_of_a_day_that_is_not_announced_yet(triggered):
    for day, supplier in zip(DAYS, "AB", strict=True):
        drop(triggered, day, supplier)
    announce(triggered, DAYS[1])

    assert triggered.land().complete

    assert triggered.visible() == ["batch_2025_01_16_001"]
    assert dropped(triggered) == [f"{DAYS[0]}/categories.csv", f"{DAYS[0]}/suppliers.csv"]


def test_a_trigger_waits_for_its_own_days_files(triggered):
    drop(triggered, DAYS[0], "A")
    announce(triggered, DAYS[1])

    [waiting] = triggered.land().waiting

    assert "suppliers.csv, categories.csv, expected by trigger.json, are missing" in waiting.reason


def test_triggers_outside_the_folders_take_the_files_of_their_own_day(place):
    place.configure(UNTRIGGERED.replace("none", '{file: "trigger_{date}.json"}'))
    for day, supplier in zip(DAYS, "AB", strict=True):
        drop(place, day, supplier)
        place.trigger(day, expected_files=["suppliers.csv", "categories.csv"])

    assert place.land().complete
    assert len(place.visible()) == 2


def test_a_trigger_in_another_folder_may_list_another_days_file_by_its_name(place):
    place.configure('trigger: {file: "triggers/{date}.json"}\nfeeds: {suppliers: {files: "in/suppliers_{date}.csv"}}')
    for folder in ("triggers", "in"):
        (place.drops / folder).mkdir()
    place.suppliers(DAYS[0], "A").rename(place.drops / "in/suppliers_2025_01_15.csv")
    path = place.trigger(DAYS[1], expected_files=["suppliers_2025_01_15.csv"])
    path.rename(place.drops / "triggers/2025_01_16.json")

    assert place.land().complete
    assert [row["_batch_date"] for row in place.bronze("suppliers")] == [date(2025, 1, 16)]


def test_senders_with_a_folder_each_take_the_files_of_their_own(place):
    place.configure('trigger: {file: "*/trigger.json"}\nfeeds: {suppliers: {files: "*/suppliers.csv"}}')
    for sender in ("north", "south"):
        (place.drops / sender).mkdir()
        place.drop(f"{sender}/suppliers.csv", f"supplier_id,supplier_name\n{sender},Name\n")
        path = place.trigger(DAYS[0], trigger_id=sender, expected_files=["suppliers.csv"])
        path.rename(place.drops / sender / "trigger.json")

    assert place.land().complete
    assert {(row["_batch_id"], row["supplier_id"]) for row in place.bronze("suppliers")} == {
        ("north", "north"),
        ("south", "south"),
    }


@pytest.mark.parametrize("trigger", ["none", '{file: "{date}/trigger.json"}'])
@pytest.mark.parametrize("dates", ["%Y/%m/%d", "year=%Y/month=%m/day=%d"])
def test_the_date_may_be_that_of_several_folders(place, dates, trigger):
    place.configure(f"dates: '{dates}'\n" + UNTRIGGERED.replace("none", trigger))
    folders = [f"{date(2025, 1, day):{dates}}" for day in (15, 16)]
    for folder, day, supplier in zip(folders, DAYS, "AB", strict=True):
        (place.drops / folder).mkdir(parents=True)
        drop(place, folder, supplier)
        if trigger != "none":
            path = place.trigger(day, expected_files=["suppliers.csv", "categories.csv"])
            path.rename(place.drops / folder / "trigger.json")
    place.drop(f"{folders[0]}/other.csv", "x\n")

    result = place.land()

    found = {row["supplier_id"]: row["_batch_date"] for row in place.bronze("suppliers")}
    assert found == {"A": date(2025, 1, 15), "B": date(2025, 1, 16)}
    assert result.unmatched == [f"{folders[0]}/other.csv"]
    assert dropped(place) == [f"{folders[0]}/other.csv"]
    assert {row["path_in_drops"] for row in place.table("batch_files")} == {
        f"{folder}/{name}.csv" for folder in folders for name in ("suppliers", "categories")
    }


@pytest.mark.parametrize("recorded", [True, False])
def test_a_landed_trigger_corrects_no_unreadable_one_of_another_day(triggered, recorded):
    drop(triggered, DAYS[0], "A")
    announce(triggered, DAYS[0])
    assert triggered.land().complete
    if not recorded:  # as in lakes that are older than the recorded path
        rows = [{**row, "trigger_file": "trigger.json"} for row in triggered.table("batches")]
        ops.append(triggered.settings.ops, "batches", rows[0]["batch_id"], rows)
    drop(triggered, DAYS[1], "B")
    announce(triggered, DAYS[1]).write_text("{")
    triggered.land()
    triggered.configure(TRIGGERED.replace("trigger.json", "trigger*.json"))
    other = announce(triggered, DAYS[1], expected_files=None).rename(triggered.drops / DAYS[1] / "trigger_other.json")

    [refused] = triggered.land().refused

    assert "may be meant by trigger.json" in refused.reason
    other.unlink()
    announce(triggered, DAYS[1])
    assert triggered.land().complete
    assert len(triggered.visible()) == 2


def test_the_same_rubbish_of_two_days_is_kept_twice(triggered):
    for day in DAYS:
        announce(triggered, day).write_text("{")

    result = triggered.land()

    assert [left.batch_id for left in result.refused] == [f"{day}/trigger.json" for day in DAYS]
    rows = triggered.table("kept_aside")
    assert sorted(row["source_file"] for row in rows) == [f"{day}/trigger.json" for day in DAYS]
    assert len({row["kept_in"] for row in rows}) == 2
    assert all((triggered.lake / row["kept_in"]).is_file() for row in rows)
