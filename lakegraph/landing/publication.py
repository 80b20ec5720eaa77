"""What publishing a lake means, wherever it goes: its batches in order, the row of each written last."""

from pathlib import Path

from lakegraph.runtime import ops
from lakegraph.runtime.errors import LakegraphError

BATCHES = "batches"
# a run's row comes after its counts and rejected rows, as in the lake
RUNS = "graph_runs"


class PublishError(LakegraphError):
    """What has landed cannot be published."""


def landed_batches(lake: Path) -> list[str]:
    """The ids of the visible batches of a lake, in the order of their dates."""
    rows = sorted(ops.read(lake / "ops", BATCHES), key=lambda row: (row["batch_date"], row["batch_id"]))
    return [row["batch_id"] for row in rows]
