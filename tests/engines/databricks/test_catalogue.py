"""What is declared of relations reaches Databricks: comments, tags, keys and grants, of a few marts over tables made by hand."""

import re
from dataclasses import dataclass

import pytest

from lakegraph.landing.delta import SPARK_TYPES
from lakegraph.pipeline.dbt import DbtProcess, outcome_of
from lakegraph.runtime.project import project_vars
from tests.engines.databricks.stand_in import StandIn
from tests.engines.databricks.statements import COMMENT
from tests.engines.variables import variables

pytestmark = pytest.mark.soak

MARTS = ("orders", "customers", "node_customer", "node_order", "edge_placed", "graph_rejected_rows")
READERS = "{readers: {gold: [analysts, 'bi tool'], graph_ready: []}}"


@dataclass(frozen=True)
class Catalogue:
    """A stand-in after a run of the marts and a second one of `customers` alone, and the statements of both."""

    stand_in: StandIn
    first: list[str]
    second: list[str]

    def comments(self, relation: str) -> dict[str, str]:
        """The comments of the columns that have one."""
        described = self.stand_in.rows(f"describe table {relation}")
        return {name: comment for name, _, comment in described if comment and not name.startswith("#")}


@pytest.fixture(scope="module")
def catalogue(stand_in, tmp_path_factory) -> Catalogue:
    root, dbt = tmp_path_factory.mktemp("catalogue"), DbtProcess()
    environment = variables(root, "databricks_local") | stand_in.environment

    def said_by(*arguments: str) -> list[str]:
        before = len(stand_in.journal())
        command = [*arguments, "--target", "databricks_local", "--vars", READERS]
        outcome_of(f"dbt {arguments[0]}", dbt.ask(command, environment))
        return [
            re.sub(r"\s+", " ", COMMENT.sub("", entry.sql)).replace("`", "").replace("spark_catalog.", "").strip(" ;")
            for entry in stand_in.journal()[before:]
        ]

    try:
        _make_inputs(stand_in)
        said_by("parse")
        yield Catalogue(stand_in, said_by("run", "--select", *MARTS), said_by("run", "--select", "customers"))
    finally:
        dbt.close()


def test_relations_and_columns_carry_their_descriptions(catalogue):
    comments = catalogue.comments("gold.customers")
    of_the_table = dict(
        (name, text) for name, text, _ in catalogue.stand_in.rows("describe table extended gold.customers")
    )

    assert comments["email"] == "E-mail address."
    assert comments["customer_id"] == "The customer's id."
    assert len(comments) == 27
    assert "**Grain:** one row per customer." in of_the_table["Comment"]
    assert catalogue.comments("gold.graph_rejected_rows")["row_json"] == "The row as the mart has it, as JSON."


def test_tags_say_the_layer_and_what_is_personal(catalogue):
    tagged = [statement.lower() for statement in catalogue.first if " set tags " in statement.lower()]

    assert sorted(statement for statement in tagged if "alter column" not in statement) == [
        "alter table gold.customers set tags ( 'layer' = 'gold', 'personal' = 'true' )",
        "alter table gold.orders set tags ( 'layer' = 'gold', 'personal' = 'true' )",
        "alter table graph_ready.edge_placed set tags ( 'layer' = 'graph_ready' )",
        "alter table graph_ready.node_customer set tags ( 'layer' = 'graph_ready', 'personal' = 'true' )",
        "alter table graph_ready.node_order set tags ( 'layer' = 'graph_ready' )",
        "alter view gold.graph_rejected_rows set tags ( 'layer' = 'gold', 'personal' = 'true' )",
    ]
    columns = [
        re.search(r"alter table (\S+) alter column (\S+) set tags \('personal' = 'true' ?\)", sql) for sql in tagged
    ]
    assert {found.groups() for found in columns if found} == {
        *(
            ("gold.customers", column)
            for column in ("full_name", "first_name", "last_name", "email", "phone", "date_of_birth", "address")
        ),
        ("gold.orders", "shipping_address"),
        ("graph_ready.node_customer", "name"),
        ("graph_ready.node_customer", "email"),
        ("graph_ready.node_customer", "date_of_birth"),
        ("gold.graph_rejected_rows", "row_json"),
    }
    assert sum("alter column" in statement for statement in tagged) == 12


