"""Other rows of a mart have another fingerprint, and the same ones in another order the same."""

import duckdb
import pytest

from graph_loader.declarations import Column
from graph_loader.duckdb_values import copied, fingerprint, unfit
from graph_loader.types import property_type

TYPES = {"a": "varchar", "b": "varchar", "l": "varchar[]", "n": "double"}
COLUMNS = [Column(name, property_type(text, "duckdb"), text) for name, text in TYPES.items()]
ROW = "'x', 'y', ['p', 'q'], 1.0"


def of(*rows: str) -> tuple:
    typed = ", ".join(f"cast({name} as {text}) as {name}" for name, text in TYPES.items())
    values = ", ".join(f"({row})" for row in rows)
    query = fingerprint(COLUMNS, f"(select {typed} from (values {values}) as t (a, b, l, n))")
    return duckdb.connect().execute(query).fetchone()


@pytest.mark.parametrize(
    "other",
    [
        "'y', 'x', ['p', 'q'], 1.0",
        "'xy', '', ['p', 'q'], 1.0",
        "'x', 'y', ['q', 'p'], 1.0",
        "'x', 'y', ['p,q'], 1.0",
        "'x', 'y', ['p', 'q', null], 1.0",
        "'x', 'y', ['p', 'q'], 1.0000000000000002",
        "'x', 'y', ['p', 'q'], -1.0",
        "'x', null, ['p', 'q'], 1.0",
        "null, 'y', ['p', 'q'], 1.0",
        "'x', 'y', null, 1.0",
    ],
)
def test_another_value_gives_another_fingerprint(other):
    assert of(ROW, ROW) != of(ROW, other) != of(other, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("'x', 'y', [], 1.0", "'x', 'y', null, 1.0"),
        ("'x', 'y', [], 1.0", "'x', 'y', [null], 1.0"),
        ("'x', 'y', [], 1.0", "'x', 'y', [''], 1.0"),
        ("'x', 'y', [null], 1.0", "'x', 'y', ['n'], 1.0"),
        ("'x', '', null, 1.0", "'x', null, null, 1.0"),
        ("'n', null, null, null", "null, 'n', null, null"),
        ("'1:x', 'y', null, null", "'x', '1:y', null, null"),
        ("'x,1:y', 'z', null, null", "'x', 'y,1:z', null, null"),
        ("'x', 'y', null, 'nan'::double", "'x', 'y', null, null"),
        ("'x' || chr(0), 'y', null, 0.0", "'x', 'y', null, 0.0"),
    ],
)
def test_rows_that_look_alike_are_told_apart(one, other):
    assert of(one) != of(other)


def test_order_does_not_count_and_how_many_there_are_does():
    other = "'z', 'y', null, 2.0"

    assert of(ROW, other, other) == of(other, ROW, other)
    assert of(ROW) != of(ROW, ROW) != of(ROW, ROW, ROW)
    assert of(ROW, ROW, other) != of(ROW, other, other)


def test_values_that_two_rows_exchange_are_told():
    assert of("'a', 'b', null, 1.0", "'c', 'd', null, 2.0") != of("'a', 'd', null, 1.0", "'c', 'b', null, 2.0")


def test_one_column_has_two_hashes_as_well():
    alone = [Column("a", property_type("varchar", "duckdb"), "varchar")]
    query = fingerprint(alone, "(values ('x'), ('y')) as t (a)")
    [count, first, second] = duckdb.connect().execute(query).fetchone()

    assert count == 2
    assert first != second


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("decimal(38,2)", ["0", "-0.01", "0.01", "1", "184467440737095516.16", "-1", None]),
        ("decimal(19,4)", ["0", "-0.0001", "1", "-1", None]),
        ("decimal(18,2)", ["0", "-0.01", "1", "-1", None]),
        ("bigint", ["0", "-1", "1", "4294967296", "-9223372036854775808", None]),
        ("hugeint", ["0", "-1", "1", "9223372036854775807", None]),
        ("double", ["0", "-1", "1", "5e-324", "nan", "inf", "-inf", None]),
        ("boolean", ["true", "false", None]),
        ("date", ["1970-01-01", "1969-12-31", "infinity", None]),
        ("timestamp", ["1970-01-01", "1969-12-31 23:59:59.999999", "infinity", None]),
        ("timestamptz", ["1970-01-01 00:00:00+00", "1969-12-31 23:59:59.999999+00", None]),
        ("decimal(38,2)[]", ["[0]", "[-0.01]", "[]", "[null]", "[0, null]", "[null, 0]", None]),
    ],
)
def test_every_value_of_a_type_has_its_own(kind, values):
    columns = [
        Column("k", property_type("varchar", "duckdb"), "varchar"),
        Column("v", property_type(kind, "duckdb"), kind),
    ]
    found = set()
    for value in values:
        given = "null" if value is None else f"'{value}'"
        copy = f"select {copied(columns[0])} as k, {copied(columns[1])} as v"
        told = f", {unfit(columns)}" if unfit(columns) else ""
        query = fingerprint(columns, f"({copy}{told} from (select 'x' as k, cast({given} as {kind}) as v))")
        found.add(duckdb.connect().execute(query).fetchone())

    assert len(found) == len(values)
