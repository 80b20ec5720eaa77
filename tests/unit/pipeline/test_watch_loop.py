"""Watching, with a run that is only counted; the folder, its events and the threads are real."""

import datetime as dt
import errno
import json
import threading
import time
from contextlib import contextmanager

import duckdb
import pytest

from lakegraph.landing.sources import Sources
from lakegraph.pipeline import batches
from lakegraph.pipeline import watch as watching
from lakegraph.pipeline.arrivals import Arrivals
from lakegraph.pipeline.batches import BatchState, Decisions
from lakegraph.pipeline.watching import FolderWatch
from lakegraph.runtime import ops
from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.settings import Settings, settings


class Runs:
    """Stands in for the pipeline: takes note of each run, and does or raises what it is told to."""

    def __init__(self):
        self.times = []
        self.outcomes = {}
        self._came = threading.Condition()

    def __call__(self):
        with self._came:
            self.times.append(time.monotonic())
            self._came.notify_all()
        outcome = self.outcomes.get(len(self.times), lambda: True)()
        return outcome is not False

    def wait_for(self, number, seconds=3.0):
        with self._came:
            assert self._came.wait_for(lambda: len(self.times) >= number, seconds), f"{len(self.times)} runs"

    def stay_at(self, number, seconds=1.2):
        time.sleep(seconds)
        assert len(self.times) == number


class Stopped(BaseException):
    """Ends a watch, as Ctrl-C would."""


@contextmanager
def watched(drops, runs, trigger=None, poll=None, files="orders_{date}.csv"):
    sources = Sources.model_validate(
        {"trigger": trigger or {"file": "trigger_{date}.json"}, "feeds": {"orders": {"files": files}}}
    )
    arrivals, ended = Arrivals(drops, sources), threading.Event()

    def follow():
        with FolderWatch(drops, arrivals.nested, poll) as changes:

            def wait(seconds):
                changes.wait(min(seconds, 0.2) if ended.is_set() else seconds)
                if ended.is_set():
                    raise Stopped

            with pytest.raises(Stopped):
                watching.follow(arrivals, wait, runs)

    thread = threading.Thread(target=follow)
    thread.start()
    runs.wait_for(1)
    try:
        yield
    finally:
        ended.set()
        (drops / "stop").touch()
        thread.join(15)
        assert not thread.is_alive()


@pytest.fixture
def drops(tmp_path):
    folder = tmp_path / "drops"
    folder.mkdir()
    return folder


@pytest.fixture
def runs():
    return Runs()


@pytest.mark.alone
@pytest.mark.parametrize("poll", [None, 0.2])
def test_a_trigger_starts_a_run_within_two_seconds(drops, runs, poll):
    with watched(drops, runs, poll=poll):
        dropped = time.monotonic()
        (drops / "trigger_2025_01_15.json").write_text("{}")
        runs.wait_for(2)

    assert runs.times[1] - dropped < 2


def test_a_trigger_that_is_moved_in_starts_a_run(drops, runs, tmp_path):
    (tmp_path / "outside.json").write_text("{}")
    with watched(drops, runs):
        (tmp_path / "outside.json").rename(drops / "trigger_2025_01_15.json")
        runs.wait_for(2)


def test_several_arrivals_during_a_run_lead_to_one_more(drops, runs):
    def drop_three():
        for day in ("16", "17", "18"):
            (drops / f"trigger_2025_01_{day}.json").write_text("{}")
            time.sleep(0.05)

    runs.outcomes[2] = drop_three
    with watched(drops, runs):
        (drops / "trigger_2025_01_15.json").write_text("{}")
        runs.wait_for(3)
        runs.stay_at(3)


def test_data_files_alone_start_no_run(drops, runs):
    with watched(drops, runs):
        (drops / "orders_2025_01_15.csv").write_text("x")
        runs.stay_at(1)


def test_any_file_starts_another_run_while_a_batch_waits(drops, runs):
    runs.outcomes[1] = lambda: False
    with watched(drops, runs):
        runs.stay_at(1, 0.7)
        (drops / "orders_2025_01_15.csv").write_text("x")
        runs.wait_for(2)


def test_a_failing_run_is_told_and_tried_again(drops, runs, capfd, monkeypatch):
    def fail():
        raise LakegraphError("The warehouse is in use.", "Wait.")

    monkeypatch.setattr(watching, "FIRST_RETRY_S", 1)
    monkeypatch.setattr(watching, "LOOK_AGAIN_S", 0.2)
    runs.outcomes = {1: fail, 2: lambda: 1 / 0}
    with watched(drops, runs):
        runs.wait_for(2, 3)
        (drops / "orders_2025_01_15.csv").write_text("x")
        runs.wait_for(3, 1.5)
        runs.stay_at(3)

    said = capfd.readouterr().err.splitlines()
    assert "error: The warehouse is in use. Wait. The next attempt is in 1 s, or when a file arrives." in said
    assert "error: ZeroDivisionError: division by zero. The next attempt is in 2 s, or when a file arrives." in said
    assert runs.times[1] - runs.times[0] >= 1


@pytest.mark.alone
def test_without_triggers_a_file_counts_once_it_has_stopped_growing(drops, runs):
    with watched(drops, runs, trigger="none"):
        for _ in range(8):
            with (drops / "orders_2025_01_15.csv").open("a") as file:
                file.write("a line\n")
            last = time.monotonic()
            time.sleep(0.2)
        runs.wait_for(2)
        runs.stay_at(2)

    assert 1.0 <= runs.times[1] - last < 2


