"""What a load would do is told without doing it, and what is implausible is refused before the first write."""

import json
import os
import subprocess
import sys

import pytest

from graph_loader.connection import GraphError
from graph_loader.guards import ALL, BlockedLoadError, Limits
from graph_loader.operations import load, plan
from tests.support.graph import content, counts, query, store
from tests.support.marts import edge, node

pytestmark = pytest.mark.slow

NUMBERS = ("sent", "created", "updated", "unchanged", "rejected", "deleted")
PEOPLE = "select id, 'n' || id as name from range({}) as t (id)"


def constraints(target) -> list[str]:
    return [row["name"] for row in query(target, "SHOW CONSTRAINTS YIELD name RETURN name ORDER BY name")]


def ledger(shop) -> dict[str, bytes]:
    files = (shop.lake / "ledger").rglob("*")
    return {str(file): file.read_bytes() for file in files if file.is_file() and file.name != "lock"}


def numbers(counted) -> list[tuple]:
    return [(counts.name, *(getattr(counts, number) for number in NUMBERS)) for counts in counted]


def test_a_plan_tells_what_the_load_does_and_touches_neither_graph_nor_ledger(shop, empty_graph):
    empty = store(empty_graph)
    plan(shop.options)
    assert (store(empty_graph), ledger(shop)) == (empty, {})
    load(shop.options)
    shop.sql("delete from graph_ready.node_product where product_id = 'P2'")
    shop.sql("update graph_ready.node_customer set age = 32 where customer_id = 'C1'")
    shop.make("node_place", node("Place", "place_id"), "select 'X' as place_id")
    graph, memory = store(empty_graph), ledger(shop)

    found = plan(shop.options)

    assert (store(empty_graph), ledger(shop)) == (graph, memory)
    assert "LakegraphMetadata" in repr(graph["nodes"])
    assert len(graph["constraints"]) == 3
    planned = [change.counts for change in found.changes]
    assert numbers(planned) == [
        ("Customer", 3, 0, 1, 2, 0, 0),
        ("Place", 1, 1, 0, 0, 0, 0),
        ("Product", 1, 0, 0, 1, 0, 1),
        ("PURCHASED", 12, 0, 0, 3, 9, 2),
    ]
    assert found.constraints_created == (
        "CREATE CONSTRAINT `lakegraph_Place_place_id_36980657` IF NOT EXISTS "
        "FOR (node:`Place`) REQUIRE (node.`place_id`) IS UNIQUE",
    )
    assert [(change.counts.name, change.tasks) for change in found.changes] == [
        ("Customer", 2),
        ("Place", 2),
        ("Product", 2),
        ("PURCHASED", 1),
    ]
    rejected = {sample.reason: sample for sample in found.changes[-1].rejected}
    assert {reason: sample.rows for reason, sample in rejected.items()} == {
        "duplicate_key": 2,
        "missing_from": 2,
        "missing_to": 4,
        "null_key": 1,
    }
    # three of the four, in the order of their keys
    assert [(row["row_key"], row["source_file"], row["source_line"]) for row in rejected["missing_to"].samples] == [
        ("customer_id=C1, product_id=P9, order_id=O6, line_number=1", "orders.csv", 7),
        ("customer_id=C2, product_id=P2, order_id=O3, line_number=1", "orders.csv", 4),
        ("customer_id=C3, product_id=P2, order_id=O10, line_number=1", "orders.csv", 12),
    ]
    assert numbers(load(shop.options).counts) == numbers(planned)


def test_deletes_beyond_the_limit_stop_a_load_before_it_writes(shop, empty_graph):
    shop.make("node_person", node("Person", "id"), PEOPLE.format(10))
    load(shop.options)
    shop.make("node_person", node("Person", "id"), PEOPLE.format(7) + " union all select 99, 'new'")
    before = content(empty_graph)
    guarded = shop.with_options(limits=Limits(0.2, 1), allow_deletes=frozenset())

    with pytest.raises(BlockedLoadError, match=r"Person: 3 of 10 nodes \(30.0%\) would be deleted") as error:
        load(guarded)

    assert "--allow-deletes Person" in str(error.value)
    assert content(empty_graph) == before
    assert [block.name for block in plan(guarded).blocks] == ["Person"]
    load(shop.with_options(limits=Limits(0.2, 1), allow_deletes=frozenset({"Person"})))
    assert counts(empty_graph)["Person"] == 8


