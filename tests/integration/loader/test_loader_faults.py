"""Faults in the middle of a load: told in one sentence or survived, and one more load makes the graph equal to its marts."""

import errno
import os
import subprocess
import threading
from contextlib import closing, contextmanager
from dataclasses import replace

import duckdb
import pytest

from graph_loader.connection import Connection, GraphError
from graph_loader.engines import DuckdbEngine
from graph_loader.operations import compare, load
from graph_loader.space import NoSpaceError
from lakegraph.runtime import ops
from tests.support.graph import content, query
from tests.support.held import holding
from tests.support.loader_process import LoaderProcess
from tests.support.network import load_makes_good, some
from tests.support.wire import wire_to

pytestmark = pytest.mark.slow

FULL = "/dev/full"


@contextmanager
def full_pointer(network):
    """A ledger whose pointer cannot be written: the kernel says that the disk is full."""
    partial = network.options.settings.ledger / "lakegraph" / "pointer.partial"
    partial.symlink_to(FULL)
    try:
        yield
    finally:
        partial.unlink()


@contextmanager
def tiny_disk(folder):
    """A folder on a disk of one page."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_errors_that_pass_are_retried_however_many_they_are_in_all(network, neo4j_server, monkeypatch):
    keys = some(network.next_version()["nodes"], 7)

    def cut(wire) -> None:
        with holding(neo4j_server, "nodes", keys) as held:
            holds.set()
            for _ in keys[1:]:
                held.wait(lambda: not over.is_set())
                held.go_on()
                wire.cut()

    holds, over = threading.Event(), threading.Event()
    with wire_to(neo4j_server.uri) as wire:
        cutting = threading.Thread(target=cut, args=(wire,))
        cutting.start()
        assert holds.wait(30)
        try:
            # by one task, whose budget would be a single try
            target = replace(neo4j_server, uri=wire.uri)
            report = load(network.with_options(neo4j=target, retries=1, tasks=1))
        finally:
            over.set()
            cutting.join()

    [written] = [timing for timing in report.timings if timing.step == "write Person"]
    assert written.retries >= 4
    load_makes_good(network, neo4j_server, monkeypatch)


@pytest.mark.parametrize("at", ["before the graph is touched", "after the graph was written"])
def test_no_space_for_the_ledgers_pointer(network, neo4j_server, monkeypatch, at):
    network.next_version()
    before, pointer = content(neo4j_server), network.pointer()

    with pytest.raises(NoSpaceError, match=r"No space is left .* MB free in .*load again") as caught:
        if at == "before the graph is touched":
            with full_pointer(network):
                load(network.options)
        else:
            real = Connection.write_metadata
            with monkeypatch.context() as patch, full_pointer_after(patch, real, network):
                load(network.options)

    assert "\n" not in str(caught.value)
    if at == "before the graph is touched":
        assert content(neo4j_server) == before
        assert network.pointer() == pointer
    else:
        assert len(network.written()[0]) > 0
        assert [attempt["generation"] for attempt in network.pointer()["pending"]] == [pointer["generation"] + 1]
    load_makes_good(network, neo4j_server, monkeypatch)


@contextmanager
def full_pointer_after(patch, real, network):
    """The same, from the moment on when the graph is said to be of a new generation."""
    with_full = full_pointer(network)

    def write_metadata(self, *arguments):
        said = real(self, *arguments)
        with_full.__enter__()
        return said

    patch.setattr(Connection, "write_metadata", write_metadata)
    try:
        yield
    finally:
        with_full.__exit__(None, None, None)


def test_no_space_while_the_ledgers_rows_are_written(network, neo4j_server, monkeypatch):
    network.next_version()
    before, pointer = content(neo4j_server), network.pointer()
    real = DuckdbEngine.write

    def write(self, statement, folder, inputs):
        # what DuckDB says of a disk that has filled up half-way
        monkeypatch.setattr(self, "_connection", FullDisk(), raising=True)
        real(self, statement, folder, inputs)

    with (
        monkeypatch.context() as patch,
        pytest.raises(NoSpaceError, match=r"No space is left .* MB free in .*load again"),
    ):
        patch.setattr(DuckdbEngine, "write", write)
        load(network.options)

    assert content(neo4j_server) == before
    assert network.pointer() == pointer
    load_makes_good(network, neo4j_server, monkeypatch)


class FullDisk:
    """A connection to DuckDB whose disk is full."""

    def execute(self, statement):
        raise duckdb.IOException(f"IO Error: Could not write file: {os.strerror(errno.ENOSPC)}")

    def close(self):
        """There is nothing to close."""


# a Spark of its own takes its time
@pytest.mark.soak
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk that is small enough to be full")
def test_no_space_for_the_ledgers_rows(network, neo4j_server, monkeypatch):
    network.next_version()
    before, pointer = content(neo4j_server), network.pointer()
    folder = network.options.settings.ledger / "lakegraph" / str(pointer["generation"] + 1)

    # in a process of its own, for Spark ends a session whose disk is full
    with tiny_disk(folder), closing(LoaderProcess(network)) as loader:
        loader.begin()
        code, said = loader.ended()

    assert code == 1
    [error] = [line for line in said.splitlines() if "WARN" not in line]
    assert error.startswith("error: No space is left on a disk that the load writes to: ")
    assert content(neo4j_server) == before
    assert network.pointer() == pointer
    load_makes_good(network, neo4j_server, monkeypatch)


def test_a_wrong_password_is_told_and_nothing_is_touched(network, neo4j_server, monkeypatch):
    network.next_version()
    before = content(neo4j_server)

    with pytest.raises(
        GraphError, match=r"refuses the login of user 'neo4j'.* Check NEO4J_USERNAME and NEO4J_PASSWORD"
    ):
        load(network.with_options(neo4j=replace(neo4j_server, password="not-the-word")))

    assert content(neo4j_server) == before
    load_makes_good(network, neo4j_server, monkeypatch)


def test_a_constraint_that_data_of_others_violate_ends_the_load_at_once(network, neo4j_server, monkeypatch):
    network.next_version()
    name = f"leaves 30 of {network.version}"
    query(neo4j_server, "CREATE CONSTRAINT others FOR (n:Person) REQUIRE n.name IS UNIQUE")
    query(neo4j_server, "CREATE (:Person {name: $name})", name=name)
    try:
        with pytest.raises(
            GraphError,
            match=rf"refuses a write: Node\(\d+\) already exists with label `Person` and property `name` = '{name}'\. .*"
            "correct the mart, or what others have in the graph, or drop the constraint",
        ) as caught:
            load(network.options)
        last = max(ops.read(network.options.settings.ops, "graph_runs"), key=lambda run: run["started_at"])

        assert "\n" not in str(caught.value)
        assert (last["status"], last["retries"]) == ("failed", 0)
        assert 0 < len(network.written()[0]) < len(network.people())
        # those of others are corrected
        query(neo4j_server, "MATCH (n:Person) WHERE n.id IS NULL DELETE n")
        load_makes_good(network, neo4j_server, monkeypatch)
    finally:
        query(neo4j_server, "DROP CONSTRAINT others")


def test_a_key_that_data_of_others_make_double_is_told_before_anything_is_written(network, neo4j_server, monkeypatch):
    [name] = query(
        neo4j_server, "SHOW CONSTRAINTS YIELD name, labelsOrTypes WHERE labelsOrTypes = ['Person'] RETURN name"
    )
    query(neo4j_server, f"DROP CONSTRAINT {name['name']}")
    query(neo4j_server, "UNWIND [1, 2] AS i CREATE (:Person {id: 77777})")
    network.next_version()
    before = content(neo4j_server)

    with pytest.raises(
        GraphError, match=r"Both Node\(\d+\) and Node\(\d+\) have .* `id` = 77777.* delete or correct those"
    ):
        load(network.options)

    assert content(neo4j_server) == before
    query(neo4j_server, "MATCH (n:Person {id: 77777}) DELETE n")
    load_makes_good(network, neo4j_server, monkeypatch)


def test_a_server_that_fails_while_it_is_read_is_told_in_one_sentence(network, neo4j_server, monkeypatch):
    query(neo4j_server, "CREATE (:Person {id: 88888})")
    try:
        with (
            monkeypatch.context() as patch,
            pytest.raises(GraphError, match=r"Reading from Neo4j at .* / by zero") as caught,
        ):
            patch.setattr("graph_loader.cypher.identities", lambda declaration: "UNWIND [0] AS n RETURN 1 / n AS id")
            compare(network.options)
    finally:
        query(neo4j_server, "MATCH (n:Person {id: 88888}) DELETE n")

    assert "\n" not in str(caught.value)
