"""One load of a graph at a time, also from several machines; what a dead one held is to be had again."""

import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from graph_loader import lease as leases
from graph_loader.connection import Metadata, connect
from graph_loader.lease import LeaseError, leased, read_lease
from graph_loader.operations import load
from graph_loader.writer import Writer
from tests.support.graph import content, counts, query

pytestmark = pytest.mark.slow

GRAPH = "lakegraph"
# takes the lease in a process of its own, and dies with it
DIES = f"""
import os, sys
from graph_loader.connection import connect
from graph_loader.lease import leased
from lakegraph.runtime.neo4j_target import Neo4jTarget
target = Neo4jTarget(sys.argv[1], "neo4j", os.environ["NEO4J_PASSWORD"], "neo4j")
with connect(target) as connection, leased(connection, "{GRAPH}", "the run that died"):
    os._exit(9)
"""


def left_of(target) -> float:
    """How long the lease still runs, in seconds by the server's clock."""
    text = "MATCH (m:LakegraphMetadata) RETURN duration.inSeconds(datetime(), m.lease_expires) AS left"
    [row] = query(target, text)
    return row["left"].hours_minutes_seconds_nanoseconds[1] * 60 + row["left"].hours_minutes_seconds_nanoseconds[2]


def test_a_second_load_is_refused_with_the_first_ones_owner_named(shop, empty_graph):
    load(shop.options)
    shop.sql("delete from graph_ready.node_product where product_id = 'P2'")
    before = content(empty_graph)

    with connect(empty_graph) as connection:
        with leased(connection, GRAPH, "the first run") as held:
            with pytest.raises(LeaseError, match=rf"is being loaded by .*, process {os.getpid()}, run the first run"):
                load(shop.options)
            holder = read_lease(connection, GRAPH)
        after = read_lease(connection, GRAPH)

    assert content(empty_graph) == before
    assert holder.fence == held.fence
    assert (after.owner, after.expires) == (None, None)
    load(shop.options)
    assert counts(empty_graph)["Product"] == 1


def test_a_load_takes_over_at_once_from_a_process_of_this_machine_that_died(shop, empty_graph):
    env = {**os.environ, "NEO4J_PASSWORD": empty_graph.password}
    died = subprocess.run([sys.executable, "-c", DIES, empty_graph.uri], env=env, check=False)
    with connect(empty_graph) as connection:
        held = read_lease(connection, GRAPH)
    seconds_left = left_of(empty_graph)

    load(shop.options)

    assert died.returncode == 9
    assert "the run that died" in held.owner
    # it had not expired
    assert seconds_left > 10
    assert counts(empty_graph) == {"Customer": 3, "Product": 2, "PURCHASED": 5}


def test_the_lease_of_another_machines_dead_load_expires(shop, empty_graph, monkeypatch):
    monkeypatch.setattr(leases, "TERM_S", 2)
    env = {**os.environ, "NEO4J_PASSWORD": empty_graph.password}
    subprocess.run([sys.executable, "-c", DIES, empty_graph.uri], env=env, check=False)
    query(
        empty_graph,
        'MATCH (m:LakegraphMetadata) SET m.lease_process = \'{"machine": "elsewhere", "pid": 1, "started": 1}\', '
        "m.lease_expires = datetime() + duration({seconds: 3})",
    )

    with pytest.raises(LeaseError, match="the run that died"):
        load(shop.options)
    time.sleep(3.5)
    load(shop.options)

    assert counts(empty_graph) == {"Customer": 3, "Product": 2, "PURCHASED": 5}


def test_a_lease_is_renewed_while_the_load_goes_on(empty_graph, monkeypatch):
    monkeypatch.setattr(leases, "TERM_S", 2)
    monkeypatch.setattr(leases, "RENEW_EVERY_S", 0.3)

    with connect(empty_graph) as connection, leased(connection, GRAPH, "a long run"):
        time.sleep(3)
        seconds_left = left_of(empty_graph)

    # three seconds into a term of two
    assert 0 < seconds_left <= 2


