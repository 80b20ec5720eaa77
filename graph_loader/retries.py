"""How often the connector had to send a transaction again: it tells only its log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOGGER = "org.neo4j.spark.writer.Neo4jDataWriter"
SAID = "encountered a transient exception while writing batch, retrying"


@contextmanager
def counting(spark: "SparkSession") -> Iterator[Callable[[], int | None]]:
    """Count the transactions that are sent again in the block.

    Yields:
        Gives their number so far; None on a cluster, whose executors keep logs of their own.
    """
    if not spark.sparkContext.master.startswith("local"):
        yield lambda: None
        return
    java = spark.sparkContext._jvm
    log4j = java.org.apache.logging.log4j
    context = log4j.LogManager.getContext(False)
    configuration = context.getConfiguration()
    result = log4j.core.Filter.Result
    matching = log4j.core.filter.RegexFilter.createFilter(f".*{SAID}.*", None, True, result.ACCEPT, result.DENY)
    said = java.java.io.StringWriter()
    appender = log4j.core.appender.WriterAppender.createAppender(None, matching, said, "graph_loader", False, True)
    appender.start()
    level = log4j.Level.INFO
    logger = log4j.core.config.LoggerConfig(LOGGER, level, False)
    logger.addAppender(appender, level, None)
    configuration.addLogger(LOGGER, logger)
    context.updateLoggers()
    try:
        yield lambda: said.toString().count(SAID)
    finally:
        configuration.removeLogger(LOGGER)
        context.updateLoggers()
        appender.stop()
