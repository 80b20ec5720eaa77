"""Which visible batches the warehouse has not applied yet."""

from lakegraph.runtime import ops
from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.settings import Settings


class WarehouseError(LakegraphError):
    """The embedded warehouse cannot be read."""


def waiting_batches(settings: Settings) -> list[str]:
    """The ids of the batches that wait to be applied, in the order in which they must be."""
    visible = sorted(ops.read(settings.ops, "batches"), key=lambda batch: (batch["batch_date"], batch["batch_id"]))
    applied = _applied_batches(settings)
    return [batch["batch_id"] for batch in visible if batch["batch_id"] not in applied]


def _applied_batches(settings: Settings) -> set[str]:
    import duckdb

    if not settings.warehouse.is_file():
        return set()
    try:
        with duckdb.connect(str(settings.warehouse), read_only=True) as warehouse:
            return {batch for (batch,) in warehouse.execute("select batch_id from ops.applied_batches").fetchall()}
    except duckdb.CatalogException:
        return set()
    except duckdb.IOException as error:
        raise WarehouseError(
            f"The warehouse {settings.warehouse} cannot be opened: {str(error).splitlines()[0]}.",
            "Wait for the command that writes it, or end it.",
        ) from error
