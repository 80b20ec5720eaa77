"""What is declared of relations reaches Glue: descriptions and `meta`, of a table and a view."""

import pytest

from tests.engines.athena.reading import execute

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def glue(leg, athena):
    """A client of Glue, where the project has been built."""
    leg.day(0)
    return athena.client("glue")


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
