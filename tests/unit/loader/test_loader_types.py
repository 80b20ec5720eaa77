"""The mapping of SQL types, as a table."""

import pytest

from graph_loader.types import Conversion, ConversionError, UnsupportedTypeError, property_type


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
        ("HUGEINT", "INTEGER"),
        ("UBIGINT[]", "LIST<INTEGER NOT NULL>"),
        ("UUID", "STRING"),
        ("INTERVAL", "DURATION"),
        ("TIME", "LOCAL TIME"),
        ("TIME WITH TIME ZONE", "ZONED TIME"),
        ("TIMESTAMP_NS", "LOCAL DATETIME"),
        ("STRUCT(a INTEGER, b VARCHAR[])", "STRING"),
        ("map<string,int>", "STRING"),
        ("INTEGER[][]", "STRING"),
        ("array<array<int>>", "STRING"),
        ("STRUCT(a INTEGER)[]", "STRING"),
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
        ("BLOB", "varchar"),
        ("UNION(a INTEGER, b VARCHAR)", "columns of their own"),
        ("geometry", "knows no such type"),
        ("", "knows no such type"),
    ],
)
def test_what_a_property_cannot_hold_is_refused_with_advice(sql_type, advice):
    with pytest.raises(UnsupportedTypeError, match=advice):
        property_type(sql_type)


@pytest.mark.parametrize("sql_type", ["interval day to second", "time"])
def test_times_that_spark_cannot_write_as_neo4j_reads_them_are_refused(sql_type):
    with pytest.raises(UnsupportedTypeError, match="as: text"):
        property_type(sql_type, "spark")


@pytest.mark.parametrize(
    ("sql_type", "wanted", "expected"),
    [
        ("struct<a:int>", None, Conversion.JSON),
        ("struct<a:int>", "json", Conversion.JSON),
        ("varchar[]", "json", Conversion.JSON),
        ("decimal(38,10)", "text", Conversion.TEXT),
        ("double", "text", Conversion.TEXT),
        ("uuid", None, Conversion.TEXT),
        ("decimal(16,2)", None, Conversion.ROUNDED),
        ("decimal(15,2)", None, None),
        ("decimal", None, Conversion.ROUNDED),
        ("decimal(38,10)[]", None, Conversion.ROUNDED),
        ("varchar[]", None, None),
    ],
)
def test_what_neo4j_has_no_type_for_is_converted(sql_type, wanted, expected):
    found = property_type(sql_type, wanted=wanted)

    assert found.conversion is expected
    assert (str(found) == "STRING") == (expected in (Conversion.TEXT, Conversion.JSON))


@pytest.mark.parametrize(
    ("sql_type", "wanted"), [("struct<a:int>", "text"), ("varchar[]", "text"), ("double", "json"), ("double", "xml")]
)
def test_a_conversion_that_does_not_suit_the_type_is_refused(sql_type, wanted):
    with pytest.raises(ConversionError, match=f"'{wanted}' is no conversion of .*`text` for all others"):
        property_type(sql_type, wanted=wanted)


def test_what_is_not_exact_cannot_be_a_key():
    exact = (
        "varchar",
        "bigint",
        "date",
        "timestamp",
        "timestamptz",
        "boolean",
        "double",
        "decimal(15,2)",
        "time",
        "uuid",
    )
    assert [name for name in exact if not property_type(name).can_be_key] == []
    loose = ("decimal(16,2)", "varchar[]", "struct<a:int>", "interval")
    assert [name for name in loose if property_type(name).can_be_key] == []
