"""Publishes what has landed in a lake's files to the Delta tables that dbt reads on Databricks: `bronze.<feed>`, `ops.<table>`.

dbt makes the tables (`dbt run-operation expose_landing`), this fills them, with the contract of the files: bronze is append-only,
a batch is there once its row in `ops.batches` is, and that row is written last, before the processing log. Any step may be
interrupted and repeated: what an earlier attempt left of a batch is replaced in one transaction per table.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from lakegraph.landing.publication import BATCHES, RUNS, PublishError, landed_batches, logged_publication
from lakegraph.runtime import ops
from lakegraph.runtime.processing_log import TABLE as LOG
from lakegraph.runtime.project import project_vars

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# what landing writes of a batch in one go; of the other tables nothing says which batch a file is about
OF_A_BATCH = ("batch_files", "rejected_records")
TABLES_AT_ONCE = 4
SPARK_TYPES = {
    "string": "string",
    "integer": "bigint",
    "decimal": "decimal(18,4)",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp_ntz",
}


def publish(lake: Path, spark: "SparkSession", catalog: str | None = None) -> list[str]:
    """Append every visible batch of a lake that is not in its Delta tables yet, and bring the operational tables up to date.

    Args:
        lake: the folder that `lakegraph land` writes to; Spark must be able to read it.
        spark: a session with Delta.
        catalog: the catalog of the schemas `bronze` and `ops`; none means the session's own.

    Returns:
        The ids of the batches that became visible, in the order of their dates.

    Raises:
        PublishError: a table is missing.
    """
    target = _Target(spark, lake, f"`{catalog}`." if catalog else "")
    target.require_tables()
    there = target.batch_ids()
    waiting = [batch_id for batch_id in landed_batches(lake) if batch_id not in there]
    with logged_publication(lake, waiting):
        with ThreadPoolExecutor(TABLES_AT_ONCE) as tables:
            if waiting:
                list(tables.map(lambda feed: target.replace_bronze(feed, waiting), target.feeds))
                list(tables.map(lambda table: target.replace_ops(table, waiting), OF_A_BATCH))
            list(tables.map(target.mirror, target.mirrored))
        target.mirror(RUNS)
        if waiting:
            target.replace_ops(BATCHES, waiting)
    # the log tells of this publication too
    target.mirror(LOG)
    return waiting


class _Target:
    """The Delta tables of a lake."""

    def __init__(self, spark: "SparkSession", lake: Path, prefix: str):
        self._spark, self._lake, self._prefix = spark, lake, prefix
        self._feeds, self._ops = project_vars()["feeds"], project_vars()["ops_tables"]
        self._lineage = project_vars()["lineage"]
        self.feeds = list(self._feeds)
        self.mirrored = [table for table in self._ops if table not in (BATCHES, *OF_A_BATCH, LOG, RUNS)]

    def require_tables(self) -> None:
        names = [f"bronze.{feed}" for feed in self._feeds] + [f"ops.{table}" for table in self._ops]
        missing = [name for name in names if not self._spark.catalog.tableExists(self._prefix + name)]
        if missing:
            raise PublishError(
                f"There is no table {missing[0]} to publish to ({len(missing)} of {len(names)} are missing).",
                "Make them: `dbt run-operation expose_landing --target databricks`.",
            )

    def batch_ids(self) -> set[str]:
        return {row[0] for row in self._spark.table(f"{self._prefix}ops.{BATCHES}").select("batch_id").collect()}

    def replace_bronze(self, feed: str, batch_ids: list[str]) -> None:
        """The records of some batches."""
        columns = {name: {"type": "string"} for name in self._feeds[feed]["columns"]} | self._lineage
        folders = [self._lake / "bronze" / feed / f"batch_id={batch_id}" for batch_id in batch_ids]
        rows = self._read([file for folder in folders for file in sorted(folder.glob("*.parquet"))], columns)
        self._replace(f"bronze.{feed}", rows, "_batch_id", batch_ids)

    def replace_ops(self, table: str, batch_ids: list[str]) -> None:
        """The rows of some batches in an operational table."""
        files = [ops.ops_file(self._lake / "ops", table, batch_id) for batch_id in batch_ids]
        rows = self._read([file for file in files if file.exists()], self._ops[table])
        self._replace(f"ops.{table}", rows, "batch_id", batch_ids)

    def mirror(self, table: str) -> None:
        """The table as the lake has it: small, and its rows may be replaced there."""
        files = sorted((self._lake / "ops" / table).glob("*.parquet"))
        if files:
            rows = self._read(files, self._ops[table])
            rows.write.format("delta").mode("overwrite").saveAsTable(f"{self._prefix}ops.{table}")

    def _read(self, files: list[Path], columns: dict[str, dict]) -> "DataFrame | None":
        schema = ", ".join(f"`{name}` {SPARK_TYPES[column['type']]}" for name, column in columns.items())
        return self._spark.read.schema(schema).parquet(*map(_literal_path, files)) if files else None

    def _replace(self, table: str, rows: "DataFrame | None", column: str, batch_ids: list[str]) -> None:
        is_theirs = f"`{column}` in ({', '.join(map(_literal, batch_ids))})"
        if rows is None:
            self._spark.sql(f"delete from {self._prefix}{table} where {is_theirs}")
            return
        writer = rows.write.format("delta").mode("overwrite").option("replaceWhere", is_theirs)
        writer.saveAsTable(f"{self._prefix}{table}")


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _literal_path(file: Path) -> str:
    """A path of which no sign is a pattern to Spark."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", str(file))
