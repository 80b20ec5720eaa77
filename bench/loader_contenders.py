"""One contender of the loader's benchmark, in a process of its own: `python -m bench.loader_contenders NAME FOLDER`.

Each is warmed with a few rows, which are deleted again before the time begins, and prints its measurement as its last line.
"""

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import psutil

from bench.harness import Measurement
from bench.loader_marts import (
    EDGE_MART,
    EDGE_VALUES,
    EDGES_PER_NODE,
    LABEL,
    NODE_MART,
    TYPE,
    change_one_percent,
    make_marts,
)

if TYPE_CHECKING:
    from graph_loader.load_options import LoadOptions

WARM_NODES = 2_000
# what the connector's guide advises: large batches, and one partition for relationships
GUIDE_BATCH = 20_000
DRIVER_BATCH, CSV_BATCH, CSV_CONCURRENT, CSV_TRIES = 5_000, 5_000, 2, 10
SAMPLED_S = 0.1
CONSTRAINT = f"CREATE CONSTRAINT account IF NOT EXISTS FOR (n:{LABEL}) REQUIRE n.account_id IS UNIQUE"
MERGE_NODE = f"MERGE (n:{LABEL} {{account_id: row.account_id}}) SET n += row"
MERGE_EDGE = (
    f"MATCH (a:{LABEL} {{account_id: row.payer_id}}) MATCH (b:{LABEL} {{account_id: row.payee_id}}) "
    f"MERGE (a)-[r:{TYPE} {{payment_id: row.payment_id}}]->(b) "
    f"SET {', '.join(f'r.{name} = row.{name}' for name in EDGE_VALUES)}"
)
FORGET = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"


def full(marts: Path, turns: str) -> Measurement:
    """The first load of everything by graph_loader; then, so many times, loads with little and with nothing changed."""
    from graph_loader.operations import load

    _warm_loader()
    with _lake(marts) as options:
        with _measured() as run:
            load(options)
        return replace(run.measurement(), afterwards=_again(options, int(turns)))


def _again(options: "LoadOptions", turns: int) -> dict[str, float]:
    """Loads with one row in a hundred changed, and with nothing changed; the medians of their seconds."""
    from graph_loader.operations import load

    seconds: dict[str, list[float]] = {"one_percent": [], "unchanged": []}
    for turn in range(turns):
        change_one_percent(options.settings.warehouse, turn)
        for found in seconds.values():
            begin = time.perf_counter()
            load(options)
            found.append(time.perf_counter() - begin)
    return {name: median(found) for name, found in seconds.items() if found}


def bulk(marts: Path) -> Measurement:
    """The first load of everything by graph_loader with import files; the time of the server's restart is left out."""
    from graph_loader.operations import load

    _warm_loader()
    with _lake(marts) as options, _measured() as run:
        # so that the server counts as the lake's own
        options.settings.neo4j_home.symlink_to(os.environ["BENCH_NEO4J_HOME"])
        report = load(replace(options, bulk=True))
        run.apart += sum(timing.seconds for timing in report.timings if timing.step == "restart")
    return run.measurement()


def connector_guide(marts: Path) -> Measurement:
    """The connector's keys strategy on a plain Spark session."""
    from lakegraph.runtime.spark import spark_session

    return _beside(partial(_write_by_keys, spark_session("bench")), marts)


def python_driver(marts: Path) -> Measurement:
    """The Python driver, a transaction of 5,000 rows after the other, out of Parquet."""
    return _beside(_write_by_driver, marts)


def load_csv(marts: Path) -> Measurement:
    """LOAD CSV with concurrent transactions, from files that the server reads itself."""
    return _beside(_write_by_csv, marts)


def _beside(write: Callable[[Path], None], marts: Path) -> Measurement:
    """The measurement of what a user would pick instead: warmed with few marts, then timed with all."""
    _cypher(CONSTRAINT)
    with _few_marts() as few:
        write(few)
    _cypher(FORGET)
    with _measured() as run:
        write(marts)
    return run.measurement()


def _write_by_keys(spark, marts: Path) -> None:
    login = {
        "url": os.environ["NEO4J_URI"],
        "authentication.basic.username": os.environ["NEO4J_USERNAME"],
        "authentication.basic.password": os.environ["NEO4J_PASSWORD"],
        "batch.size": str(GUIDE_BATCH),
    }
    node = {"labels": f":{LABEL}", "node.keys": "account_id"}
    edge = {
        "relationship": TYPE,
        "relationship.save.strategy": "keys",
        "relationship.keys": "payment_id",
        "relationship.properties": ",".join(EDGE_VALUES),
    }
    for end, column in (("source", "payer_id"), ("target", "payee_id")):
        edge[f"relationship.{end}.labels"] = f":{LABEL}"
        edge[f"relationship.{end}.save.mode"] = "Match"
        edge[f"relationship.{end}.node.keys"] = f"{column}:account_id"
    for mart, options, tasks in ((NODE_MART, node, 2), (EDGE_MART, edge, 1)):
        rows = spark.read.parquet(str(marts / f"{mart}.parquet")).coalesce(tasks)
        rows.write.format("org.neo4j.spark.DataSource").mode("Overwrite").options(**login, **options).save()


