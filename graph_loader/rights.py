"""Whether a server is new enough, and lets its user do what a load does: tried in transactions that are rolled back."""

import re
from typing import TYPE_CHECKING
from uuid import uuid4

from graph_loader import constraints, cypher
from graph_loader.connection import GraphError

if TYPE_CHECKING:
    from graph_loader.connection import Connection
    from graph_loader.declarations import GraphDeclaration

# the first with predicates on the type of a value, by which reconciling tells the nodes of others apart
OLDEST = (5, 9)


def require_version(connection: "Connection") -> None:
    """End with an error when the server is older than what the loader's Cypher needs.

    Raises:
        GraphError: it is, or does not answer.
    """
    agent = connection.server_agent()
    version = re.search(r"(\d+)\.(\d+)", agent)
    if version and (int(version[1]), int(version[2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise GraphError(
            f"Neo4j at {connection.uri} is {agent}, which is too old for graph_loader.", f"It needs {oldest} or later."
        )


def require_rights(connection: "Connection", graph: "GraphDeclaration") -> None:
    """End with an error when the server would refuse what a load of these declarations does; leaves nothing behind.

    Nodes and edges of every declared label (further ones too), type and property are created and deleted, and a constraint
    that is missing is created. Only refusals count: what else may go wrong with a trial (values that others' constraints do
    not like) says nothing about the load.

    Raises:
        GraphError: the user lacks a right, the database is read-only, or the edition lacks the constraint.
    """
    statement, parameters = cypher.trial(graph, str(uuid4()))
    connection.attempt(statement, **parameters)
    # a graph that was never loaded gets the metadata's constraint before anything else, which tries the right just as well
    if not constraints.has_metadata(connection):
        return
    # one stands for all: they are of one kind, and each that is tried costs time
    missing = next((node for node in graph.nodes if not constraints.named(connection, node)), None)
    if missing:
        with constraints.told_when_long(missing):
            connection.attempt(cypher.constraint(missing))
