"""What dbt has written down for the loader, where only Spark has it."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from graph_loader.dbt_records import DbtRecords
from graph_loader.declarations import Model
from graph_loader.spark_tables import spark_table
from lakegraph.runtime.warehouse import WarehouseError
from tests.support.marts import model, write_manifest

pytestmark = pytest.mark.slow

RESULTS = "results_of_spark"
AS_OF = "as_of_spark"


@pytest.fixture
def records(tmp_path, spark):
    """The records of a project on Databricks; a test makes the relations that they are read from."""
    as_of = model("batch_as_of", None) | {"relation_name": AS_OF}
    results = {"unique_id": "source.shop.ops.graph_model_results", "resource_type": "source"}
    results |= {"name": "graph_model_results", "identifier": RESULTS, "schema": "ops", "relation_name": RESULTS}
    manifest = write_manifest(tmp_path / "manifest.json", as_of, sources=[results], adapter="databricks")
    yield DbtRecords(manifest, "databricks", Path("no/warehouse"), lambda: spark)
    for name in (RESULTS, AS_OF):
        spark.catalog.dropTempView(name)


def test_results_and_batch_are_read_by_spark(records, spark):
    spark.sql("""
        select * from values
            ('node_a', 'success', timestamp_ntz '2025-01-15 08:30:00', 'i'),
            ('node_b', 'error', timestamp_ntz '2025-01-15 08:31:00', 'i')
        as results (model, status, finished_at, invocation_id)
    """).createOrReplaceTempView(RESULTS)
    spark.sql("select 'batch_7' as batch_id, 7 as batch_number").createOrReplaceTempView(AS_OF)

    found = records.model_results()

    assert {name: (result.status, result.succeeded) for name, result in found.items()} == {
        "node_a": ("success", True),
        "node_b": ("error", False),
    }
    assert found["node_b"].finished_at == datetime(2025, 1, 15, 8, 31)
    assert records.batch_as_of() == "batch_7"


def test_nothing_is_known_where_nothing_was_written_down(records, spark):
    assert (records.model_results(), records.batch_as_of()) == ({}, None)
    spark.sql("select 'batch_7' as batch_id where false").createOrReplaceTempView(AS_OF)
    assert records.batch_as_of() is None


def test_a_model_of_that_name_with_other_columns_is_told(records, spark, tmp_path):
    spark.sql("select 7 as id").createOrReplaceTempView(AS_OF)
    with pytest.raises(WarehouseError, match=r"as_of_spark of model batch_as_of cannot be read: .*batch_id"):
        records.batch_as_of()

    as_of = model("batch_as_of", None) | {"alias": "t", "schema": "main"}
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create table t as select 7 as id")
    manifest = write_manifest(tmp_path / "of_duckdb.json", as_of)
    with pytest.raises(WarehouseError, match=r"main\.t cannot be read: .*batch_id"):
        DbtRecords(manifest, "duckdb", tmp_path / "warehouse.duckdb", lambda: spark).batch_as_of()


def test_nothing_is_known_of_a_project_without_such_models(tmp_path, spark):
    manifest = write_manifest(tmp_path / "manifest.json", adapter="databricks")
    records = DbtRecords(manifest, "databricks", Path("no/warehouse"), lambda: spark)

    assert (records.model_results(), records.batch_as_of()) == ({}, None)


def test_results_that_are_there_and_cannot_be_read_are_no_missing_results(tmp_path, spark):
    (tmp_path / "results").mkdir()

    with pytest.raises(WarehouseError, match=r"The relation .* of model results cannot be read: .*infer schema"):
        spark_table(Model("results", relation=f"parquet.`{tmp_path / 'results'}`"), spark)