def _write_by_driver(marts: Path) -> None:
    import pyarrow.parquet as pq

    with _driver() as driver, driver.session() as session:
        for mart, statement in ((NODE_MART, MERGE_NODE), (EDGE_MART, MERGE_EDGE)):
            for batch in pq.ParquetFile(marts / f"{mart}.parquet").iter_batches(DRIVER_BATCH):
                rows = batch.to_pylist()
                session.execute_write(
                    lambda tx, rows=rows, statement=statement: tx.run(
                        f"UNWIND $rows AS row {statement}", rows=rows
                    ).consume()
                )


def _write_by_csv(marts: Path) -> None:
    node = (
        f"MERGE (n:{LABEL} {{account_id: row.account_id}}) SET n.name = row.name, n.country = row.country, "
        "n.balance = toFloat(row.balance), n.opened_on = date(row.opened_on)"
    )
    edge = MERGE_EDGE.replace("= row.amount", "= toFloat(row.amount)").replace("= row.paid_on", "= date(row.paid_on)")
    with _driver() as driver, driver.session() as session:
        for mart, statement in ((NODE_MART, node), (EDGE_MART, edge)):
            for _ in range(CSV_TRIES):
                # two transactions that hold an end each may deadlock; this server's Cypher cannot try one again
                told = session.run(
                    f"LOAD CSV WITH HEADERS FROM '{(marts / mart).as_uri()}.csv' AS row CALL (row) {{ {statement} }} "
                    f"IN {CSV_CONCURRENT} CONCURRENT TRANSACTIONS OF {CSV_BATCH} ROWS "
                    "ON ERROR CONTINUE REPORT STATUS AS status "
                    "WITH status WHERE NOT status.committed RETURN collect(DISTINCT status.errorMessage) AS errors"
                ).single()["errors"]
                if not told:
                    break
            else:
                raise RuntimeError(f"LOAD CSV of {mart} fails again and again: {told[0]}")


def _warm_loader() -> None:
    from graph_loader.operations import load
    from lakegraph.runtime.spark import spark_session

    # as a load of the measured rows would start it
    spark_session("graph_loader", for_long=True)
    with _few_marts() as few, _lake(few) as options:
        load(options)
    _cypher(FORGET)


@contextmanager
def _few_marts() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        make_marts(Path(folder), WARM_NODES, EDGES_PER_NODE)
        yield Path(folder)


@contextmanager
def _lake(marts: Path) -> Iterator:
    """The options of a load into an empty ledger."""
    from graph_loader.load_options import LoadOptions
    from lakegraph.runtime.settings import settings

    with tempfile.TemporaryDirectory(dir=marts.parent) as folder:
        lake = Path(folder)
        (lake / "warehouse.duckdb").write_bytes((marts / "warehouse.duckdb").read_bytes())
        yield LoadOptions(settings(lake=lake), marts / "manifest.json", quiet=not os.environ.get("BENCH_LOUD"))


@contextmanager
def _driver() -> Iterator:
    from neo4j import GraphDatabase

    login = (os.environ["NEO4J_USERNAME"], os.environ["NEO4J_PASSWORD"])
    with GraphDatabase.driver(os.environ["NEO4J_URI"], auth=login) as driver:
        yield driver


def _cypher(statement: str) -> None:
    with _driver() as driver, driver.session() as session:
        session.run(statement).consume()


class _Run:
    """What is timed, and watched for its memory: this process and all that it started."""

    def __init__(self):
        # seconds that do not count
        self.apart = 0.0
        self.seconds, self.peak = 0.0, 0

    def measurement(self) -> Measurement:
        """What came of it."""
        return Measurement(self.seconds - self.apart, self.peak / 1e9)


def resident(processes: Iterable[psutil.Process]) -> int:
    """How many bytes of memory processes hold together; one that has ended since it was listed holds none."""
    held = 0
    for process in processes:
        with suppress(psutil.Error):
            held += process.memory_info().rss
    return held


@contextmanager
def _measured() -> Iterator[_Run]:
    """Time the block, and watch its memory."""
    run, over = _Run(), threading.Event()

    def sample() -> None:
        while not over.wait(SAMPLED_S):
            run.peak = max(run.peak, resident([psutil.Process(), *psutil.Process().children(recursive=True)]))

    sampler = threading.Thread(target=sample)
    sampler.start()
    begin = time.perf_counter()
    try:
        yield run
        run.seconds = time.perf_counter() - begin
    finally:
        over.set()
        sampler.join()


if __name__ == "__main__":
    contenders = {one.__name__: one for one in (full, bulk, connector_guide, python_driver, load_csv)}
    print(json.dumps(asdict(contenders[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:]))))
