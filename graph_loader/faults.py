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
# what a server says that has been started, until the database is there
STARTING = "Neo.TransientError.General.DatabaseUnavailable"
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
    "declare another key, then load again, which goes on from there. Where the key is a new one, nodes of the former key may be "
    "gone until then."
)
_INDEXED = (
    "Drop that index (`SHOW INDEXES` names it), for the constraint brings its own, then load again; what was written "
    "stays."
)
_CONSTRAINED = (
    "Drop that constraint (`SHOW CONSTRAINTS` names it), for a load makes its own, then load again; what was written "
    "stays."
)
_TAKEN = (
    "Names that begin with `lakegraph_` are those of loads: drop it, or make it again under another name, then load again; what "
    "was written stays."
)
_AT_ONCE = "Somebody else has made it at the same moment, and it serves as well: load again; what was written stays."
_TOO_LONG = (
    "The server ends a transaction that takes longer than `db.transaction.timeout` in neo4j.conf: allow it more time, or run the "
    "command again when the server has less to do; what was committed before stays."
)
_ENDED = (
    "Somebody ended the transaction on purpose, or the server is shutting down: run the command again; what was committed before "
    "stays."
)
_NOT_KEPT = (
    "The server cannot keep a transaction: see its log (logs/debug.log in its folder), and that its disk works and has "
    "free space; then run the command again. What was committed before stays."
)
_UNKNOWN = (
    "The server's log (logs/debug.log in its folder) says more; once the cause is gone, run the command again: what was "
    "committed before stays."
)
_WRONG = "Correct the statement, or the values that it is given, then run the command again."
_OF_DRIVER = "Once the cause is gone, run the command again: what was committed before stays."
_STATEMENT, _SERVER = "Neo.ClientError.Statement.", "Neo."
_HINTS = {
    "Neo.ClientError.Schema.ConstraintValidationFailed": _VIOLATED,
    "Neo.ClientError.Schema.ConstraintViolation": _VIOLATED,
    "Neo.DatabaseError.Schema.ConstraintCreationFailed": _DOUBLE,
    "Neo.ClientError.Schema.IndexAlreadyExists": _INDEXED,
    "Neo.ClientError.Schema.ConstraintAlreadyExists": _CONSTRAINED,
    "Neo.ClientError.Schema.IndexWithNameAlreadyExists": _TAKEN,
    "Neo.ClientError.Schema.ConstraintWithNameAlreadyExists": _TAKEN,
    "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists": _AT_ONCE,
    "Neo.ClientError.Transaction.TransactionTimedOut": _TOO_LONG,
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration": _TOO_LONG,
    "Neo.DatabaseError.Transaction.TransactionCommitFailed": _NOT_KEPT,
    "Neo.DatabaseError.Transaction.TransactionLogError": _NOT_KEPT,
    "Neo.DatabaseError.Transaction.TransactionStartFailed": _NOT_KEPT,
    **dict.fromkeys(ENDED, _ENDED),
    **dict.fromkeys(OUT_OF_MEMORY, _MEMORY),
}


def advice(code: str, message: str, user: str, database: str) -> Refusal:
    """What an error is that another try would not mend, and what to do about it.

    Args:
        code: the server's code for the error; none of a server's where the driver itself found it.
        message: what the server or the driver says.
        user: who asked.
        database: where.
    """
    if refused := refusal(code, message, user, database):
        return refused
    lines = [line.strip().rstrip(".:") for line in message.splitlines() if line.strip()]
    if hint := _HINTS.get(code):
        # the first line names the constraint, the second one the nodes
        return Refusal(": ".join(lines[:2]) or code, hint)
    if not code.startswith(_SERVER):
        return Refusal(lines[0] if lines else "the driver gives no reason", _OF_DRIVER)
    # further lines only draw where in the statement the mistake is; the first one says it
    reason = f"{lines[0]} ({code})" if lines else code
    return Refusal(reason, _WRONG if code.startswith(_STATEMENT) else _UNKNOWN)


def passes(code: str, kinds: frozenset[str]) -> bool:
    """Whether an error passes by itself, so that the same transaction may go through when it is tried again.

    Args:
        code: the server's code for the error.
        kinds: the names of its Java class, of all above it, and of their interfaces.
    """
    return not RETRYABLE.isdisjoint(kinds) and code not in NEVER_PASS
