"""What a load refuses, and what reconciling finds."""

import errno
import fcntl
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from graph_loader.connection import GraphError
from graph_loader.ledger_state import LedgerError
from graph_loader.marts import WarehouseError
from graph_loader.operations import compare, load, plan
from graph_loader.problems import DeclarationError
from graph_loader.reconcile import GraphDiffersError
from lakegraph.runtime import ops
from lakegraph.runtime.errors import ConfigurationError
from tests.support.graph import content, counts, query
from tests.support.marts import model, node

pytestmark = pytest.mark.slow


def command(shop, *arguments: str) -> subprocess.CompletedProcess:
    """The command line on a shop's lake and server."""
    neo4j = shop.options.neo4j
    env = {**os.environ, "NEO4J_URI": neo4j.uri, "NEO4J_USERNAME": neo4j.username, "NEO4J_PASSWORD": neo4j.password}
    line = [
        sys.executable,
        "-m",
        "graph_loader",
        *arguments,
        "--lake",
        str(shop.lake),
        "--manifest",
        str(shop.manifest),
    ]
    return subprocess.run(line, env=env, capture_output=True, text=True, check=False)


def test_reconcile_finds_what_others_deleted_and_the_command_fails(shop, empty_graph):
    load(shop.options)
    assert all(agreement.agrees for agreement in compare(shop.options))
    query(empty_graph, "MATCH (n:Customer {customer_id: 'C3'}) DETACH DELETE n")
    before = content(empty_graph)

    found = {agreement.name: agreement for agreement in compare(shop.options)}
    done = command(shop, "reconcile", "--json")

    assert (found["Customer"].expected, found["Customer"].in_graph, found["Customer"].missing) == (3, 2, 1)
    assert (found["PURCHASED"].expected, found["PURCHASED"].in_graph, found["PURCHASED"].missing) == (5, 3, 2)
    assert found["Product"].agrees
    assert done.returncode == 1
    assert "error: The graph differs from its marts: Customer: 3 expected, 2 in the graph (1 missing); " in done.stderr
    assert [row["missing"] for row in json.loads(done.stdout)] == [1, 0, 2]
    assert content(empty_graph) == before
    with pytest.raises(GraphDiffersError, match=r"Customer: 3 expected, 2 in the graph \(1 missing\)"):
        load(shop.options)
    failed = max(ops.read(shop.options.settings.ops, "graph_runs"), key=lambda run: run["started_at"])
    assert (failed["status"], failed["error"].split(":")[0]) == ("failed", "GraphDiffersError")


def test_reconcile_looks_at_keys_where_the_numbers_are_the_same(shop, empty_graph):
    load(shop.options)
    query(
        empty_graph, "MATCH (c:Customer {customer_id: 'C2'}) DETACH DELETE c CREATE (:Customer {customer_id: 'theirs'})"
    )

    found = {agreement.name: agreement for agreement in compare(shop.options)}

    customers = found["Customer"]
    assert (customers.expected, customers.in_graph, customers.missing, customers.others) == (3, 2, 1, 1)
    assert [name for name, agreement in found.items() if agreement.agrees] == ["Product"]


def test_edges_of_others_between_other_labels_are_neither_drift_nor_in_place_of_ours(shop, empty_graph):
    load(shop.options)
    query(empty_graph, "CREATE (:Shop)-[:PURCHASED]->(:Stock), (:Shop)-[:PURCHASED]->(:Product {product_id: 'X'})")

    agreements = {agreement.name: agreement for agreement in load(shop.options).agreements}

    found = agreements["PURCHASED"]
    assert (found.agrees, found.expected, found.in_graph, found.others) == (True, 5, 5, 2)
    query(empty_graph, "MATCH (:Customer)-[r:PURCHASED]->() WHERE r.order_id IN ['O1', 'O2'] DELETE r")
    # as many edges of the type as there are to be
    with pytest.raises(GraphDiffersError, match=r"PURCHASED: 5 expected, 3 in the graph \(2 missing\)"):
        load(shop.options)


def test_reconcile_finds_double_edges_and_marts_that_went_on(shop, empty_graph):
    load(shop.options)
    query(
        empty_graph,
        """
        MATCH (c:Customer {customer_id: 'C2'})-[r:PURCHASED]->(p)
        CREATE (c)-[twin:PURCHASED]->(p) SET twin = properties(r)
        """,
    )
    shop.sql("""
        update graph_ready.node_customer set name = 'Anna' where customer_id = 'C1';
        delete from graph_ready.node_product where product_id = 'P2';
        insert into graph_ready.node_product values ('P3', 'Chair', 1);
    """)

    found = {agreement.name: agreement for agreement in compare(shop.options)}

    assert (found["Customer"].outdated, found["Customer"].missing, found["Customer"].stale) == (1, 0, 0)
    assert (found["Product"].expected, found["Product"].missing, found["Product"].stale) == (2, 1, 1)
    # C2's purchase of P2 and its twin, and C3's, have lost their product
    assert (found["PURCHASED"].expected, found["PURCHASED"].stale) == (3, 3)
    shop.sql("insert into graph_ready.node_product values ('P2', 'Desk', 250.0)")
    assert {agreement.name: agreement.surplus for agreement in compare(shop.options)}["PURCHASED"] == 1


