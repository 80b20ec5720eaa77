"""The project on Databricks: days of a shop held against DuckDB, the engine macros, and what the stand-in did otherwise."""

import json
from collections.abc import Iterator

import duckdb
import pyarrow.parquet as pq
import pytest
import yaml

from lakegraph.runtime.project import project_root
from tests.engines.compiling import compiled
from tests.engines.days import require_batches_told, require_growth, require_the_same, require_the_same_graph
from tests.engines.leg import COMPARED_SCHEMAS, DAYS, LAST, Leg
from tests.engines.macro_cases import HISTORY, differences, template

pytestmark = pytest.mark.slow

# Whatever else the stand-in would not run as it came is new, and a reason to look at it. Open Spark has neither tags nor keys.
ALLOWED_DEVIATIONS = {
    "emulated: describe as json",
    "emulated: information schema",
    "logged: column tags",
    "logged: grants",
    "logged: key of a new table",
    "logged: key of an existing table",
    "logged: table tags",
}


def test_the_first_day_is_that_of_duckdb(leg, record_property):
    require_the_same(leg, 0)
    record_property("leg", leg.day(0).numbers("databricks"))


def test_batches_are_told_of_the_warehouse(leg):
    require_batches_told(leg)


def test_macros_give_on_databricks_what_the_table_says(leg, tmp_path):
    stand_in, table = leg.stand_in, f"default.{HISTORY}"
    before = len(stand_in.journal())
    sql = compiled(tmp_path / "project", template(table), "databricks_local", stand_in.environment)

    stand_in.rows(f"create table {table} (key string, dbt_valid_from timestamp_ntz, dbt_valid_to timestamp_ntz)")

    assert differences(sql, stand_in.rows, table) == []
    assert [entry.deviations for entry in stand_in.journal()[before:] if entry.deviations] == []


def test_publishing_again_changes_nothing(leg):
    leg.day(0)
    before = _landed_rows(leg)

    assert leg.stand_in.publish(leg.lake) == []
    assert _landed_rows(leg) == before


@pytest.mark.parametrize("number", range(1, DAYS))
def test_a_further_day_is_that_of_duckdb(leg, number, record_property):
    require_the_same(leg, number)
    record_property("leg", leg.day(number).numbers("databricks"))


def test_history_and_quarantine_grow(leg):
    require_growth(leg)


def test_the_graph_is_that_of_duckdb(leg, neo4j_server, spark):
    require_the_same_graph(leg, neo4j_server)


def test_tables_are_clustered_as_declared(leg):
    leg.day(0)
    project = yaml.safe_load((project_root() / "dbt_project.yml").read_text())
    declared = {}
    for part, schema in (("models", None), ("snapshots", "snapshots")):
        declared |= dict(_clustered(project[part]["lakegraph"], schema))
    plain = ["silver.int_suppliers_current", "silver.batch_checks", "gold.products", "graph_ready.node_order"]

    found = {
        # the ninth column of what Delta says of a table
        table: json.loads(leg.stand_in.rows(f"describe detail {table}")[0][8])
        for table in [*declared, *plain]
    }

    assert found == declared | {table: [] for table in plain}
    assert len(declared) > 15


def _clustered(folder: dict, schema: str | None) -> Iterator[tuple[str, list[str]]]:
    """The tables of a part of dbt_project.yml that are clustered, each with its columns."""
    schema = folder.get("+schema", schema)
    for name, inside in folder.items():
        if not name.startswith("+") and isinstance(inside, dict):
            if "+liquid_clustered_by" in inside:
                yield f"{schema}.{name}", inside["+liquid_clustered_by"]
            yield from _clustered(inside, schema)


def test_times_without_a_zone_have_none_there_either(leg):
    leg.day(0)
    with duckdb.connect(str(leg.lake / "warehouse.duckdb"), read_only=True) as warehouse:
        columns = warehouse.execute(
            "select table_schema || '.' || table_name, list(column_name) from information_schema.columns"
            f" where table_schema in {COMPARED_SCHEMAS} and data_type = 'TIMESTAMP' group by 1"
        ).fetchall()
    types = {
        (relation, row[0]): row[1]
        for relation, names in columns
        for row in leg.stand_in.rows(f"describe table {relation}")
        if row[0] in names
    }

    assert len(types) == sum(len(names) for _, names in columns) > 50
    assert {column: kind for column, kind in types.items() if kind != "timestamp_ntz"} == {}


def test_an_interrupted_publication_is_completed(leg):
    leg.day(LAST)
    in_files = sum(pq.read_metadata(file).num_rows for file in (leg.lake / "bronze" / "orders").glob("*/*.parquet"))
    batch = "batch_2025_01_16_001"
    leg.stand_in.rows(f"delete from ops.batches where batch_id = '{batch}'")
    leg.stand_in.rows(f"delete from bronze.orders where _batch_id = '{batch}' and _source_line % 2 = 0")

    assert leg.stand_in.publish(leg.lake) == [batch]

    assert leg.stand_in.rows("select count(*), count(distinct _batch_id) from bronze.orders") == [(in_files, leg.built)]
    assert leg.stand_in.rows(f"select count(*) from ops.batches where batch_id = '{batch}'") == [(1,)]


def test_what_the_stand_in_does_not_run_as_it_comes_is_known(leg):
    leg.day(LAST)
    journal = leg.stand_in.journal()

    assert {deviation for entry in journal for deviation in entry.deviations} == ALLOWED_DEVIATIONS
    assert [(entry.sql, entry.error) for entry in journal if entry.error] == []


def _landed_rows(leg: Leg) -> list[tuple]:
    return leg.stand_in.rows(
        "select (select count(*) from bronze.orders) as orders, (select count(*) from bronze.customers) as customers,"
        " (select count(*) from ops.batch_files) as files, (select count(*) from ops.batches) as batches,"
        " (select count(*) from ops.rejected_records) as rejected, (select count(*) from ops.processing_log) as steps"
    )
