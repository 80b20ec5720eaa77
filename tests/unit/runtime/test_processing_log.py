"""The processing log says what became of each step, also when it is killed."""

import datetime as dt
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from lakegraph.runtime import ops
from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.processing_log import log_found, logged_step, new_run_id


def log(folder):
    return ops.read(folder, "processing_log")


def test_a_step_is_started_and_then_succeeded(tmp_path):
    before = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with logged_step(tmp_path, "run1", "land", "b1") as entry:
        [running] = log(tmp_path)
        time.sleep(0.05)
        entry.records_read, entry.records_valid, entry.records_quarantined = 10, 8, 2

    [row] = log(tmp_path)

    assert (running["status"], running["finished_at"], running["duration_seconds"]) == ("started", None, None)
    assert before <= running["started_at"] == row["started_at"] <= row["finished_at"]
    assert (row["run_id"], row["batch_id"], row["step"], row["status"]) == ("run1", "b1", "land", "succeeded")
    assert (row["records_read"], row["records_valid"], row["records_quarantined"]) == (10, 8, 2)
    assert (row["files_archived"], row["error"]) == (None, None)
    assert 0.05 <= row["duration_seconds"] < 5


def test_a_step_that_fails_says_why_and_its_error_goes_on(tmp_path):
    with pytest.raises(LakegraphError), logged_step(tmp_path, "run1", "load"):
        raise LakegraphError("The server is gone.", "Start it.")
    with pytest.raises(ValueError), logged_step(tmp_path, "run1", "build"):
        raise ValueError("first line\nsecond line")
    with pytest.raises(KeyboardInterrupt), logged_step(tmp_path, "run1", "land"):
        raise KeyboardInterrupt

    rows = {row["step"]: row for row in log(tmp_path)}

    assert {row["status"] for row in rows.values()} == {"failed"}
    assert rows["load"]["batch_id"] is None
    assert rows["load"]["error"] == "The server is gone. Start it."
    assert rows["build"]["error"] == "ValueError: first line"
    assert rows["land"]["error"] == "interrupted"


def test_a_step_may_end_in_a_way_of_its_own(tmp_path):
    with logged_step(tmp_path, "run1", "land", "b1") as entry:
        entry.status, entry.error = "refused", "two files are missing"

    [row] = log(tmp_path)
    assert (row["status"], row["error"]) == ("refused", "two files are missing")


def test_the_same_step_of_a_run_and_batch_has_one_row_and_others_have_their_own(tmp_path):
    for run, step, batch in [("r1", "land", "b1"), ("r1", "land", "b1"), ("r1", "land", "b2"), ("r2", "land", "b1")]:
        with logged_step(tmp_path, run, step, batch):
            pass

    assert sorted((row["run_id"], row["batch_id"]) for row in log(tmp_path)) == [
        ("r1", "b1"),
        ("r1", "b2"),
        ("r2", "b1"),
    ]


def test_a_killed_step_stays_started(tmp_path):
    script = """
import os, signal, sys
from pathlib import Path
from lakegraph.runtime.processing_log import logged_step
with logged_step(Path(sys.argv[1]), "run1", "land", "b1"):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], env=env, check=False)

    assert killed.returncode == -signal.SIGKILL
    [row] = log(tmp_path)
    assert (row["status"], row["finished_at"]) == ("started", None)


def test_what_is_found_again_and_again_has_one_row(tmp_path):
    for run in ("r1", "r2"):
        log_found(tmp_path, run, "land", "b1", "waiting", "a file is missing")
        with logged_step(tmp_path, run, "land", "b2") as entry:
            entry.status, entry.error = "refused", "no header"

    first, second = sorted(log(tmp_path), key=lambda row: row["batch_id"])
    assert (first["run_id"], first["batch_id"], first["status"], first["error"]) == (
        "r2",
        "b1",
        "waiting",
        "a file is missing",
    )
    assert (second["run_id"], second["batch_id"], second["status"]) == ("r2", "b2", "refused")
    log_found(tmp_path, "r3", "land", "b1", "waiting", "another file is missing")
    assert len(log(tmp_path)) == 3


def test_run_ids_sort_by_their_time_and_differ():
    ids = {new_run_id() for _ in range(50)}

    assert len(ids) == 50
    assert all(re.fullmatch(r"\d{8}T\d{6}-[0-9a-f]{8}", each) for each in ids)
    stamp = dt.datetime.strptime(min(ids)[:15], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC)
    assert dt.timedelta(seconds=-60) < dt.datetime.now(dt.UTC) - stamp < dt.timedelta(seconds=60)
