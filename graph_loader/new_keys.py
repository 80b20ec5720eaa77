"""Whether the key that a migration brings can be made unique, seen before anything is deleted that has the former one."""

from functools import reduce
from typing import TYPE_CHECKING

from graph_loader import constraints, cypher
from graph_loader.connection import GraphError
from graph_loader.declarations import NodeDeclaration
from graph_loader.migrations import Former
from graph_loader.plan import Step
from graph_loader.session import Session
from graph_loader.spark_sql import identity_schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def require_new_keys(session: Session) -> None:
    """End with an error where the constraint of a new key would be refused once the nodes of the former one have gone.

    Raises:
        GraphError: others have an index in its place, or nodes of a label that share its new key; or the server is gone.
    """
    for step in session.plan.nodes:
        if step.former and step.entry and not constraints.named(session.connection, step.declaration):
            _require_no_index(session, step.declaration)
            _require_unique(session, step)


def _require_no_index(session: Session, node: NodeDeclaration) -> None:
    if found := constraints.indexes_of_others(session.connection, node):
        raise GraphError(
            f"The key of {node.label} cannot become {', '.join(node.key)}, for others have the index {found[0]} on it.",
            "Nothing was deleted: drop that index, for the constraint brings its own, then load again.",
        )


def _require_unique(session: Session, step: Step) -> None:
    node = step.declaration
    # where others have no nodes there is nothing to see, and the server would hold the keys of the whole label for it
    written = sum(former.count for former in step.former)
    if not session.ledger.state.pending and session.connection.count(cypher.count(node)) <= written:
        return
    if session.connection.count(cypher.count_copies(node)) == 0:
        return
    with session.writer.reading():
        found = _shared_by_others(session, node, step.former)
    if found:
        key = ", ".join(f"{name}={value}" for name, value in zip(node.key, found, strict=True))
        raise GraphError(
            f"The key of {node.label} cannot become {', '.join(node.key)}, for several nodes of others share it, such as {key}.",
            "Nothing was deleted: make them differ, or take the label off all but one, then load again.",
        )


def _shared_by_others(session: Session, node: NodeDeclaration, former: tuple[Former, ...]) -> list[str] | None:
    """A new key that several nodes have which no load wrote, as text."""
    texts = ", ".join(f"_text_{position} string" for position, _ in enumerate(node.key))

    def read(declaration: NodeDeclaration) -> "DataFrame":
        schema = f"{identity_schema(declaration.identity)}, _node string, _copies string, {texts}"
        return session.writer.read(cypher.copies(node, declaration), schema)

    def ours(group: Former) -> "DataFrame":
        names = [item.name for item in group.declaration.identity]
        return read(group.declaration).join(group.rows, names, "left_semi").select("_node")

    written = reduce(lambda left, right: left.union(right), map(ours, former))
    others = read(former[0].declaration).join(written, "_node", "left_anti")
    fields = ["_copies", *(f"_text_{position}" for position, _ in enumerate(node.key))]
    shared = others.groupBy(*fields).count().where("count > 1").orderBy(*fields[1:]).first()
    return [shared[field] for field in fields[1:]] if shared else None
