"""Which visible batches the warehouse has not applied yet."""

from lakegraph.runtime import ops
from lakegraph.runtime.settings import Settings
from lakegraph.runtime.warehouse import reading


def waiting_batches(settings: Settings) -> list[str]:
    """The ids of the batches that wait to be applied, in the order in which they must be.

    Raises:
        WarehouseError: another process writes the warehouse.
    """
    visible = sorted(ops.read(settings.ops, "batches"), key=lambda batch: (batch["batch_date"], batch["batch_id"]))
    applied = _applied_batches(settings)
    return [batch["batch_id"] for batch in visible if batch["batch_id"] not in applied]


def _applied_batches(settings: Settings) -> set[str]:
    import duckdb

    if not settings.warehouse.is_file():
        return set()
    with reading(settings.warehouse) as warehouse:
        try:
            return {batch for (batch,) in warehouse.execute("select batch_id from ops.applied_batches").fetchall()}
        except duckdb.CatalogException:  # dbt has not run yet
            return set()
