"""What a load that repairs goes by: what the graph holds takes the place of what the ledger remembers of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph_loader import contents
from graph_loader.declarations import Declaration

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True)
class Repair:
    """What is set right of a label or type beyond what a plain load would do.

    Attributes:
        rows: rows of the mart that the graph does not hold as the last load left them.
        surplus: edges that are there a second time and go.
        double: what identifies the edges that are there more than once; it grows with the data.
    """

    rows: int
    surplus: int
    double: "DataFrame"


def known_in_graph(
    spark: "SparkSession", declaration: Declaration, held: "DataFrame", known: "DataFrame"
) -> "DataFrame":
    """What the ledger knows of and the graph still has, with the hashes of the graph.

    Args:
        held: what the graph holds, as `Readback.held` gives it.
        known: what the ledger knows, as `Ledger.known` gives it.
    """
    held.createOrReplaceTempView(contents.HELD)
    known.createOrReplaceTempView(contents.KNOWN)
    return spark.sql(contents.known_in_graph(declaration))


def repair(
    spark: "SparkSession", declaration: Declaration, planned: "DataFrame", held: "DataFrame", known: "DataFrame"
) -> Repair:
    """Count what a load sets right.

    Args:
        planned: the rows of the mart with the status that comparing them with the graph gave them.
        held: what the graph holds, as `Readback.held` gives it.
        known: what the ledger knows, as `Ledger.known` gives it.
    """
    planned.createOrReplaceTempView(contents.PLANNED)
    held.createOrReplaceTempView(contents.HELD)
    known.createOrReplaceTempView(contents.KNOWN)
    counted = spark.sql(contents.repaired(declaration)).first()
    return Repair(counted["repaired"], counted["surplus"], spark.sql(contents.double(declaration)))
