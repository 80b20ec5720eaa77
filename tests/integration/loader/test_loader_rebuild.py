"""A ledger that is lost, or of another time, is written anew from the graph; what loads did not write stays others'."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from graph_loader.cli import app
from graph_loader.connection import GraphError
from graph_loader.guards import Limits
from graph_loader.ledger_state import LedgerError
from graph_loader.operations import compare, load, plan
from graph_loader.rebuild import rebuild
from lakegraph.runtime import ops
from lakegraph.runtime.errors import ConfigurationError
from tests.support.crashes import STAGES, Crash
from tests.support.graph import content, counts, query
from tests.support.marts import edge, node

pytestmark = pytest.mark.slow

NUMBERS = ("in_graph", "ours", "others", "unclaimed", "to_create", "to_update", "to_delete")


def ledger(shop):
    return shop.options.settings.ledger / "lakegraph"


def claims(found) -> dict[str, tuple[int, ...]]:
    return {claim.name: tuple(getattr(claim, number) for number in NUMBERS) for claim in found}


def changes(report) -> dict[str, tuple[int, int, int]]:
    return {row.name: (row.created, row.updated, row.deleted) for row in report.counts}


def test_a_lost_ledger_is_rebuilt_and_the_next_load_writes_real_differences_alone(shop, empty_graph):
    load(shop.options)
    shutil.rmtree(ledger(shop))
    query(
        empty_graph,
        """
        CREATE (:Customer {customer_id: 'X1'}), (:Customer {customer_id: 7})
        WITH 1 AS one MATCH (c:Customer {customer_id: 'C2'}), (p:Product {product_id: 'P1'}) SET c.name = 'Mallory'
        CREATE (c)-[:PURCHASED {order_id: 'X1', line_number: 1}]->(p)
        """,
    )
    shop.sql("""
        insert into graph_ready.node_product values ('P3', 'Chair', 1);
        delete from graph_ready.edge_purchased where order_id = 'O1';
    """)
    before = content(empty_graph)
    with pytest.raises(LedgerError, match="reconcile --rebuild-ledger"):
        load(shop.options)

    found = rebuild(shop.options)

    assert content(empty_graph) == before
    assert claims(found) == {
        "Customer": (5, 3, 2, 1, 0, 1, 0),
        "Product": (2, 2, 0, 0, 1, 0, 0),
        # nobody can tell that O1 was ours and X1 was not
        "PURCHASED": (6, 4, 2, 2, 0, 0, 0),
    }
    assert {claim.name: claim.samples for claim in found}["PURCHASED"] == (
        "customer_id=C1, product_id=P1, order_id=O1, line_number=1",
        "customer_id=C2, product_id=P1, order_id=X1, line_number=1",
    )
    report = load(shop.options)
    assert changes(report) == {"Customer": (0, 1, 0), "Product": (1, 0, 0), "PURCHASED": (0, 0, 0)}
    assert {row.name: row.others for row in report.agreements} == {"Customer": 2, "Product": 0, "PURCHASED": 2}
    assert all(agreement.agrees for agreement in compare(shop.options, deep=True))
    assert query(empty_graph, "MATCH (c:Customer {customer_id: 'C2'}) RETURN c.name AS name") == [{"name": "Bob"}]
    assert changes(load(shop.options)) == {"Customer": (0, 0, 0), "Product": (0, 0, 0), "PURCHASED": (0, 0, 0)}
    log = ops.read(shop.options.settings.ops, "processing_log")
    assert [row["status"] for row in log if row["step"] == "rebuild_ledger"] == ["succeeded"]


def test_what_is_claimed_is_deleted_by_the_next_load(shop, empty_graph, monkeypatch):
    load(shop.options)
    shutil.rmtree(ledger(shop))
    query(empty_graph, "CREATE (:Customer {customer_id: 'X1'}), (:Customer {customer_id: 7})")
    shop.sql("delete from graph_ready.edge_purchased where order_id = 'O1'")
    for name in ("uri", "username", "password"):
        monkeypatch.setenv(f"NEO4J_{name.upper()}", getattr(empty_graph, name))

    with pytest.raises(ConfigurationError, match=r"--claim names 'PURCHASE', .*did you mean 'PURCHASED'"):
        rebuild(shop.options, {"PURCHASE"})
    line = ["reconcile", "--lake", str(shop.lake), "--manifest", str(shop.manifest), "--rebuild-ledger"]
    shown = CliRunner().invoke(app, line)
    told = CliRunner().invoke(app, [*line, "--claim", "PURCHASED", "--json"])

    assert (shown.exit_code, told.exit_code) == (0, 0), (shown.exception, told.exception)
    assert (
        "Customer: 1 that no mart has count as others', such as customer_id=X1. If loads wrote them: " in shown.stdout
    )
    assert [row["to_delete"] for row in json.loads(told.stdout)] == [0, 0, 1]
    assert [
        block.name for block in plan(shop.with_options(allow_deletes=frozenset(), limits=Limits(0.1, 1))).blocks
    ] == ["PURCHASED"]
    assert changes(load(shop.options)) == {"Customer": (0, 0, 0), "Product": (0, 0, 0), "PURCHASED": (0, 0, 1)}
    assert counts(empty_graph) == {"Customer": 5, "Product": 2, "PURCHASED": 4}
    # a key of another type is no load's
    assert claims(rebuild(shop.options, {"all"}))["Customer"] == (5, 4, 1, 0, 0, 0, 1)


def test_a_ledger_of_another_time_still_says_what_is_ours(shop, empty_graph):
    load(shop.options)
    old = ledger(shop).rename(shop.lake / "copy")
    shutil.copytree(old, ledger(shop))
    shop.make("node_place", node("Place", "place_id"), "select 'X' as place_id")
    shop.sql("""
        insert into graph_ready.node_customer values ('C4', 'Dan', 1, null);
        update graph_ready.node_customer set name = 'Anna' where customer_id = 'C1'
    """)
    load(shop.options)
    shutil.rmtree(ledger(shop))
    old.rename(ledger(shop))
    query(empty_graph, "CREATE (:Customer {customer_id: 'X1'})")
    shop.sql("delete from graph_ready.node_customer where customer_id in ('C2', 'C4')")
    shop.sql("alter table graph_ready.node_customer drop column age")
    shop.make("node_customer", node("Customer", "customer_id"), "select * from graph_ready.node_customer")
    shop.forget("edge_purchased")
    with pytest.raises(LedgerError, match=r"generation 2, but the ledger .* is at 1.*reconcile --rebuild-ledger"):
        load(shop.options)

    found = rebuild(shop.options)

    # C2 is in the old ledger; C4 came later and went, so nobody knows; both that stay had an age
    assert claims(found)["Customer"] == (5, 3, 2, 2, 0, 2, 1)
    assert claims(found)["PURCHASED"] == (5, 5, 0, 0, 0, 0, 5)
    assert changes(load(shop.options)) == {
        "Customer": (0, 2, 1), "Place": (0, 0, 0), "Product": (0, 0, 0), "PURCHASED": (0, 0, 5),
    }  # fmt: skip
    assert query(empty_graph, "MATCH (n:Customer) WHERE n.age IS NOT NULL RETURN n.customer_id AS id") == [{"id": "C4"}]
    assert sorted(child.name for child in ledger(shop).parent.iterdir()) == ["lakegraph"]


def test_what_was_declared_once_goes_also_where_the_key_is_another_by_now(shop, empty_graph):
    people = "select id, 'n' || id as name{} from range(3) as t (id)"
    shop.make("node_person", node("Person", "id"), people.format(", 'm' || id as email"))
    load(shop.options)
    shop.make("node_person", node("Person", "name"), people.format(""))

    found = rebuild(shop.options)

    # all three are in the mart, and have an address that it lacks
    assert claims(found)["Person"] == (3, 3, 0, 0, 0, 3, 0)
    shop.sql("delete from graph_ready.node_person where id = 2")
    assert changes(load(shop.options))["Person"] == (0, 2, 1)
    assert query(empty_graph, "MATCH (n) WHERE n.email IS NOT NULL RETURN n.email") == []
    assert counts(empty_graph)["Person"] == 2


def test_what_a_ledger_knows_under_a_former_key_is_migrated_by_the_next_load(shop, empty_graph):
    people, knows = (
        "select id{} from range(3) as t (id)",
        "select {} as a, {} as b from range(3) as t (id) where id < 2",
    )
    shop.make("node_person", node("Person", "id"), people.format(""))
    shop.make("edge_knows", edge("KNOWS", ("Person", "a"), ("Person", "b")), knows.format("id", "id + 1"))
    load(shop.options)
    query(empty_graph, "CREATE (:Person {id: 99})")
    shop.make("node_person", node("Person", "email"), people.format(", 'm' || id as email"))
    shop.make(
        "edge_knows", edge("KNOWS", ("Person", "a"), ("Person", "b")), knows.format("'m' || id", "'m' || (id + 1)")
    )

    found = rebuild(shop.options)

    assert claims(found)["Person"] == (4, 3, 1, 1, 3, 0, 3)
    assert claims(found)["KNOWS"] == (2, 2, 0, 0, 2, 0, 2)
    load(shop.options)
    assert counts(empty_graph)["Person"] == 3 + 1
    assert counts(empty_graph)["KNOWS"] == 2


def test_a_ledger_that_is_another_graphs_or_unreadable_is_copied_aside(shop, empty_graph):
    load(shop.options)
    pointer = ledger(shop) / "pointer.json"
    shop.sql("delete from graph_ready.node_customer where customer_id = 'C1'")
    state = pointer.read_text()
    other = state.replace(json.loads(state)["ledger_id"], "another")
    for text in (other, "{"):
        pointer.write_text(text)
        with pytest.raises(LedgerError, match="reconcile --rebuild-ledger"):
            load(shop.options)
        # C1 is in neither mart nor a ledger of this graph
        assert claims(rebuild(shop.options))["Customer"] == (3, 2, 1, 1, 0, 0, 0)

    aside = sorted(child for child in ledger(shop).parent.iterdir() if child != ledger(shop))
    assert [(child / "pointer.json").read_text() for child in aside] == [other, "{"]
    assert (aside[0] / json.loads(other)["entries"]["node:Customer"]["folder"]).is_dir()
    load(shop.options)
    (shop.lake / "moved").mkdir()
    (ledger(shop) / json.loads(pointer.read_text())["entries"]["node:Customer"]["folder"]).rename(
        shop.lake / "moved" / "0"
    )
    with pytest.raises(LedgerError, match=r"lacks .*, the rows of Customer.*reconcile --rebuild-ledger"):
        load(shop.options)
    assert claims(rebuild(shop.options))["Customer"] == (3, 2, 1, 1, 0, 0, 0)


def test_a_graph_of_a_ledger_that_is_not_there_is_left_to_it_until_it_is_empty(shop, empty_graph):
    load(shop.options)
    shutil.rmtree(ledger(shop))
    for name in ("node_customer", "node_product", "edge_purchased"):
        shop.forget(name)
    # of which the graph has nothing, but the lost ledger knew other labels
    shop.make("node_place", node("Place", "place_id"), "select 'X' as place_id")
    before = content(empty_graph)
    for run in (load, plan, compare):
        with pytest.raises(
            LedgerError, match=r"was written with ledger .*, which is not in .*reconcile --rebuild-ledger"
        ):
            run(shop.options)
    assert content(empty_graph) == before
    query(empty_graph, "MATCH (n) WHERE NOT n:LakegraphMetadata DETACH DELETE n")

    assert changes(load(shop.options)) == {"Place": (1, 0, 0)}


def test_a_ledger_without_its_metadata_is_of_another_graph_while_anything_is_there_that_it_knows(shop, empty_graph):
    load(shop.options)
    for name in ("node_customer", "node_product", "edge_purchased"):
        shop.forget(name)
    shop.make("node_place", node("Place", "place_id"), "select 'X' as place_id")
    query(empty_graph, "MATCH (m:LakegraphMetadata) DELETE m")

    with pytest.raises(LedgerError, match="is of another graph"):
        load(shop.options)

    query(empty_graph, "MATCH (n) DETACH DELETE n CREATE (:Other)")
    assert changes(load(shop.options)) == {"Place": (1, 0, 0)}


def test_a_graph_that_no_load_has_begun_to_write_may_get_another_ledger(shop, empty_graph, monkeypatch):
    query(empty_graph, "CREATE (:Other)")
    with monkeypatch.context() as planted, pytest.raises(Crash):
        STAGES["before the difference is saved"](planted)
        load(shop.options)
    shutil.rmtree(ledger(shop))

    load(shop.options)

    assert counts(empty_graph) == {"Customer": 3, "Product": 2, "PURCHASED": 5, "Other": 1}


def test_a_rebuild_that_broke_off_is_done_by_the_next_one(shop, empty_graph, monkeypatch):
    load(shop.options)
    shutil.rmtree(ledger(shop))

    def broken(*arguments):
        raise GraphError("The server is gone.")

    with monkeypatch.context() as patch, pytest.raises(GraphError):
        patch.setattr("graph_loader.connection.Connection.write_metadata", broken)
        rebuild(shop.options)
    with pytest.raises(LedgerError, match="reconcile --rebuild-ledger"):
        load(shop.options)

    rebuild(shop.options)

    assert changes(load(shop.options)) == {"Customer": (0, 0, 0), "Product": (0, 0, 0), "PURCHASED": (0, 0, 0)}
