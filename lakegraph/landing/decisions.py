"""What was decided of batches by hand."""

from pathlib import Path

from lakegraph.runtime import ops

DECISIONS = "batch_decisions"


def latest_decisions(ops_folder: Path) -> dict[str, dict]:
    """The row of `batch_decisions` that counts of each batch: the latest.

    Args:
        ops_folder: the folder of the operational tables.
    """
    rows = sorted(ops.read(ops_folder, DECISIONS), key=lambda row: row["decided_at"])
    return {row["batch_id"]: row for row in rows}
