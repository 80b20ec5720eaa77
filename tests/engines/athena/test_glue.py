"""What is declared of relations reaches Glue: descriptions and `meta`, of a table and a view over inputs made by hand."""

import pytest

from lakegraph.pipeline.dbt import DbtProcess, outcome_of
from lakegraph.runtime.project import project_vars
from tests.engines.athena.reading import execute
from tests.engines.athena.stand_in import BUCKET, DBT_MODULE
from tests.engines.variables import variables

pytestmark = pytest.mark.slow

TYPES = {
    "string": "string",
    "integer": "bigint",
    "decimal": "decimal(18,4)",
    "date": "date",
    "timestamp": "timestamp",
}


@pytest.fixture(scope="module")
def glue(athena, tmp_path_factory):
    """A client of Glue, where `orders` and `graph_rejected_rows` have been run."""
    root, dbt, client = tmp_path_factory.mktemp("glue"), DbtProcess(DBT_MODULE), athena.client("athena")
    columns = ", ".join(
        f"{name} {TYPES[column['type']]}" for name, column in project_vars()["feeds"]["orders"]["columns"].items()
    )
    execute(client, "create schema if not exists silver")
    execute(
        client,
        f"create table silver.int_orders_current ({columns}, is_present boolean, _source_file string,"
        f" _source_line bigint, _batch_id string) location 's3://{BUCKET}/tables/glue/'"
        " tblproperties ('table_type' = 'ICEBERG')",
    )
    environment = variables(root, "athena_local") | athena.environment
    try:
        command = ["run", "--select", "orders", "graph_rejected_rows", "--target", "athena_local"]
        outcome_of("dbt run", dbt.ask(command, environment))
        yield athena.client("glue")
    finally:
        dbt.close()


@pytest.mark.parametrize(
    ("name", "column", "description"),
    [
        ("orders", "shipping_address", "Where it goes."),
        ("graph_rejected_rows", "row_json", "The row as the mart has it, as JSON."),
    ],
)
def test_columns_carry_their_descriptions_and_what_is_personal(glue, name, column, description):
    table = glue.get_table(DatabaseName="gold", Name=name)["Table"]
    columns = {column["Name"]: column for column in table["StorageDescriptor"]["Columns"]}

    assert columns[column]["Comment"] == description
    assert columns[column]["Parameters"]["personal"] == "True"
    assert [other for other, said in columns.items() if "personal" in said.get("Parameters", {})] == [column]


def test_a_table_carries_its_description_and_layer(glue):
    table = glue.get_table(DatabaseName="gold", Name="orders")["Table"]

    assert "**Grain:** one row per order." in table["Description"]
    assert table["Parameters"]["layer"] == "gold"


@pytest.mark.parametrize("name", ["orders", "graph_rejected_rows"])
def test_a_relation_is_still_read_when_glue_has_been_told(glue, athena, name):
    assert execute(athena.client("athena"), f"select count(*) from gold.{name}")
