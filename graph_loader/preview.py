"""What a load would do, told before it does it."""

import json
from dataclasses import asdict, dataclass

from graph_loader import constraints, cypher
from graph_loader.first_write import is_first
from graph_loader.guards import Block
from graph_loader.missing_ends import stub_samples
from graph_loader.rejected import Sample, samples
from graph_loader.report import Counts, counted
from graph_loader.session import Session
from graph_loader.strategy import choose


@dataclass(frozen=True)
class Change:
    """What a load would do with one label or type.

    Attributes:
        counts: rows by what becomes of them.
        properties_removed: properties that it had once and that no node or edge may keep.
        strategy: how its rows would be written: serial, parallel or grouped.
        tasks: how many writes would run at once.
        why: what decides that.
        writes: create, where the graph has nothing of it yet, or merge.
        rejected: for each reason, rows and some of them.
        stubs: the lowest keys of the nodes that are made for edges, and have no row.
        on_missing_end: what becomes of an edge whose end is no node; None for a label.
    """

    counts: Counts
    properties_removed: tuple[str, ...]
    strategy: str
    tasks: int
    why: str
    writes: str
    rejected: tuple[Sample, ...]
    stubs: tuple[str, ...] = ()
    on_missing_end: str | None = None


@dataclass(frozen=True)
class Preview:
    """What a load would do.

    Attributes:
        changes: per label and type, nodes first.
        constraints_created: statements that would make a declared key, and the graph's metadata, unique, where they are not yet.
        constraints_dropped: statements that would give up the key of a label that no model declares any more, or a former key.
        blocks: what forbids the load.
    """

    changes: tuple[Change, ...]
    constraints_created: tuple[str, ...]
    constraints_dropped: tuple[str, ...]
    blocks: tuple[Block, ...]

    def as_json(self) -> str:
        """The preview as JSON text."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)


def preview(session: Session, blocks: tuple[Block, ...]) -> Preview:
    """What the load of a session's plan would do; reads the graph's constraints and changes nothing.

    Args:
        blocks: what forbids the load.

    Raises:
        GraphError: the server is gone.
    """
    steps = session.plan.steps
    changes = []
    for step, counts in zip(steps, counted(session.plan), strict=True):
        way = choose(step, session.tasks)
        policy = getattr(step.declaration, "on_missing_end", None)
        writes = "create" if is_first(session, step) else "merge"
        told = (samples(step), stub_samples(step), policy)
        changes.append(Change(counts, step.removed, way.name, way.tasks, way.why, writes, *told))
    dropped = {
        name: None
        for step in session.plan.nodes
        for node in (*(former.declaration for former in step.former), *[step.declaration] * (step.entry is None))
        if step.entry is None or node.key != step.declaration.key
        for name in constraints.named(session.connection, node, ours=True)
    }
    return Preview(
        tuple(changes),
        tuple(constraints.missing(session.connection, session.graph.nodes)),
        tuple(map(cypher.drop_constraint, dropped)),
        blocks,
    )
