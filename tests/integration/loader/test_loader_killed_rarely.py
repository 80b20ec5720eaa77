"""The loader is killed with SIGKILL in what a graph sees rarely (first load, another key, repair): one more load makes it good.

A first load creates without looking, as does one that writes what another key made it delete: sent twice, an edge would be
there twice. Where Spark's Java is not killed as well, it stands still with its transaction until the next load has the lease.
"""

import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

import pytest

from graph_loader.operations import load
from tests.support.graph import empty, query
from tests.support.held import Held, holding
from tests.support.loader_process import LoaderProcess, wait_until
from tests.support.network import PEOPLE, STRANGERS, Network, assert_equals_marts, load_makes_good, some

pytestmark = pytest.mark.slow

# one after the other is held until the load has done something before it
HELD = 8
# so long after the next load has taken the lease, or has begun and may wait for what is held before it takes it, Java goes on
LATER_S, AT_LAST_S = 2, 15


@pytest.fixture(scope="module")
def network(tmp_path_factory, neo4j_server, spark) -> Network:
    """Marts; each test leaves the graph equal to them, and the next goes on from there."""
    empty(neo4j_server)
    return Network(tmp_path_factory.mktemp("network"), neo4j_server)


@dataclass(frozen=True)
class Moment:
    """Where a load is killed.

    Attributes:
        kind: what is held there.
        keys: of what is held, one after the other.
        all_of_it: how much there is to be done there.
        left: how much of it there still is to be done.
        is_near: whether the load has come so far that something can be held; None where it can before the load.
    """

    kind: str
    keys: list
    all_of_it: int
    left: Callable[[], int]
    is_near: Callable[[], bool] | None = None


def number(network: Network, text: str) -> int:
    """What a query that counts gives."""
    [row] = query(network.options.neo4j, f"{text} AS number")
    return row["number"]


def keys(network: Network, pattern: str, name: str) -> list:
    """The keys of the nodes or edges that fit a pattern as `x`."""
    return [row["key"] for row in query(network.options.neo4j, f"MATCH {pattern} RETURN x.{name} AS key ORDER BY key")]


def to_be_undone(network: Network, kind: str, keys: list, pattern: str) -> Moment:
    """The moment in which a load deletes or changes nodes or edges, all there before it begins, that fit a pattern as `x`."""
    text = f"MATCH {pattern} RETURN count(x)"
    return Moment(kind, some(keys, HELD), number(network, text), lambda: number(network, text))


def has_key(network: Network) -> bool:
    """Whether the key that is declared is unique in the graph."""
    found = query(network.options.neo4j, "SHOW CONSTRAINTS YIELD labelsOrTypes AS l, properties AS p")
    return {"l": ["Person"], "p": [network.key]} in found


