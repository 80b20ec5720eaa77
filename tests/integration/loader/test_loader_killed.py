"""The loader is killed with SIGKILL wherever it is, and whatever the marts do then: one more load makes the graph equal."""

import json
import random
import signal
import time

import pytest

from tests.support.graph import query
from tests.support.held import holding
from tests.support.loader_process import LoaderProcess, wait_until
from tests.support.network import EDGES, NODES, Network, assert_equals_marts, load_makes_good

pytestmark = pytest.mark.slow

# what a load does, one after the other; a seed chooses one and a moment in it
STAGES = ("comparing", "nodes", "edges", "edges that go", "nodes that go", "ending")
AFTERWARDS = ("stay", "vanish", "change back", "change again")
SEEDS = [*range(6), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(6, 60))]


@pytest.fixture(scope="module")
def network(tmp_path_factory, neo4j_server, spark):
    """Marts whose graph was loaded; each test leaves both as they are, so that the next goes on from there."""
    query(neo4j_server, "MATCH (n) DETACH DELETE n")
    return Network(tmp_path_factory.mktemp("network"), neo4j_server)


@pytest.fixture
def loader(network):
    """A process that will load."""
    process = LoaderProcess(network)
    yield process
    process.close()


def pointer(network) -> dict:
    """What the ledger says."""
    return json.loads((network.options.settings.ledger / "lakegraph" / "pointer.json").read_text())


def written(network) -> tuple[set, set]:
    """Ids of people and numbers of friendships that are in the graph as the load that was killed wrote them."""
    target, version = network.options.neo4j, network.version
    nodes = query(target, "MATCH (n:Person {version: $version}) RETURN n.id AS key", version=version)
    edges = query(target, "MATCH ()-[r:KNOWS {version: $version}]->() RETURN r.n AS key", version=version)
    return {row["key"] for row in nodes}, {row["key"] for row in edges}


def kill_in(stage: str, network, loader, keys: dict, choice: random.Random, java_too: bool) -> int:
    """Kill a load that is in a stage, at a moment that chance gives; returns its exit code."""
    if stage in keys:
        kind = "nodes" if stage.startswith("nodes") else "edges"
        with holding(network.options.neo4j, kind, [choice.choice(keys[stage])]) as held:
            loader.begin()
            held.wait(loader.runs)
            assert pointer(network)["pending"]
            return loader.kill(java_too)
    before = pointer(network)
    loader.begin()
    if stage == "comparing":
        time.sleep(choice.uniform(0, 3))
    else:
        generation = "MATCH (m:LakegraphMetadata) RETURN m.generation AS generation"
        wait_until(lambda: query(network.options.neo4j, generation)[0]["generation"] > before["generation"])
        time.sleep(choice.uniform(0, 0.3))
    return loader.kill(java_too)


def change_marts(afterwards: str, network, nodes: set, edges: set) -> None:
    """Let rows that were written just before vanish, change back, or change once more."""
    if afterwards == "stay":
        return
    for table, name, keys in ((NODES, "id", nodes), (EDGES, "n", edges)):
        chosen = f"version = {network.version} and {name} in ({', '.join(map(str, keys or [-1]))})"
        change = {
            "vanish": f"delete from {table} where {chosen}",
            "change back": f"update {table} set version = {network.version - 1} where {chosen}",
            "change again": f"update {table} set version = {network.version + 1} where {chosen}",
        }
        network.sql(change[afterwards])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_load_is_made_good_by_the_next(seed, network, loader, monkeypatch):
    choice = random.Random(seed)
    stage, afterwards = STAGES[seed % len(STAGES)], choice.choice(AFTERWARDS)
    # a load that had nothing before it, too
    if not (network.options.settings.ledger / "lakegraph" / "pointer.json").exists():
        load_makes_good(network, network.options.neo4j, monkeypatch)
    keys = network.next_version()

    killed = kill_in(stage, network, loader, keys, choice, java_too=choice.random() < 0.5)
    # all that it wrote is in the graph by now: at once, its Java may still be ending
    nodes, edges = written(network)
    change_marts(afterwards, network, nodes, edges)
    load_makes_good(network, network.options.neo4j, monkeypatch)

    assert killed in (-signal.SIGKILL, 0) if stage == "ending" else killed == -signal.SIGKILL
    assert loader.java_is_gone()
    # nothing of it came later
    assert_equals_marts(network, network.options.neo4j)


def test_a_second_load_at_the_same_time_is_refused_with_the_first_ones_owner_named(network, loader, monkeypatch):
    from graph_loader.ledger_state import LedgerError
    from graph_loader.operations import load

    if not (network.options.settings.ledger / "lakegraph" / "pointer.json").exists():
        load_makes_good(network, network.options.neo4j, monkeypatch)
    keys = network.next_version()

    with holding(network.options.neo4j, "edges", keys["edges"][:1]) as held:
        loader.begin()
        held.wait(loader.runs)
        with pytest.raises(LedgerError, match=rf"Another load uses the ledger .*@.*, process {loader.pid}\. Wait"):
            load(network.options)
    ended = loader.ended()

    assert ended[0] == 0, ended[1]
    assert_equals_marts(network, network.options.neo4j)
    load_makes_good(network, network.options.neo4j, monkeypatch)
