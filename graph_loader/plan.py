"""What a load will do, per label and type: the difference of mart and ledger, counted, and the ledger's next entries."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph_loader.declarations import Declaration, NodeDeclaration
from graph_loader.difference import Tally, difference, tally
from graph_loader.ledger import Ledger
from graph_loader.ledger_state import Attempt, Remembered, check_identities, place, remember
from graph_loader.marts import Marts
from graph_loader.spark_sql import STATUS, Status, literal
from graph_loader.trace import Trace

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True)
class Step:
    """One label or type: what is to be done with its rows, and what the ledger will remember of it."""

    declaration: Declaration
    tally: Tally
    rows: "DataFrame"
    # None when no model declares it any more: all its rows go
    entry: Remembered | None
    # properties and labels that it had once and that no row may keep
    removed: tuple[str, ...] = ()
    labels_removed: tuple[str, ...] = ()

    def having(self, *statuses: Status) -> "DataFrame":
        """The rows with one of the statuses."""
        return self.rows.where(f"{STATUS} in ({', '.join(map(literal, statuses))})")


@dataclass(frozen=True)
class Plan:
    """All steps, nodes before edges, as one attempt of the ledger."""

    steps: tuple[Step, ...]
    attempt: Attempt

    @property
    def nodes(self) -> tuple[Step, ...]:
        """The steps of labels."""
        return tuple(step for step in self.steps if step.declaration.kind == "node")

    @property
    def edges(self) -> tuple[Step, ...]:
        """The steps of types."""
        return tuple(step for step in self.steps if step.declaration.kind == "edge")

    @property
    def changes(self) -> int:
        """Rows that the graph has to be touched for."""
        return sum(step.tally.changes for step in self.steps)


@contextmanager
def planned(
    spark: "SparkSession", marts: Marts, ledger: Ledger, trace: Trace, allowed_deletes: frozenset[str] = frozenset()
) -> Iterator[Plan]:
    """The plan of a load; what it keeps in Spark's memory is released afterwards. Touches neither graph nor pointer.

    Args:
        allowed_deletes: labels and types of which the load may delete any number; those of attempts that did not end join.

    Raises:
        LedgerError: what identifies the rows of a label or type was declared otherwise when the ledger was written.
        LostRowsError: the rows of a mart do not add up.
    """
    check_identities(ledger.state, list(marts.graph))
    steps: list[Step] = []
    try:
        generation = ledger.state.next_generation
        entries: dict[str, Remembered] = {}
        for position, declaration in enumerate(marts.graph):
            with trace.step(f"compare {declaration.name}", marts.rows[declaration.model.name]):
                step = _step(spark, marts, ledger, declaration, entries, f"{generation}/{position}")
            steps.append(step)
            entries[place(declaration.kind, declaration.name)] = step.entry
        steps += _dropped(spark, ledger, entries)
        allowed = allowed_deletes.union(*(attempt.allowed_deletes for attempt in ledger.state.pending))
        yield Plan(tuple(steps), Attempt(generation, entries, tuple(sorted(allowed))))
    finally:
        for step in steps:
            step.rows.unpersist()


def _step(
    spark: "SparkSession",
    marts: Marts,
    ledger: Ledger,
    declaration: Declaration,
    entries: dict[str, Remembered],
    folder: str,
) -> Step:
    def node_keys(label: str) -> "DataFrame":
        return ledger.read(spark, entries[place("node", label)])

    model = declaration.model
    mart, known = marts.read(spark, model), ledger.known(spark, declaration)
    rows = difference(spark, declaration, mart, known, node_keys).persist()
    counted = tally(declaration, rows, marts.rows[model.name])
    sources = [source for source in ledger.state.sources(place(declaration.kind, declaration.name)) if source]
    names = {column.name for column in declaration.properties}
    removed = sorted({name for source in sources for name in source.properties} - names)
    labels = {*declaration.labels} if isinstance(declaration, NodeDeclaration) else set()
    labels_removed = sorted({label for source in sources for label in source.labels} - labels)
    current = ledger.state.entries.get(place(declaration.kind, declaration.name))
    if current and counted.changes == 0:
        entry = remember(declaration, current.folder, current.rows)
    else:
        entry = remember(declaration, folder, counted.accepted)
    step = Step(declaration, counted, rows, entry, tuple(removed), tuple(labels_removed))
    if entry.folder == folder:
        ledger.stage(entry, step.having(Status.CREATED, Status.UPDATED, Status.UNCHANGED))
    return step


def _dropped(spark: "SparkSession", ledger: Ledger, entries: dict[str, Remembered]) -> list[Step]:
    """Steps for what the ledger remembers and no model declares any more."""
    steps = []
    for name, entry in ledger.state.remembered().items():
        if name not in entries:
            declaration = entry.declaration()
            rows = ledger.known(spark, declaration).selectExpr("*", f"{literal(Status.DELETED)} as {STATUS}").persist()
            steps.append(Step(declaration, Tally({Status.DELETED.value: rows.count()}), rows, None))
    return steps
