"""What publishing a lake means, wherever it goes: its batches in order, the row of each written last."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from lakegraph.landing.order import place_in_order
from lakegraph.runtime import ops
from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.processing_log import logged_step, new_run_id

BATCHES = "batches"
# a run's row comes after its counts and rejected rows, as in the lake
RUNS = "graph_runs"


class PublishError(LakegraphError):
    """What has landed cannot be published."""


def landed_batches(lake: Path) -> list[str]:
    """The ids of the visible batches of a lake, in the order in which they are applied."""
    rows = sorted(ops.read(lake / "ops", BATCHES), key=place_in_order)
    return [row["batch_id"] for row in rows]


@contextmanager
def logged_publication(lake: Path, batch_ids: Iterable[str]) -> Iterator[None]:
    """Log the step `publish` of some batches, which are published together.

    Raises:
        PublishError: the lake cannot be written to.
    """
    landed = {row["batch_id"]: row for row in ops.read(lake / "ops", BATCHES)}
    run_id = new_run_id()
    with ExitStack() as steps:
        for batch_id in batch_ids:
            batch = landed[batch_id]
            try:
                entry = steps.enter_context(logged_step(lake / "ops", run_id, "publish", batch_id))
            except OSError as error:
                raise PublishError(
                    f"The processing log in {lake / 'ops'} cannot be written: {error.strerror or error}.",
                    "What is published is logged in the lake; make it writable.",
                ) from error
            entry.records_read, entry.records_valid = batch["records_read"], batch["records_landed"]
            entry.records_quarantined = batch["records_rejected"]
        yield
