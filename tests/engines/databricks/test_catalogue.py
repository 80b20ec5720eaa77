"""What is declared of relations reaches Databricks: comments, tags, keys and grants, of a build and of a mart run again."""

import re
from dataclasses import dataclass

import pytest

from tests.engines.databricks.statements import COMMENT
from tests.engines.leg import Leg

pytestmark = pytest.mark.slow

MARTS = ("orders", "customers", "node_customer", "node_order", "edge_placed", "graph_rejected_rows")
OF_MARTS = re.compile(rf"\b(?:gold|graph_ready)\.(?:{'|'.join(MARTS)})\b")


@dataclass(frozen=True)
class Catalogue:
    """A leg after its first day and a second run of `customers` alone, and the statements of both that are about some marts."""

    leg: Leg
    first: list[str]
    second: list[str]

    def comments(self, relation: str) -> dict[str, str]:
        """The comments of the columns that have one."""
        described = self.leg.stand_in.rows(f"describe table {relation}")
        return {name: comment for name, _, comment in described if comment and not name.startswith("#")}


@pytest.fixture(scope="module")
def catalogue(leg) -> Catalogue:
    def said_since(before: int) -> list[str]:
        texts = [COMMENT.sub("", entry.sql) for entry in leg.stand_in.journal()[before:]]
        return [re.sub(r"\s+", " ", sql).replace("`", "").replace("spark_catalog.", "").strip(" ;") for sql in texts]

    assert not leg.built, "These tests tell the statements of the first day, and so come before those of further ones."
    leg.day(0)
    built = len(leg.stand_in.journal())
    again = ("run", "--select", "customers")
    leg.dbt(*again)
    # what is logged of it is compared too
    leg.dbt_on_duckdb(*again)
    return Catalogue(leg, said_since(0)[:built], said_since(built))


def test_relations_and_columns_carry_their_descriptions(catalogue):
    comments = catalogue.comments("gold.customers")
    of_the_table = dict(
        (name, text) for name, text, _ in catalogue.leg.stand_in.rows("describe table extended gold.customers")
    )

    assert comments["email"] == "E-mail address."
    assert comments["customer_id"] == "The customer's id."
    assert len(comments) == 27
    assert "**Grain:** one row per customer." in of_the_table["Comment"]
    assert catalogue.comments("gold.graph_rejected_rows")["row_json"] == "The row as the mart has it, as JSON."


def test_tags_say_the_layer_and_what_is_personal(catalogue):
    tagged = [sql.lower() for sql in catalogue.first if " set tags " in sql.lower() and OF_MARTS.search(sql)]

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

    assert {found.groups() for found in made if found and OF_MARTS.fullmatch(found[1])} == {
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


BETWEEN_MARTS = re.compile(
    rf"alter table (gold\.reviews|{OF_MARTS.pattern}) add constraint \S+ foreign key \(\S+\) references {OF_MARTS.pattern} "
)
# all that refer to `customers`
TO_CUSTOMERS = [_added(f"gold.{name}", "customer_id", "customers") for name in ("orders", "reviews")]
DROPPED = {
    name: f"alter table gold.{name} drop constraint if exists {name}_customer_id_fk" for name in ("orders", "reviews")
}


def test_foreign_keys_come_when_all_tables_are_there(catalogue):
    added = [at for at, sql in enumerate(catalogue.first) if "add constraint" in sql]
    of_marts = [catalogue.first[at] for at in added if BETWEEN_MARTS.match(catalogue.first[at])]

    assert sorted(of_marts) == [
        *TO_CUSTOMERS,
        _added("graph_ready.edge_placed", "customer_id", "node_customer"),
        _added("graph_ready.edge_placed", "order_id", "node_order"),
    ]
    assert min(added) > max(at for at, sql in enumerate(catalogue.first) if sql.startswith("create or replace table"))


def test_what_refers_to_a_replaced_table_refers_to_it_again(catalogue):
    second = [sql for sql in catalogue.second if "constraint" in sql and sql.startswith("alter")]

    assert [sql for sql in catalogue.first if "drop constraint" in sql] == []
    assert sorted(second) == sorted([*TO_CUSTOMERS, *DROPPED.values()])
    for name, added in zip(DROPPED, TO_CUSTOMERS, strict=True):
        assert second.index(DROPPED[name]) < second.index(added)


def test_readers_may_read_their_layer_alone(catalogue):
    granted = [sql.lower() for sql in catalogue.first if sql.lower().startswith("grant")]

    assert {sql.split()[3].partition(".")[0] for sql in granted} == {"gold"}
    assert sorted(filter(OF_MARTS.search, granted)) == sorted(
        f"grant select on gold.{name} to {reader}"
        for name in ("orders", "customers", "graph_rejected_rows")
        for reader in ("analysts", "bi tool")
    )
