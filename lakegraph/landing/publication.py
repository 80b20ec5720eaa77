"""What publishing a lake means, wherever it goes: its batches in order, the row of each written last."""

from pathlib import Path

from lakegraph.landing.order import place_in_order
from lakegraph.runtime import ops
from lakegraph.runtime.errors import LakegraphError

BATCHES = "batches"
# a run's row comes after its counts and rejected rows, as in the lake
RUNS = "graph_runs"


class PublishError(LakegraphError):
    """What has landed cannot be published."""


def landed_batches(lake: Path) -> list[str]:
    """The ids of the visible batches of a lake, in the order in which they are applied."""
    rows = sorted(ops.read(lake / "ops", BATCHES), key=place_in_order)
    return [row["batch_id"] for row in rows]
