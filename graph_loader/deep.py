"""Whether the graph holds what the marts say, value by value: a hash of every row there against the hash of every row here."""

from typing import TYPE_CHECKING

from graph_loader import contents, cypher
from graph_loader.contents import COPIES, STATE, State
from graph_loader.ledger_state import LedgerState
from graph_loader.plan import Step
from graph_loader.readback import Readback
from graph_loader.reconcile import Agreement, Sample
from graph_loader.rejected import row_key
from graph_loader.session import Session
from graph_loader.spark_sql import HASH, identity_names, literal

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SAMPLES = 3
FOLDER = "deep"
_DIFFERENT = {
    "drifted": f"{STATE} = {literal(State.DRIFTED)}",
    "outdated": f"{STATE} = {literal(State.OUTDATED)}",
    "missing": f"{STATE} = {literal(State.MISSING)}",
    "stale": f"{STATE} = {literal(State.STALE)}",
    "surplus": f"{COPIES} > 1 and {STATE} not in ({literal(State.STALE)}, {literal(State.OTHERS)})",
}


def reconcile_deep(session: Session, before: LedgerState, loaded: bool) -> tuple[Agreement, ...]:
    """Compare every label and type with its mart, values included.

    Args:
        before: the ledger before the session's plan; what is neither in it nor in the plan belongs to others.
        loaded: whether the plan has been carried out.

    Raises:
        GraphError: the server is gone.
    """
    read_back = Readback(session.engine, session.writer, session.ledger)
    agreements = []
    for position, step in enumerate(session.plan.steps):
        with session.trace.step(f"compare values of {step.declaration.name}"):
            folder = f"{session.ledger.staging(session.plan.attempt.generation)}/{FOLDER}-{position}"
            agreements.append(_agreement(session, step, before, loaded, read_back, folder))
    return tuple(agreements)


def _agreement(
    session: Session, step: Step, before: LedgerState, loaded: bool, read_back: Readback, folder: str
) -> Agreement:
    declaration, spark = step.declaration, session.spark
    total = session.connection.count(cypher.count(declaration))
    held = read_back.held(declaration, step.removed, step.labels_removed, folder)
    held.createOrReplaceTempView(contents.HELD)
    _wanted(session, step, held).createOrReplaceTempView(contents.WANTED)
    _written(session, step, before, held).createOrReplaceTempView(contents.KNOWN)
    states = spark.sql(contents.compared(declaration, loaded)).persist()
    try:
        rows = {row[STATE]: (row["keys"], row["copies"]) for row in states.groupBy(STATE).agg(*_counts()).collect()}
        keys = {state: rows.get(state, (0, 0))[0] for state in State}
        copies = {state: rows.get(state, (0, 0))[1] for state in State}
        wanted = (State.EQUAL, State.DRIFTED, State.OUTDATED)
        others = copies[State.OTHERS] + total - sum(copies.values())
        counted = {
            "drifted": keys[State.DRIFTED],
            "outdated": keys[State.OUTDATED],
            "missing": keys[State.MISSING],
            "stale": copies[State.STALE],
            "surplus": sum(copies[state] - keys[state] for state in wanted),
        }
        samples = tuple(
            Sample(differs, _some_keys(step, states, differs)) for differs, number in counted.items() if number
        )
    finally:
        states.unpersist()
    return Agreement(
        declaration.kind,
        declaration.name,
        step.tally.accepted,
        total - others,
        others=others,
        samples=samples,
        **counted,
    )


def _counts() -> list:
    from pyspark.sql import functions

    return [functions.count("*").alias("keys"), functions.sum(COPIES).alias("copies")]


def _wanted(session: Session, step: Step, held: "DataFrame") -> "DataFrame":
    columns = [*identity_names(step.declaration.identity), HASH]
    if step.entry is None:
        return held.selectExpr(*columns).limit(0)
    return session.ledger.rows(session.spark, step.entry).frame


def _written(session: Session, step: Step, before: LedgerState, held: "DataFrame") -> "DataFrame":
    """What loads have written, with the hashes they wrote."""
    known = session.ledger.known(session.engine, step.declaration, before)
    columns = [*identity_names(step.declaration.identity), HASH]
    return held.selectExpr(*columns).limit(0) if known is None else known.frame


def _some_keys(step: Step, states: "DataFrame", differs: str) -> tuple[str, ...]:
    found = states.where(_DIFFERENT[differs]).selectExpr(f"{row_key(step.declaration)} as row_key")
    return tuple(row["row_key"] for row in found.orderBy("row_key").take(SAMPLES))
