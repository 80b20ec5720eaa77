"""The table at the end of the tests counts what passed, each engine and each leg's DuckDB for itself."""

from collections import Counter

from tests.engines.leg import Build, Day
from tests.engines.summary import summary

BUILT = Counter(
    {
        ("model", "success"): 70,
        ("model", "error"): 1,
        ("model", "skipped"): 2,
        ("snapshot", "success"): 5,
        ("test", "pass"): 400,
        ("test", "warn"): 3,
        ("test", "fail"): 1,
        ("unit_test", "pass"): 20,
        ("operation", "success"): 4,
    }
)


def day(seconds: float) -> Day:
    """A day on which DuckDB has one model fewer and took a second."""
    return Day(Build(BUILT - Counter({("model", "success"): 1}), 1.0), Build(BUILT, seconds), {"a": 1000, "b": 234}, [])


def test_only_what_ended_well_is_counted():
    assert day(9.6).numbers("athena") == [
        {"engine": "athena", "models": 70, "tests": 420, "warnings": 3, "rows": 1234, "seconds": 9.6},
        {"engine": "duckdb beside athena", "models": 69, "tests": 420, "warnings": 3, "rows": 1234, "seconds": 1.0},
    ]


def test_days_are_added_up_and_legs_are_not():
    lines = summary([*day(9.6).numbers("athena"), *day(8.0).numbers("databricks"), *day(2.0).numbers("athena")])

    assert [line.split() for line in lines] == [
        ["engine", "models", "built", "tests", "passed", "warnings", "rows", "compared", "seconds"],
        ["athena", "140", "840", "6", "2,468", "12"],
        ["duckdb", "beside", "athena", "138", "840", "6", "2,468", "2"],
        ["databricks", "70", "420", "3", "1,234", "8"],
        ["duckdb", "beside", "databricks", "69", "420", "3", "1,234", "1"],
    ]
    assert len(set(map(len, lines))) == 1, "columns stand below one another"
