"""A load in a process of its own, with a Spark of its own, that a test can kill."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import psutil

from tests.support.marts import Marts

LOAD = """
import json
import sys
from pathlib import Path
from graph_loader.guards import ALL, Limits
from graph_loader.load_options import LoadOptions
from graph_loader.operations import load
from lakegraph.runtime.console import guarded
from lakegraph.runtime.settings import settings
from lakegraph.runtime.spark import spark_session

def run():
    lake, manifest, changed = sys.argv[1:]
    spark_session("a load that is killed")
    print("ready", flush=True)
    if sys.stdin.readline() == "go\\n":
        load(LoadOptions(settings(lake=Path(lake)), Path(manifest), quiet=True, expectations=False,
            limits=Limits(1, 1), allow_deletes=frozenset({ALL}), **json.loads(changed)))

guarded(run)
"""
GONE_S = 30


class LoaderProcess:
    """A process that has its Spark and waits for the word to load.

    Args:
        repair: whether the load goes by what the graph holds.
    """

    def __init__(self, marts: Marts, repair: bool = False):
        options = marts.options
        given = {"URI": options.neo4j.uri, "USERNAME": options.neo4j.username, "PASSWORD": options.neo4j.password}
        env = {**os.environ, **{f"NEO4J_{name}": value for name, value in given.items()}}
        changed = json.dumps({"batch_rows": options.batch_rows, "repair": repair})
        line = [sys.executable, "-c", LOAD, str(marts.lake), str(marts.manifest), changed]
        self._process = subprocess.Popen(
            line,
            env={**env, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.pid = self._process.pid

    def begin(self) -> None:
        """Let it load."""
        assert self._process.stdout.readline() == "ready\n", self._process.stderr.read()
        self._java = psutil.Process(self.pid).children(recursive=True)
        assert any("java" in process.name() for process in self._java)
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def runs(self) -> bool:
        """Whether it is still there."""
        return self._process.poll() is None

    def kill(self, java_too: bool) -> int:
        """Kill it with SIGKILL, and Spark's Java in the same moment or not at all; returns the exit code."""
        if java_too:
            os.killpg(self.pid, signal.SIGKILL)
        else:
            self._process.kill()
        return self._process.wait()

    def stand_still(self) -> None:
        """Let Spark's Java stand still with what it has begun at the server, until it is to `go_on`."""
        for process in self._java:
            process.suspend()

    def go_on(self) -> None:
        """Let Spark's Java go on with what it was at, if nobody has ended it."""
        for process in self._java:
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def java_is_gone(self) -> bool:
        """Whether Spark's Java ended as well, after a while."""
        return not psutil.wait_procs(self._java, timeout=GONE_S)[1]

    def ended(self) -> tuple[int, str]:
        """Its exit code and what it said on standard error, once it has ended by itself."""
        _, said = self._process.communicate(timeout=120)
        return self._process.returncode, said

    def close(self) -> None:
        """End whatever is left of it."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.communicate()


def wait_until(condition, seconds: float = 120) -> None:
    """Return as soon as a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)
