"""What a load will do, per label and type: the difference of mart and ledger, counted, and the ledger's next entries."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graph_loader.declarations import Declaration, EdgeDeclaration, NodeDeclaration
from graph_loader.difference import Tally, difference, tally
from graph_loader.difference_sql import difference_schema
from graph_loader.engines import Engine
from graph_loader.excuses import excused_deletes, excused_rejects
from graph_loader.guards import is_among
from graph_loader.ledger import Ledger
from graph_loader.ledger_state import Attempt, LedgerState, Remembered, place, remember
from graph_loader.marts import Marts
from graph_loader.migrations import Former, identities, is_migrated, known_stubs, label_problems, merged, told
from graph_loader.problems import DeclarationError
from graph_loader.readback import Readback
from graph_loader.relations import Relation, in_spark
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
    # in a load that does not repair, those that stay as they are are left out, but for stubs
    rows: Relation
    # None when no model declares it any more: all its rows go
    entry: Remembered | None
    # properties and labels that it had once and that no row may keep
    removed: tuple[str, ...] = ()
    labels_removed: tuple[str, ...] = ()
    # what was written under another key or other ends; it goes before anything is written
    former: tuple[Former, ...] = ()
    # of the rows that go, how many come back under another key, label or type, without stubs; None when the declaration is
    # the same
    written_anew: int | None = None
    # what becomes of earlier rows because the declaration has changed, in sentences
    migration: tuple[str, ...] = ()
    # None in a load that goes by what the ledger remembers
    repair: Repair | None = None
    # how many of the rows that go an attempt that broke off was allowed to delete, and how many it was to set aside
    excused_deletes: int = 0
    excused_rejects: int = 0
    # of the nodes that go because no model declares their label any more, how many are known to be stubs
    stubs_gone: int = 0

    def having(self, *statuses: Status) -> "DataFrame":
        """The rows with one of the statuses."""
        return self.rows.frame.where(having(*statuses))


def having(*statuses: Status) -> str:
    """The condition of rows with one of the statuses."""
    return f"{STATUS} in ({', '.join(map(literal, statuses))})"


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
    def migrates(self) -> bool:
        """Whether rows of former keys or ends have to go first."""
        return any(step.former for step in self.steps)

    @property
    def changes(self) -> int:
        """Rows that the graph has to be touched for."""
        return sum(step.tally.changes for step in self.steps)


@contextmanager
def planned(
    engine: Engine,
    marts: Marts,
    ledger: Ledger,
    trace: Trace,
    allowed_deletes: frozenset[str] = frozenset(),
    allowed_rejects: frozenset[str] = frozenset(),
    read_back: Readback | None = None,
) -> Iterator[Plan]:
    """The plan of a load; what it keeps in Spark's memory is released afterwards. Touches neither graph nor pointer.

    Args:
        allowed_deletes: labels and types of which the load may delete any number; those of attempts that did not end join, for
            the load that ends this one.
        allowed_rejects: labels and types of whose marts any number of rows may be rejected; likewise.
        read_back: reads the graph, for a load that repairs; None goes by what the ledger remembers.

    Raises:
        DeclarationError: a label is another model's than in the graph, which takes two loads.
        LostRowsError: the rows of a mart do not add up.
    """
    if problems := label_problems(ledger.state, marts.graph):
        raise DeclarationError(problems)
    steps: list[Step] = []
    try:
        generation = ledger.state.next_generation
        entries: dict[str, Remembered] = {}
        losing: set[str] = set()
        for position, declaration in enumerate(marts.graph):
            with trace.step(f"compare {declaration.name}", marts.rows[declaration.model.name], about=declaration):
                folder = f"{ledger.staging(generation)}/{position}"
                step = _step(engine, marts, ledger, declaration, entries, losing, folder, read_back)
            steps.append(step)
            if declaration.kind == "node" and (step.tally[Status.DELETED] or step.former):
                losing.add(declaration.name)
            entries[place(declaration.kind, declaration.name)] = step.entry
        steps += _dropped(engine, ledger, entries, steps)
        pending = ledger.state.pending
        deletes = allowed_deletes.union(*(attempt.allowed_deletes for attempt in pending))
        rejects = allowed_rejects.union(*(attempt.allowed_rejects for attempt in pending))
        attempt = Attempt(
            generation,
            entries,
            allowed_deletes=tuple(sorted(deletes)),
            allowed_rejects=tuple(sorted(rejects)),
            rejects={
                place(step.declaration.kind, step.declaration.name): step.tally[Status.REJECTED]
                for step in steps
                if is_among(step.declaration, rejects) and step.tally[Status.REJECTED]
            },
            repair=read_back is not None,
            id=uuid.uuid4().hex,
        )
        yield Plan(tuple(_excused(engine, ledger, step) for step in steps), attempt)
    finally:
        for step in steps:
            kept = [former.rows for former in step.former]
            if step.entry is None:
                kept.append(step.rows.frame)
            for rows in kept:
                rows.unpersist()


def _excused(engine: Engine, ledger: Ledger, step: Step) -> Step:
    deletes = 0
    # which rows a migration writes anew cannot be told, for they come back under another key or name
    if (step.tally[Status.DELETED] or step.tally.emptied) and step.written_anew is None:
        deletes = excused_deletes(engine, ledger, step.declaration, step.rows, bool(step.tally.emptied))
    return replace(step, excused_deletes=deletes, excused_rejects=excused_rejects(ledger.state, step.declaration))


def _step(
    engine: Engine,
    marts: Marts,
    ledger: Ledger,
    declaration: Declaration,
    entries: dict[str, Remembered],
    losing: set[str],
    folder: str,
    read_back: Readback | None,
) -> Step:
    def node_keys(label: str) -> Relation:
        return ledger.rows(engine.spark, entries[place("node", label)])

    if step := _untouched(engine, marts, ledger, declaration, entries, read_back):
        return step
    model = declaration.model
    groups = identities(ledger.state, place(declaration.kind, declaration.name))
    former = _former(engine.spark, ledger, groups) if is_migrated(groups, remember(declaration, "", 0)) else ()
    sources = [source for group in groups for source in group]
    names = {column.name for column in declaration.properties}
    removed = tuple(sorted({name for source in sources for name in source.properties} - names))
    labels = {*declaration.labels} if isinstance(declaration, NodeDeclaration) else set()
    labels_removed = tuple(sorted({label for source in sources for label in source.labels} - labels))
    remembered = None if former else ledger.known(engine, declaration)
    known, held = remembered, None
    if read_back and remembered is not None:
        held = read_back.held(declaration, removed, labels_removed, f"{folder}-graph")
        known = in_spark(known_in_graph(engine.spark, declaration, held, remembered.frame))
    # what is set right is counted among all rows
    stays = None if read_back else known
    labels_before = {tuple(source.labels) for source in sources} - {tuple(getattr(declaration, "labels", ()))}
    settles = _has_same_values(ledger.state, declaration) and _ends_stay(ledger.state, declaration, losing)
    rows = difference(engine, declaration, marts, known, node_keys, stays is not None, settles, labels_before)
    has_stubs = declaration.kind == "node" and bool(edges_that_make(declaration, marts.graph.edges))
    known_rows = None if stays is None else ledger.known_rows(engine, declaration, stays)
    counted = tally(engine, declaration, rows, marts.rows[model.name], has_stubs, known_rows)
    if counted.stubs and not former and (read_back or ledger.state.pending):
        # where the last load and an attempt since differ, or others changed the graph, nobody knows what a node holds
        emptied = ledger.with_values(engine, declaration, rows)
        counted = replace(counted, emptied=max(counted.emptied, emptied))
    written_anew = None
    if former:
        written_anew = counted.accepted_rows
        counted = replace(counted, by_status=counted.by_status | {Status.DELETED.value: _total(former)})
    stubs = sum(counted.stubs.values())
    # a rejected row may be fit the next time, and is told of each time
    fingerprint = None if counted[Status.REJECTED] or stubs else _fingerprint(marts, declaration)
    entry = remember(declaration, folder, counted.accepted, stubs, fingerprint)
    current = ledger.state.entries.get(entry.place)
    if current and counted.changes == 0 and not former and held is None:
        entry = entry.with_rows_of(current)
    elif stays is not None and ledger.keeps_changes(entry, counted.changes):
        changed = having(Status.CREATED, Status.UPDATED, Status.DELETED)
        entry = ledger.stage_changes(engine, entry, rows, changed, counted.changes)
    else:
        ledger.stage(engine, entry, rows, having(Status.CREATED, Status.UPDATED, Status.UNCHANGED), stays)
    return Step(
        declaration,
        counted,
        rows,
        entry,
        removed,
        labels_removed,
        former,
        written_anew,
        told(groups, entry),
        None if held is None else repair(engine.spark, declaration, rows.frame, held, remembered.frame),
    )


def _untouched(
    engine: Engine,
    marts: Marts,
    ledger: Ledger,
    declaration: Declaration,
    entries: dict[str, Remembered],
    read_back: Readback | None,
) -> Step | None:
    """The step of a label or type of which nothing can have changed; None where its rows have to be looked at.

    That is so where the mart's rows are those of the last load, which accepted all of them, and so are the nodes at their ends.
    """
    state, fingerprint = ledger.state, _fingerprint(marts, declaration)
    current = state.entries.get(place(declaration.kind, declaration.name))
    if current is None or fingerprint is None or read_back or state.pending:
        return None
    if current != remember(declaration, "", current.rows, fingerprint=fingerprint).with_rows_of(current):
        return None
    if isinstance(declaration, EdgeDeclaration):
        ends = {place("node", end.node) for end in (declaration.start, declaration.end)}
        same_rows = all(end in state.entries and entries[end].folders == state.entries[end].folders for end in ends)
    else:
        same_rows = not edges_that_make(declaration, marts.graph.edges)
    if not same_rows or current.rows != marts.rows[declaration.model.name] or not ledger.has_rows(current):
        return None
    schema = difference_schema(declaration, has_stubs=False)
    nothing = Relation(lambda: engine.spark.createDataFrame([], schema))
    return Step(declaration, Tally({Status.UNCHANGED.value: current.rows}), nothing, current)


def _has_same_values(state: LedgerState, declaration: Declaration) -> bool:
    """Whether properties and labels are declared as they were, without which the hash of nearly every row is another."""
    now, name = remember(declaration, "", 0), place(declaration.kind, declaration.name)
    before = state.entries.get(name)
    return before is not None and (before.properties, before.labels) == (now.properties, now.labels)


def _ends_stay(state: LedgerState, declaration: Declaration, losing: set[str]) -> bool:
    """Whether every node is there still that an edge which the ledger remembers has at one of its ends.

    A load accepts no other edge; of those that a rebuilt ledger claims, it does not know the hash where the mart has none such.

    Args:
        losing: the labels that lose nodes in this load.
    """
    if not isinstance(declaration, EdgeDeclaration):
        return True
    ends = {declaration.start.node, declaration.end.node}
    return not state.pending and not ends & losing and all(place("node", end) in state.entries for end in ends)


def _fingerprint(marts: Marts, declaration: Declaration) -> str | None:
    """What tells the rows of a mart, and which of their columns identify them, from any others."""
    found = marts.fingerprints.get(declaration.model.name)
    identity = [(item.role, item.property, item.column) for item in declaration.identity]
    return found and json.dumps([identity, found])


def _dropped(engine: Engine, ledger: Ledger, entries: dict[str, Remembered], steps: list[Step]) -> list[Step]:
    """Steps for what the ledger remembers and no model declares any more."""
    declared = {(step.declaration.kind, step.declaration.model.name): step for step in steps}
    dropped = []
    for name in ledger.state.remembered():
        if name in entries:
            continue
        groups = identities(ledger.state, name)
        former = _former(engine.spark, ledger, groups) if len(groups) > 1 else ()
        declaration = merged(groups[-1]).declaration()
        known = ledger.known(engine, declaration).frame
        rows = known.selectExpr("*", f"{literal(Status.DELETED)} as {STATUS}").persist()
        counted = Tally({Status.DELETED.value: _total(former) or rows.count()})
        successor = declared.get((declaration.kind, declaration.model.name))
        # what the model declared beside it before is no other name of it
        is_new = successor and place(declaration.kind, successor.declaration.name) not in ledger.state.entries
        dropped.append(
            Step(
                declaration,
                counted,
                in_spark(rows),
                None,
                former=former,
                written_anew=successor.tally.accepted_rows if is_new else None,
                stubs_gone=known_stubs(groups[-1]),
                migration=told(groups, None, successor.declaration.name if successor else None),
            )
        )
    return dropped


def _former(spark: "SparkSession", ledger: Ledger, groups: list[list[Remembered]]) -> tuple[Former, ...]:
    found, sources = [], [source for group in groups for source in group]
    for group in groups:
        rows = ledger.keys(spark, group).persist()
        # one key may be a property of what was written under another, so a row found by it may hold what that one has
        found.append(Former(merged([*sources, *group]).declaration(), rows, rows.count(), known_stubs(group)))
    return tuple(found)


def _total(former: tuple[Former, ...]) -> int:
    return sum(group.count for group in former)
