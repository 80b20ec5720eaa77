"""Landing is killed in the middle, again and again, and done again: no record is lost, none comes twice."""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter

import pyarrow.parquet as pq
import pytest

from lakegraph.landing.operations import land
from lakegraph.runtime import ops
from lakegraph.runtime.settings import Settings

pytestmark = pytest.mark.slow

DAYS = ("2025_01_15", "2025_01_16")
SOURCES = """
trigger: {file: "trigger_{date}*.json"}
feeds:
  suppliers: {files: "suppliers_{date}.csv"}
  categories: {files: "categories_{date}.csv"}
"""
BROKEN, OTHER = "trigger_2025_01_17.json", "trigger_2025_01_15_other.json"
# Two files, each with an expectation of its columns and one of each of its two required columns' values; on the second day one
# more of each, since both feeds are delivered in full and there is a delivery to hold them against.
EXPECTATIONS = {"batch_2025_01_15": 6, "batch_2025_01_16": 8}
# Lands, and kills itself just before its n-th change of a file or a folder of the lake or of the drops. The Data Docs do not
# count: they are written last, by one library, and would be most of all changes.
KILLED = """
import os, signal, sys
from pathlib import Path
from lakegraph.landing.operations import land
from lakegraph.runtime.settings import Settings

root, left = Path(sys.argv[1]), int(sys.argv[2])

def count(event, arguments):
    global left
    changes = event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir") or event == "open" and arguments[1] in ("w", "wb")
    if changes and str(root) in str(arguments[0]) and "great_expectations" not in str(arguments[0]):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
land(Settings(lake=root / "lake", drops=root / "drops", sources=root / "sources.yml"))
print(int(sys.argv[2]) - left)
"""


def drop_two_days(root):
    drops = root / "drops"
    drops.mkdir()
    (root / "sources.yml").write_text(SOURCES)
    for day in DAYS:
        rows = [f"{day}-{number},Name" for number in range(50)]
        (drops / f"suppliers_{day}.csv").write_text(
            "\n".join(["supplier_id,supplier_name", *rows, "one field too many,,,"])
        )
        (drops / f"categories_{day}.csv").write_text("\n".join(["category_id,category_name", *rows]))
        trigger = {
            "trigger_id": f"batch_{day}",
            "batch_date": day.replace("_", "-"),
            "data_files_ready": True,
            "expected_files": [f"suppliers_{day}.csv", f"categories_{day}.csv"],
        }
        (drops / f"trigger_{day}.json").write_text(json.dumps(trigger))
    (drops / BROKEN).write_text("{")
    (drops / OTHER).write_text(
        json.dumps({"trigger_id": f"batch_{DAYS[0]}", "batch_date": "2025-01-15", "data_files_ready": True})
    )
    return Settings(lake=root / "lake", drops=drops, sources=root / "sources.yml")


def run_until(change, root):
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(root), str(change)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def seen(settings):
    """Key and line of each record, as a reader of the lake sees them: those of visible batches."""
    visible = {row["batch_id"] for row in ops.read(settings.ops, "batches")}
    found = []
    for path in settings.bronze.glob("*/batch_id=*/*.parquet"):
        if path.parent.name.removeprefix("batch_id=") in visible:
            feed = path.parent.parent.name
            key = {"suppliers": "supplier_id", "categories": "category_id"}[feed]
            rows = pq.ParquetFile(path).read(columns=[key, "_source_line"]).to_pylist()
            found += [(feed, row[key], row["_source_line"]) for row in rows]
    rejected = [row for row in ops.read(settings.ops, "rejected_records") if row["batch_id"] in visible]
    return sorted(found), sorted((row["source_file"], row["source_line"]) for row in rejected)


def expected(days):
    records = [
        (feed, f"{day}-{number}", number + 2)
        for feed in ("suppliers", "categories")
        for day in days
        for number in range(50)
    ]
    return sorted(records), [(f"suppliers_{day}.csv", 52) for day in days]


@pytest.fixture(scope="module")
def changes(tmp_path_factory):
    """How many changes a landing makes that nobody kills."""
    root = tmp_path_factory.mktemp("whole")
    drop_two_days(root)
    done = run_until(10_000, root)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def expectation_results(settings):
    """How many there are of each batch."""
    return Counter(row["batch_id"] for row in ops.read(settings.ops, "expectation_results"))


def check_kept_aside(settings):
    rows = {row["source_file"]: row for row in ops.read(settings.ops, "kept_aside")}
    assert set(rows) == {BROKEN, OTHER}
    assert all((settings.lake / row["kept_in"]).is_file() for row in rows.values())
    assert sum(path.is_file() for path in (settings.lake / "kept_aside").rglob("*")) == 2


def check_log(settings):
    """A step that was killed stays started; the one that did what it left behind succeeded, or found nothing to do."""
    rows = [row for row in ops.read(settings.ops, "processing_log") if row["step"] == "land" and row["batch_id"]]
    for day in DAYS:
        statuses = {row["status"] for row in rows if row["batch_id"] == f"batch_{day}"}
        assert statuses & {"started", "succeeded"}
        assert statuses <= {"started", "succeeded", "refused"}
    assert [row["batch_id"] for row in rows if row["status"] == "refused"] == [f"batch_{DAYS[0]}"]


SEEDS = [*range(6), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(6, 60))]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_landing_is_made_good_by_the_next(seed, changes, tmp_path):
    choice = random.Random(seed)
    settings = drop_two_days(tmp_path)

    for _ in range(2):
        killed = run_until(choice.randrange(changes), tmp_path)
        assert killed.returncode in (0, -signal.SIGKILL), killed.stderr
        whole_days = [
            day for day in DAYS if f"batch_{day}" in {row["batch_id"] for row in ops.read(settings.ops, "batches")}
        ]
        assert seen(settings) == expected(whole_days)
        found = expectation_results(settings)
        assert all(found[f"batch_{day}"] == EXPECTATIONS[f"batch_{day}"] for day in whole_days)
    land(settings)

    assert seen(settings) == expected(DAYS)
    assert list(settings.drops.iterdir()) == []
    assert len(list((settings.lake / "archive").glob("*/*"))) == 6
    assert expectation_results(settings) == EXPECTATIONS
    check_kept_aside(settings)
    check_log(settings)
    assert land(settings).complete