def test_a_ledger_of_another_graph_or_time_is_refused(shop, empty_graph):
    load(shop.options)
    pointer = shop.options.settings.ledger / "lakegraph" / "pointer.json"
    old = pointer.read_text()
    shop.sql("update graph_ready.node_customer set name = 'Anna' where customer_id = 'C1'")
    load(shop.options)
    before = content(empty_graph)

    new = pointer.read_text()
    pointer.write_text(old)
    with pytest.raises(LedgerError, match=r"is at generation 2, but the ledger in .* is at 1"):
        load(shop.options)
    pointer.unlink()
    with pytest.raises(LedgerError, match=r"was written with ledger .*, which is not in"):
        load(shop.options)
    pointer.write_text("{")
    with pytest.raises(LedgerError, match="not readable as a ledger"):
        load(shop.options)
    pointer.write_text(new)
    query(empty_graph, "MATCH (n:LakegraphMetadata) DELETE n")
    with pytest.raises(LedgerError, match="is of another graph"):
        load(shop.options)
    assert content(empty_graph) == before


def test_an_emptied_graph_is_loaded_anew_and_its_ledger_kept_aside(shop, empty_graph, capsys):
    load(shop.options)
    ledger = shop.lake / "ledger" / "lakegraph"
    before = {file.relative_to(ledger): file.read_bytes() for file in ledger.rglob("*") if file.is_file()}
    query(empty_graph, "MATCH (n) DETACH DELETE n")

    report = load(shop.options)

    [aside] = ledger.parent.glob("lakegraph.replaced-*")
    del before[Path("lock")]
    assert {file.relative_to(aside): file.read_bytes() for file in aside.rglob("*") if file.is_file()} == before
    assert f"the old one is in {aside}" in capsys.readouterr().err
    assert [row.created for row in report.counts] == [3, 2, 5]
    assert counts(empty_graph) == {"Customer": 3, "Product": 2, "PURCHASED": 5}


def test_a_key_that_others_hold_twice_is_told(shop, empty_graph):
    query(empty_graph, "CREATE (:Customer {customer_id: 'C1'}), (:Customer {customer_id: 'C1'})")

    with pytest.raises(GraphError, match="Customer"):
        load(shop.options)

    assert counts(empty_graph) == {"Customer": 2}


def test_the_marts_are_judged_by_their_real_columns_before_anything_is_touched(shop, empty_graph):
    shop.sql("""
        alter table graph_ready.node_customer alter age type varchar;
        alter table graph_ready.node_product rename product_id to id;
    """)

    with pytest.raises(DeclarationError) as caught:
        load(shop.options)

    assert [f"{problem.model.name}: {problem.yaml_key}: {problem.text}" for problem in caught.value.problems] == [
        "node_product: config.meta.graph.key[0]: the model has no column 'product_id'",
        "node_customer: columns.age.data_type: says INTEGER, but the mart has VARCHAR: build it again",
    ]
    assert query(empty_graph, "MATCH (n) RETURN n") == []
    assert query(empty_graph, "SHOW CONSTRAINTS") == []


