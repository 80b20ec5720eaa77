"""What became of each graph mart in its latest build, as dbt's on-run-end hook writes it down."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lakegraph.runtime.warehouse import reading

TABLE = "ops.graph_model_results"
SUCCEEDED = "success"


@dataclass(frozen=True)
class ModelResult:
    """The end of a model's latest build: dbt's word for it, and when, in UTC without a zone."""

    status: str
    finished_at: datetime

    @property
    def succeeded(self) -> bool:
        """Whether the mart is what its model says."""
        return self.status == SUCCEEDED


def model_results(warehouse: Path) -> dict[str, ModelResult]:
    """The latest result of each graph mart, model to result; empty where nothing was ever written down.

    Args:
        warehouse: the embedded warehouse.

    Raises:
        WarehouseError: another process writes the warehouse.
    """
    import duckdb

    if not warehouse.is_file():
        return {}
    with reading(warehouse) as connection:
        try:
            rows = connection.execute(f"select model, status, finished_at from {TABLE}").fetchall()
        except duckdb.CatalogException:
            return {}
    return {model: ModelResult(status, finished_at) for model, status, finished_at in rows}
