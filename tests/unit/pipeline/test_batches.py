import json
import subprocess
import sys
from datetime import date, datetime

import duckdb
import pytest

from lakegraph.landing.publication import landed_batches
from lakegraph.pipeline import batches
from lakegraph.pipeline.batches import BatchDecisionError, decide, waiting_batches
from lakegraph.runtime import ops
from lakegraph.runtime.settings import settings
from lakegraph.runtime.warehouse import WarehouseError


@pytest.fixture
def lake(tmp_path):
    """A lake with three visible batches, landed in another order than that of their dates."""
    for name, day in (("b", 16), ("c", 15), ("a", 16)):
        row = {"batch_id": name, "batch_date": date(2025, 1, day), "records_read": day}
        ops.append(tmp_path / "ops", "batches", name, [row])
    return settings(lake=tmp_path)


def apply(lake, *batches):
    with duckdb.connect(str(lake.warehouse)) as warehouse:
        warehouse.execute("create schema ops; create table ops.applied_batches (batch_id varchar)")
        warehouse.executemany("insert into ops.applied_batches values (?)", [[batch] for batch in batches])


def test_all_batches_wait_in_order_before_the_first_build(lake):
    assert waiting_batches(lake) == ["c", "a", "b"]


def test_of_one_date_the_batch_that_landed_later_waits_behind_the_other_whatever_its_id(tmp_path):
    for name, hour in (("TRG_10", 9), ("TRG_9", 8)):
        row = {"batch_id": name, "batch_date": date(2025, 1, 15), "landed_at": datetime(2025, 1, 15, hour)}
        ops.append(tmp_path / "ops", "batches", name, [row])

    assert waiting_batches(settings(lake=tmp_path)) == landed_batches(tmp_path) == ["TRG_9", "TRG_10"]


def test_applied_batches_wait_no_more(lake):
    apply(lake, "c", "b")

    assert waiting_batches(lake) == ["a"]


def test_a_rejected_batch_that_would_come_late_is_not_released_where_late_ones_are_refused(lake, monkeypatch):
    decide(lake, "a", "reject", "broken")
    apply(lake, "c", "b")

    with monkeypatch.context() as changed, pytest.raises(BatchDecisionError, match="a later one has been applied"):
        changed.setattr(batches, "project_vars", lambda: {"late_batches": "refuse"})
        decide(lake, "a", "release")

    decide(lake, "a", "release")
    assert waiting_batches(lake) == ["a"]


def test_the_command_lists_them_with_their_state(lake):
    apply(lake, "c")

    done = subprocess.run(
        [sys.executable, "-m", "lakegraph", "batches", "--lake", str(lake.lake), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert [
        (row["batch_id"], row["batch_date"], row["records_read"], row["state"]) for row in json.loads(done.stdout)
    ] == [
        ("c", "2025-01-15", 15, "applied"),
        ("a", "2025-01-16", 16, "waiting"),
        ("b", "2025-01-16", 16, "waiting"),
    ]


def test_a_file_that_is_no_warehouse_is_told(lake):
    lake.warehouse.write_text("not a database, and longer than the header of one would have to be " * 100)

    with pytest.raises(WarehouseError, match="cannot be opened as a DuckDB database"):
        waiting_batches(lake)
