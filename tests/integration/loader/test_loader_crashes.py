"""A load that breaks off anywhere: one more makes the graph equal to its marts, whatever the marts did in between."""

import json
import shutil

import pytest

from graph_loader.ledger_state import LedgerError
from graph_loader.operations import compare, load, plan
from graph_loader.rebuild import rebuild
from lakegraph.runtime import ops
from tests.support.crashes import STAGES, Crash
from tests.support.graph import query

pytestmark = pytest.mark.slow


CHANGE = """
    update graph_ready.node_customer set name = 'Anna' where customer_id = 'C1';
    insert into graph_ready.node_customer values ('C4', 'New', 1, null), ('C9', 'Nine', 9, null);
    delete from graph_ready.node_customer where customer_id = 'C3';
    update graph_ready.node_product set price = 20 where product_id = 'P1';
    insert into graph_ready.node_product values ('P9', 'Chair', 1);
    delete from graph_ready.edge_purchased where order_id = 'O2';
    update graph_ready.edge_purchased set quantity = 9 where order_id = 'O1';
"""
# what was new has gone again, what had changed is as before, what had gone is back
CHANGE_BACK = """
    update graph_ready.node_customer set name = 'Ann' where customer_id = 'C1';
    delete from graph_ready.node_customer where customer_id in ('C4', 'C9');
    insert into graph_ready.node_customer values ('C3', 'Zoë "Z" O''Hara', 45, null);
    update graph_ready.node_product set price = 19.99 where product_id = 'P1';
    delete from graph_ready.node_product where product_id = 'P9';
    insert into graph_ready.edge_purchased values ('C1', 'P1', 'O2', 1, 1, 'orders.csv', 3, 'batch_1');
    update graph_ready.edge_purchased set quantity = 2 where order_id = 'O1';
"""


def assert_graph_equals_marts(shop, target):
    """Compare with the marts' rows, worked out here in plain Python."""
    customers = shop.rows("select customer_id, name, age from graph_ready.node_customer")
    products = shop.rows("select product_id, name, price::double from graph_ready.node_product")
    known_customers, known_products = {row[0] for row in customers}, {row[0] for row in products}
    rows = shop.rows("select customer_id, product_id, order_id, line_number, quantity from graph_ready.edge_purchased")
    fit = {row for row in rows if row[0] in known_customers and row[1] in known_products}
    conflicts = {row[:4] for row in fit if any(other[:4] == row[:4] and other != row for other in fit)}
    texts = {
        "MATCH (n:Customer) RETURN [n.customer_id, n.name, n.age] AS row": customers,
        "MATCH (n:Product) RETURN [n.product_id, n.name, n.price] AS row": products,
        "MATCH (c:Customer)-[r:PURCHASED]->(p:Product) RETURN "
        "[c.customer_id, p.product_id, r.order_id, r.line_number, r.quantity] AS row": [
            r for r in fit if r[:4] not in conflicts
        ],
        "MATCH (n) WHERE NOT n:Customer AND NOT n:Product AND NOT n:LakegraphMetadata RETURN [n] AS row": [],
    }
    for text, expected in texts.items():
        assert sorted(map(repr, (tuple(row["row"]) for row in query(target, text)))) == sorted(
            map(repr, map(tuple, expected))
        )


@pytest.mark.parametrize("stage", STAGES)
def test_one_more_load_makes_it_right(shop, empty_graph, monkeypatch, stage):
    load(shop.options)
    shop.sql(CHANGE)
    with monkeypatch.context() as planted, pytest.raises(Crash):
        STAGES[stage](planted)
        load(shop.options)
    shop.sql(CHANGE_BACK)

    report = load(shop.options)

    assert_graph_equals_marts(shop, empty_graph)
    assert all(agreement.agrees and not agreement.others for agreement in report.agreements)
    runs = ops.read(shop.options.settings.ops, "graph_runs")
    assert sorted(run["status"] for run in runs) == ["failed", "succeeded", "succeeded"]


def test_a_first_load_may_break_off_twice(shop, empty_graph, monkeypatch):
    for stage in ("in the middle of nodes", "in the middle of edges"):
        with monkeypatch.context() as planted, pytest.raises(Crash):
            STAGES[stage](planted)
            load(shop.options)
        shop.sql("delete from graph_ready.node_customer where customer_id = 'C1'")

    report = load(shop.options)
    again = load(shop.options)

    assert_graph_equals_marts(shop, empty_graph)
    assert all(agreement.agrees and not agreement.others for agreement in report.agreements)
    assert {(row.created, row.updated, row.deleted) for row in again.counts} == {(0, 0, 0)}
    generations = [child.name for child in (shop.options.settings.ledger / "lakegraph").iterdir() if child.is_dir()]
    assert generations == ["3"]


def attempt_of(target) -> str:
    [row] = query(target, "MATCH (m:LakegraphMetadata) RETURN m.attempt AS attempt")
    return row["attempt"]


def test_a_ledger_from_before_a_load_that_broke_off_is_refused(shop, empty_graph, monkeypatch):
    load(shop.options)
    ledger = shop.options.settings.ledger / "lakegraph"
    assert attempt_of(empty_graph) == json.loads((ledger / "pointer.json").read_text())["attempt"] != ""
    shutil.copytree(ledger, shop.lake / "copy")
    shop.sql("insert into graph_ready.node_customer values ('C4', 'New', 1, null)")
    with monkeypatch.context() as planted, pytest.raises(Crash):
        STAGES["between nodes and edges"](planted)
        shop.sql("update graph_ready.edge_purchased set quantity = 9 where order_id = 'O1'")
        shop.sql("update graph_ready.node_product set price = 20 where product_id = 'P1'")
        load(shop.options)
    [pending] = json.loads((ledger / "pointer.json").read_text())["pending"]
    assert attempt_of(empty_graph) == pending["id"]
    broken_off = ledger.rename(shop.lake / "broken off")
    (shop.lake / "copy").rename(ledger)
    # of which the copy of the ledger would never know
    shop.sql("delete from graph_ready.node_customer where customer_id = 'C4'")

    for run in (load, plan, compare):
        with pytest.raises(
            LedgerError, match=r"last written by a load that .* does not know.*reconcile --rebuild-ledger"
        ):
            run(shop.options)

    assert attempt_of(empty_graph) == pending["id"]
    shutil.rmtree(ledger)
    broken_off.rename(ledger)
    load(shop.options)
    assert_graph_equals_marts(shop, empty_graph)
    assert attempt_of(empty_graph) == json.loads((ledger / "pointer.json").read_text())["attempt"] != pending["id"]


def test_a_copy_of_the_ledger_that_began_another_attempt_of_the_same_number_is_refused(shop, empty_graph, monkeypatch):
    load(shop.options)
    ledger = shop.options.settings.ledger / "lakegraph"
    shutil.copytree(ledger, shop.lake / "copy")
    shop.sql(CHANGE)
    with monkeypatch.context() as planted, pytest.raises(Crash):
        STAGES["before the graph knows of the attempt"](planted)
        load(shop.options)
    begun = ledger.rename(shop.lake / "begun")
    (shop.lake / "copy").rename(ledger)
    load(shop.options)
    ledger.rename(shop.lake / "ended")
    begun.rename(ledger)

    with pytest.raises(LedgerError, match="last written by a load that"):
        load(shop.options)

    rebuild(shop.options)
    load(shop.options)
    assert_graph_equals_marts(shop, empty_graph)
