"""Why a Neo4j server refuses a statement that is right in itself: missing rights, a read-only database, the edition."""

from dataclasses import dataclass

GRANT = (
    "Give the user the role architect (`GRANT ROLE architect TO {user}`), or the rights to read and write the declared labels "
    "and types, to create new names, and to manage constraints."
)
WRITABLE = "Make it writable (`ALTER DATABASE {database} SET ACCESS READ WRITE`, or `server.databases.read_only` in neo4j.conf)."
FIRST_LOGIN = "Log in as this user once and run `ALTER CURRENT USER SET PASSWORD FROM '…' TO '…'`."
LEADER = "Use a neo4j:// address in NEO4J_URI, which leads writes to the server that takes them."
EDITION = "Use the Enterprise Edition or Aura, or declare the graph without it."

_HINTS = {
    "Neo.ClientError.Security.Forbidden": GRANT,
    "Neo.ClientError.Security.CredentialsExpired": FIRST_LOGIN,
    "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase": WRITABLE,
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase": WRITABLE,
    "Neo.ClientError.Cluster.NotALeader": LEADER,
}
_NEEDS_ENTERPRISE = "requires Neo4j Enterprise Edition"


@dataclass(frozen=True)
class Refusal:
    """What the server said, and what to do about it."""

    reason: str
    hint: str


def refusal(code: str, message: str, user: str, database: str) -> Refusal | None:
    """The refusal that an error of the server is, or None when it is an error of another kind.

    Args:
        code: the server's code for the error.
        message: what the server says.
        user: who asked.
        database: where.
    """
    lines = [line.strip().rstrip(".") for line in message.splitlines() if line.strip()] or [code]
    if hint := _HINTS.get(code):
        return Refusal(lines[0], hint.format(user=user, database=database))
    if edition := next((line for line in lines if _NEEDS_ENTERPRISE in line), None):
        return Refusal(edition.partition(". ")[0], EDITION)
    return None
