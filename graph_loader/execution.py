"""The three steps of a load: save what is about to be done, do it in the graph, and remember that it is done."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from graph_loader import contents, cypher
from graph_loader.connection import Metadata
from graph_loader.plan import Step
from graph_loader.retries import counting
from graph_loader.session import Session
from graph_loader.spark_sql import Status, identity_names, quoted
from graph_loader.strategy import NODE_TASKS, choose, rounds

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# deleting an edge also locks its neighbours, whose other ends are anybody's
EDGE_DELETES = 1


def execute(session: Session) -> dict[str, int]:
    """Make the graph as planned: nodes, then edges, then what has gone, edges before nodes.

    Returns:
        Per label, how many nodes were left to others who use them, without our label and properties.

    Raises:
        GraphError: the server is gone or refuses something; the next load goes on from there.
        LeaseError: another load has taken the lease.
    """
    plan, ledger, connection = session.plan, session.ledger, session.connection
    session.lease.require()
    create_constraints(session)
    if plan.changes == 0 and plan.attempt.entries == ledger.state.entries and not ledger.state.pending:
        return {}
    ledger.begin(plan.attempt)
    for step in plan.nodes:
        _upsert(session, step)
    for step in plan.edges:
        _upsert(session, step)
    for step in plan.edges:
        _delete_copies(session, step)
        _delete_edges(session, step)
    left = {step.declaration.name: _delete_nodes(session, step) for step in plan.nodes}
    session.lease.write_metadata(Metadata(ledger.state.ledger_id, plan.attempt.generation))
    kept = {cypher.constraint_name(node) for node in session.graph.nodes}
    for step in plan.nodes:
        if step.entry is None and cypher.constraint_name(step.declaration) not in kept:
            connection.run(cypher.drop_constraint(step.declaration))
    ledger.commit(plan.attempt)
    return left


def create_constraints(session: Session) -> None:
    """Make every declared key unique in the graph, and wait until its index serves.

    Raises:
        GraphError: the graph holds nodes that break a constraint, or the user may not create it.
    """
    with session.trace.step("constraints"):
        for node in session.graph.nodes:
            session.connection.run(cypher.constraint(node))
        session.connection.await_indexes()


def _upsert(session: Session, step: Step) -> None:
    rows = step.tally[Status.CREATED] + step.tally[Status.UPDATED]
    if rows == 0:
        return
    declaration = step.declaration
    fields = [*identity_names(declaration.identity), *(quoted(column.name) for column in declaration.values)]
    events = step.having(Status.CREATED, Status.UPDATED).selectExpr(*fields)
    strategy, statement = choose(step, session.tasks), cypher.upsert(declaration, step.removed)
    dealt, parts = strategy.schedule, [(events, rows)]
    if dealt:
        parts = zip(rounds(declaration, events, dealt), map(sum, dealt.edges), strict=True)
    _write(session, step, f"write {declaration.name}", rows, statement, strategy.tasks, parts)


def _delete_copies(session: Session, step: Step) -> None:
    if step.repair and step.repair.surplus:
        name, statement = f"delete copies of {step.declaration.name}", contents.delete_copies(step.declaration)
        parts = [(step.repair.double, step.repair.surplus)]
        _write(session, step, name, step.repair.surplus, statement, EDGE_DELETES, parts)


def _delete_edges(session: Session, step: Step) -> None:
    if step.tally[Status.DELETED]:
        _on_deleted(session, step, "delete", cypher.delete_edge(step.declaration))


def _delete_nodes(session: Session, step: Step) -> int:
    rows = step.tally[Status.DELETED]
    if rows == 0:
        return 0
    node = step.declaration
    counting = cypher.count(node)
    before = session.connection.count(counting)
    _on_deleted(session, step, "delete", cypher.delete_node(node))
    after = session.connection.count(counting)
    if before - after == rows:
        return 0
    properties = (*(column.name for column in node.properties), *step.removed)
    _on_deleted(session, step, "disown", cypher.disown_node(node, properties))
    return after - session.connection.count(counting)


def _on_deleted(session: Session, step: Step, verb: str, statement: str) -> None:
    declaration, rows = step.declaration, step.tally[Status.DELETED]
    identities = step.having(Status.DELETED).selectExpr(*identity_names(declaration.identity))
    tasks = EDGE_DELETES if declaration.kind == "edge" else min(NODE_TASKS, session.tasks)
    _write(session, step, f"{verb} {declaration.name}", rows, statement, tasks, [(identities, rows)])


def _write(
    session: Session,
    step: Step,
    name: str,
    rows: int,
    statement: str,
    tasks: int,
    parts: Iterable[tuple["DataFrame", int]],
) -> None:
    """Run a statement over events that come in parts, each with the number of its rows, one part after the other."""
    trace, writer, written = session.trace, session.writer, 0
    with (
        trace.step(name, rows, lambda: written + writer.records_written(), step.declaration) as running,
        counting(session.spark) as retries,
    ):
        try:
            for events, count in parts:
                session.lease.require()
                writer.write(events, statement, tasks)
                written += count
        finally:
            running.retries = retries()
