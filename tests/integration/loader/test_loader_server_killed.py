"""The server is killed in the middle of nodes, of edges, of deletes, and started again."""

import os
import signal
import threading

import psutil
import pytest

from graph_loader import connection, patience
from graph_loader.connection import GraphError
from graph_loader.load_options import RETRIES
from graph_loader.operations import load
from lakegraph.runtime.java import QUICK_START
from lakegraph.runtime.neo4j_server import LocalNeo4j
from lakegraph.runtime.neo4j_target import Neo4jTarget
from tests.support.graph import query
from tests.support.held import holding
from tests.support.network import LEAVING, Network, assert_equals_marts, load_makes_good, some

pytestmark = pytest.mark.slow

# one after the other is held until the load has written something
HELD = 8


class Server:
    """A server that can be killed and started again, with its data, at the same address."""

    def __init__(self, home):
        self._home = home
        self._running = None
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._running = LocalNeo4j.start(self._home, heap="256m", page_cache="64m", java_options=QUICK_START)
        server = self._running.server
        self.target = Neo4jTarget(server.uri, server.user, server.password)

    def kill(self) -> None:
        """Kill its Java, and wait until it is gone."""
        supervisor = psutil.Process(self._running.server.supervisor)
        [java] = supervisor.children()
        os.kill(java.pid, signal.SIGKILL)
        java.wait(30)
        self.stop()

    def stop(self) -> None:
        """Stop it."""
        self._running.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of these tests alone."""
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def network(tmp_path_factory, server, spark):
    """Marts whose graph was loaded; each test leaves both equal, and the next goes on from there."""
    network = Network(tmp_path_factory.mktemp("network"), server.target)
    load(network.options)
    return network


# what a version has of its own, and the next one lacks
THAT_GO = {
    "edges that go": "MATCH ()-[r:KNOWS {version: $version}]->() WHERE r.n >= 1000 RETURN count(r) AS left",
    "nodes that go": "MATCH (n:Person {version: $version}) WHERE n.id >= 1000 RETURN count(n) AS left",
}


def done(stage: str, network) -> int:
    """How much a load has done of a stage."""
    nodes, edges = network.written()
    if stage in THAT_GO:
        return LEAVING - query(network.options.neo4j, THAT_GO[stage], version=network.version - 1)[0]["left"]
    return len(nodes if stage == "nodes" else edges)


def all_of(stage: str, network) -> int:
    """How much there is to do in a stage: all that is new or another one, or all that goes."""
    rows = network.people() if stage == "nodes" else [row for row in network.known() if row[1] < 1000 * 3]
    return LEAVING if stage in THAT_GO else sum(row[-1] == network.version for row in rows)


class Killer(threading.Thread):
    """Waits until a load is in the middle of a stage, and kills the server then."""

    def __init__(self, server, network, stage: str, keys: list, restart: bool):
        super().__init__()
        self._server, self._network, self._stage, self._keys, self._restart = server, network, stage, keys, restart
        self.holds, self.load_ended, self.done = threading.Event(), threading.Event(), None

    def run(self) -> None:
        kind = "nodes" if self._stage.startswith("nodes") else "edges"
        with holding(self._server.target, kind, some(self._keys, HELD)) as held:
            self.holds.set()
            held.wait(lambda: not self.load_ended.is_set(), lambda: done(self._stage, self._network) > 0)
            self.done = done(self._stage, self._network)
            self._server.kill()
        if self._restart:
            self._server.start()

    def __enter__(self) -> "Killer":
        self.start()
        assert self.holds.wait(30)
        return self

    def __exit__(self, *_) -> None:
        self.load_ended.set()
        self.join()


@pytest.mark.parametrize(
    ("stage", "retries", "said"),
    [
        ("nodes", RETRIES, "does not answer"),
        # the write itself tells it, for no other try waits for the server
        ("edges that go", 0, "broke off"),
        ("nodes that go", RETRIES, "does not answer"),
    ],
)
def test_a_load_whose_server_was_killed_says_so_and_the_next_makes_it_good(
    server, network, monkeypatch, stage, retries, said
):
    monkeypatch.setattr(connection, "RETRY_S", 1)
    monkeypatch.setattr(patience, "BACK_WITHIN_S", 1)
    keys = network.next_version()[stage]

    with Killer(server, network, stage, keys, restart=False) as killer:
        with pytest.raises(
            GraphError, match=rf"{said}: .* What was written stays, .*load again once the server is back"
        ):
            load(network.with_options(retries=retries))
    server.start()

    assert 0 < killer.done <= done(stage, network) < all_of(stage, network)
    load_makes_good(network, server.target, monkeypatch)


def test_a_load_goes_on_when_the_server_is_killed_and_comes_back(server, network, monkeypatch):
    keys = network.next_version()["edges"]

    with Killer(server, network, "edges", keys, restart=True) as killer:
        report = load(network.options)

    assert 0 < killer.done < all_of("edges", network)
    assert sum(timing.retries for timing in report.timings if timing.writes) > 0
    assert_equals_marts(network, server.target)
    load_makes_good(network, server.target, monkeypatch)
