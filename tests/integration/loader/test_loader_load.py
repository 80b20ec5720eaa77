"""Loads on a real server: what arrives, what changes, what leaves again, and what is set aside."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from graph_loader import plan
from graph_loader.difference import difference
from graph_loader.operations import load
from lakegraph.runtime import ops
from tests.support.graph import connected, content, counts, query
from tests.support.marts import edge, node

pytestmark = [pytest.mark.slow, pytest.mark.core]

FIT_PURCHASES = [
    ("C1", "P1", "O1", 1, 2),
    ("C1", "P1", "O2", 1, 1),
    ("C2", "P2", "O3", 1, 1),
    ("C3", "P1", "O4", 1, 5),
    ("C3", "P2", "O10", 1, 7),
]
# reason and detail by order id; lines count from 2, in the order in which the mart was made
REJECTED_PURCHASES = {
    ("O5", 6, "missing_from", "no Customer with customer_id = C9"),
    ("O6", 7, "missing_to", "no Product with product_id = P9"),
    ("O7", 8, "missing_from", "no Customer with customer_id = C8"),
    ("O8", 9, "null_key", "customer_id is null"),
    ("O9", 10, "duplicate_key", "rows with this key have different values"),
    ("O9", 11, "duplicate_key", "rows with this key have different values"),
    ("O10", 13, "duplicate_key", "the same row comes more than once"),
}


def of(report, name: str) -> tuple[int, ...]:
    """Sent, created, updated, unchanged, rejected and deleted of one label or type."""
    found = next(counts for counts in report.counts if counts.name == name)
    assert found.sent == found.created + found.updated + found.unchanged + found.rejected
    return (found.sent, found.created, found.updated, found.unchanged, found.rejected, found.deleted)


def purchases(target) -> list[tuple]:
    text = """
        MATCH (c:Customer)-[r:PURCHASED]->(p:Product)
        RETURN [c.customer_id, p.product_id, r.order_id, r.line_number, r.quantity] AS row, size(keys(r)) AS properties
    """
    found = query(target, text)
    assert {row["properties"] for row in found} <= {3}
    return sorted(tuple(row["row"]) for row in found)


def test_a_first_load_writes_what_is_fit_and_sets_the_rest_aside_with_reasons(shop, empty_graph):
    report = load(shop.options)

    customers = query(empty_graph, "MATCH (n:Customer) RETURN properties(n) AS n ORDER BY n.customer_id")
    assert [
        row["n"] | ({"signup_date": row["n"]["signup_date"].to_native()} if "signup_date" in row["n"] else {})
        for row in customers
    ] == [
        {"customer_id": "C1", "name": "Ann", "age": 31, "signup_date": date(2024, 1, 2)},
        {"customer_id": "C2", "name": "Bob", "signup_date": date(2024, 2, 3)},
        {"customer_id": "C3", "name": 'Zoë "Z" O\'Hara', "age": 45},
    ]
    assert purchases(empty_graph) == sorted(FIT_PURCHASES)
    assert of(report, "Customer") == (3, 3, 0, 0, 0, 0)
    assert of(report, "Product") == (2, 2, 0, 0, 0, 0)
    assert of(report, "PURCHASED") == (12, 5, 0, 0, 7, 0)
    rejected = ops.read(shop.options.settings.ops, "graph_rejected_rows")
    assert {
        (json.loads(row["row_json"])["order_id"], row["source_line"], row["reason"], row["detail"]) for row in rejected
    } == REJECTED_PURCHASES
    assert {
        (row["run_id"], row["model"], row["kind"], row["name"], row["source_file"], row["batch_id"]) for row in rejected
    } == {(report.run_id, "edge_purchased", "edge", "PURCHASED", "orders.csv", "batch_1")}
    null_key = next(row for row in rejected if row["reason"] == "null_key")
    assert null_key["row_key"] == "customer_id=null, product_id=P1, order_id=O8, line_number=1"
    assert json.loads(null_key["row_json"]) == {
        "customer_id": None,
        "product_id": "P1",
        "order_id": "O8",
        "line_number": 1,
        "quantity": 1,
    }


def test_the_report_is_a_json_file_and_rows_of_operational_tables(shop):
    report = load(shop.options)

    folder = shop.options.settings.ops
    file = json.loads((folder / "reports" / f"{report.run_id}.json").read_text())
    run, counted = ops.read(folder, "graph_runs"), ops.read(folder, "graph_row_counts")
    assert file == json.loads(report.as_json())
    assert [(row["run_id"], row["graph_id"], row["status"], row["error"]) for row in run] == [
        (report.run_id, "lakegraph", "succeeded", None)
    ]
    assert json.loads(run[0]["report"]) == file
    assert [(row["name"], row["sent"], row["created"], row["rejected"], row["in_graph"]) for row in counted] == [
        ("Customer", 3, 3, 0, 3),
        ("Product", 2, 2, 0, 2),
        ("PURCHASED", 12, 5, 7, 5),
    ]
    assert shop.options.neo4j.password not in json.dumps(file)
    written = {timing["step"]: timing["rows"] for timing in file["timings"] if timing["step"].startswith("write")}
    assert written == {"write Customer": 3, "write Product": 2, "write PURCHASED": 5}


def test_a_second_load_writes_nothing(shop, empty_graph):
    load(shop.options)
    before = content(empty_graph)
    pointer = shop.options.settings.ledger / "lakegraph" / "pointer.json"
    ledger = pointer.read_text()

    # another transaction holds every node and edge but the one with the lease: whatever wrote one would have to wait for it
    with connected(empty_graph) as driver, driver.session() as session, session.begin_transaction() as holding:
        holding.run("MATCH (n) WHERE NOT n:LakegraphMetadata SET n.held = true").consume()
        holding.run("MATCH ()-[r]->() SET r.held = true").consume()
        with ThreadPoolExecutor() as pool:
            loading = pool.submit(load, shop.options)
            try:
                report = loading.result(timeout=120)
            finally:
                holding.rollback()

    assert of(report, "Customer") == (3, 0, 0, 3, 0, 0)
    assert of(report, "Product") == (2, 0, 0, 2, 0, 0)
    assert of(report, "PURCHASED") == (12, 0, 0, 5, 7, 0)
    assert content(empty_graph) == before
    assert pointer.read_text() == ledger


def test_changed_new_and_vanished_rows_and_properties_follow_their_mart(shop, empty_graph):
    load(shop.options)
    shop.sql("""
        update graph_ready.node_customer set name = 'Anna', age = null where customer_id = 'C1';
        insert into graph_ready.node_customer values ('C9', 'Nina', 20, null);
        delete from graph_ready.node_product where product_id = 'P2';
        update graph_ready.edge_purchased set quantity = 3 where order_id = 'O2';
        delete from graph_ready.edge_purchased where order_id = 'O4';
    """)

    report = load(shop.options)

    assert of(report, "Customer") == (4, 1, 1, 2, 0, 0)
    assert of(report, "Product") == (1, 0, 0, 1, 0, 1)
    # O5 has its customer now; O3 and O10 lost their product, O4 its row
    assert of(report, "PURCHASED") == (11, 1, 1, 1, 8, 3)
    assert purchases(empty_graph) == [("C1", "P1", "O1", 1, 2), ("C1", "P1", "O2", 1, 3), ("C9", "P1", "O5", 1, 1)]
    ann = query(empty_graph, "MATCH (n:Customer {customer_id: 'C1'}) RETURN n.name AS name, keys(n) AS keys")
    assert (ann[0]["name"], sorted(ann[0]["keys"])) == ("Anna", ["customer_id", "name", "signup_date"])
    assert counts(empty_graph) == {"Customer": 4, "Product": 1, "PURCHASED": 3}


def test_what_others_put_into_the_graph_stays(shop, empty_graph):
    load(shop.options)
    query(
        empty_graph,
        """
        MATCH (c:Customer {customer_id: 'C1'}), (p1:Product {product_id: 'P1'}), (p2:Product {product_id: 'P2'})
        SET c.score = 7, p2:Favourite
        CREATE (:Customer {customer_id: 'X1'}), (:Customer {customer_id: 7}), (:Campaign)-[:SHOWS]->(p1),
            (c)-[:PURCHASED]->(p1), (c)-[:PURCHASED]->(:Campaign)
        """,
    )
    shop.sql(
        "delete from graph_ready.node_product; update graph_ready.node_customer set age = 32 where customer_id = 'C1'"
    )

    report = load(shop.options)

    product = next(counts for counts in report.counts if counts.name == "Product")
    assert (product.deleted, product.in_graph, product.left_to_others) == (2, 0, 2)
    others = {agreement.name: (agreement.in_graph, agreement.others) for agreement in report.agreements}
    assert others == {"Customer": (3, 2), "Product": (0, 0), "PURCHASED": (0, 2)}
    left = query(
        empty_graph, "MATCH (n) WHERE n:Favourite OR (:Campaign)-[:SHOWS]->(n) RETURN labels(n) AS l, keys(n) AS k"
    )
    assert sorted((row["l"], row["k"]) for row in left) == [([], []), (["Favourite"], [])]
    assert query(empty_graph, "MATCH (c {customer_id: 'C1'}) RETURN c.score AS score, c.age AS age") == [
        {"score": 7, "age": 32}
    ]


def test_a_node_on_which_others_keep_a_property_stays_with_it_when_its_row_goes(shop, empty_graph):
    query(empty_graph, "CREATE (:Customer {customer_id: 'C3', name: 'theirs', since: 2001})")
    load(shop.options)
    adopted = query(empty_graph, "MATCH (n:Customer {customer_id: 'C3'}) RETURN n.name AS name, n.since AS since")
    query(empty_graph, "MATCH (n:Customer {customer_id: 'C2'}) SET n.score = 7")
    shop.sql("alter table graph_ready.node_customer drop column age")
    shop.make("node_customer", node("Customer", "customer_id"), "select * from graph_ready.node_customer where false")

    report = load(shop.options)

    assert adopted == [{"name": 'Zoë "Z" O\'Hara', "since": 2001}]
    customer = next(counts for counts in report.counts if counts.name == "Customer")
    # C1 had an age, of which no model knows any more, and goes all the same
    assert (customer.deleted, customer.in_graph, customer.left_to_others) == (3, 0, 2)
    left = query(
        empty_graph, "MATCH (n) WHERE NOT n:LakegraphMetadata AND NOT n:Product RETURN labels(n), properties(n)"
    )
    assert sorted((row["labels(n)"], sorted(row["properties(n)"].items())) for row in left) == [
        ([], [("score", 7)]),
        ([], [("since", 2001)]),
    ]
    assert {(row.deleted, row.left_to_others) for row in load(shop.options).counts} == {(0, 0)}


def test_a_dropped_column_and_a_dropped_model_leave_the_graph(shop, empty_graph):
    load(shop.options)
    shop.sql("alter table graph_ready.node_customer drop column age")
    shop.make("node_customer", node("Customer", "customer_id"), "select * from graph_ready.node_customer")
    shop.forget("edge_purchased")

    report = load(shop.options)

    # Bob never had an age: nothing changes for him
    assert of(report, "Customer") == (3, 0, 2, 1, 0, 0)
    assert of(report, "PURCHASED") == (0, 0, 0, 0, 0, 5)
    assert query(empty_graph, "MATCH (n:Customer) WHERE n.age IS NOT NULL RETURN n") == []
    assert counts(empty_graph) == {"Customer": 3, "Product": 2}


def test_empty_marts_make_an_empty_graph(shop, empty_graph):
    for table in ("node_customer", "node_product", "edge_purchased"):
        shop.sql(f"delete from graph_ready.{table}")

    first, second = load(shop.options), load(shop.options)

    assert counts(empty_graph) == {}
    assert {(row.sent, row.in_graph) for row in first.counts + second.counts} == {(0, 0)}


def test_composite_keys_and_any_characters_in_names_and_values(shop, empty_graph):
    label, kind, column = (
        "Über `User` 用户 \\u0041",
        "IS `A` \"FRIEND\" 'OF' \\\\u0060",
        "C:\\users \\u0060 na`me \"x\" 'y' {z}.$1 ß",
    )
    quoted = column.replace('"', '""')
    nasty = "it''s \\ \"quoted\" `ticked` {} $events \n\t 🎉 𝔘"
    for name in ("node_customer", "node_product", "edge_purchased"):
        shop.forget(name)
    shop.make(
        "node_user",
        node(label, "tenant", "id"),
        f"""select * from (values ('t1', 1, '{nasty}'), ('t2', 1, ''), ('t1', 2, null)) as t (tenant, id, "{quoted}")""",
    )
    shop.make(
        "edge_friend",
        edge(kind, (label, "tenant", "id"), (label, "tenant", "friend_id")),
        "select * from (values ('t1', 1, 2), ('t1', 2, 1), ('t2', 1, 2)) as t (tenant, id, friend_id)",
    )

    report = load(shop.options)
    again = load(shop.options)

    users = query(empty_graph, "MATCH (n) WHERE n.tenant IS NOT NULL RETURN labels(n) AS labels, properties(n) AS p")
    assert {row["labels"][0] for row in users} == {label}
    assert sorted(
        (row["p"]["tenant"], row["p"]["id"], row["p"].get(column)) for row in users if row["p"].get(column)
    ) == [("t1", 1, nasty.replace("''", "'"))]
    assert {(row["p"]["tenant"], row["p"]["id"]) for row in users} == {("t1", 1), ("t2", 1), ("t1", 2)}
    friends = query(empty_graph, "MATCH (a)-[r]->(b) RETURN type(r) AS t, a.tenant + a.id + b.tenant + b.id AS ends")
    assert sorted((row["t"], row["ends"]) for row in friends) == [(kind, "t11t12"), (kind, "t12t11")]
    assert of(report, kind) == (3, 2, 0, 0, 1, 0)
    assert of(again, kind) == (3, 0, 0, 2, 1, 0)


def test_rows_with_a_null_key_or_a_repeated_key_are_no_nodes(shop, empty_graph):
    shop.sql("""
        insert into graph_ready.node_customer values
            (null, 'Nobody', 1, null), (null, 'Nobody', 1, null), ('C1', 'Ann', 31, date '2024-01-02'), ('C2', 'Bill', null, null)
    """)

    report = load(shop.options)

    # both rows of C2 differ, so neither is right; one of the equal rows of C1 stays
    assert query(empty_graph, "MATCH (n:Customer) RETURN collect(n.customer_id) AS ids")[0]["ids"] in (
        ["C1", "C3"],
        ["C3", "C1"],
    )
    customer = next(counts for counts in report.counts if counts.name == "Customer")
    assert customer.rejected_by_reason == {"null_key": 2, "duplicate_key": 3}
    assert (customer.sent, customer.created, customer.rejected) == (7, 2, 5)


def test_rows_are_looked_at_again_only_where_they_or_their_ends_have_changed(shop, empty_graph, monkeypatch):
    looked_at = []

    def noted(engine, declaration, *others, **changes):
        looked_at.append(declaration.name)
        return difference(engine, declaration, *others, **changes)

    def counted(report) -> dict:
        return {row.name: (row.unchanged, row.rejected, row.deleted) for row in report.counts}

    monkeypatch.setattr(plan, "difference", noted)
    shop.sql("delete from graph_ready.edge_purchased where order_id not in ('O1', 'O3', 'O4')")
    load(shop.options)
    looked_at.clear()

    assert counted(load(shop.options)) == {"Customer": (3, 0, 0), "Product": (2, 0, 0), "PURCHASED": (3, 0, 0)}
    assert looked_at == []

    shop.sql("delete from graph_ready.node_customer where customer_id = 'C2'")
    assert counted(load(shop.options)) == {"Customer": (2, 0, 1), "Product": (2, 0, 0), "PURCHASED": (2, 1, 1)}
    assert looked_at == ["Customer", "PURCHASED"]

    # a rejected row is tried again, and told of again
    looked_at.clear()
    assert counted(load(shop.options)) == {"Customer": (2, 0, 0), "Product": (2, 0, 0), "PURCHASED": (2, 1, 0)}
    assert looked_at == ["PURCHASED"]
    assert counts(empty_graph) == {"Customer": 2, "Product": 2, "PURCHASED": 2}
