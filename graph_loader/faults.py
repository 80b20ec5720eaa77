"""Errors of a server while a load works: those that pass by themselves, and what to do about the others. Pure."""

from graph_loader.refusals import Refusal, refusal

# called transient by Neo4j, but the same batch meets them again
OUT_OF_MEMORY = (
    "Neo.TransientError.General.MemoryPoolOutOfMemoryError",
    "Neo.TransientError.General.OutOfMemoryError",
    "Neo.TransientError.General.StackOverFlowError",
    "Neo.TransientError.General.TransactionOutOfMemoryError",
)
# likewise, but somebody ended the transaction on purpose
ENDED = ("Neo.TransientError.Transaction.Terminated", "Neo.TransientError.Transaction.LockClientStopped")
NEVER_PASS = (*OUT_OF_MEMORY, *ENDED)
# what the driver's own retries go by; the interface is what later drivers have
RETRYABLE = frozenset(
    f"org.neo4j.driver.exceptions.{name}"
    for name in (
        "RetryableException",
        "TransientException",
        "ServiceUnavailableException",
        "SessionExpiredException",
        "AuthorizationExpiredException",
    )
)

AGAIN = "What was written stays, and the next load goes on from there: load again once the server is back."
_MEMORY = (
    "A transaction needs more memory than the server has for it: give it more (`dbms.memory.transaction.total.max` and "
    "`server.memory.heap.max_size` in neo4j.conf), then load again."
)
_VIOLATED = (
    "A constraint of the graph forbids what a mart has: correct the mart, or what others have in the graph, or drop the "
    "constraint (`SHOW CONSTRAINTS`), then load again; what was written stays."
)
_DOUBLE = (
    "The declared key is not unique among the nodes that others have put under this label: delete or correct those, or "
    "declare another key, then load again; no row was written."
)
_HINTS = {
    "Neo.ClientError.Schema.ConstraintValidationFailed": _VIOLATED,
    "Neo.ClientError.Schema.ConstraintViolation": _VIOLATED,
    "Neo.DatabaseError.Schema.ConstraintCreationFailed": _DOUBLE,
    **dict.fromkeys(OUT_OF_MEMORY, _MEMORY),
}


def advice(code: str, message: str, user: str, database: str) -> Refusal | None:
    """What to do about an error that another try would not mend, or None where nothing is known about it.

    Args:
        code: the server's code for the error.
        message: what the server says.
        user: who asked.
        database: where.
    """
    if refused := refusal(code, message, user, database):
        return refused
    if hint := _HINTS.get(code):
        # the first line names the constraint, the second one the nodes
        lines = [line.strip().rstrip(".:") for line in message.splitlines() if line.strip()]
        return Refusal(": ".join(lines[:2]) or code, hint)
    return None


def passes(code: str, kinds: frozenset[str]) -> bool:
    """Whether an error passes by itself, so that the same transaction may go through when it is tried again.

    Args:
        code: the server's code for the error.
        kinds: the names of its Java class, of all above it, and of their interfaces.
    """
    return not RETRYABLE.isdisjoint(kinds) and code not in NEVER_PASS
