"""Which rights are tried, on a server that only says which constraints it has."""

import pytest

from graph_loader import cypher
from graph_loader.declarations import Column, GraphDeclaration, Model, NodeDeclaration
from graph_loader.rights import require_rights
from graph_loader.types import Kind, PropertyType

PERSON = NodeDeclaration(
    Model("node_person", columns=(Column("id", PropertyType(Kind.INTEGER)),), complete=True), "Person", ("id",)
)


class Server:
    """A stand-in for a connection: what is asked are constraints, what is tried is written down."""

    def __init__(self, *constraints: dict):
        self.constraints, self.tried = constraints, []

    def run(self, statement: str) -> list[dict]:
        assert statement == cypher.show_constraints()
        return list(self.constraints)

    def attempt(self, statement: str, **parameters) -> None:
        self.tried.append(statement)


def unique(name: str, label: str, *properties: str) -> dict:
    return {"name": name, "type": "UNIQUENESS", "labelsOrTypes": [label], "properties": list(properties)}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], 1),
        # under a name that somebody else gave it
        ([unique("mine", cypher.METADATA_LABEL, "graph_id")], 2),
        # our name on something else
        ([unique(cypher.METADATA_CONSTRAINT, "Other", "id")], 1),
    ],
)
def test_a_missing_constraint_is_tried_once_the_metadata_is_unique_whatever_makes_it_so(found, expected):
    server = Server(*found)

    require_rights(server, GraphDeclaration((PERSON,), ()))

    assert server.tried[1:] == [cypher.constraint(PERSON)] * (expected - 1)
    assert len(server.tried) == expected
