"""What has been landed before: the visible batches."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from lakegraph.runtime import ops


@dataclass(frozen=True)
class VisibleBatch:
    """A batch that readers see.

    Attributes:
        batch_id: the batch.
        content_hash: the hash of what it delivered.
        hashes: file name to the sha256 of its content.
    """

    batch_id: str
    content_hash: str
    hashes: dict[str, str]


def visible_batches(ops_folder: Path) -> dict[str, VisibleBatch]:
    """The visible batches by id, oldest landing first."""
    hashes: dict[str, dict[str, str]] = defaultdict(dict)
    for file in ops.read(ops_folder, "batch_files"):
        hashes[file["batch_id"]][file["source_file"]] = file["file_hash"]
    rows = sorted(ops.read(ops_folder, "batches"), key=lambda row: row["landed_at"])
    return {
        row["batch_id"]: VisibleBatch(row["batch_id"], row["content_hash"], hashes[row["batch_id"]]) for row in rows
    }
