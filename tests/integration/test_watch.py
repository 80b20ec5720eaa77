"""`lakegraph watch` as its users start and stop it: a process of its own, on real files, with real dbt builds."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest

from lakegraph.runtime import ops
from tests.support.place import ROOT, Place

pytestmark = pytest.mark.slow

DAYS = ("2025_01_15", "2025_01_16")
QUICK_S = 2.0
BUILD_S = 240


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """Two small days without faults."""
    place = Place(tmp_path_factory.mktemp("generated"))
    options = ["--start", "2025-01-15", "--days", "2", "--scale", "0.1", "--dirt", "0"]
    done = place.command("lakegraph", "generate", "--drops", str(place.drops), *options)
    assert done.returncode == 0, done.stderr
    return place.drops


class Watch:
    """A watching process, and what it has said so far."""

    def __init__(self, place: Place):
        self.place = place
        place.drops.mkdir(exist_ok=True)
        self.said_file = place.drops.parent / "said.txt"
        command = [sys.executable, "-m", "lakegraph", "watch", "--no-load", "--drops", str(place.drops)]
        with self.said_file.open("w") as said:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=place.env, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
            )

    @property
    def said(self) -> str:
        return self.said_file.read_text()

    def until(self, condition, seconds: float):
        """What a condition gives once it gives anything."""
        begin = time.monotonic()
        while not (found := condition()):
            assert time.monotonic() - begin < seconds, self.said
            assert self.process.poll() is None, self.said
            time.sleep(0.02)
        return found

    def says(self, text: str, times: int = 1, seconds: float = BUILD_S) -> None:
        """Wait until it has said something so many times."""
        self.until(lambda: self.said.count(text) >= times, seconds)

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: int) -> float:
        """Send a signal, and give back how many seconds it took to end with 0, leaving nothing behind."""
        begin, children = time.monotonic(), self.descendants()
        self.process.send_signal(number)
        try:
            assert self.process.wait(30) == 0, self.said
        except subprocess.TimeoutExpired:
            pytest.fail(f"does not stop; so far it has said: {self.said}")
        assert self.said.splitlines()[-1] == "stopped"
        assert "Traceback" not in self.said
        _, alive = psutil.wait_procs(children, timeout=5)
        assert not alive
        return time.monotonic() - begin


@contextmanager
def watching(root):
    watch = Watch(Place(root))
    try:
        # it says so once it is ready; from then on its times count
        watch.says("watching ")
        yield watch
    finally:
        if watch.process.poll() is None:
            os.killpg(watch.process.pid, signal.SIGKILL)
            watch.process.wait()


def drop(generated, place, day, *feeds):
    """Copy a day's files, the trigger last; gives back when that was."""
    files = sorted(generated.glob(f"*_{day}.csv")) if not feeds else [generated / f"{feed}_{day}.csv" for feed in feeds]
    for file in files:
        shutil.copy(file, place.drops)
    return time.monotonic(), shutil.copy(generated / f"trigger_{day}.json", place.drops)


def visible(place):
    return [row["batch_id"] for row in ops.read(place.lake / "ops", "batches")]


@pytest.mark.alone
def test_a_day_is_landed_within_two_seconds_and_built(generated, tmp_path):
    with watching(tmp_path) as watch:
        place = watch.place
        watch.says("nothing to land", seconds=30)
        dropped, _ = drop(generated, place, DAYS[0])
        watch.until(lambda: any((place.lake / "bronze").glob("*/*")), 10)
        begun = time.monotonic() - dropped
        watch.says("✓ build batch_2025_01_15_001")
        took = watch.stop(signal.SIGTERM)

    assert begun < QUICK_S
    assert took < 5
    assert visible(place) == ["batch_2025_01_15_001"]
    assert list(place.drops.iterdir()) == []
    assert place.warehouse("select batch_id from ops.applied_batches") == [("batch_2025_01_15_001",)]


def test_what_lies_there_is_taken_in_and_a_batch_that_waits_is_tried_again(generated, tmp_path):
    place = Place(tmp_path)
    place.drops.mkdir()
    drop(generated, place, DAYS[0], "customers", "products")
    with watching(tmp_path) as watch:
        watch.says("expected by trigger_2025_01_15.json, are missing", seconds=30)
        assert visible(place) == []
        for file in sorted(generated.glob(f"*_{DAYS[0]}.csv")):
            shutil.copy(file, place.drops)
        watch.until(lambda: visible(place), 20)
        watch.stop(signal.SIGTERM)


def test_ctrl_c_in_the_middle_of_a_build_leaves_nothing_running_and_the_next_watch_makes_it_good(generated, tmp_path):
    with watching(tmp_path) as watch:
        place = watch.place
        drop(generated, place, DAYS[0])
        watch.until(watch.descendants, 30)
        time.sleep(3)  # dbt is at work
        assert watch.descendants()
        took = watch.stop(signal.SIGINT)
    with watching(tmp_path) as watch:
        watch.says("✓ build batch_2025_01_15_001")
        watch.stop(signal.SIGTERM)

    assert took < 5
    assert place.warehouse("select batch_id from ops.applied_batches") == [("batch_2025_01_15_001",)]


def test_a_failing_run_is_told_in_one_line_and_watching_goes_on(generated, tmp_path):
    place = Place(tmp_path)
    place.lake.mkdir()
    (place.lake / "warehouse.duckdb").write_text("not a database, and longer than the header of one " * 200)
    with watching(tmp_path) as watch:
        watch.says("error:", seconds=30)
        (place.lake / "warehouse.duckdb").unlink()
        drop(generated, place, DAYS[0])
        watch.says("✓ build batch_2025_01_15_001")
        watch.stop(signal.SIGTERM)

    told = [line for line in watch.said.splitlines() if line.startswith("error:")]
    assert len(told) == 1
    assert "cannot be opened as a DuckDB database" in told[0]


def test_a_drops_folder_that_is_not_there_is_told(tmp_path):
    done = Place(tmp_path).command("lakegraph", "watch", "--drops", str(tmp_path / "nowhere"))

    assert done.returncode == 2
    assert done.stderr == (
        f"error: The drops folder {tmp_path / 'nowhere'} does not exist. Name another with --drops or DROPS_DIR.\n"
    )