def test_a_warehouse_that_is_missing_busy_or_incomplete_is_told(shop, tmp_path):
    nowhere = replace(shop.options, settings=shop.options.settings.model_copy(update={"lake": tmp_path / "nowhere"}))
    with pytest.raises(ConfigurationError, match=r"There is no warehouse at .*nowhere"):
        load(nowhere)
    assert not (tmp_path / "nowhere").exists()

    held = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    writer = [sys.executable, "-c", held, str(shop.lake / "warehouse.duckdb")]
    with subprocess.Popen(writer, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "open\n"
        with pytest.raises(WarehouseError, match=r"Another process writes .*warehouse"):
            load(shop.options)
        process.stdin.close()

    shop.declare(model("node_ghost", node("Ghost", "id"), {"id": "varchar"}))
    with pytest.raises(
        WarehouseError,
        match=r"Model node_ghost has no relation graph_ready.node_ghost .* `dbt build --select node_ghost`",
    ):
        load(shop.options)
    (shop.lake / "warehouse.duckdb").write_bytes(b"no database at all" * 100)
    with pytest.raises(WarehouseError, match="cannot be opened as a DuckDB database"):
        load(shop.options)


def test_two_loads_at_once_are_refused(shop):
    folder = shop.options.settings.ledger / "lakegraph"
    folder.mkdir(parents=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LedgerError, match="Another load uses the ledger"):
            load(shop.options)


@pytest.mark.parametrize("number", [errno.ENOTSUP, errno.ENOLCK])
def test_a_disk_that_knows_no_locks_holds_no_other_load(shop, empty_graph, monkeypatch, number):
    def flock(handle, operation):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", flock)
        report = load(shop.options)

    assert report.status == "succeeded"
    assert sum(counts(empty_graph).values()) == sum(row.in_graph for row in report.counts) > 0


def test_where_there_are_no_locks_plan_leaves_alone_what_a_load_may_be_staging(shop, empty_graph, monkeypatch):
    load(shop.options)
    shop.sql("update graph_ready.node_customer set name = 'Anna' where customer_id = 'C1'")
    ledger = shop.options.settings.ledger / "lakegraph"
    # of a load that goes on: the next generation's rows of the first label, and of one more
    staged = [ledger / "2" / name / "part-0.parquet" for name in ("0", "9")]
    for file in staged:
        file.parent.mkdir(parents=True)
        file.write_text("a load's own")

    def flock(handle, operation):
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", flock)
        found = plan(shop.options)
        agreements = compare(shop.options, deep=True)

    assert [file.read_text() for file in staged] == ["a load's own"] * 2
    assert [change.counts.updated for change in found.changes] == [1, 0, 0]
    assert [agreement.outdated for agreement in agreements] == [1, 0, 0]
    assert [child.name for child in ledger.parent.iterdir()] == ["lakegraph"]
    # with a lock there is no other load, and what was left is swept
    plan(shop.options)
    assert not any(file.exists() for file in staged)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"uri": "bolt://127.0.0.1:1"}, "127.0.0.1:1 does not answer: .*lakegraph neo4j status"),
        ({"uri": "http://127.0.0.1:1"}, "is no Neo4j address.*NEO4J_URI"),
        ({"password": "not-the-word"}, "refuses the login of user 'neo4j'.*NEO4J_PASSWORD"),
        ({"database": "nowhere"}, "has no database 'nowhere'.*NEO4J_DATABASE"),
    ],
)
def test_a_neo4j_that_cannot_be_used_is_told_before_the_warehouse_is_read(shop, change, said):
    (shop.lake / "warehouse.duckdb").unlink()

    with pytest.raises(GraphError, match=said) as caught:
        load(shop.with_options(neo4j=replace(shop.options.neo4j, **change)))

    assert "not-the-word" not in str(caught.value)


def test_the_command_loads_and_shows_what_it_did(shop, empty_graph):
    done = command(shop)

    assert done.returncode == 0, done.stderr
    assert "[PURCHASED]" in done.stdout
    assert "PURCHASED: 2 rejected, missing_from" in done.stdout
    assert "write Customer: 3 rows" in done.stderr
    assert "Traceback" not in done.stderr
    assert shop.options.neo4j.password not in done.stdout + done.stderr
    assert counts(empty_graph) == {"Customer": 3, "Product": 2, "PURCHASED": 5}


def test_reconciling_an_emptied_graph_tells_and_forgets_nothing(shop, empty_graph):
    load(shop.options)
    folder = shop.options.settings.ledger / "lakegraph"
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    query(empty_graph, "MATCH (n) DETACH DELETE n")

    agreements = compare(shop.options)

    assert [(agreement.name, agreement.missing) for agreement in agreements] == [
        ("Customer", 3),
        ("Product", 2),
        ("PURCHASED", 5),
    ]
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before
    assert query(empty_graph, "MATCH (n) RETURN n") == []


def test_a_graph_of_another_id_keeps_its_labels_to_itself(shop, empty_graph):
    load(shop.options)
    before = content(empty_graph)
    shop.sql("delete from graph_ready.node_product where product_id = 'P2'")
    theirs = shop.with_options(graph_id="theirs", allow_deletes=frozenset({"all"}))

    for command_ in (load, plan):
        with pytest.raises(
            LedgerError,
            match=r"'theirs' would write Customer, Product, which belongs to the graph 'lakegraph' .* DELETE m`",
        ):
            command_(theirs)

    assert content(empty_graph) == before
    assert not (shop.lake / "ledger" / "theirs" / "pointer.json").exists()
    query(empty_graph, "MATCH (m:LakegraphMetadata {graph_id: 'lakegraph'}) DELETE m")
    load(theirs)
    with pytest.raises(LedgerError, match="which belongs to the graph 'theirs'"):
        load(shop.options)


def test_graphs_of_two_ids_live_beside_each_other(shop, empty_graph):
    load(shop.options)
    for model_ in ("node_customer", "node_product", "edge_purchased"):
        shop.forget(model_)
    shop.make("node_place", node("Place", "place_id"), "select 'X' as place_id")

    load(shop.with_options(graph_id="places"))

    assert counts(empty_graph) == {"Customer": 3, "Product": 2, "PURCHASED": 5, "Place": 1}
    with pytest.raises(LedgerError, match="'lakegraph' would write Place"):
        load(shop.options)
