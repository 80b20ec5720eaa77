"""Real parts that many tests share, and the rule that tests which hold a clock to something run alone."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lakegraph.runtime.java import QUICK_START
from lakegraph.runtime.neo4j_target import Neo4jTarget


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Among several workers, let a test marked `alone` begin when no other runs, and let none begin before it has ended."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return (yield)
    alone = item.get_closest_marker("alone") is not None
    folder = Path(tempfile.gettempdir())
    with (
        (folder / f"lakegraph-{run}.turn").open("w") as turn,
        (folder / f"lakegraph-{run}.running").open("w") as running,
    ):
        # whoever waits for the others to end keeps the turn, so that none of them can begin another test
        fcntl.flock(turn, fcntl.LOCK_EX)
        fcntl.flock(running, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(turn, fcntl.LOCK_UN)
        return (yield)


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory):
    """A real Neo4j server of this test session: a Neo4jTarget."""
    from lakegraph.runtime.neo4j_server import LocalNeo4j

    home = tmp_path_factory.mktemp("neo4j")
    with LocalNeo4j.start(home, heap="512m", page_cache="128m", java_options=QUICK_START) as running:
        yield Neo4jTarget(running.server.uri, running.server.user, running.server.password)


@pytest.fixture(scope="session")
def spark():
    """A real Spark session with the Neo4j connector."""
    from lakegraph.runtime.spark import spark_session

    session = spark_session("lakegraph tests")
    yield session
    session.stop()