def test_without_limits_of_its_own_a_load_goes_by_those_of_the_project(shop, empty_graph):
    shop.make("node_person", node("Person", "id"), PEOPLE.format(10))
    load(shop.options)
    shop.make("node_person", node("Person", "id"), PEOPLE.format(7))
    usual = shop.with_options(limits=None, allow_deletes=frozenset())

    with pytest.raises(BlockedLoadError, match=r"3 of 10 nodes .* more than `graph_guards.max_deleted_share` = 0\.2\."):
        load(usual)

    assert counts(empty_graph)["Person"] == 10
    shop.make("node_person", node("Person", "id"), PEOPLE.format(8))
    load(usual)
    assert counts(empty_graph)["Person"] == 8


def test_a_mart_that_is_empty_or_whose_build_failed_takes_nothing_away(shop, empty_graph):
    shop.make("node_person", node("Person", "id"), PEOPLE.format(10))
    load(shop.options)
    before = content(empty_graph)
    guarded = shop.with_options(limits=Limits(1, 1), allow_deletes=frozenset())
    shop.sql("delete from graph_ready.node_person")
    with pytest.raises(BlockedLoadError, match="model node_person has no rows"):
        load(guarded)
    shop.make("node_person", node("Person", "id"), PEOPLE.format(9))
    shop.sql("""
        create schema ops;
        create table ops.graph_model_results (model varchar, status varchar, finished_at timestamp, invocation_id varchar);
        insert into ops.graph_model_results values ('node_person', 'error', timestamp '2025-01-15 08:30:00', 'i')
    """)

    with pytest.raises(BlockedLoadError, match="the latest build of model node_person ended with error"):
        load(guarded)

    assert content(empty_graph) == before
    shop.sql("update ops.graph_model_results set status = 'success'")
    load(guarded)
    assert counts(empty_graph)["Person"] == 9


def test_a_label_that_is_declared_no_more_goes_when_asked_with_its_constraint(shop, empty_graph):
    shop.make("node_person", node("Person", "id"), PEOPLE.format(2))
    shop.make("edge_knows", edge("KNOWS", ("Person", "a"), ("Person", "b")), "select 0 as a, 1 as b")
    load(shop.options)
    shop.forget("edge_knows")
    shop.forget("node_person")
    guarded = shop.with_options(allow_deletes=frozenset())

    with pytest.raises(
        BlockedLoadError, match=r"Person: 2 of 2 nodes \(100.0%\) would be deleted, and no model declares"
    ):
        load(guarded)
    dropped = plan(shop.options).constraints_dropped
    load(shop.with_options(allow_deletes=frozenset({"Person", "KNOWS"})))

    assert dropped == ("DROP CONSTRAINT `lakegraph_Person_id_d5995b3a` IF EXISTS",)
    assert "Person" not in counts(empty_graph)
    assert "KNOWS" not in counts(empty_graph)
    assert "lakegraph_Person_id_d5995b3a" not in constraints(empty_graph)
    assert constraints(empty_graph) == [
        "lakegraph_Customer_customer_id_5f91f1c3", "lakegraph_LakegraphMetadata_graph_id",
        "lakegraph_Product_product_id_9ef049c5",
    ]  # fmt: skip


def test_too_many_rejected_rows_stop_a_load_before_it_writes(shop, empty_graph):
    with pytest.raises(
        BlockedLoadError, match=r"PURCHASED: 7 of the 12 rows of model edge_purchased \(58.3%: 3 duplicate"
    ):
        load(shop.with_options(limits=Limits(1, 0.5), allow_deletes=frozenset({ALL})))

    assert content(empty_graph) == ([], [])


