"""The mapping of SQL types, as a table."""

import pytest

from graph_loader.types import UnsupportedTypeError, property_type


@pytest.mark.parametrize(
    ("sql_type", "expected"),
    [
        ("string", "STRING"),
        ("VARCHAR(20)", "STRING"),
        ("character varying(20)", "STRING"),
        ("ENUM('a', 'b')", "STRING"),
        ("JSON", "STRING"),
        ("bigint", "INTEGER"),
        ("SMALLINT", "INTEGER"),
        ("UINTEGER", "INTEGER"),
        ("double", "FLOAT"),
        ("double precision", "FLOAT"),
        ("DECIMAL(18,4)", "FLOAT"),
        ("boolean", "BOOLEAN"),
        ("date", "DATE"),
        ("timestamp", "LOCAL DATETIME"),
        ("timestamp(6)", "LOCAL DATETIME"),
        ("TIMESTAMP_S", "LOCAL DATETIME"),
        ("timestamp_ntz", "LOCAL DATETIME"),
        ("timestamp without time zone", "LOCAL DATETIME"),
        ("TIMESTAMP WITH TIME ZONE", "ZONED DATETIME"),
        ("timestamp(3) with time zone", "ZONED DATETIME"),
        ("timestamptz", "ZONED DATETIME"),
        ("VARCHAR[]", "LIST<STRING NOT NULL>"),
        ("DOUBLE[3]", "LIST<FLOAT NOT NULL>"),
        ("array<bigint>", "LIST<INTEGER NOT NULL>"),
        ("array(varchar)", "LIST<STRING NOT NULL>"),
        ("array<decimal(10,2)>", "LIST<FLOAT NOT NULL>"),
    ],
)
def test_a_sql_type_becomes_a_property_type(sql_type, expected):
    assert str(property_type(sql_type)) == expected


@pytest.mark.parametrize(
    ("adapter", "expected"),
    [("duckdb", "LOCAL DATETIME"), ("athena", "LOCAL DATETIME"), ("databricks", "ZONED DATETIME")],
)
def test_the_bare_word_timestamp_means_what_the_engine_means(adapter, expected):
    assert str(property_type("timestamp", adapter)) == expected


@pytest.mark.parametrize(
    ("sql_type", "advice"),
    [
        ("HUGEINT", "64 bits"),
        ("UBIGINT", "64 bits"),
        ("UUID", "varchar"),
        ("INTERVAL", "varchar"),
        ("TIME", "varchar"),
        ("BLOB", "varchar"),
        ("TIMESTAMP_NS", "cast it to timestamp"),
        ("STRUCT(a INTEGER, b VARCHAR)", "nested"),
        ("map<string,int>", "nested"),
        ("struct<a:int>", "nested"),
        ("INTEGER[][]", "list of lists"),
        ("array<array<int>>", "list of lists"),
        ("STRUCT(a INTEGER)[]", "nested"),
        ("geometry", "knows no such type"),
        ("", "knows no such type"),
    ],
)
def test_what_a_property_cannot_hold_is_refused_with_advice(sql_type, advice):
    with pytest.raises(UnsupportedTypeError, match=advice):
        property_type(sql_type)


def test_floats_and_lists_cannot_be_keys():
    assert [property_type(name).can_be_key for name in ("varchar", "bigint", "date", "timestamp", "boolean")] == [
        True
    ] * 5
    assert [property_type(name).can_be_key for name in ("double", "decimal(5,2)", "varchar[]")] == [False] * 3
