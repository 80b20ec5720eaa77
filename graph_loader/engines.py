"""Where the statements of a load are run, all of them written in Spark's SQL: in Spark, or in DuckDB where the marts are its.

Spark spends more on planning a statement than on the rows of most marts.
"""

import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from graph_loader.duckdb_values import quoted, text_literal
from graph_loader.judging_sql import FEW
from graph_loader.relations import Relation, in_parquet, in_spark
from graph_loader.space import is_full
from lakegraph.runtime.warehouse import WarehouseError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyspark.sql import DataFrame, SparkSession

# What does not fit is spilled, but for the rows that each thread is at, and the groups of rows that it writes as Parquet.
MEMORY = "1GB"
# those of a graph of some thirty labels and types; one is translated in the time in which it runs over a small mart
STATEMENTS = 256
AS_PARQUET = "format parquet, row_group_size_bytes '32MB'"
# one field to a line, as it is
AS_LINES = "format csv, header false, quote '', escape '', null ''"


class Engine(ABC):
    """Runs statements over relations, which a statement finds under the names that they are given with.

    Args:
        spark: the session in which what is kept can be read.
    """

    # Whether statements run in this process: a small one costs little then, a part that is read twice is worked out once, and
    # rows are numbered without being brought together first.
    runs_here = False

    def __init__(self, spark: "SparkSession"):
        self.spark = spark

    @abstractmethod
    def kept(self, statement: str, schema: str, inputs: dict[str, Relation]) -> Relation:
        """The rows of a statement, worked out once however often they are looked at, until `release`.

        Args:
            schema: their Spark schema.
        """

    @abstractmethod
    def fetched(self, statement: str, inputs: dict[str, Relation]) -> list[dict]:
        """The few rows of a statement, as dictionaries."""

    @abstractmethod
    def write(self, statement: str, folder: Path, inputs: dict[str, Relation]) -> None:
        """Write the rows of a statement as Parquet, in place of what the folder held."""

    @abstractmethod
    def write_lines(self, statement: str, folder: Path, inputs: dict[str, Relation]) -> None:
        """Write the texts of a statement with one column as lines of files `part-*`, in place of what the folder held."""

    @abstractmethod
    def release(self) -> None:
        """Give back what is kept."""


class SparkEngine(Engine):
    """Runs statements in a Spark session."""

    def __init__(self, spark: "SparkSession"):
        super().__init__(spark)
        self._kept: list[DataFrame] = []

    def kept(self, statement: str, schema: str, inputs: dict[str, Relation]) -> Relation:
        # not cached: Spark forgets what it cached when a view that it was made of is replaced by another mart of the same name,
        # and would work it out again from a mart that may have been built anew since it was judged
        frame = self._run(statement, inputs).localCheckpoint()
        self._kept.append(frame)
        return in_spark(frame)

    def fetched(self, statement: str, inputs: dict[str, Relation]) -> list[dict]:
        return [row.asDict() for row in self._run(statement, inputs).collect()]

    def write(self, statement: str, folder: Path, inputs: dict[str, Relation]) -> None:
        self._run(statement, inputs).write.mode("overwrite").parquet(str(folder))

    def write_lines(self, statement: str, folder: Path, inputs: dict[str, Relation]) -> None:
        self._run(statement, inputs).write.mode("overwrite").text(str(folder))

    def release(self) -> None:
        while self._kept:
            # `unpersist` of a frame looks for what is cached, and this is no cache; the rows are those of the plan's only leaf
            self._kept.pop()._jdf.queryExecution().analyzed().rdd().unpersist(False)

    def _run(self, statement: str, inputs: dict[str, Relation]) -> "DataFrame":
        for name, relation in inputs.items():
            relation.frame.createOrReplaceTempView(name)
        return self.spark.sql(statement)


class DuckdbEngine(Engine):
    """Runs statements in DuckDB, in memory and beyond it on disk, and keeps rows as Parquet for Spark to read.

    Args:
        folder: an empty one for what is kept, which the caller deletes.
    """

    runs_here = True

    def __init__(self, spark: "SparkSession", folder: Path):
        import duckdb

        super().__init__(spark)
        self._folder, self._count = folder, 0
        settings = {
            "memory_limit": MEMORY,
            "temp_directory": str(folder / "spilled"),
            "preserve_insertion_order": False,
        }
        self._connection = duckdb.connect(config=settings)

    def kept(self, statement: str, schema: str, inputs: dict[str, Relation]) -> Relation:
        place = self._new_place()
        self._copy(statement, place, inputs)
        return in_parquet(self.spark, place, schema)

    def fetched(self, statement: str, inputs: dict[str, Relation]) -> list[dict]:
        self._bind(inputs)
        found = self._execute(translated(statement))
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def write(self, statement: str, folder: Path, inputs: dict[str, Relation]) -> None:
        self._copy(statement, _emptied(folder) / "part-0.parquet", inputs)

    def write_lines(self, statement: str, folder: Path, inputs: dict[str, Relation]) -> None:
        self._copy(statement, _emptied(folder) / "part-0", inputs, AS_LINES)

    def release(self) -> None:
        self._connection.close()

    def _copy(self, statement: str, file: Path, inputs: dict[str, Relation], written_as: str = AS_PARQUET) -> None:
        self._bind(inputs)
        self._execute(f"copy ({translated(statement)}) to {text_literal(str(file))} ({written_as})")

    def _bind(self, inputs: dict[str, Relation]) -> None:
        for name, relation in inputs.items():
            if relation.duckdb is None:
                # only Spark has it; a folder, for Spark writes no single files
                place = self._new_place().with_suffix("")
                relation.frame.write.parquet(str(place))
                relation.duckdb = in_parquet(self.spark, place, "").duckdb
            self._execute(f"create or replace temp view {quoted(name)} as {relation.duckdb}")

    def _execute(self, statement: str) -> "DuckDBPyConnection":
        import duckdb

        try:
            try:
                return self._connection.execute(statement)
            except duckdb.OutOfMemoryException:
                # rows of long texts, of which each thread holds two thousand: those that follow are most likely alike
                self._connection.execute("set threads = 1")
                return self._connection.execute(statement)
        except duckdb.Error as error:
            if is_full(error):
                raise
            reason = str(error).splitlines()[0].rstrip(".")
            raise WarehouseError(
                f"DuckDB cannot compare the marts with what the graph holds: {reason}.",
                "If memory or disk is what it lacks, give it more (TMPDIR names the disk), then load again.",
            ) from error

    def _new_place(self) -> Path:
        self._count += 1
        return self._folder / f"{self._count}.parquet"


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@contextmanager
def engine_of(adapter: str, spark: "SparkSession") -> Iterator[Engine]:
    """The engine for marts of a dbt adapter; what it keeps goes at the end."""
    with tempfile.TemporaryDirectory(prefix="graph-rows-") as folder:
        engine = DuckdbEngine(spark, Path(folder)) if adapter == "duckdb" else SparkEngine(spark)
        try:
            yield engine
        finally:
            engine.release()


@lru_cache(maxsize=STATEMENTS)
def translated(statement: str) -> str:
    """A statement of Spark's SQL in DuckDB's."""
    from sqlglot import expressions, parse_one

    tree = parse_one(statement, read="spark")
    for part in tree.find_all(expressions.CTE):
        # Each use of a part needs other columns of it, and rows that are not kept need no memory. Those that give few
        # take a look at all.
        part.set("materialized", part.alias.endswith(FEW))
    return tree.sql(dialect="duckdb")
