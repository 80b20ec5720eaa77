"""Neo4j's own import tool for a local server: a store is written beside the server's own, and takes its place."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from lakegraph.runtime import neo4j_swap
from lakegraph.runtime.class_archive import archived
from lakegraph.runtime.jars import ensure
from lakegraph.runtime.java import SPARING, java
from lakegraph.runtime.neo4j_server import (
    START_TIMEOUT_S,
    STOP_TIMEOUT_S,
    Neo4jServerError,
    Server,
    await_answer,
    find_server,
)
from lakegraph.runtime.neo4j_supervisor import JVM_OPTIONS, LOCK
from lakegraph.runtime.neo4j_target import Neo4jTarget
from lakegraph.runtime.processes import die_with_parent

LOOPBACK = ("127.0.0.1", "localhost", "::1")
FILES = "files"
# The tool keeps every core busy for less than a minute, half of which went into Java's thorough compiler and a collector that
# works beside it. Nearly all objects die young, and what the tool remembers of nodes is outside of Java's heap.
IMPORT_OPTIONS = [*SPARING, "-XX:+UseParallelGC", "-Xmn256m"]


class ImportFailedError(Neo4jServerError):
    """The import tool gave up; the server's own store is as it was."""


def local_server(target: Neo4jTarget, home: Path) -> Server | None:
    """The server in a home folder when it runs and is the one that a target talks to, else None."""
    server = find_server(home)
    if server is None or target.database != neo4j_swap.DATABASE:
        return None
    named, own = urlsplit(target.uri), urlsplit(server.uri)
    return server if named.hostname in LOOPBACK and named.port == own.port else None


def new_files(server: Server) -> Path:
    """An empty folder for the files of an import; what an earlier one left is deleted."""
    home = Path(server.home)
    neo4j_swap.clear(home)
    files = neo4j_swap.side_home(home) / FILES
    files.mkdir(parents=True)
    return files


def import_store(server: Server, arguments: Sequence[str]) -> None:
    """Run the import tool over the files in `new_files`, into a store beside the server's own; the server may run meanwhile.

    Args:
        arguments: of `neo4j-admin`, with paths relative to the folder of the files.

    Raises:
        ImportFailedError: the tool gave up, and why.
    """
    home = Path(server.home)
    side, log = neo4j_swap.side_home(home), home / "logs" / "import.log"
    (side / "conf").mkdir()
    (side / "conf" / "neo4j.conf").touch()
    env = {**os.environ, "NEO4J_HOME": str(side), "NEO4J_CONF": str(side / "conf")}
    command = [
        java(),
        *JVM_OPTIONS,
        *IMPORT_OPTIONS,
        *archived(LOCK),
        "-cp",
        f"{ensure(LOCK)}/*",
        "org.neo4j.cli.AdminTool",
        *arguments,
        "--verbose",
    ]
    with log.open("wb") as output:
        done = subprocess.run(
            command,
            cwd=side / FILES,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            preexec_fn=die_with_parent,
        )
    if done.returncode != 0:
        raise ImportFailedError(
            f"Neo4j's import tool gave up: {_cause(log.read_text(encoding='utf-8', errors='replace'))}.", f"See {log}."
        )


def put_in_place(server: Server) -> None:
    """Have the server restarted with the store that was imported, and wait until it answers.

    Raises:
        Neo4jServerError: the server ended instead, or does not answer.
    """
    home = Path(server.home)
    neo4j_swap.offer(home)
    with suppress(ProcessLookupError):
        os.kill(server.supervisor, signal.SIGHUP)
    deadline = time.monotonic() + STOP_TIMEOUT_S + START_TIMEOUT_S
    while neo4j_swap.is_waiting(home):
        if find_server(home) is None:
            raise Neo4jServerError(
                f"The Neo4j server in {home} ended before it opened the imported store.",
                "Start it (`lakegraph neo4j start`), then load again.",
            )
        if time.monotonic() > deadline:
            raise Neo4jServerError(
                f"The Neo4j server at {server.uri} does not stop to open the imported store.",
                "Stop and start it (`lakegraph neo4j stop`, `lakegraph neo4j start`), then load again.",
            )
        time.sleep(0.1)
    await_answer(server, lambda: find_server(home) is None)


def discard(server: Server) -> None:
    """Delete what an import has written, unless the server is about to open it."""
    neo4j_swap.clear(Path(server.home))


def _cause(log: str) -> str:
    """The innermost reason in the tool's log."""
    lines = [line.strip() for line in log.splitlines()]
    causes = [line.rpartition("Exception: ")[2] for line in lines if line.startswith("Caused by: ")]
    return (causes or [line for line in lines if line] or ["it said nothing"])[-1].rstrip(".")
