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
CATEGORIES = "category_id,category_name\nC,Books\n"


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