def test_folders_that_are_made_later_are_watched(drops, runs):
    with watched(drops, runs, trigger="none", files="*/orders_{date}.csv"):
        (drops / "north").mkdir()
        time.sleep(0.3)
        (drops / "north" / "orders_2025_01_15.csv").write_text("x")
        runs.wait_for(2)


@pytest.mark.alone
def test_a_folder_that_is_made_anew_is_watched_again(drops):
    with FolderWatch(drops) as changes:
        drops.rmdir()
        drops.mkdir()
        begin = time.monotonic()
        changes.wait(5)
        changes.wait(0.3)
        (drops / "x").touch()
        changes.wait(5)

    assert time.monotonic() - begin < 2


@pytest.mark.alone
def test_it_looks_for_itself_where_there_are_no_events(drops, monkeypatch):
    class NoEvents:
        def __init__(self):
            raise OSError(errno.EMFILE, "inotify instance limit reached")

    monkeypatch.setattr("watchdog.observers.Observer", NoEvents)
    with FolderWatch(drops) as changes:
        assert changes.lacks_events == "inotify instance limit reached"
        begin = time.monotonic()
        (drops / "x").touch()
        changes.wait(5)

    assert time.monotonic() - begin < 1.5


def test_reading_the_folder_wakes_nobody(drops):
    (drops / "x").write_text("x")
    with FolderWatch(drops) as changes:
        begin = time.monotonic()
        (drops / "x").read_text()
        (drops / "x").unlink()
        changes.wait(0.5)

    assert time.monotonic() - begin >= 0.5


@pytest.mark.parametrize(
    ("applied", "loads", "behind"),
    [
        ((), (), False),
        ((10,), (), True),
        ((10,), ((11, "succeeded"),), False),
        ((10, 12), ((11, "succeeded"),), True),
        ((10,), ((9, "succeeded"), (11, "failed")), True),
    ],
)
def test_a_graph_is_behind_when_a_batch_was_applied_after_the_last_good_load(tmp_path, applied, loads, behind):
    def at(hour):
        return dt.datetime(2025, 1, 15, hour)

    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as warehouse:
        warehouse.execute("create schema ops")
        warehouse.execute("create table ops.applied_batches (batch_id varchar, applied_at timestamp)")
        for hour in applied:
            warehouse.execute("insert into ops.applied_batches values (?, ?)", [str(hour), at(hour)])
    for hour, status in loads:
        ops.append(tmp_path / "ops", "graph_runs", str(hour), [{"started_at": at(hour), "status": status}])

    assert watching.graph_is_behind(settings(lake=tmp_path)) is behind


def test_a_lake_that_was_never_built_has_nothing_to_load(tmp_path):
    assert watching.graph_is_behind(settings(lake=tmp_path)) is False


def test_a_run_tells_which_files_triggers_still_expect(tmp_path):
    sources, expected = tmp_path / "sources.yml", []
    sources.write_text(
        'trigger: {file: "trigger_{date}.json"}\nfeeds: {orders: {files: "orders_{date}.csv"}}\n', encoding="utf-8"
    )
    drops = tmp_path / "drops"
    drops.mkdir()
    trigger = {"trigger_id": "b1", "batch_date": "2025-01-15", "trigger_timestamp": "2025-01-15T06:00:00Z"}
    trigger |= {"client_name": "x", "data_files_ready": True, "expected_files": ["orders_2025_01_15.csv", "readme.txt"]}
    (drops / "trigger_2025_01_15.json").write_text(json.dumps(trigger))
    run = watching.PipelineRuns(Settings(lake=tmp_path / "lake", drops=drops, sources=sources), False, expected.append)

    assert not run()
    (drops / "orders_2025_01_15.csv").touch()
    assert not run()

    assert expected == [{drops / "orders_2025_01_15.csv", drops / "readme.txt"}, {drops / "readme.txt"}]


def test_a_decision_is_noticed_once(tmp_path):
    decisions = Decisions(settings(lake=tmp_path))
    assert not decisions.came()

    ops.append(tmp_path / "ops", "batch_decisions", "b.1", [{"batch_id": "b", "decision": "release"}])

    assert [decisions.came(), decisions.came()] == [True, False]


def test_a_replay_is_noticed_when_it_has_ended(tmp_path, monkeypatch):
    lake = settings(lake=tmp_path)
    decisions, asked = Decisions(lake), []

    def dbt(_, *arguments):
        # whoever looks while it goes on finds no batches to build yet
        asked.append((*arguments[:2], decisions.came()))

    applied = BatchState("b", dt.date(2025, 1, 15), 1, "applied")
    monkeypatch.setattr(batches, "dbt", dbt)
    monkeypatch.setattr(batches, "list_batches", lambda _: [applied])

    assert batches.replay(lake, "b") == ["b"]

    assert asked == [("run-operation", "replay_from", True)]
    assert [decisions.came(), decisions.came()] == [True, False]
    [row] = ops.read(lake.ops, "processing_log")
    assert (row["step"], row["batch_id"], row["status"]) == ("replay", "b", "succeeded")


def test_a_decision_starts_a_run(drops):
    runs, decided = Runs(), iter([False, True])
    arrivals = Arrivals(drops, Sources.model_validate({"feeds": {"orders": {"files": "orders_{date}.csv"}}}))

    def wait(seconds):
        if len(runs.times) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        watching.follow(arrivals, wait, runs, lambda: next(decided, False))

    assert len(runs.times) == 2
