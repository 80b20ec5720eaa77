"""What a load has to do: every row of a mart, and every row the ledger remembers, with its status, and counted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graph_loader import spark_sql, stub_sql
from graph_loader.declarations import Declaration, EdgeDeclaration
from graph_loader.spark_sql import REASON, STATUS, STUB, Status, Stub
from lakegraph.runtime.errors import LakegraphError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class LostRowsError(LakegraphError):
    """The rows of a mart and what was decided on them do not add up: a fault of the program, stopped before it writes."""


@dataclass(frozen=True)
class Tally:
    """How many rows have which status, and how many were rejected for which reason.

    Attributes:
        by_status: rows of the mart, stubs among them, and rows that only the ledger remembers.
        by_reason: rejected rows.
        stubs: stubs by status; they are in `by_status` as well.
        emptied: stubs that were nodes with values before.
    """

    by_status: dict[str, int] = field(default_factory=dict)
    by_reason: dict[str, int] = field(default_factory=dict)
    stubs: dict[str, int] = field(default_factory=dict)
    emptied: int = 0

    def __getitem__(self, status: Status) -> int:
        return self.by_status.get(status, 0)

    @property
    def sent(self) -> int:
        """Rows of the mart."""
        return sum(self.by_status.values()) - self[Status.DELETED] - sum(self.stubs.values())

    def of_mart(self, status: Status) -> int:
        """Rows with a status, without stubs."""
        return self[status] - self.stubs.get(status, 0)

    @property
    def accepted(self) -> int:
        """Rows that the graph is to hold."""
        return self[Status.CREATED] + self[Status.UPDATED] + self[Status.UNCHANGED]

    @property
    def changes(self) -> int:
        """Rows that the graph has to be touched for."""
        return self[Status.CREATED] + self[Status.UPDATED] + self[Status.DELETED]


def difference(
    spark: "SparkSession",
    declaration: Declaration,
    mart: "DataFrame",
    known: "DataFrame | None",
    node_keys: Callable[[str], "DataFrame"],
    stub_marts: Sequence[tuple[EdgeDeclaration, "DataFrame"]] = (),
) -> "DataFrame":
    """The rows of a mart against what the ledger remembers, as `spark_sql.difference` describes them.

    Args:
        known: identity columns and `_hash` of what the ledger remembers; None when that is nothing.
        node_keys: gives the identity columns of the nodes that a label will have after the load.
        stub_marts: for a label, the edges for which stubs of it are made, each with its mart.
    """
    mart.createOrReplaceTempView(spark_sql.MART)
    if known is not None:
        known.createOrReplaceTempView(spark_sql.KNOWN)
    if isinstance(declaration, EdgeDeclaration):
        node_keys(declaration.start.node).createOrReplaceTempView(spark_sql.FROM_KEYS)
        node_keys(declaration.end.node).createOrReplaceTempView(spark_sql.TO_KEYS)
    lineage = [name for name in mart.columns if name in spark_sql.LINEAGE]
    for position, (_, edge_mart) in enumerate(stub_marts):
        edge_mart.createOrReplaceTempView(f"{stub_sql.STUB_MART}{position}")
    makers = [(edge, spark_sql.UNFIT in edge_mart.columns) for edge, edge_mart in stub_marts]
    stubs = stub_sql.stubs(declaration, makers) if makers else ()
    has_unfit = spark_sql.UNFIT in mart.columns
    return spark.sql(spark_sql.difference(declaration, known is not None, lineage, has_unfit, stubs))


def tally(declaration: Declaration, difference: "DataFrame", mart_rows: int) -> Tally:
    """Count a difference, and make sure that every row of the mart is in it.

    Raises:
        LostRowsError: created, updated, unchanged and rejected rows are not as many as the warehouse counted.
    """
    by_status: dict[str, int] = {}
    by_reason: dict[str, int] = {}
    stubs: dict[str, int] = {}
    emptied = 0
    columns = [STATUS, REASON, *({STUB} & {*difference.columns})]
    for row in (found.asDict() for found in difference.groupBy(*columns).count().collect()):
        by_status[row[STATUS]] = by_status.get(row[STATUS], 0) + row["count"]
        if row[REASON]:
            by_reason[row[REASON]] = row["count"]
        if row.get(STUB):
            stubs[row[STATUS]] = stubs.get(row[STATUS], 0) + row["count"]
            emptied += row["count"] if row[STUB] == Stub.EMPTIED else 0
    counted = Tally(by_status, by_reason, stubs, emptied)
    if counted.sent != mart_rows:
        raise LostRowsError(
            f"Model {declaration.model.name} has {mart_rows:,} rows, but {counted.sent:,} were decided on.",
            "Nothing was written; please report this.",
        )
    return counted
