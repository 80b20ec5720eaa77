"""What dbt has left in the warehouse for the loader beside the marts: how builds ended, and which batch they are as of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from graph_loader.declarations import Model
from graph_loader.duckdb_values import quoted as duckdb_quoted
from graph_loader.manifest import read_relation
from graph_loader.spark_tables import collected, spark_table
from lakegraph.runtime.warehouse import WarehouseError, reading

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SUCCEEDED = "success"
_RESULTS = Model("graph_model_results", schema="ops", relation="graph_model_results")
_AS_OF = "batch_as_of"


@dataclass(frozen=True)
class ModelResult:
    """The end of a model's latest build: dbt's word for it, and when, in UTC without a zone."""

    status: str
    finished_at: datetime

    @property
    def succeeded(self) -> bool:
        """Whether the mart is what its model says."""
        return self.status == SUCCEEDED


class DbtRecords:
    """Reads them, out of DuckDB or, for any other adapter, by Spark.

    Args:
        manifest: dbt's manifest, which says where the relations are.
        adapter: dbt's adapter.
        warehouse: the DuckDB file.
        spark: gives the Spark session; called only when it is needed.
    """

    def __init__(self, manifest: Path, adapter: str, warehouse: Path, spark: Callable[[], "SparkSession"]):
        self._manifest, self._adapter, self._warehouse, self._spark = manifest, adapter, warehouse, spark

    def model_results(self) -> dict[str, ModelResult]:
        """The latest result of each graph mart, model to result; empty where nothing was ever written down.

        Raises:
            WarehouseError: another process writes the warehouse, or the results cannot be read.
        """
        place = read_relation(self._manifest, "source", _RESULTS.name)
        if place is None and self._adapter == "duckdb":
            # a project that writes results down without declaring them
            place = _RESULTS
        rows = self._rows(place, ("model", "status", "finished_at"))
        return {model: ModelResult(status, finished_at) for model, status, finished_at in rows}

    def batch_as_of(self) -> str | None:
        """The batch that the model `batch_as_of` names; None where there is no such model, or it was never built or is empty.

        Raises:
            WarehouseError: another process writes the warehouse, or the model cannot be read.
        """
        rows = self._rows(read_relation(self._manifest, "model", _AS_OF), ("batch_id",))
        return rows[0][0] if rows else None

    def _rows(self, place: Model | None, columns: Sequence[str]) -> Sequence[tuple]:
        if place is None:
            return []
        if self._adapter != "duckdb":
            table = spark_table(place, self._spark())
            return [] if table is None else collected(place, table, columns)
        import duckdb

        if not self._warehouse.is_file():
            return []
        names = f"{duckdb_quoted(place.schema)}.{duckdb_quoted(place.relation)}"
        with reading(self._warehouse) as connection:
            try:
                return connection.execute(f"select {', '.join(map(duckdb_quoted, columns))} from {names}").fetchall()
            except duckdb.CatalogException:
                return []
            except duckdb.Error as error:
                reason = str(error).splitlines()[0].rstrip(".")
                raise WarehouseError(
                    f"{place.schema}.{place.relation} cannot be read: {reason}.",
                    "Build it again, or give it another name.",
                ) from error
