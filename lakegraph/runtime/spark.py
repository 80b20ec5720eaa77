"""A Spark session with the Neo4j connector."""

import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lakegraph.runtime.class_archive import archived
from lakegraph.runtime.interrupts import interrupt_held_back
from lakegraph.runtime.jars import ensure
from lakegraph.runtime.java import QUICK_START, SPARING, java

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOGGING = Path(__file__).with_name("spark-log4j2.properties")
# of the jars beside Spark's own, and of the archive of classes
ARCHIVE = "spark"
# Java fills what it may have before it tidies up, so a large load takes all of this, and 0.6 GB beside it; what does not fit
# Spark writes to disk. docs/decisions.md has what was measured.
MEMORY, FOR_SORTS = "1g", "0.3"
# set on every Databricks cluster, whose session is never ours to configure
DATABRICKS_RUNTIME = "DATABRICKS_RUNTIME_VERSION"


@dataclass(frozen=True)
class TableFormat:
    """A format of tables that a local session is to read beside Parquet.

    Attributes:
        lock: names the lock of its jars, which are fetched when a session needs them.
        settings: Spark's settings for it.
    """

    lock: str
    settings: Mapping[str, str]


def spark_session(
    app_name: str,
    cores: int = 2,
    memory: str = MEMORY,
    for_long: bool = False,
    java_options: Sequence[str] = (),
    table_format: Callable[[], TableFormat | None] = lambda: None,
) -> "SparkSession":
    """The running Spark session (a cluster's own) as it is, else a new local one.

    Args:
        app_name: the name that Spark shows.
        cores: how many tasks run at once in a local session.
        memory: the heap of a local session's Java process, as Java writes it.
        for_long: whether a local session will work for minutes rather than seconds.
        java_options: further options of a local session's Java process.
        table_format: gives what a local session is to read beside Parquet; what it raises is raised.

    Raises:
        JarError: a jar cannot be had.
        ConfigurationError: there is no Java that serves.
    """
    active = running_session()
    if active is not None:
        return active
    from pyspark.sql import SparkSession

    tables = table_format()
    locks = [ARCHIVE, *([tables.lock] if tables else [])]
    jars = ",".join(str(jar) for lock in locks for jar in sorted(ensure(lock).iterdir()))
    java()
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    # Spark itself would take the python3 of PATH
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    given = [f"-Dlog4j2.configurationFile={LOGGING.as_uri()}", *archived(ARCHIVE), *java_options]
    given += SPARING if for_long else QUICK_START
    builder = (
        SparkSession.builder.appName(app_name)
        .master(f"local[{cores}]")
        .config("spark.jars", jars)
        .config("spark.driver.memory", memory)
        .config("spark.memory.fraction", FOR_SORTS)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.extraJavaOptions", " ".join(given))
        # how often progress bars hear of rows written
        .config("spark.executor.heartbeatInterval", "1s")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", str(cores))
        .config("spark.sql.catalogImplementation", "in-memory")
        # a failed task must not write its rows a second time behind our back
        .config("spark.task.maxFailures", "1")
    )
    for name, value in tables.settings.items() if tables else ():
        builder = builder.config(name, value)
    # what goes wrong is raised as well; the traces of calls that Ctrl-C cut off say nothing more
    logging.getLogger("py4j").setLevel(logging.CRITICAL)
    logging.getLogger().addFilter(lambda record: "KeyboardInterrupt while sending command" not in record.getMessage())
    # an interrupt half-way would leave Java behind; and Spark's own answer to one calls Java in the middle of another call
    with interrupt_held_back():
        return builder.getOrCreate()


def running_session() -> "SparkSession | None":
    """The session of a Spark that is there already: in this process, or one that a cluster or `spark-submit` brings."""
    brought = bool(os.environ.get(DATABRICKS_RUNTIME)) or "PYSPARK_GATEWAY_PORT" in os.environ
    # importing it takes its time, and without it in memory nothing was started here
    if not brought and "pyspark" not in sys.modules:
        return None
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    active = SparkSession.getActiveSession()
    # a Spark without an active session: one that another thread has started, or of which there is but the context or Java
    if active is None and (brought or SparkContext._active_spark_context is not None):
        active = SparkSession.builder.getOrCreate()
    return active
