"""The processing log: a row per step and batch, written when the step begins and again when it has ended."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.interrupts import was_interrupted
from lakegraph.runtime.ops import append, ops_file, read_file

TABLE = "processing_log"
# What each run finds anew until somebody mends it: one row per batch and reason, not one per run.
FOUND_AGAIN = ("waiting", "refused")
# What was found of a batch holds no more, for a later run did not meet the batch.
GONE = "gone"


@dataclass
class LogEntry:
    """What a step has to say of itself; a count that is None is not recorded.

    Attributes:
        records_read: the records it took in.
        records_valid: those that went on.
        records_quarantined: those that were set aside.
        files_archived: the files that it moved away.
        status: how the step ended, where that is neither succeeded nor failed.
        error: why, in one sentence.
    """

    records_read: int | None = None
    records_valid: int | None = None
    records_quarantined: int | None = None
    files_archived: int | None = None
    status: str | None = None
    error: str | None = None


def new_run_id() -> str:
    """A name for a run that begins now: the time in UTC to the second, and a random part."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"


@contextmanager
def logged_step(ops: Path, run_id: str, step: str, batch_id: str | None = None) -> Iterator[LogEntry]:
    """Log a step: as `started` at once, as `succeeded` or `failed` at its end; one that is killed stays `started`.

    One that ends as `waiting` or `refused` replaces what an earlier run said of the same batch for the same reason.

    Args:
        ops: the folder of the operational tables.
        run_id: the run that the step is part of.
        step: its name; the same step of the same run and batch replaces its row.
        batch_id: the batch that it is about, if any.

    Yields:
        The entry, in which the step notes its counts.
    """
    started, begin, entry = _now(), time.monotonic(), LogEntry()
    name = ".".join(part for part in (run_id, step, batch_id) if part is not None)
    row = {"run_id": run_id, "batch_id": batch_id, "step": step, "started_at": started}
    append(ops, TABLE, name, [{**row, "status": "started"}])

    def finish(status: str, error: str | None) -> None:
        ended = {"finished_at": _now(), "duration_seconds": _seconds(time.monotonic() - begin)}
        done = {**row, **ended, **vars(entry), "status": status, "error": error}
        append(ops, TABLE, _found_name(done) if status in FOUND_AGAIN else name, [done])
        if status in FOUND_AGAIN:
            ops_file(ops, TABLE, name).unlink(missing_ok=True)

    try:
        yield entry
    except BaseException as error:
        finish("failed", _sentence(error))
        raise
    finish(entry.status or "succeeded", entry.error)


def log_found(ops: Path, run_id: str, step: str, batch_id: str | None, status: str, reason: str) -> None:
    """Log that a step was not even begun, as `waiting`, `refused` or `gone`: a row per batch and reason, the latest.

    Args:
        ops: the folder of the operational tables.
        run_id: the run that found it.
        step: the step that it would have been.
        batch_id: the batch, if it is known.
        status: waiting, refused or gone.
        reason: why, in one sentence.
    """
    now = _now()
    row = {"run_id": run_id, "batch_id": batch_id, "step": step, "status": status, "error": reason}
    row |= {"started_at": now, "finished_at": now, "duration_seconds": Decimal(0)}
    append(ops, TABLE, _found_name(row), [row])


def logged_files(ops: Path, step: str) -> list[Path]:
    """The files with the rows of a step that runs have begun, one for each; those found waiting or refused are not among them."""
    return list((ops / TABLE).glob(f"*.{step}.*parquet"))


def last_found(ops: Path, step: str) -> list[dict]:
    """What was last found of each batch that a step left waiting or refused, the oldest first; of known batches alone.

    Not of those that have gone since.
    """
    last = {}
    for file in (ops / TABLE).glob(f"{step}.*.parquet"):
        for row in read_file(file, TABLE):
            batch_id = row["batch_id"]
            if batch_id and (batch_id not in last or row["started_at"] > last[batch_id]["started_at"]):
                last[batch_id] = row
    there = (row for row in last.values() if row["status"] != GONE)
    return sorted(there, key=lambda row: (row["started_at"], row["batch_id"]))


def _found_name(row: dict) -> str:
    reason = sha256(f"{row['status']} {row['error']}".encode()).hexdigest()[:12]
    return ".".join(part for part in (row["step"], row["batch_id"], reason) if part is not None)


def _sentence(error: BaseException) -> str:
    if was_interrupted(error):
        return "interrupted"
    if isinstance(error, LakegraphError):
        return str(error)
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _seconds(seconds: float) -> Decimal:
    return Decimal(str(round(seconds, 4)))
