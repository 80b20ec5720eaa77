import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from neo4j import GraphDatabase

pytestmark = pytest.mark.slow

START = """
import sys, time
from pathlib import Path
from lakegraph.runtime.java import QUICK_START
from lakegraph.runtime.neo4j_server import LocalNeo4j
with LocalNeo4j.start(Path(sys.argv[1]), heap="512m", page_cache="64m", java_options=QUICK_START) as running:
    print(running.server.supervisor, flush=True)
    time.sleep(600)
"""


def lakegraph(*arguments, lake):
    return subprocess.run(
        [sys.executable, "-m", "lakegraph", *arguments, "--lake", str(lake)],
        capture_output=True,
        text=True,
        check=False,
    )


def servers_of(home):
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if f"--home-dir={home}" in (process.info["cmdline"] or [])
    ]


def wait_until_gone(home, seconds=30):
    deadline = time.monotonic() + seconds
    while servers_of(home) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not servers_of(home)


@pytest.fixture
def started(tmp_path):
    """A process that started a server and holds it: its home, the process, and the id of the supervisor."""
    home = (tmp_path / "neo4j").resolve()
    process = subprocess.Popen([sys.executable, "-c", START, str(home)], stdout=subprocess.PIPE, text=True)
    supervisor = int(process.stdout.readline())
    assert servers_of(home)
    yield home, process, supervisor
    process.kill()
    process.wait()
    assert wait_until_gone(home)


def test_a_started_server_stays_keeps_its_data_and_hides_its_password(tmp_path):
    home = (tmp_path / "neo4j").resolve()

    started = lakegraph("neo4j", "start", "--heap", "512m", lake=tmp_path)
    status = json.loads(lakegraph("neo4j", "status", "--json", lake=tmp_path).stdout)

    assert started.returncode == 0, started.stderr
    assert status["running"] is True
    password = Path(status["password_file"]).read_text()
    assert stat.S_IMODE(os.stat(status["password_file"]).st_mode) == 0o600
    assert len(servers_of(home)) == 1
    assert not [
        process for process in psutil.process_iter(["cmdline"]) if password in " ".join(process.info["cmdline"] or [])
    ]
    holders = [file for file in home.rglob("*") if file.is_file() and password.encode() in file.read_bytes()]
    assert holders == [Path(status["password_file"])]

    with GraphDatabase.driver(status["uri"], auth=(status["user"], password)) as driver:
        driver.execute_query("CREATE (:Kept {number: 7})")
    assert lakegraph("neo4j", "stop", lake=tmp_path).returncode == 0
    assert servers_of(home) == []
    assert lakegraph("neo4j", "status", lake=tmp_path).returncode == 3

    assert lakegraph("neo4j", "start", "--heap", "512m", lake=tmp_path).returncode == 0
    again = json.loads(lakegraph("neo4j", "status", "--json", lake=tmp_path).stdout)
    with GraphDatabase.driver(again["uri"], auth=(again["user"], password)) as driver:
        assert driver.execute_query("MATCH (n:Kept) RETURN n.number AS number").records[0]["number"] == 7
    assert again == status
    assert lakegraph("neo4j", "stop", lake=tmp_path).returncode == 0


def test_no_server_outlives_a_starter_that_is_killed(started):
    home, process, _ = started

    process.send_signal(signal.SIGKILL)

    assert wait_until_gone(home)


def test_no_server_outlives_a_starter_that_is_interrupted(started):
    home, process, _ = started

    process.send_signal(signal.SIGINT)

    assert process.wait(30) != 0
    assert wait_until_gone(home)
    assert not (home / "server.json").exists()


def test_no_server_outlives_its_supervisor(started):
    home, _, supervisor = started

    os.kill(supervisor, signal.SIGKILL)

    assert wait_until_gone(home)
