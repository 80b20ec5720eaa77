"""What is expected of graph marts, checked by real checkpoints on Spark before a real server is touched."""

import json
from dataclasses import replace

import pytest

from graph_loader.inspection import UnfitMartsError
from graph_loader.operations import load
from lakegraph.runtime import ops
from lakegraph.runtime.expectations import data_docs_index
from lakegraph.runtime.settings import settings
from tests.support.graph import content, counts
from tests.support.marts import edge, model, node

pytestmark = pytest.mark.slow

# by hand, out of the shop's 12 purchases: 1 without a customer, 4 of two keys that come twice
NOT_KEPT = {
    ("edge_purchased", "customer_id, product_id, order_id, line_number are unique in all of the rows", "MEDIUM", 12, 4),
    (
        "edge_purchased",
        "customer_id, product_id, order_id, line_number are unique in 0.9 or more of the rows",
        "HIGH",
        12,
        4,
    ),
}


def checking(shop, env="dev"):
    return replace(shop.options, expectations=True, settings=settings(lake=shop.lake, env=env))


def results(shop):
    return ops.read(shop.options.settings.ops, "expectation_results")


def not_kept(shop):
    return {
        (row["asset"], row["description"], row["severity"], row["checked"], row["unexpected"])
        for row in results(shop)
        if not row["success"]
    }


def last_log(shop):
    rows = [row for row in ops.read(shop.options.settings.ops, "processing_log") if row["step"] == "load"]
    return max(rows, key=lambda row: row["started_at"])


def test_each_mart_is_checked_as_declared_and_dev_loads_with_a_warning(shop, empty_graph, capsys):
    report = load(checking(shop))

    assert not_kept(shop) == NOT_KEPT
    by_mart = {}
    for row in results(shop):
        assert (row["run_id"], row["stage"], row["batch_id"]) == (report.run_id, "graph", None)
        by_mart.setdefault(row["asset"], []).append(row["description"])
    assert by_mart["node_customer"] == [
        "age is INTEGER, as the contract says",
        "signup_date is DATE, as the contract says",
        "customer_id is there in all of the rows",
        "customer_id is there in 0.9 or more of the rows",
        "customer_id is unique in all of the rows",
        "customer_id is unique in 0.9 or more of the rows",
    ]
    assert "customer_id is there in 0.9 or more of the rows" in by_mart["edge_purchased"]
    told = json.loads(report.as_json())["expectations"]
    assert (told["checked"], len(told["failed"]), told["blocks"]) == (len(results(shop)), 2, False)
    assert counts(empty_graph) == {"Customer": 3, "Product": 2, "PURCHASED": 5}
    assert data_docs_index(shop.lake, "graph").is_file()
    log = last_log(shop)
    assert (log["run_id"], log["status"], log["records_read"]) == (report.run_id, "succeeded", 17)
    assert (log["records_valid"], log["records_quarantined"]) == (10, 7)


def test_prod_stops_before_the_first_write(shop, empty_graph):
    before = content(empty_graph)

    with pytest.raises(UnfitMartsError, match=r"edge_purchased: customer_id, .* \(HIGH; 4 of 12 are not\)"):
        load(checking(shop, "prod"))

    assert content(empty_graph) == before == ([], [])
    assert counts(empty_graph) == {}
    [run] = ops.read(shop.options.settings.ops, "graph_runs")
    assert run["status"] == "failed"
    assert json.loads(run["report"])["expectations"]["blocks"] is True
    assert not_kept(shop) == NOT_KEPT
    log = last_log(shop)
    assert log["status"] == "failed"
    assert log["error"].startswith("Nothing was written to the graph, for the marts are not as expected: ")
    assert len(ops.read(shop.options.settings.ops, "graph_rejected_rows")) == 7


def test_an_emptied_mart_stops_a_load_in_prod_unless_it_is_meant(shop, empty_graph):
    shop.forget("edge_purchased")
    load(checking(shop, "prod"))
    shop.sql("delete from graph_ready.node_customer")
    before = content(empty_graph)

    with pytest.raises(UnfitMartsError, match=r"node_customer: has rows, for the graph holds 3 of them \(CRITICAL"):
        load(checking(shop, "prod"))
    assert content(empty_graph) == before

    report = load(replace(checking(shop, "prod"), expectations=False))
    assert report.expectations is None
    assert counts(empty_graph) == {"Product": 2}


def test_one_null_among_many_is_told_and_most_of_them_stop_a_load(shop, empty_graph):
    shop.forget("edge_purchased")
    shop.make(
        "node_product",
        node("Product", "product_id"),
        "select case when n > 1 then 'P' || n end as product_id, n as stock from range(1, 21) as t (n)",
    )
    told = load(checking(shop, "prod")).expectations
    assert [(each.severity, each.checked, each.unexpected) for each in told.failed] == [("MEDIUM", 20, 1)]
    assert not told.blocks
    shop.sql("update graph_ready.node_product set product_id = null where stock > 17")

    with pytest.raises(
        UnfitMartsError, match=r"product_id is there in 0.9 or more of the rows \(HIGH; 4 of 20 are not\)"
    ):
        load(checking(shop, "prod"))

    assert counts(empty_graph)["Product"] == 19


def test_results_name_the_batch_that_the_marts_are_as_of(shop):
    shop.sql("create table graph_ready.batch_as_of as select 'batch_7' as batch_id")
    shop.declare(model("batch_as_of", None))

    load(checking(shop))

    assert {row["batch_id"] for row in results(shop)} == {"batch_7"}
    assert last_log(shop)["batch_id"] == "batch_7"


def test_no_value_of_the_marts_gets_into_results_or_data_docs(shop):
    shop.make(
        "edge_again",
        edge("AGAIN", ("Customer", "customer_id"), ("Product", "product_id")),
        "select 'Zoë' as customer_id, 'P1' as product_id union all select 'Zoë', 'P1'",
    )

    load(checking(shop))

    pages = "".join(page.read_text() for page in data_docs_index(shop.lake, "graph").parent.rglob("*.html"))
    assert "edge_again" in pages
    assert "Zoë" not in pages + json.dumps(results(shop), default=str, ensure_ascii=False)


def test_rows_that_are_still_the_same_are_not_checked_again(shop):
    def checked_at() -> dict[str, set]:
        rows = [row for row in results(shop) if row["run_id"] == report.run_id]
        assert {row["asset"] for row in rows} == {"node_customer", "node_product", "edge_purchased"}
        return {asset: {row["checked_at"] for row in rows if row["asset"] == asset} for asset in by_asset(rows)}

    def by_asset(rows) -> set[str]:
        return {row["asset"] for row in rows}

    # the first load expects no rows of an empty graph's marts, the second one does
    load(checking(shop))
    report = load(checking(shop))
    before, found = checked_at(), not_kept(shop)
    report = load(checking(shop))
    again = checked_at()
    shop.sql("update graph_ready.node_customer set customer_id = null where customer_id = 'C3'")
    report = load(checking(shop))
    after = checked_at()

    assert again == before and found == NOT_KEPT
    assert {asset for asset in after if after[asset] != before[asset]} == {"node_customer"}
    new = {row["description"] for row in results(shop) if row["run_id"] == report.run_id and not row["success"]}
    assert {"customer_id is there in all of the rows", "customer_id is there in 0.9 or more of the rows"} <= new
