"""Other rows of a mart have another fingerprint, and the same ones in another order the same."""

import duckdb
import pytest

from graph_loader.declarations import Column
from graph_loader.duckdb_values import fingerprint
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
