import datetime as dt

import pyarrow.parquet as pq
import pytest

from lakegraph.runtime import ops
from lakegraph.runtime.errors import ConfigurationError


def test_what_was_appended_is_read_back_in_the_declared_columns(tmp_path):
    landed = dt.datetime(2025, 1, 15, 6, 0, 0, 250)

    ops.append(tmp_path, "batches", "b/2", [{"batch_id": "b/2", "batch_date": dt.date(2025, 1, 16), "files": 8}])
    ops.append(tmp_path, "batches", "b1", [{"batch_id": "b1", "records_read": 3, "landed_at": landed}])

    rows = {row["batch_id"]: row for row in ops.read(tmp_path, "batches")}
    assert rows["b/2"]["batch_date"] == dt.date(2025, 1, 16)
    assert rows["b/2"]["records_read"] is None
    assert rows["b1"]["landed_at"] == landed
    assert rows["b1"]["records_read"] == 3


def test_the_same_name_again_replaces_the_rows(tmp_path):
    ops.append(tmp_path, "batches", "b1", [{"batch_id": "b1", "files": 1}])
    ops.append(tmp_path, "batches", "b1", [{"batch_id": "b1", "files": 2}])

    assert [row["files"] for row in ops.read(tmp_path, "batches")] == [2]
    assert [file.name for file in (tmp_path / "batches").iterdir()] == ["b1.parquet"]


def test_a_write_that_fails_leaves_nothing_behind_that_readers_see(tmp_path, monkeypatch):
    def full_disk(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full_disk)

    with pytest.raises(OSError, match="No space left"):
        ops.append(tmp_path, "batches", "b1", [{"batch_id": "b1"}])

    assert ops.read(tmp_path, "batches") == []


def test_a_table_that_nobody_declared_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="no operational table 'batchs'"):
        ops.append(tmp_path, "batchs", "b1", [])
