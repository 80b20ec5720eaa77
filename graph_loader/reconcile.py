"""Whether the graph holds what the marts say: counts first, keys where counts differ."""

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from graph_loader import cypher
from graph_loader.connection import Connection
from graph_loader.declarations import Declaration
from graph_loader.ledger import Ledger
from graph_loader.ledger_state import LedgerState, Remembered, place
from graph_loader.plan import Plan, Step
from graph_loader.spark_sql import Status, identity_names, identity_schema
from graph_loader.trace import Trace
from graph_loader.writer import Writer
from lakegraph.runtime.errors import LakegraphError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True)
class Agreement:
    """One label or type in the marts and in the graph.

    Attributes:
        expected: rows of the mart that are fit for the graph.
        in_graph: nodes or edges of it in the graph, without those of others.
        missing: expected, but not in the graph.
        stale: written by an earlier load, no longer expected, but still in the graph.
        surplus: copies of an expected edge beyond the first.
        outdated: in the graph with values that the mart has changed since the last load.
        others: in the graph under this label or type, but never written by a load; they are left alone.
    """

    kind: str
    name: str
    expected: int
    in_graph: int
    missing: int = 0
    stale: int = 0
    surplus: int = 0
    outdated: int = 0
    others: int = 0

    @property
    def agrees(self) -> bool:
        """Whether the graph holds exactly what is expected, the things of others apart."""
        return not (self.missing or self.stale or self.surplus or self.outdated)

    def __str__(self) -> str:
        parts = (
            (self.missing, "missing"),
            (self.stale, "stale"),
            (self.surplus, "double"),
            (self.outdated, "outdated"),
        )
        differences = ", ".join(f"{count:,} {word}" for count, word in parts if count)
        return f"{self.name}: {self.expected:,} expected, {self.in_graph:,} in the graph ({differences})"


class GraphDiffersError(LakegraphError):
    """The graph does not hold what the marts say."""

    def __init__(self, agreements: tuple[Agreement, ...]):
        self.agreements = tuple(agreement for agreement in agreements if not agreement.agrees)
        super().__init__(
            f"The graph differs from its marts: {'; '.join(map(str, self.agreements))}.",
            "Somebody else changed the graph, or marts were built since the last load: load again. Where the ledger takes "
            "missing ones for unchanged, start anew with an empty graph and without its ledger.",
        )


def reconcile(
    spark: "SparkSession",
    plan: Plan,
    before: LedgerState,
    loaded: bool,
    ledger: Ledger,
    connection: Connection,
    writer: Writer,
    trace: Trace,
) -> tuple[Agreement, ...]:
    """Compare every label and type with its mart.

    Args:
        plan: what the marts are, compared with the ledger.
        before: the ledger before that plan; what is neither in it nor in the plan belongs to others.
        loaded: whether the plan has been carried out.
    """
    with trace.step("reconcile"):
        return tuple(_agreement(spark, step, before, loaded, ledger, connection, writer) for step in plan.steps)


def _agreement(
    spark: "SparkSession",
    step: Step,
    before: LedgerState,
    loaded: bool,
    ledger: Ledger,
    connection: Connection,
    writer: Writer,
) -> Agreement:
    declaration, expected = step.declaration, step.tally.accepted
    total = connection.count(cypher.count(declaration))
    found = Agreement(declaration.kind, declaration.name, expected, total)
    if total == expected and (loaded or step.tally.changes == 0):
        return found
    written = [source for source in before.sources(place(declaration.kind, declaration.name)) if source]
    current = [step.entry] if step.entry else []
    identity = identity_names(declaration.identity)
    expected_keys = _keys(spark, ledger, current, identity)
    written_keys = _keys(spark, ledger, [*current, *written], identity)
    counted = _compared(spark, _graph_keys(writer, declaration), expected_keys, written_keys, identity)
    others = counted["others"] + total - counted["matched"]
    return replace(
        found,
        in_graph=total - others,
        missing=counted["missing"],
        stale=counted["stale"],
        surplus=counted["surplus"],
        outdated=0 if loaded else step.tally[Status.UPDATED],
        others=others,
    )


def _graph_keys(writer: Writer, declaration: Declaration) -> "DataFrame":
    return writer.read(cypher.identities(declaration), identity_schema(declaration.identity))


def _keys(spark: "SparkSession", ledger: Ledger, entries: list[Remembered], identity: list[str]) -> "DataFrame | None":
    if not entries:
        return None
    frames = [ledger.read(spark, entry).selectExpr(*identity) for entry in entries]
    return reduce(lambda left, right: left.unionByName(right), frames).distinct()


def _compared(
    spark: "SparkSession",
    graph: "DataFrame",
    expected: "DataFrame | None",
    written: "DataFrame | None",
    identity: list[str],
) -> dict[str, int]:
    nothing = graph.limit(0)
    for name, keys in (("graph_copies", graph), ("graph_expected", expected), ("graph_written", written)):
        (nothing if keys is None else keys).createOrReplaceTempView(name)
    columns = ", ".join(identity)
    row = spark.sql(
        f"""
        with copies as (
            select {columns}, count(*) as copies from graph_copies group by all
        ),
        expected as (
            select *, true as wanted from graph_expected
        ),
        written as (
            select *, true as ours from graph_written
        )
        select
            sum(copies) as matched,
            count_if(wanted and copies is null) as missing,
            sum(if(wanted, copies - 1, 0)) as surplus,
            sum(if(wanted is null and ours, copies, 0)) as stale,
            sum(if(wanted is null and ours is null, copies, 0)) as others
        from copies
        full outer join expected using ({columns})
        left join written using ({columns})
        """
    ).first()
    return {name: row[name] or 0 for name in row.asDict()}
