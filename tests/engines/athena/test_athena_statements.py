"""How statements of Athena's are read, without any server."""

import boto3
import pytest
from moto import mock_aws

from tests.engines.athena import rules
from tests.engines.athena.catalog import Catalog, glue_type
from tests.engines.athena.errors import AthenaRefusal, InvalidRequest
from tests.engines.athena.plan import plan
from tests.engines.athena.sql_text import bracketed, list_items, schema_and_table, without_comments
from tests.engines.athena.tables import create_table_as


@pytest.fixture
def catalog():
    """An empty Glue with the schema `s`."""
    mock = mock_aws()
    # what the stand-in of the other tests holds is in this process too
    mock.start(reset=False)
    try:
        glue = boto3.client("glue", region_name="us-east-1", aws_access_key_id="any", aws_secret_access_key="any")
        glue.create_database(DatabaseInput={"Name": "s"})
        yield Catalog(glue)
        glue.delete_database(Name="s")
    finally:
        mock.stop(remove_data=False)


def test_comments_before_a_statement_and_the_semicolon_behind_it_are_read_over():
    assert without_comments("-- one\n/* two; */ select 1 -- three\n;") == "select 1 -- three"


def test_lists_are_parted_outside_of_brackets_and_quotes():
    assert list_items("a decimal(18,4), 'x,y' , b array<int, int>") == ["a decimal(18,4)", "'x,y'", "b array<int, int>"]


def test_brackets_close_outside_of_quotes():
    assert bracketed("f(a, ')', (b)) rest", 1) == ("a, ')', (b)", " rest")
    with pytest.raises(AthenaRefusal, match="EOF"):
        bracketed("f(a", 1)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("t", ("default_schema", "t")),
        ("`S`.`T`", ("s", "t")),
        ('"awsdatacatalog"."s"."t"', ("s", "t")),
    ],
)
def test_a_name_is_a_schema_and_a_table(name, expected):
    assert schema_and_table(name, "default_schema") == expected


def test_an_external_table_is_registered_with_its_partitions_and_columns_added_later(catalog):
    plan(
        "create external table `s`.`t` (`a` varchar, `b` decimal(18,4)) partitioned by (`p` string) stored as parquet "
        "location 's3://b/t/' tblproperties ('k'='v')",
        None,
        catalog,
    )
    plan("alter table `s`.`t` add if not exists partition (`p` = 'x''y') location 's3://b/t/p=1/'", None, catalog)
    plan("alter table `s`.`t` add if not exists partition (`p` = 'x''y') location 's3://b/t/other/'", None, catalog)
    plan("alter table `s`.`t` add columns (`c` integer)", None, catalog)

    table = catalog.table("s", "t")
    assert [(column["Name"], column["Type"]) for column in table["StorageDescriptor"]["Columns"]] == [
        ("a", "string"),
        ("b", "decimal(18,4)"),
        ("c", "int"),
    ]
    assert table["PartitionKeys"] == [{"Name": "p", "Type": "string"}]
    assert table["Parameters"]["k"] == "v"
    (partition,) = catalog.glue.get_partitions(DatabaseName="s", TableName="t")["Partitions"]
    assert (partition["Values"], partition["StorageDescriptor"]["Location"]) == (["x'y"], "s3://b/t/p=1/")


def test_a_table_made_from_a_query_goes_to_the_catalog_of_its_kind():
    iceberg = create_table_as(
        "create table s.t with (table_type='iceberg', is_external=false, location='s3://b/t', format='parquet') as select 1",
        None,
    )
    hive = create_table_as(
        "create table t with (external_location='s3://b/t', write_compression='SNAPPY') as select 1", "s"
    )

    assert iceberg == (
        "create table iceberg.\"s\".\"t\" with (location = 's3://b/t', format = 'PARQUET') as select 1",
        "select 1",
    )
    assert hive == ('create table awsdatacatalog."s"."t" with (external_location = \'s3://b/t\') as select 1', None)


def test_an_iceberg_table_needs_a_place():
    with pytest.raises(AthenaRefusal, match="needs location"):
        create_table_as("create table s.t with (table_type='iceberg', is_external=false) as select 1", None)
    with pytest.raises(AthenaRefusal, match="is_external=false"):
        create_table_as("create table s.t with (table_type='iceberg', location='s3://b/t') as select 1", None)


def test_the_size_of_a_statement_is_counted_in_bytes():
    rules.check_size("é" * 131_072)
    with pytest.raises(InvalidRequest, match="262144"):
        rules.check_size("é" * 131_072 + "x")


@pytest.mark.parametrize(
    ("type", "instead"),
    [
        ("timestamp(3)", "timestamp(6)"),
        ("timestamp(9)", "timestamp(6)"),
        ("timestamp(3) with time zone", "timestamp(6) with time zone"),
        ("array(timestamp(3))", "timestamp(6)"),
        ('row("begun" timestamp(6), "ended" timestamp(3))', "timestamp(6)"),
        ("map(varchar, array(row(timestamp(0) with time zone)))", "timestamp(6) with time zone"),
    ],
)
def test_timestamps_of_a_new_iceberg_table_have_microseconds_also_within_other_types(type, instead):
    digits = next(digits for digits in "039" if f"({digits})" in type)

    with pytest.raises(AthenaRefusal) as refusal:
        rules.check_precision([("n", "bigint"), ("t", type)])

    assert str(refusal.value) == (
        f'NOT_SUPPORTED: Timestamp precision ({digits}) not supported for Iceberg. Use "{instead}" instead.'
    )


def test_timestamps_with_microseconds_and_other_types_are_let_through():
    types = ("timestamp(6)", "array(row(t timestamp(6) with time zone))", "decimal(18,4)", "varchar(3)", "time(3)")

    rules.check_precision([(f"c{at}", type) for at, type in enumerate(types)])


def test_types_have_the_names_of_glue():
    assert [glue_type(type) for type in ("varchar(3)", "integer", "timestamp(6)", "bigint", "decimal(18,4)")] == [
        "string",
        "int",
        "timestamp",
        "bigint",
        "decimal(18,4)",
    ]