def test_what_the_graph_says_of_its_ledger_is_not_changed_under_anothers_lease(empty_graph):
    with connect(empty_graph) as connection, leased(connection, GRAPH, "a run") as lease:
        lease.write_metadata(Metadata("a ledger", 1))
        query(
            empty_graph, "MATCH (m:LakegraphMetadata) SET m.lease_fence = m.lease_fence + 1, m.lease_owner = 'a thief'"
        )

        with pytest.raises(LeaseError, match="was lost to a thief"):
            lease.write_metadata(Metadata("a ledger", 2))

        assert connection.metadata(GRAPH) == Metadata("a ledger", 1)


def test_no_fencing_number_comes_again_when_the_database_has_been_emptied(empty_graph):
    fences = []
    with connect(empty_graph) as connection:
        for _ in range(2):
            with leased(connection, GRAPH, "a run") as held:
                fences.append(held.fence)
            query(empty_graph, "MATCH (n) DETACH DELETE n")

    assert fences[0] < fences[1]


@pytest.mark.parametrize(("write_number", "left"), [(1, {}), (3, {"Customer": 3, "Product": 2})])
def test_a_load_that_stood_still_while_another_took_its_lease_writes_nothing_more(
    shop, empty_graph, monkeypatch, write_number, left
):
    write, tried = Writer.write, []

    def stolen(self, rows, statement, tasks):
        tried.append(statement)
        if len(tried) == write_number:
            query(
                empty_graph,
                "MATCH (m:LakegraphMetadata) SET m.lease_fence = m.lease_fence + 1, m.lease_owner = 'a thief'",
            )
        # nobody asks any more before the rows are on their way
        write(self, rows, statement, tasks)

    monkeypatch.setattr(Writer, "write", stolen)
    with pytest.raises(LeaseError, match="was lost to a thief while this load went on"):
        load(shop.options)

    assert counts(empty_graph) == left


def test_deletes_are_under_the_lease_too(shop, empty_graph, monkeypatch):
    load(shop.options)
    before = counts(empty_graph)
    shop.sql("delete from graph_ready.edge_purchased where product_id = 'P2'")
    shop.sql("delete from graph_ready.node_product where product_id = 'P2'")
    write = Writer.write

    def stolen(self, rows, statement, tasks):
        query(
            empty_graph, "MATCH (m:LakegraphMetadata) SET m.lease_fence = m.lease_fence + 1, m.lease_owner = 'a thief'"
        )
        write(self, rows, statement, tasks)

    monkeypatch.setattr(Writer, "write", stolen)
    with pytest.raises(LeaseError, match="was lost to a thief while this load went on"):
        load(replace(shop.options, allow_deletes=frozenset({"all"})))

    assert counts(empty_graph) == before


def test_a_load_that_lost_its_lease_stops_writing_and_the_next_one_makes_it_good(shop, empty_graph, monkeypatch):
    monkeypatch.setattr(leases, "RENEW_EVERY_S", 0.1)
    write, written = Writer.write, []

    def stolen(self, rows, statement, tasks):
        write(self, rows, statement, tasks)
        written.append(statement)
        query(
            empty_graph,
            "MATCH (m:LakegraphMetadata) SET m.lease_fence = m.lease_fence + 1, m.lease_owner = 'a thief', "
            "m.lease_expires = datetime() + duration({seconds: 2})",
        )
        time.sleep(1)

    monkeypatch.setattr(Writer, "write", stolen)
    with pytest.raises(LeaseError, match="was lost to a thief while this load went on"):
        load(shop.options)
    monkeypatch.setattr(Writer, "write", write)
    left = counts(empty_graph)
    time.sleep(2)
    load(shop.options)

    assert len(written) == 1
    assert left == {"Customer": 3}
    assert counts(empty_graph) == {"Customer": 3, "Product": 2, "PURCHASED": 5}
