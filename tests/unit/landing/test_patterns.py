"""Dates and wildcards in file names."""

from datetime import date

import pytest

from lakegraph.landing.patterns import FilePattern


@pytest.mark.parametrize(
    ("pattern", "dates", "name", "day"),
    [
        ("orders_{date}.csv", "%Y_%m_%d", "orders_2025_01_15.csv", date(2025, 1, 15)),
        ("{date}-orders*.csv", "%Y%m%d", "20250115-orders.part1.csv", date(2025, 1, 15)),
        ("in/orders.{date}", "%d.%m.%y", "in/orders.15.01.25", date(2025, 1, 15)),
        ("o{date}", "%Y-%j", "o2025-015", date(2025, 1, 15)),
    ],
)
def test_a_date_is_read_from_a_name(pattern, dates, name, day):
    assert FilePattern(pattern, dates).matches(name)
    assert FilePattern(pattern, dates).date_in(name) == day


@pytest.mark.parametrize(
    "name",
    [
        "orders_2025_1_15.csv",
        "orders_2025_02_30.csv",
        "xorders_2025_01_15.csv",
        "orders_2025_01_15.csv.bak",
        "orders_.csv",
    ],
)
def test_other_names_do_not_match(name):
    assert not FilePattern("orders_{date}.csv", "%Y_%m_%d").matches(name)


def test_characters_of_a_name_mean_themselves(tmp_path):
    for name in ("a+[b]?.csv", "aa+bx.csv"):
        (tmp_path / name).touch()

    assert [path.name for path in FilePattern("a+[b]?.csv", "%Y_%m_%d").files(tmp_path)] == ["a+[b]?.csv"]


def test_files_are_found_in_order_and_folders_are_not_files(tmp_path):
    for name in ("b_2025_01_02.csv", "b_2025_01_01.csv", "c_2025_01_01.csv"):
        (tmp_path / name).touch()
    (tmp_path / "b_2025_01_03.csv").mkdir()

    found = FilePattern("b_{date}.csv", "%Y_%m_%d").files(tmp_path)

    assert [path.name for path in found] == ["b_2025_01_01.csv", "b_2025_01_02.csv"]