def test_primary_keys_are_made_with_their_tables(catalogue):
    made = [re.match(r"create or replace table (\S+) .* PRIMARY KEY \(([^)]*)\)", sql) for sql in catalogue.first]

    assert {found.groups() for found in made if found} == {
        ("gold.orders", "order_id"),
        ("gold.customers", "customer_id"),
        ("graph_ready.node_customer", "customer_id"),
        ("graph_ready.node_order", "order_id"),
        ("graph_ready.edge_placed", "order_id"),
    }


def _added(name: str, column: str, to: str) -> str:
    schema = name.partition(".")[0]
    key = f"{name.partition('.')[2]}_{column}_fk"
    return f"alter table {name} add constraint {key} foreign key ({column}) references {schema}.{to} ({column})"


# those to `customers`, of a mart of the first run and of a table that was there before it
TO_CUSTOMERS = [_added(f"gold.{name}", "customer_id", "customers") for name in ("orders", "reviews")]
DROPPED = {
    name: f"alter table gold.{name} drop constraint if exists {name}_customer_id_fk" for name in ("orders", "reviews")
}


def test_foreign_keys_come_when_all_tables_are_there(catalogue):
    added = [at for at, sql in enumerate(catalogue.first) if "add constraint" in sql]

    assert sorted(catalogue.first[at] for at in added) == [
        *TO_CUSTOMERS,
        _added("graph_ready.edge_placed", "customer_id", "node_customer"),
        _added("graph_ready.edge_placed", "order_id", "node_order"),
    ]
    assert min(added) > max(at for at, sql in enumerate(catalogue.first) if sql.startswith("create or replace table"))


def test_what_refers_to_a_replaced_table_refers_to_it_again(catalogue):
    second = [sql for sql in catalogue.second if "constraint" in sql and sql.startswith("alter")]

    assert [sql for sql in catalogue.first if "drop constraint" in sql] == [DROPPED["reviews"]]
    assert sorted(second) == sorted([*TO_CUSTOMERS, *DROPPED.values()])
    for name, added in zip(DROPPED, TO_CUSTOMERS, strict=True):
        assert second.index(DROPPED[name]) < second.index(added)


def test_readers_may_read_their_layer_alone(catalogue):
    granted = [sql.lower() for sql in catalogue.first if sql.lower().startswith("grant")]

    assert sorted(granted) == sorted(
        f"grant select on gold.{name} to {reader}"
        for name in ("orders", "customers", "graph_rejected_rows")
        for reader in ("analysts", "bi tool")
    )


def test_what_the_stand_in_did_otherwise_is_known(catalogue):
    journal = catalogue.stand_in.journal()

    assert [(entry.sql, entry.error) for entry in journal if entry.error] == []
    assert {deviation for entry in journal for deviation in entry.deviations} == {
        "emulated: describe as json",
        "emulated: information schema",
        "logged: column tags",
        "logged: grants",
        "logged: key of a new table",
        "logged: key of an existing table",
        "logged: table tags",
    }


def _make_inputs(stand_in: StandIn) -> None:
    feeds = project_vars()["feeds"]
    lineage = "is_present boolean, _source_file string, _source_line bigint, _batch_id string"
    for schema in ("silver", "gold"):
        stand_in.rows(f"create schema {schema}")
    for feed in ("orders", "customers"):
        columns = ", ".join(f"{name} {SPARK_TYPES[column['type']]}" for name, column in feeds[feed]["columns"].items())
        stand_in.rows(f"create table silver.int_{feed}_current ({columns}, {lineage})")
    stand_in.rows("create table silver.batch_as_of (batch_date date)")
    stand_in.rows("create table gold.reviews (customer_id string)")
