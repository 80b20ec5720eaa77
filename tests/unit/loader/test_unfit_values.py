"""Which values of DuckDB no property can hold: the mart itself tells, before any row travels."""

import duckdb
import pytest

from graph_loader.columns import column_of
from graph_loader.duckdb_values import copied, unfit
from graph_loader.spark_sql import UNFIT


def told(value: str, data_type: str) -> tuple[str, str | None]:
    """A value as it is copied, and why no property can hold it."""
    column = column_of("x", data_type, "duckdb")
    why = unfit([column]) or f"null as {UNFIT}"
    query = f"select cast({copied(column)} as varchar), {UNFIT} from (select *, {why} from (select {value} as x))"
    return duckdb.connect().execute(query).fetchone()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("timetz '10:00:00+15:59'", "10:00:00+15:59"),
        ("timetz '23:59:59.999999-08'", "23:59:59.999999-08:00"),
        ("timetz '00:00:00-00:30'", "00:00:00-00:30"),
        ("timetz '00:00:00+00'", "00:00:00Z"),
        ("null::timetz", None),
    ],
)
def test_a_time_with_an_offset_of_hours_and_minutes_travels(value, expected):
    assert told(value, "TIME WITH TIME ZONE") == (expected, None)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("10:00:00+01:02:03", "has an offset with seconds, which Neo4j does not know"),
        ("10:00:00-00:00:01", "has an offset with seconds, which Neo4j does not know"),
        ("24:00:00+00", "is no time of a day"),
        ("24:00:00-15:59", "is no time of a day"),
    ],
)
def test_a_time_that_neo4j_cannot_read_is_told_alone_and_in_a_list(value, why):
    assert told(f"timetz '{value}'", "TIME WITH TIME ZONE")[1] == f"x = {value} {why}"

    listed = told(f"[timetz '01:00:00+01', timetz '{value}']", "TIME WITH TIME ZONE[]")[1]

    assert listed.startswith("x = [") and value in listed and listed.endswith(why)
