"""Whether the rows of a label or type can be created without looking for each of them first.

MERGE reads what a node's edges are before it writes one; where the graph has nothing of the type, that is half of the work
for nothing.
"""

from typing import TYPE_CHECKING

from graph_loader import cypher
from graph_loader.plan import Step
from graph_loader.session import Session
from graph_loader.spark_sql import Status

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def is_first(session: Session, step: Step) -> bool:
    """Whether the graph has nothing of a step's label or type, whoever wrote it, and Spark sends each row once.

    Raises:
        GraphError: the server is gone.
    """
    if step.tally[Status.UPDATED] or not step.tally[Status.CREATED] or not _sends_once(session.spark):
        return False
    return session.connection.count(cypher.count(step.declaration)) == 0


def _sends_once(spark: "SparkSession") -> bool:
    """Whether no task is run again by Spark itself, which would send rows twice that are committed already."""
    given = spark.sparkContext.getConf()
    return given.get("spark.task.maxFailures", "") == "1" and given.get("spark.speculation", "false") == "false"
