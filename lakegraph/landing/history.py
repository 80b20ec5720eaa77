"""What has been landed before: the visible batches."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from lakegraph.landing.decisions import latest_decisions
from lakegraph.landing.drops import content_hash
from lakegraph.landing.result import LandedBatch
from lakegraph.landing.triggers import ReceivedTrigger
from lakegraph.runtime import ops


@dataclass(frozen=True)
class Delivery:
    """A file of a visible batch.

    Attributes:
        feed: its feed.
        delivery: full or delta.
        source_file: its name.
        path_in_drops: its path below the drops folder; None when it landed before this was kept.
        file_hash: its sha256, as `Fingerprint` has it.
        records_read: its records.
        absent_columns: canonical columns that it lacked.
        records_landed: its records in bronze.
        missing_values: canonical column that it had to the landed records without a value in it; None when it landed before
            this was kept.
    """

    feed: str
    delivery: str
    source_file: str
    path_in_drops: str | None
    file_hash: str
    records_read: int
    absent_columns: frozenset[str]
    records_landed: int
    missing_values: dict[str, int] | None


@dataclass(frozen=True)
class VisibleBatch:
    """A batch that readers see.

    Attributes:
        batch_id: the batch.
        batch_date: the day it stands for.
        content_hash: the hash of what it delivered.
        expected_files: the files that its trigger expected; None when there was no trigger, or it is not known any more.
        trigger_file: its trigger's path below the drops folder, if it had one; of older batches the name alone.
        deliveries: its files.
        landed_at: when it was landed, in UTC.
        is_rejected: whether it was rejected by hand; builds leave it out, but its id stays taken.
    """

    batch_id: str
    batch_date: date
    content_hash: str
    expected_files: frozenset[str] | None
    trigger_file: str | None
    deliveries: tuple[Delivery, ...]
    landed_at: datetime
    is_rejected: bool = False

    @classmethod
    def of(cls, landed: LandedBatch, received: ReceivedTrigger | None) -> "VisibleBatch":
        """A batch that has just become visible."""
        files = landed.files
        return cls(
            batch_id=landed.batch_id,
            batch_date=landed.batch_date,
            content_hash=content_hash((file.feed, file.source_file, file.file_hash) for file in files),
            expected_files=frozenset(received.content.expected_files) if received else None,
            trigger_file=received.path_in_drops if received else None,
            deliveries=tuple(
                Delivery(
                    file.feed,
                    file.delivery,
                    file.source_file,
                    file.path_in_drops,
                    file.file_hash,
                    file.records_read,
                    frozenset(file.absent_columns),
                    file.records_landed,
                    file.missing_values,
                )
                for file in files
            ),
            landed_at=datetime.now(UTC).replace(tzinfo=None),
        )

    @property
    def hashes(self) -> dict[str, str]:
        """File name to the sha256 of its content."""
        return {file.source_file: file.file_hash for file in self.deliveries}

    def of_feed(self, feed: str) -> list[Delivery]:
        """What it delivered of a feed."""
        return [file for file in self.deliveries if file.feed == feed]


def visible_batches(ops_folder: Path) -> dict[str, VisibleBatch]:
    """The visible batches by id, oldest landing first."""
    files: dict[str, list[Delivery]] = defaultdict(list)
    for row in ops.read(ops_folder, "batch_files"):
        files[row["batch_id"]].append(
            Delivery(
                row["feed"],
                row["delivery"],
                row["source_file"],
                row["path_in_drops"],
                row["file_hash"],
                row["records_read"],
                frozenset(filter(None, (row["absent_columns"] or "").split(","))),
                row["records_landed"],
                row["missing_values"] and json.loads(row["missing_values"]),
            )
        )
    rows = sorted(ops.read(ops_folder, "batches"), key=lambda row: row["landed_at"])
    decisions = latest_decisions(ops_folder)
    return {
        row["batch_id"]: VisibleBatch(
            batch_id=row["batch_id"],
            batch_date=row["batch_date"],
            content_hash=row["content_hash"],
            expected_files=None if row["expected_files"] is None else frozenset(json.loads(row["expected_files"])),
            trigger_file=row["trigger_file"],
            deliveries=tuple(files[row["batch_id"]]),
            landed_at=row["landed_at"],
            is_rejected=decisions.get(row["batch_id"], {}).get("decision") == "reject",
        )
        for row in rows
    }
