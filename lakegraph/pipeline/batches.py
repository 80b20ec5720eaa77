"""The visible batches, and which of them the warehouse has applied."""

from dataclasses import dataclass
from datetime import date

from lakegraph.runtime import ops
from lakegraph.runtime.settings import Settings
from lakegraph.runtime.warehouse import reading


@dataclass(frozen=True)
class BatchState:
    """A batch that has landed.

    Attributes:
        batch_id: its id.
        batch_date: the day it stands for.
        records_read: its records, landed or rejected.
        state: `applied`, or `waiting` for a build.
    """

    batch_id: str
    batch_date: date
    records_read: int | None
    state: str


def list_batches(settings: Settings) -> list[BatchState]:
    """All visible batches, in the order in which they are applied.

    Raises:
        WarehouseError: another process writes the warehouse.
    """
    visible = sorted(ops.read(settings.ops, "batches"), key=lambda batch: (batch["batch_date"], batch["batch_id"]))
    applied = _applied_batches(settings)
    return [
        BatchState(
            batch["batch_id"],
            batch["batch_date"],
            batch["records_read"],
            "applied" if batch["batch_id"] in applied else "waiting",
        )
        for batch in visible
    ]


def waiting_batches(settings: Settings) -> list[str]:
    """The ids of the batches that wait to be applied, in the order in which they must be.

    Raises:
        WarehouseError: another process writes the warehouse.
    """
    return [batch.batch_id for batch in list_batches(settings) if batch.state == "waiting"]


def _applied_batches(settings: Settings) -> set[str]:
    import duckdb

    if not settings.warehouse.is_file():
        return set()
    with reading(settings.warehouse) as warehouse:
        try:
            return {batch for (batch,) in warehouse.execute("select batch_id from ops.applied_batches").fetchall()}
        except duckdb.CatalogException:  # dbt has not run yet
            return set()
