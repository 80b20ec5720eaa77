"""The project on Athena: days of a shop held against DuckDB, the engine macros, and what the stand-in did otherwise."""

import pytest

from tests.engines.athena.reading import execute, rows
from tests.engines.athena.stand_in import BUCKET
from tests.engines.compiling import compiled
from tests.engines.days import require_batches_told, require_growth, require_the_same, require_the_same_graph
from tests.engines.leg import COMPARED_SCHEMAS, DAYS, LAST
from tests.engines.macro_cases import HISTORY, differences, template

pytestmark = pytest.mark.slow

# Whatever else the stand-in would not execute as it came is new, and a reason to look at it.
ALLOWED_DEVIATIONS = {
    "in Glue alone: alter table add",
    "in Glue alone: create external",
    "in other words: alter table rename",
    "in other words: create schema",
    "in other words: create table",
}
# as dbt-athena makes them: Hive tables
SEEDS = {"silver.sentiment_lexicon"}


def test_the_first_day_is_that_of_duckdb(leg, record_property):
    require_the_same(leg, 0)
    record_property("leg", leg.day(0).numbers("athena"))


def test_batches_are_told_of_the_warehouse(leg):
    require_batches_told(leg)


def test_macros_give_on_athena_what_the_table_says(athena, tmp_path):
    client, table = athena.client("athena"), f"cases.{HISTORY}"
    sql = compiled(tmp_path / "project", template(table), "athena_local", athena.environment)

    def run(statement: str) -> list[tuple]:
        if statement.startswith("select"):
            return list(rows(client, statement))
        execute(client, statement)
        return []

    run("create schema cases")
    run(
        f"create table {table} (key string, dbt_valid_from timestamp, dbt_valid_to timestamp)"
        f" location 's3://{BUCKET}/tables/{HISTORY}/' tblproperties ('table_type' = 'ICEBERG')"
    )

    assert differences(sql, run, table) == []


def test_tables_are_icebergs_and_what_is_loaded_is_no_view(leg, athena):
    leg.day(0)
    glue = athena.client("glue")
    kinds = {
        f"{schema}.{table['Name']}": table.get("TableType") == "VIRTUAL_VIEW" or table["Parameters"].get("table_type")
        for schema in COMPARED_SCHEMAS
        for page in glue.get_paginator("get_tables").paginate(DatabaseName=schema)
        for table in page["TableList"]
    }

    assert {name for name, kind in kinds.items() if kind not in (True, "ICEBERG")} == SEEDS
    loaded = [name for name in kinds if name.startswith(("snapshots.", "graph_ready."))]
    assert [name for name in loaded if kinds[name] is True] == []
    assert sum(kind == "ICEBERG" for kind in kinds.values()) > 60


@pytest.mark.parametrize("number", range(1, DAYS))
def test_a_further_day_is_that_of_duckdb(leg, number, record_property):
    require_the_same(leg, number)
    record_property("leg", leg.day(number).numbers("athena"))


def test_history_and_quarantine_grow(leg):
    require_growth(leg)


def test_the_graph_is_that_of_duckdb(leg, neo4j_server, spark):
    require_the_same_graph(leg, neo4j_server)


def test_what_the_stand_in_does_not_execute_as_it_comes_is_known(leg, athena):
    leg.day(LAST)

    assert {query.deviation for query in athena.queries} - {None} == ALLOWED_DEVIATIONS
    # test_athena_rules.py comes later, and asks for what is refused
    assert [(query.sql, query.reason) for query in athena.queries if query.state != "SUCCEEDED"] == []
