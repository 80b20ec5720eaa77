"""Spark settings for the time of a load."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# below this, planning and starting tasks takes longer than the work they do
FEW_ROWS = 200_000

_ALWAYS = {
    # hashes and times must not depend on where a session runs
    "spark.sql.session.timeZone": "UTC",
    # from 4.1 on, Spark would make one partition, and so one task, of the parts that tasks are to write at once
    "spark.sql.unionOutputPartitioning": "false",
    # what it tells of each expression doubles with each column: a mart with some twenty of them was never planned
    "spark.sql.constraintPropagation.enabled": "false",
}
_FEW = {"spark.sql.shuffle.partitions": "1", "spark.sql.adaptive.enabled": "false"}


def is_large(rows: int) -> bool:
    """Whether work on so many rows takes long enough to be worth preparing for."""
    return rows >= FEW_ROWS


@contextmanager
def tuned(spark: "SparkSession", rows: int) -> Iterator[None]:
    """Settings that suit a load of so many rows; the session's own come back afterwards."""
    wanted = _ALWAYS | ({} if is_large(rows) else _FEW)
    # Spark before 4.1 does not know all of them
    before = {name: spark.conf.get(name, None) for name in wanted}
    for name, value in wanted.items():
        spark.conf.set(name, value)
    try:
        with _muted(spark):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                spark.conf.unset(name)
            else:
                spark.conf.set(name, value)


@contextmanager
def _muted(spark: "SparkSession") -> Iterator[None]:
    """No stack traces on a laptop's console: what fails is told once, by our own error. A cluster keeps its logs."""
    context = spark.sparkContext
    if not context.master.startswith("local"):
        yield
        return
    before = context._jvm.org.apache.logging.log4j.LogManager.getRootLogger().getLevel().toString()
    context.setLogLevel("OFF")
    try:
        yield
    finally:
        context.setLogLevel(before)
