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
        ("in/{date}/orders.csv", "%Y/%m/%d", "in/2025/01/15/orders.csv", date(2025, 1, 15)),
        ("{date}/*/o.csv", "year=%Y/month=%m/day=%d", "year=2025/month=01/day=15/x/o.csv", date(2025, 1, 15)),
        ("{date}.csv", "%Y/%m%d", "2025/0115.csv", date(2025, 1, 15)),
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


@pytest.mark.parametrize("dates", ["%Y/%m/%d", "year=%Y/month=%m/day=%d"])
@pytest.mark.parametrize("name", ["{date}/orders.csv", "{date}.csv", "north/{date}-orders.csv", "*/{date}/orders.csv"])
def test_a_date_may_be_spread_over_folders(tmp_path, dates, name):
    expected = tmp_path / name.replace("{date}", f"{date(2025, 1, 15):{dates}}").replace("*", "south")
    for day in (f"{date(2025, 1, 15):{dates}}", dates.replace("%Y", "2025").replace("%m", "13").replace("%d", "01")):
        path = tmp_path / name.replace("{date}", day).replace("*", "south")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    pattern = FilePattern(name, dates)

    assert list(pattern.files(tmp_path)) == [expected]
    assert expected.parent in pattern.folders(tmp_path)
    assert pattern.date_in(expected.relative_to(tmp_path).as_posix()) == date(2025, 1, 15)


@pytest.mark.parametrize(
    ("text", "dates", "named_by_day"),
    [
        ("{date}/orders.csv", "%Y_%m_%d", False),
        ("in/orders_{date}.csv", "%Y_%m_%d", True),
        ("orders_{date}.csv", "%Y/%m/%d", False),
    ],
)
def test_a_name_that_holds_the_whole_date_is_no_other_days(text, dates, named_by_day):
    assert FilePattern(text, dates).has_day_in_name == named_by_day
