"""One engine's marts, written as its tables and loaded: a process of its own, for a Java process has the jars it began with.

`python -m tests.engines.same_graph.leg STEP FOLDER` reads FOLDER/task.json. `write` makes the Iceberg tables in Glue; `load` the
Delta tables, in the session that it then loads with, as on a cluster. It loads, loads again, changes rows by the
engine's own SQL, loads, and writes what each load counted and what the graph then held into FOLDER/found.json, with what a
load says after a build that failed, and which batch the loads were logged for.
"""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from graph_loader.guards import BlockedLoadError
from graph_loader.load_options import LoadOptions
from graph_loader.operations import load
from lakegraph.runtime import ops
from lakegraph.runtime.iceberg import iceberg
from lakegraph.runtime.neo4j_target import Neo4jTarget
from lakegraph.runtime.settings import settings
from lakegraph.runtime.spark import spark_session
from tests.engines.databricks.delta_spark import delta_spark
from tests.engines.loading import counts_by_name
from tests.engines.same_graph.reading import graph_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CATALOGS = {"databricks": "spark_catalog", "athena": "awsdatacatalog"}
FORMATS = {"databricks": "delta", "athena": "iceberg"}
# one where the marts are not, to be the session's own
ELSEWHERE = {
    "spark.sql.catalog.elsewhere": "org.apache.spark.sql.execution.datasources.v2.jdbc.JDBCTableCatalog",
    "spark.sql.catalog.elsewhere.url": "jdbc:derby:memory:elsewhere;create=true",
    "spark.sql.catalog.elsewhere.driver": "org.apache.derby.iapi.jdbc.AutoloadedDriver",
}


def main(step: str, folder: Path) -> None:
    """Do a step of the task in a folder."""
    task = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    adapter = task["adapter"]
    if step == "write":
        _write(spark_session("write", table_format=lambda: iceberg(os.environ)), task)
        return
    if adapter == "databricks":
        _write(delta_spark(folder / "warehouse", others=("spark",)), task)
    neo4j = Neo4jTarget(**task["neo4j"])
    options = LoadOptions(
        settings(lake=Path(task["lake"])), Path(task["manifest"]), neo4j=neo4j, quiet=True, expectations=False
    )

    found = []
    for number in range(3):
        if number == 2:
            _change(task, "changes")
        counts = counts_by_name(load(options))
        found.append({"counts": counts, "graph": graph_of(neo4j.uri, neo4j.username, neo4j.password)})
    _change(task, "failure")
    refusal = None
    try:
        load(options)
    except BlockedLoadError as error:
        refusal = str(error)
    batches = [row["batch_id"] for row in ops.read(options.settings.ops, "processing_log")]
    told = {"loads": found, "refusal": refusal, "batches": batches}
    (folder / "found.json").write_text(json.dumps(told), encoding="utf-8")


def _name(adapter: str, relation: str) -> str:
    return f"{CATALOGS[adapter]}.{relation}"


def _write(spark: "SparkSession", task: dict) -> None:
    adapter = task["adapter"]
    files = sorted(Path(task["files"]).iterdir())
    if adapter == "databricks":
        for schema in {file.stem.partition(".")[0] for file in files}:
            spark.sql(f"create schema {CATALOGS[adapter]}.{schema}")
    for file in files:
        spark.read.parquet(str(file)).writeTo(_name(adapter, file.stem)).using(FORMATS[adapter]).create()
    if adapter == "databricks":
        for name, value in ELSEWHERE.items():
            spark.conf.set(name, value)
        spark.catalog.setCurrentCatalog("elsewhere")


def _change(task: dict, what: str) -> None:
    if task["adapter"] == "duckdb":
        with duckdb.connect(str(Path(task["lake"]) / "warehouse.duckdb")) as warehouse:
            warehouse.execute("set timezone = 'UTC'")
            for relation, statement in task[what]:
                warehouse.execute(statement.format(relation))
        return
    from pyspark.sql import SparkSession

    spark = SparkSession.getActiveSession()
    for relation, statement in task[what]:
        spark.sql(statement.format(_name(task["adapter"], relation)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
