"""Rows that a load works on, wherever they are: Spark's, or Parquet that DuckDB reads too."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from graph_loader.duckdb_values import text_literal

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class Relation:
    """Rows under named columns.

    Args:
        make: gives the rows as a DataFrame; called when Spark is first asked for them.
        duckdb: the query that gives DuckDB the same rows; None where only Spark has them.
    """

    def __init__(self, make: Callable[[], "DataFrame"], duckdb: str | None = None):
        self._make = make
        self.duckdb = duckdb

    @cached_property
    def frame(self) -> "DataFrame":
        """The rows as a DataFrame."""
        return self._make()


def in_spark(frame: "DataFrame") -> Relation:
    """Rows that Spark has."""
    return Relation(lambda: frame)


def in_parquet(spark: "SparkSession", place: Path, schema: str, duckdb: str = "*") -> Relation:
    """Rows in a Parquet file, or in all those of a folder.

    Args:
        schema: their Spark schema.
        duckdb: what DuckDB selects of them.
    """
    files = place if place.suffix == ".parquet" else place / "*.parquet"
    query = f"select {duckdb} from read_parquet({text_literal(str(files))})"
    return Relation(lambda: spark.read.schema(schema).parquet(str(place)), query)
