"""Real parts that many tests share, and the rule that tests which hold a clock to something run alone."""

import fcntl
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lakegraph.runtime.java import QUICK_START
from lakegraph.runtime.neo4j_target import Neo4jTarget
from tests.engines.summary import summary

pytest.register_assert_rewrite("tests.engines.days")
# whose tests share a stand-in each
ENGINES = ("tests/engines/athena/", "tests/engines/databricks/")


def pytest_configure() -> None:
    """Take Ctrl-C, and let the processes that tests interrupt take it, also where a shell's background job was to ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log) -> object | None:
    """Give all tests of an engine's folder to one worker, since they share a stand-in; of other tests, those of a file."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class ByEngineOrFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return next((folder for folder in ENGINES if file.startswith(folder)), file)

    return ByEngineOrFile(config, log)


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was built, tested and compared on each engine, where a leg of another engine was run."""
    told = [
        line
        for report in terminalreporter.getreports("passed")
        for name, lines in report.user_properties
        if name == "leg"
        for line in lines
    ]
    if told:
        terminalreporter.section("engines")
        for line in summary(told):
            terminalreporter.line(line)


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
