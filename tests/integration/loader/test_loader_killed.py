"""The loader is killed with SIGKILL wherever it is, and whatever the marts do then: one more load makes the graph equal."""

import random
import signal
import time

import pytest

from graph_loader.ledger_state import LedgerError
from graph_loader.operations import load
from tests.support.graph import query
from tests.support.held import holding
from tests.support.loader_process import LoaderProcess, wait_until
from tests.support.network import EDGES, NODES, assert_equals_marts, load_makes_good

pytestmark = pytest.mark.slow

# what a load does, one after the other; a seed chooses one and a moment in it
STAGES = ("comparing", "nodes", "edges", "edges that go", "nodes that go", "ending")
AFTERWARDS = ("stay", "vanish", "change back", "change again")
SEEDS = [*range(6), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(6, 60))]


@pytest.fixture
def loader(network):
    """A process that will load."""
    process = LoaderProcess(network)
    yield process
    process.close()


def kill_in(stage: str, network, loader, keys: dict, choice: random.Random, java_too: bool) -> int:
    """Kill a load that is in a stage, at a moment that chance gives; returns its exit code.

    While it writes, a second one is refused with the owner of the first one named.
    """
    if stage in keys:
        kind = "nodes" if stage.startswith("nodes") else "edges"
        with holding(network.options.neo4j, kind, [choice.choice(keys[stage])]) as held:
            loader.begin()
            held.wait(loader.runs)
            assert network.pointer()["pending"]
            with pytest.raises(LedgerError, match=rf"Another load uses the ledger .*@.*, process {loader.pid}\. Wait"):
                load(network.options)
            return loader.kill(java_too)
    before = network.pointer()
    loader.begin()
    if stage == "comparing":
        time.sleep(choice.uniform(0, 3))
    else:
        generation = "MATCH (m:LakegraphMetadata) RETURN m.generation AS generation"
        wait_until(lambda: query(network.options.neo4j, generation)[0]["generation"] > before["generation"])
        time.sleep(choice.uniform(0, 0.3))
    return loader.kill(java_too)


def change_marts(afterwards: str, network, choice: random.Random) -> None:
    """Let half of the rows that were written just before vanish, change back, or change once more."""
    if afterwards == "stay":
        return
    nodes, edges = network.written()
    for table, name, written in ((NODES, "id", nodes), (EDGES, "n", edges)):
        keys = choice.sample(sorted(written), len(written) // 2)
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
    keys = network.next_version()

    killed = kill_in(stage, network, loader, keys, choice, java_too=choice.random() < 0.5)
    # at once: where its Java was not killed, that may still be ending
    change_marts(afterwards, network, choice)
    load_makes_good(network, network.options.neo4j, monkeypatch)

    assert killed in (-signal.SIGKILL, 0) if stage == "ending" else killed == -signal.SIGKILL
    assert loader.java_is_gone()
    # nothing of it came later
    assert_equals_marts(network, network.options.neo4j)
