"""The constraints that make declared keys unique: which there are, and making and dropping them by what they constrain.

Names alone do not tell: earlier versions named them otherwise, and the owner of a graph may have made one before us.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Timer

from graph_loader import cypher
from graph_loader.connection import Connection
from graph_loader.declarations import NodeDeclaration
from lakegraph.runtime.console import complain

LONG_S = 10.0


def create(connection: Connection, nodes: Iterable[NodeDeclaration]) -> None:
    """Make the keys of labels unique, and wait until their indexes serve.

    Raises:
        GraphError: the graph holds nodes that break a constraint, or the user may not create it.
    """
    for node in nodes:
        with told_when_long(node):
            connection.run(cypher.constraint(node))
    connection.await_indexes()


@contextmanager
def told_when_long(node: NodeDeclaration) -> Iterator[None]:
    """Say what the server may be waiting for, where making the key of a label unique takes long: it tells nothing itself."""
    waiting = Timer(
        LONG_S,
        complain,
        [
            f"The server has been making the key of {node.label} unique for {LONG_S:.0f} s: it looks through many nodes, or "
            "waits for somebody's open transaction on them (`SHOW TRANSACTIONS`). The load goes on after it."
        ],
    )
    waiting.daemon = True
    waiting.start()
    try:
        yield
    finally:
        waiting.cancel()


def named(connection: Connection, node: NodeDeclaration, ours: bool = False) -> list[str]:
    """The names of the constraints that make the key of a label unique.

    Args:
        ours: only those that a load has made.
    """
    names = _unique(connection, node.label, node.key)
    return [name for name in names if name.startswith(cypher.OUR_NAMES) or not ours]


def indexes_of_others(connection: Connection, node: NodeDeclaration) -> list[str]:
    """The names of the indexes on the key of a label that no load has made, and that forbid to make it unique."""
    return [
        row["name"]
        for row in connection.run(cypher.show_plain_indexes())
        if row["labelsOrTypes"] == [node.label]
        and row["properties"] == list(node.key)
        and not row["name"].startswith(cypher.OUR_NAMES)
    ]


def has_metadata(connection: Connection) -> bool:
    """Whether the graph's metadata is unique already, by whomever."""
    return bool(_unique(connection, cypher.METADATA_LABEL, ("graph_id",)))


def missing(connection: Connection, nodes: Iterable[NodeDeclaration]) -> list[str]:
    """The statements that a load will run to make what is not unique yet: keys of labels, and the graph's metadata."""
    own = [] if has_metadata(connection) else [cypher.metadata_constraint()]
    return own + [cypher.constraint(node) for node in nodes if not named(connection, node)]


def drop(connection: Connection, node: NodeDeclaration) -> None:
    """Give up the key of a label that no model declares any more; a constraint that others made stays."""
    for name in named(connection, node, ours=True):
        connection.run(cypher.drop_constraint(name))


def _unique(connection: Connection, label: str, key: tuple[str, ...]) -> list[str]:
    return [
        row["name"]
        for row in connection.run(cypher.show_constraints())
        if row["labelsOrTypes"] == [label]
        and row["properties"] == list(key)
        and ("UNIQUE" in row["type"] or "KEY" in row["type"])
    ]
