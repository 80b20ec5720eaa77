"""What a load will do, per label and type: the difference of mart and ledger, counted, and the ledger's next entries."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph_loader.declarations import Declaration
from graph_loader.difference import Tally, difference, tally
from graph_loader.ledger import Ledger
from graph_loader.ledger_state import Attempt, Remembered, check_identities, place, remember
from graph_loader.marts import Marts
from graph_loader.readback import Readback
from graph_loader.repair import Repair, known_in_graph, repair
from graph_loader.spark_sql import STATUS, Status, literal
from graph_loader.stub_sql import edges_that_make
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
    # properties that it had once and that no row may keep
    removed: tuple[str, ...] = ()
    # None in a load that goes by what the ledger remembers
    repair: Repair | None = None

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
    spark: "SparkSession",
    marts: Marts,
    ledger: Ledger,
    trace: Trace,
    allowed_deletes: frozenset[str] = frozenset(),
    allowed_rejects: frozenset[str] = frozenset(),
    read_back: Readback | None = None,
) -> Iterator[Plan]:
    """The plan of a load; what it keeps in Spark's memory is released afterwards. Touches neither graph nor pointer.

    Args:
        allowed_deletes: labels and types of which the load may delete any number; those of attempts that did not end join.
        allowed_rejects: labels and types of whose marts any number of rows may be rejected; likewise.
        read_back: reads the graph, for a load that repairs; None goes by what the ledger remembers.

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
            with trace.step(f"compare {declaration.name}", marts.rows[declaration.model.name], about=declaration):
                step = _step(spark, marts, ledger, declaration, entries, f"{generation}/{position}", read_back)
            steps.append(step)
            entries[place(declaration.kind, declaration.name)] = step.entry
        steps += _dropped(spark, ledger, entries)
        pending = ledger.state.pending
        deletes = allowed_deletes.union(*(attempt.allowed_deletes for attempt in pending))
        rejects = allowed_rejects.union(*(attempt.allowed_rejects for attempt in pending))
        attempt = Attempt(
            generation,
            entries,
            allowed_deletes=tuple(sorted(deletes)),
            repair=read_back is not None,
            allowed_rejects=tuple(sorted(rejects)),
        )
        yield Plan(tuple(steps), attempt)
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
    read_back: Readback | None,
) -> Step:
    def node_keys(label: str) -> "DataFrame":
        return ledger.read(spark, entries[place("node", label)])

    model = declaration.model
    mart, remembered = marts.read(spark, model), ledger.known(spark, declaration)
    makers = edges_that_make(declaration, marts.graph.edges) if declaration.kind == "node" else []
    stub_marts = [(edge, marts.read(spark, edge.model)) for edge in makers]
    sources = [source for source in ledger.state.sources(place(declaration.kind, declaration.name)) if source]
    names = {column.name for column in declaration.properties}
    removed = tuple(sorted({name for source in sources for name in source.properties} - names))
    known, held = remembered, None
    if read_back and remembered is not None:
        held = read_back.held(declaration, removed, f"{folder}-graph")
        known = known_in_graph(spark, declaration, held, remembered)
    rows = difference(spark, declaration, mart, known, node_keys, stub_marts).persist()
    counted = tally(declaration, rows, marts.rows[model.name])
    current = ledger.state.entries.get(place(declaration.kind, declaration.name))
    stubs = sum(counted.stubs.values())
    if current and counted.changes == 0 and held is None:
        entry = remember(declaration, current.folder, current.rows, stubs)
    else:
        entry = remember(declaration, folder, counted.accepted, stubs)
    found = None if held is None else repair(spark, declaration, rows, held, remembered)
    step = Step(declaration, counted, rows, entry, removed, found)
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
