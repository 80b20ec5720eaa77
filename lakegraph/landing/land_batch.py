"""Lands one batch: its files first, the row that makes it visible last."""

import json
import shutil
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from lakegraph.landing.bronze import Origin
from lakegraph.landing.candidates import Candidate
from lakegraph.landing.drop_contract import DropContract
from lakegraph.landing.drops import DropFile, DropFileError, Fingerprints, MissingColumnsFileError, content_hash
from lakegraph.landing.executor import Executor
from lakegraph.landing.feeds import declared_feeds
from lakegraph.landing.land_file import FileToLand
from lakegraph.landing.rejects import RejectsFile, rejects_file
from lakegraph.landing.result import LandedBatch, LandedFile
from lakegraph.landing.sources import Sources
from lakegraph.runtime import ops
from lakegraph.runtime.expectations import TABLE as CONTRACT
from lakegraph.runtime.settings import Settings


def land_batch(
    candidate: Candidate,
    prints: Fingerprints,
    sources: Sources,
    settings: Settings,
    contract: DropContract,
    executor: Executor,
) -> LandedBatch:
    """Land a batch and make it visible; what an interrupted landing of it left behind is removed first.

    What the contract finds is recorded, and stops nothing but a check that the batch's trigger asks for, and columns that must
    be there.

    Args:
        candidate: the batch.
        prints: what its files held when it was recognised.
        sources: how they become feeds.
        settings: where the lake lies.
        contract: what a drop must keep.
        executor: what reads and writes the files.

    Raises:
        DropFileError: a file cannot be landed, or the batch is refused; then nothing of it is left in the lake, except what
            the contract found.
    """
    begin = time.monotonic()
    landed_at = _now()
    rejects = rejects_file(settings.ops, candidate.batch_id, landed_at)
    _remove(rejects, settings)
    try:
        files = executor.land(_files(candidate, prints, sources, settings, landed_at), rejects)
        for feed in {file.feed for file in candidate.files}:
            ops.sync_folder(settings.bronze / feed)
        seconds = time.monotonic() - begin
        results, refusal = contract.check(candidate, files)
    except MissingColumnsFileError as error:
        _remove(rejects, settings)
        ops.append(settings.ops, CONTRACT, candidate.batch_id, contract.check_header(candidate, error.missing))
        raise
    except BaseException:
        _remove(rejects, settings)
        raise
    if refusal:
        _remove(rejects, settings)
    ops.append(settings.ops, CONTRACT, candidate.batch_id, results)
    if refusal:
        raise DropFileError(refusal)
    _make_visible(files, candidate, settings.ops, landed_at)
    unknown_checks = candidate.trigger.content.data_quality_checks.unknown if candidate.trigger else ()
    return LandedBatch.of(candidate.batch_id, candidate.batch_date, files, seconds, unknown_checks)


def _files(
    candidate: Candidate, prints: Fingerprints, sources: Sources, settings: Settings, landed_at: datetime
) -> list[FileToLand]:
    feeds = declared_feeds()

    def to_land(file: DropFile) -> FileToLand:
        origin = Origin(candidate.batch_id, candidate.batch_date, file.name, landed_at)
        folder = _bronze_folder(settings, file.feed, candidate.batch_id)
        return FileToLand(file, prints[file.path], feeds[file.feed], sources.feeds[file.feed], origin, folder)

    return [to_land(file) for file in candidate.files]


def _now() -> datetime:
    """The time in UTC, to the millisecond: the least that an engine holds, which is Athena on Parquet files."""
    now = datetime.now(UTC).replace(tzinfo=None)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _make_visible(files: tuple[LandedFile, ...], candidate: Candidate, folder: Path, landed_at: datetime) -> None:
    ops.append(folder, "batch_files", candidate.batch_id, [_file_row(file, candidate.batch_id) for file in files])
    row = {
        "batch_id": candidate.batch_id,
        "batch_date": candidate.batch_date,
        "content_hash": content_hash((file.feed, file.source_file, file.file_hash) for file in files),
        "files": len(files),
        "records_read": sum(file.records_read for file in files),
        "records_landed": sum(file.records_landed for file in files),
        "records_rejected": sum(file.records_rejected for file in files),
        "landed_at": landed_at,
    }
    if received := candidate.trigger:
        row |= {
            "trigger_file": received.path_in_drops,
            "trigger_id": received.content.trigger_id,
            "trigger_timestamp": received.content.trigger_timestamp,
            "client_name": received.content.client_name,
            "expected_files": json.dumps(received.content.expected_files),
            "asked_checks": ",".join(received.content.data_quality_checks.names),
        }
    ops.append(folder, "batches", candidate.batch_id, [row])


def _file_row(file: LandedFile, batch_id: str) -> dict:
    lists = {name: ",".join(getattr(file, name)) for name in ("absent_columns", "unmapped_columns")}
    return {"batch_id": batch_id, **asdict(file), **lists, "missing_values": json.dumps(file.missing_values)}


def _bronze_folder(settings: Settings, feed: str, batch_id: str) -> Path:
    return settings.bronze / feed / f"batch_id={batch_id}"


def _remove(rejects: RejectsFile, settings: Settings) -> None:
    batch_id = rejects.batch_id
    for feed in settings.bronze.glob("*"):
        if (folder := _bronze_folder(settings, feed.name, batch_id)).exists():
            shutil.rmtree(folder)
    rejects.remove()
    for table in (CONTRACT, "batch_files"):
        ops.ops_file(settings.ops, table, batch_id).unlink(missing_ok=True)
