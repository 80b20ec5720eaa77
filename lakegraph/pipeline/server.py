"""The Neo4j server of a run: the one that is configured, else a local one that starts while dbt builds."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from lakegraph.runtime.neo4j_server import LocalNeo4j, find_server
from lakegraph.runtime.secrets import find_secret
from lakegraph.runtime.settings import Settings

EMBEDDED_TARGET = "dev"


class PendingServer:
    """A server that may still be starting."""

    def __init__(self, start):
        self._start = start

    def wait(self) -> None:
        """Return when the server answers; raise what kept it from starting."""
        if self._start is not None:
            self._start.result()

    def keep(self) -> None:
        """Let a server that this run started outlive it."""
        if self._start is not None:
            self._start.result().keep()


@contextmanager
def graph_server(settings: Settings) -> Iterator[PendingServer]:
    """Start a local server in the background when nothing else is configured; stop it at the end unless it is kept.

    Args:
        settings: the lake in which the server has its home, and the environment whose NEO4J_URI goes first.
    """
    configured = find_secret("NEO4J_URI", settings.env) or find_server(settings.neo4j_home)
    if configured or settings.target != EMBEDDED_TARGET:
        yield PendingServer(None)
        return
    with ThreadPoolExecutor(1, "neo4j") as starter:
        start = starter.submit(LocalNeo4j.start, settings.neo4j_home)
        try:
            yield PendingServer(start)
        finally:
            if start.exception() is None:
                start.result().__exit__()