def test_the_command_shows_the_plan_and_fails_when_the_load_would_be_refused(shop, empty_graph):
    neo4j = shop.options.neo4j
    env = {**os.environ, "NEO4J_URI": neo4j.uri, "NEO4J_USERNAME": neo4j.username, "NEO4J_PASSWORD": neo4j.password}
    line = [sys.executable, "-m", "graph_loader", "plan", "--lake", str(shop.lake), "--manifest", str(shop.manifest)]

    shop.make("node_person", node("Person", "id"), PEOPLE.format(10))
    load(shop.options)
    shop.make("node_person", node("Person", "id"), PEOPLE.format(7))
    shop.make("edge_knows", edge("KNOWS", ("Person", "a"), ("Person", "b")), "select 1 as a, 2 as b")
    before = content(empty_graph)

    shown = subprocess.run(line, env=env, capture_output=True, text=True, check=False)
    told = subprocess.run([*line, "--json"], env=env, capture_output=True, text=True, check=False)

    assert (shown.returncode, told.returncode) == (1, 1)
    assert "refused: Person: 3 of 10 nodes (30.0%) would be deleted" in shown.stdout
    assert "PURCHASED: 3 rejected, duplicate_key, such as" in shown.stdout
    assert "KNOWS: serial, 1 at once, create: dealing out pays from 20,000 rows on" in shown.stdout
    created = {change["counts"]["name"]: change["counts"]["created"] for change in json.loads(told.stdout)["changes"]}
    assert created == {"Customer": 0, "Person": 0, "Product": 0, "KNOWS": 1, "PURCHASED": 0}
    assert content(empty_graph) == before


def test_an_allowed_delete_that_broke_off_is_ended_by_the_next_load(shop, empty_graph, monkeypatch):
    shop.make("node_person", node("Person", "id"), PEOPLE.format(10))
    load(shop.options)
    shop.make("node_person", node("Person", "id"), PEOPLE.format(5))
    guarded = shop.with_options(limits=Limits(0.2, 1), allow_deletes=frozenset())

    def broken(*arguments):
        raise GraphError("The server is gone.")

    with monkeypatch.context() as patch:
        patch.setattr("graph_loader.execution._delete_nodes", broken)
        with pytest.raises(GraphError, match="is gone"):
            load(shop.with_options(limits=Limits(0.2, 1), allow_deletes=frozenset({"Person"})))
    # what the broken load was not about to delete is not what it was allowed
    shop.sql("delete from graph_ready.node_person where id > 2")
    with pytest.raises(
        BlockedLoadError, match=r"Person: 7 of 10 nodes .* of the 5 .* not allowed to delete, 2 are more"
    ):
        load(guarded)
    # nor are others in the place of those that are back
    shop.make("node_person", node("Person", "id"), f"select * from ({PEOPLE.format(10)}) where id > 5")
    with pytest.raises(
        BlockedLoadError, match=r"Person: 6 of 10 nodes .* of the 9 .* not allowed to delete, 5 are more"
    ):
        load(guarded)
    shop.sql("delete from graph_ready.node_person")
    with pytest.raises(BlockedLoadError, match=r"Person: 10 of 10 nodes .* model node_person has no rows"):
        load(guarded)
    assert counts(empty_graph)["Person"] == 10
    shop.make("node_person", node("Person", "id"), PEOPLE.format(5))
    load(guarded)

    assert counts(empty_graph)["Person"] == 5


def test_an_index_of_others_on_a_declared_key_is_told_and_refused(shop, empty_graph):
    query(empty_graph, "CREATE INDEX theirs FOR (n:Customer) ON (n.customer_id)")

    told = plan(shop.options)
    with pytest.raises(BlockedLoadError, match=r"^Nothing was written .* If it is meant to be so: drop that index\."):
        load(shop.options)

    assert [str(block) for block in told.blocks] == [
        "Customer: its key customer_id cannot be made unique, for others have the index theirs on it"
    ]
    assert counts(empty_graph) == {}
    query(empty_graph, "DROP INDEX theirs")
    load(shop.options)
    assert counts(empty_graph)["Customer"] == 3


def test_an_option_that_names_nothing_is_told(shop, empty_graph, capsys):
    load(shop.with_options(allow_deletes=frozenset({"Custmer", "all"}), allow_rejects=frozenset({"PURCHASED"})))

    assert capsys.readouterr().err.splitlines() == [
        "warning: --allow-deletes names 'Custmer', which neither a model declares nor a load has written "
        "(did you mean 'Customer'?)."
    ]
