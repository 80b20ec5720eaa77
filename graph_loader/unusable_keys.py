"""Whether declared keys can be made unique, seen before anything is written, or deleted that has a former key.

Nodes of others that share the key of a label which is no migration are not looked for: the server refuses the constraint then
before anything is written, and looks through a large label more sparingly than a query can.
"""

from functools import reduce
from typing import TYPE_CHECKING

from graph_loader import constraints, cypher
from graph_loader.declarations import NodeDeclaration
from graph_loader.guards import Block
from graph_loader.migrations import Former
from graph_loader.plan import Step
from graph_loader.session import Session
from graph_loader.spark_sql import identity_schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def unusable_keys(session: Session) -> tuple[Block, ...]:
    """The blocks of a plan for labels whose key would be refused as unique, once the nodes of a former one have gone.

    Raises:
        GraphError: the server is gone.
    """
    return tuple(
        block
        for step in session.plan.nodes
        if step.entry and not constraints.named(session.connection, step.declaration)
        if (block := _indexed(session, step.declaration) or _shared(session, step))
    )


def _indexed(session: Session, node: NodeDeclaration) -> Block | None:
    found = constraints.indexes_of_others(session.connection, node)
    return _block(node, f"others have the index {found[0]} on it", "drop that index") if found else None


def _shared(session: Session, step: Step) -> Block | None:
    if not step.former:
        return None
    node = step.declaration
    # where others have no nodes there is nothing to see, and the server would hold the keys of the whole label for it
    written = sum(former.count for former in step.former)
    if not session.ledger.state.pending and session.connection.count(cypher.count(node)) <= written:
        return None
    if session.connection.count(cypher.count_copies(node)) == 0:
        return None
    with session.writer.reading():
        found = _shared_by_others(session, node, step.former)
    if not found:
        return None
    key = ", ".join(f"{name}={value}" for name, value in zip(node.key, found, strict=True))
    return _block(
        node,
        f"several nodes of others share it, such as {key}",
        f"make their {', '.join(node.key)} differ, or take the label {node.label} off all but one",
    )


def _block(node: NodeDeclaration, reason: str, override: str) -> Block:
    return Block(node.kind, node.name, f"its key {', '.join(node.key)} cannot be made unique, for {reason}", override)


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
