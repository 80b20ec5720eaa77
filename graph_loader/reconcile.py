"""Whether the graph holds what the marts say: counts first, keys where counts differ."""

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from graph_loader import cypher
from graph_loader.declarations import Declaration, EdgeDeclaration
from graph_loader.ledger_state import LedgerState, Remembered, remember
from graph_loader.plan import Step
from graph_loader.session import Session
from graph_loader.spark_sql import Status, identity_names, identity_schema
from lakegraph.runtime.errors import LakegraphError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Sample:
    """Some keys that differ in one way, in words for a person."""

    differs: str
    keys: tuple[str, ...]


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
        drifted: in the graph with values that others have changed since the last load; None when values were not compared.
        samples: some of what differs: how, and the lowest keys.
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
    drifted: int | None = None
    samples: tuple["Sample", ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether the graph holds exactly what is expected, the things of others apart."""
        return not (self.missing or self.stale or self.surplus or self.outdated or self.drifted)

    def __str__(self) -> str:
        parts = (
            (self.missing, "missing"),
            (self.stale, "stale"),
            (self.surplus, "double"),
            (self.outdated, "outdated"),
            (self.drifted, "changed by others"),
        )
        differences = ", ".join(f"{count:,} {word}" for count, word in parts if count)
        return f"{self.name}: {self.expected:,} expected, {self.in_graph:,} in the graph ({differences})"


class GraphDiffersError(LakegraphError):
    """The graph does not hold what the marts say."""

    def __init__(self, agreements: tuple[Agreement, ...]):
        self.agreements = tuple(agreement for agreement in agreements if not agreement.agrees)
        super().__init__(
            f"The graph differs from its marts: {'; '.join(map(str, self.agreements))}.",
            "Load again; what differs then still was changed by others: `python -m graph_loader load --repair` sets it right.",
        )


def reconcile(session: Session, before: LedgerState, loaded: bool) -> tuple[Agreement, ...]:
    """Compare every label and type with its mart.

    Args:
        before: the ledger before the session's plan; what is neither in it nor in the plan belongs to others.
        loaded: whether the plan has been carried out.
    """
    with session.trace.step("reconcile"):
        return tuple(_agreement(session, step, before, loaded) for step in session.plan.steps)


def _agreement(session: Session, step: Step, before: LedgerState, loaded: bool) -> Agreement:
    declaration, expected = step.declaration, step.tally.accepted
    total = session.connection.count(cypher.count(declaration))
    found = Agreement(declaration.kind, declaration.name, expected, total)
    if loaded and total == expected and _is_between_declared_labels(session, declaration, total):
        return found
    wanted = [step.entry] if step.entry else []
    now = remember(declaration, "", 0)
    written = [source for source in before.sources(now.place, like=now) if source]
    counted = _compared(session, declaration, wanted, written)
    others = counted["others"] + total - counted["matched"]
    return replace(
        found,
        in_graph=total - others,
        missing=counted["missing"],
        stale=counted["stale"],
        surplus=counted["surplus"],
        # rows of another key are all to be written anew
        outdated=0 if loaded else step.tally[Status.UPDATED] + sum(former.count for former in step.former),
        others=others,
    )


def _is_between_declared_labels(session: Session, declaration: Declaration, total: int) -> bool:
    """Whether all that was counted is: others may have edges of the type between other labels, as many as ours are missing."""
    if not isinstance(declaration, EdgeDeclaration) or declaration.is_shared:
        return True
    return all(session.connection.count(counting) == total for counting in cypher.counts_at_ends(declaration))


def _compared(
    session: Session, declaration: Declaration, wanted: list[Remembered], written: list[Remembered]
) -> dict[str, int]:
    """Counts over the keys in the graph, against the keys that are wanted and those that loads have written.

    Raises:
        GraphError: the server is gone.
    """
    with session.writer.reading():
        return _counted(session, declaration, wanted, written)


def _counted(
    session: Session, declaration: Declaration, wanted: list[Remembered], written: list[Remembered]
) -> dict[str, int]:
    graph = session.writer.read(cypher.identities(declaration), identity_schema(declaration.identity))
    names = identity_names(declaration.identity)

    def keys(entries: list[Remembered]) -> "DataFrame":
        frames = [session.ledger.rows(session.spark, entry).frame.selectExpr(*names) for entry in entries]
        return reduce(lambda left, right: left.unionByName(right), frames).distinct() if frames else graph.limit(0)

    graph.createOrReplaceTempView("graph_copies")
    keys(wanted).createOrReplaceTempView("graph_wanted")
    keys([*wanted, *written]).createOrReplaceTempView("graph_written")
    columns = ", ".join(names)
    row = session.spark.sql(
        f"""
        with copies as (
            select {columns}, count(*) as copies from graph_copies group by {columns}
        ),
        wanted as (
            select *, true as is_wanted from graph_wanted
        ),
        written as (
            select *, true as is_ours from graph_written
        )
        select
            sum(copies) as matched,
            count_if(is_wanted and copies is null) as missing,
            sum(if(is_wanted, copies - 1, 0)) as surplus,
            sum(if(is_wanted is null and is_ours, copies, 0)) as stale,
            sum(if(is_wanted is null and is_ours is null, copies, 0)) as others
        from copies
        full outer join wanted using ({columns})
        left join written using ({columns})
        """
    ).first()
    return {name: value or 0 for name, value in row.asDict().items()}
