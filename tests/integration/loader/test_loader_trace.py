"""What a load leaves behind for those who look at it later: times, retries, where it wrote to, and no secret."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from graph_loader.connection import GraphError
from graph_loader.guards import BlockedLoadError, Limits
from graph_loader.operations import load
from graph_loader.writer import Writer
from lakegraph.runtime import ops
from tests.support.graph import connected, query
from tests.support.held import holding
from tests.support.marts import node
from tests.support.wire import wire_to

pytestmark = pytest.mark.slow

PEOPLE = "select id, 'n' || (id + {}) as name from range(200) as t (id)"


def test_a_transaction_that_had_to_be_sent_again_is_counted(shop, empty_graph):
    shop.make("node_person", node("Person", "id"), PEOPLE.format(0))
    load(shop.options)
    shop.make("node_person", node("Person", "id"), PEOPLE.format(1))
    blocked = "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN count(*) AS number"

    def hold_then_cut(wire) -> None:
        with connected(empty_graph) as driver, driver.session() as session, session.begin_transaction() as holding:
            holding.run("MATCH (n:Person {id: 100}) SET n.held = true").consume()
            held.set()
            while query(empty_graph, blocked)[0]["number"] == 0 and not over.is_set():
                time.sleep(0.05)
            wire.cut()
            holding.rollback()

    held, over = threading.Event(), threading.Event()
    with wire_to(empty_graph.uri) as wire:
        cutting = threading.Thread(target=hold_then_cut, args=(wire,))
        cutting.start()
        assert held.wait(30)
        try:
            report = load(shop.with_options(neo4j=replace(empty_graph, uri=wire.uri)))
        finally:
            over.set()
            cutting.join()

    assert [(timing.name, timing.rows, timing.retries) for timing in report.timings if timing.writes] == [
        ("Person", 200, 1)
    ]
    people = query(empty_graph, "MATCH (n:Person) RETURN n.id AS id, n.name AS name")
    assert {row["id"]: row["name"] for row in people} == {id: f"n{id + 1}" for id in range(200)}
    folder = shop.options.settings.ops
    run = {row["run_id"]: row for row in ops.read(folder, "graph_runs")}[report.run_id]
    assert (run["rows_written"], run["retries"], json.loads(run["report"])["retries"]) == (200, 1, 1)
    assert abs(float(run["duration_seconds"]) - report.seconds) < 0.001
    counted = {row["name"]: row for row in ops.read(folder, "graph_row_counts") if row["run_id"] == report.run_id}
    assert {name: (row["rows_written"], row["retries"]) for name, row in counted.items()} == {
        "Person": (200, 1), "Customer": (0, 0), "Product": (0, 0), "PURCHASED": (0, 0),
    }  # fmt: skip
    own = [timing.seconds for timing in report.timings if timing.name == "Person"]
    assert len(own) == 2
    assert abs(float(counted["Person"]["seconds"]) - sum(own)) < 0.001
    assert json.loads(run["report"])["configuration"]["neo4j"] == f"{wire.uri}/neo4j"


def test_the_rows_that_are_through_are_known_while_a_write_goes_on(shop, empty_graph, spark):
    rows = 2_000
    people = f"select id, 'n' || (id + {{}}) as name from range({rows}) as t (id)"
    shop.make("node_person", node("Person", "id"), people.format(0))
    load(shop.options)
    shop.make("node_person", node("Person", "id"), people.format(1))
    writer, seen = Writer(spark, empty_graph), 0

    with ThreadPoolExecutor() as pool, holding(empty_graph, "nodes", [rows * 3 // 4]) as held:
        loading = pool.submit(load, shop.with_options(batch_rows=100))
        try:
            held.wait(lambda: not loading.done())
            until = time.monotonic() + 30
            while not seen and time.monotonic() < until:
                seen = writer.records_written()
                time.sleep(0.05)
            still = not loading.done()
        finally:
            held.let_go()
        report = loading.result()

    assert still
    assert 0 < seen < rows
    # nothing is being written any more
    assert writer.records_written() == 0
    assert [(timing.step, timing.rows) for timing in report.timings if timing.writes] == [("write Person", rows)]


def _text_of(file: Path) -> str:
    # what is inside a Parquet file is compressed
    return repr(pq.read_table(file).to_pylist()) if file.suffix == ".parquet" else file.read_bytes().decode("latin-1")


def test_no_password_is_in_the_lake_or_on_the_console(shop, empty_graph, command):
    wrong = "a-wrong-word-that-nobody-may-see"
    done = [
        command(shop, "load", "--json"),
        command(shop, "load", secret=wrong),
        command(shop, "load", uri=f"bolt://neo4j:{wrong}@localhost:1"),
    ]
    with pytest.raises(GraphError):
        load(shop.with_options(neo4j=replace(empty_graph, uri=f"bolt://neo4j:{wrong}@localhost:1")))
    with pytest.raises(BlockedLoadError):
        load(shop.with_options(limits=Limits(1, 0.1)))

    assert [run.returncode for run in done] == [0, 1, 1]
    assert "refuses the login" in done[1].stderr
    assert "NEO4J_URI holds a user name or a password" in done[2].stderr
    texts = [run.stdout + run.stderr for run in done]
    files = [_text_of(file) for file in shop.lake.rglob("*") if file.is_file()]
    assert sum("edge_purchased" in text for text in files) >= 5
    statuses = [row["status"] for row in ops.read(shop.options.settings.ops, "graph_runs")]
    assert sorted(statuses) == ["failed"] * 4 + ["succeeded"]
    for secret in (empty_graph.password, wrong):
        assert not [text for text in texts + files if secret in text]