def in_writing(network: Network) -> dict[str, Moment]:
    """The moments in which a load writes what is not there."""
    people, known = network.people(), len(network.known()) - STRANGERS
    position = ("id", "name").index(network.key)
    return {
        "nodes": Moment(
            f"new nodes by {network.key}",
            some([row[position] for row in people][PEOPLE // 3 :], HELD),
            len(people),
            lambda: len(people) - number(network, "MATCH (n:Person) RETURN count(n)"),
            lambda: has_key(network),
        ),
        "edges": Moment(
            "nodes",
            some(list(range(PEOPLE // 3, PEOPLE)), HELD),
            known,
            lambda: known - number(network, "MATCH ()-[r:KNOWS]->() RETURN count(r)"),
            lambda: has_key(network) and number(network, "MATCH (n:Person) RETURN count(n)") == len(people),
        ),
    }


def be_loaded(network: Network) -> None:
    """Load the marts unless a test before has."""
    if not network.pointer():
        load(network.options)


def first_load(network: Network) -> dict[str, Moment]:
    """Marts that are to be loaded for the first time."""
    empty(network.options.neo4j)
    shutil.rmtree(network.options.settings.ledger, ignore_errors=True)
    return in_writing(network)


def another_key(network: Network) -> dict[str, Moment]:
    """A graph whose people are to be known by their names, or by their ids if they are known by their names."""
    be_loaded(network)
    leaving = [row[0] for row in network.people() if row[0] >= PEOPLE]
    known = [row[2] for row in network.known()][PEOPLE // 3 : PEOPLE]
    former = f"{{version: {network.version}}}"
    network.change_key()
    return {
        "former edges": to_be_undone(network, "edges", known, f"()-[x:KNOWS {former}]->()"),
        "former nodes": replace(
            to_be_undone(network, "nodes", leaving, f"(x:Person {former})"),
            # earlier, it would keep the load from trying whether it may make the key unique
            is_near=lambda: number(network, "MATCH ()-[r:KNOWS]->() RETURN count(r)") == 0,
        ),
        **in_writing(network),
    }


def repair(network: Network) -> dict[str, Moment]:
    """A graph in which others changed, deleted and doubled much."""
    be_loaded(network)
    for text in (
        "MATCH (n:Person) WHERE n.id % 2 = 0 SET n.version = -1",
        "MATCH (n:Person) WHERE n.id % 7 = 3 DETACH DELETE n",
        "MATCH ()-[r:KNOWS]->() WHERE r.n % 2 = 0 SET r.version = -1",
        "MATCH ()-[r:KNOWS]->() WHERE r.n % 5 = 1 DELETE r",
        "MATCH (a)-[r:KNOWS]->(b) WHERE r.n % 10 = 9 CREATE (a)-[copy:KNOWS]->(b) SET copy = properties(r)",
    ):
        query(network.options.neo4j, text)
    people, known = "(x:Person {version: -1})", "()-[x:KNOWS {version: -1}]->()"
    return {
        "nodes": to_be_undone(network, "nodes", keys(network, people, "id"), people),
        "edges": to_be_undone(network, "edges", keys(network, known, "n"), known),
    }


@contextmanager
def waking_later(loader: LoaderProcess, held: Held, network: Network) -> Iterator[None]:
    """Once the load in the block has taken the lease, let a Java go on that stands still, and what its transaction waits for."""

    def fence() -> int:
        return number(network, "MATCH (m:LakegraphMetadata) RETURN m.lease_fence")

    def wake() -> None:
        deadline = time.monotonic() + AT_LAST_S
        wait_until(lambda: fence() > before or ended.is_set() or time.monotonic() > deadline)
        time.sleep(LATER_S)
        held.let_go()
        loader.go_on()

    before, ended = fence(), threading.Event()
    thread = threading.Thread(target=wake)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


BY_DEFAULT = ((first_load, "edges", False), (another_key, "former nodes", True), (repair, "nodes", False))
CASES = [
    pytest.param(made, moment, java_too, marks=() if (made, moment, java_too) in BY_DEFAULT else pytest.mark.soak)
    for made, moments in (
        (first_load, ("nodes", "edges")),
        (another_key, ("former edges", "former nodes", "nodes", "edges")),
        (repair, ("nodes", "edges")),
    )
    for moment in moments
    for java_too in (False, True)
]


@pytest.mark.parametrize(("made", "moment", "java_too"), CASES)
def test_one_more_load_makes_it_good(network, monkeypatch, made, moment, java_too):
    target = network.options.neo4j
    # it starts its Spark while the graph is made
    with closing(LoaderProcess(network, repair=made is repair)) as loader:
        chosen = made(network)[moment]
        if chosen.is_near:
            loader.begin()
            wait_until(chosen.is_near)
        with holding(target, chosen.kind, chosen.keys) as held:
            if not chosen.is_near:
                loader.begin()
            held.wait(loader.runs, lambda: chosen.left() < chosen.all_of_it)
            assert network.pointer()["pending"]
            left = chosen.left()
            if java_too:
                killed = loader.kill(java_too)
                held.let_go()
                load_makes_good(network, target, monkeypatch)
            else:
                loader.stand_still()
                killed = loader.kill(java_too)
                with waking_later(loader, held, network):
                    load_makes_good(network, target, monkeypatch)

        assert (killed, loader.java_is_gone()) == (-signal.SIGKILL, True)
        assert 0 < left < chosen.all_of_it
        # nothing of it came later
        assert_equals_marts(network, target)
