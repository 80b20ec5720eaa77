"""Which errors of a server are refusals, and what they advise. Texts and codes are Neo4j's own (5.26)."""

import pytest

from graph_loader.refusals import refusal

READER = (
    "Create node with labels 'Customer' on database 'neo4j' is not allowed for user 'eve' with roles [PUBLIC, reader].\n"
    "See the documentation."
)
NODE_KEY = (
    "Unable to create Constraint( type='NODE KEY', schema=(:A {a}) ):\n"
    "Node Key constraint requires Neo4j Enterprise Edition. Note that only the first found violation is shown."
)


@pytest.mark.parametrize(
    ("code", "message", "reason", "hint"),
    [
        (
            "Neo.ClientError.Security.Forbidden",
            READER,
            READER.splitlines()[0].rstrip("."),
            "`GRANT ROLE architect TO eve`",
        ),
        (
            "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase",
            "No writes.",
            "No writes",
            "`ALTER DATABASE shop SET ACCESS",
        ),
        (
            "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase",
            "",
            "Neo.ClientError.General.Forb",
            "server.databases.read_only",
        ),
        ("Neo.ClientError.Cluster.NotALeader", "Not here", "Not here", "Use a neo4j:// address"),
        (
            "Neo.DatabaseError.Schema.ConstraintCreationFailed",
            NODE_KEY,
            "Node Key constraint requires Neo4j Enterprise Edition",
            "Use the Enterprise Edition or Aura",
        ),
    ],
)
def test_a_refusal_has_a_reason_and_a_hint(code, message, reason, hint):
    found = refusal(code, message, "eve", "shop")

    assert found.reason.startswith(reason)
    assert hint in found.hint


@pytest.mark.parametrize(
    "code",
    ["Neo.ClientError.Schema.ConstraintValidationFailed", "Neo.TransientError.Transaction.DeadlockDetected", ""],
)
def test_other_errors_are_none(code):
    assert refusal(code, "Node(1) already exists with label `A` and property `a` = 1", "eve", "shop") is None
