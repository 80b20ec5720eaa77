"""The Spark application that carries the statements out: Delta tables in a catalogue that lives as long as it does."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lakegraph.runtime.jars import ensure
from lakegraph.runtime.spark import LOGGING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Tables of a few hundred rows: compiling a plan, or splitting it, costs more than it ever saves.
QUICK_ON_SMALL_TABLES = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.leafNodeDefaultParallelism": "1",
    "spark.sql.files.minPartitionNum": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.databricks.delta.stats.collect": "false",
    # without statistics there is nothing to skip by, and looking for it is a job of its own for each table of a statement
    "spark.databricks.delta.stats.skipping": "false",
    # a merge reads its source twice, which is a plan of dozens of parts
    "spark.databricks.delta.merge.materializeSource": "all",
    # the models join dozens of parts, and what follows from each for the others takes longer than it saves
    "spark.sql.constraintPropagation.enabled": "false",
    # dbt makes a temporary view and inserts from it: one analysis for both
    "spark.sql.legacy.storeAnalyzedPlanForView": "true",
    "spark.scheduler.mode": "FAIR",
    # Spark remembers plans for its user interface also where there is none
    "spark.ui.retainedJobs": "1",
    "spark.ui.retainedStages": "1",
    "spark.ui.retainedTasks": "1",
    "spark.sql.ui.retainedExecutions": "1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
# Plans run once, so Java compiles little of them, and needs far more room for what it compiles than it takes by itself: without
# room it goes on interpreting, at a crawl. Plans are garbage as soon as they were run, so half of the heap is for what is young.
# G1 would mark it anew for each of Delta's large arrays, and several collectors wait for each other where the other cores work.
JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=400m -XX:+UseSerialGC -XX:NewRatio=1"


def delta_settings(warehouse: Path, heap: str = "2g", others: Sequence[str] = ()) -> dict[str, str]:
    """Spark's settings for Delta as the format of tables, ANSI rules as on a SQL warehouse, and UTC.

    Args:
        warehouse: the folder of the tables.
        heap: the heap of its Java process.
        others: names the locks of other jars that it is to have.
    """
    return {
        "spark.jars": ",".join(str(jar) for lock in ("delta", *others) for jar in sorted(ensure(lock).iterdir())),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.sources.default": "delta",
        "spark.sql.warehouse.dir": str(warehouse),
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.driver.memory": heap,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={LOGGING.as_uri()} {JAVA_OPTIONS}",
        **QUICK_ON_SMALL_TABLES,
    }


def delta_spark(warehouse: Path, heap: str = "2g", others: Sequence[str] = ()) -> "SparkSession":
    """A session with these settings."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("Databricks stand-in").master("local[2]")
    for name, value in delta_settings(warehouse, heap, others).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
