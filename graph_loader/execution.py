"""The three steps of a load: save what is about to be done, do it in the graph, and remember that it is done."""

from typing import TYPE_CHECKING

from graph_loader import cypher
from graph_loader.connection import Metadata
from graph_loader.declarations import Declaration
from graph_loader.plan import Step
from graph_loader.session import Session
from graph_loader.spark_sql import Status, identity_names, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

NODE_TASKS, EDGE_TASKS = 2, 1


def strategy(declaration: Declaration) -> tuple[int, str]:
    """How many writes of a label's nodes or a type's edges run at once, and why."""
    if declaration.kind == "node":
        return NODE_TASKS, "no two rows share a key"
    return EDGE_TASKS, "edges that share an end lock each other out, and parallel writes of them may deadlock"


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
        _delete_edges(session, step)
    left = {step.declaration.name: _delete_nodes(session, step) for step in plan.nodes}
    session.lease.require()
    connection.write_metadata(session.graph_id, Metadata(ledger.state.ledger_id, plan.attempt.generation))
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
    with session.trace.step(f"write {declaration.name}", rows, session.writer.records_written):
        _write(session, step, events, cypher.upsert(declaration, step.removed, step.labels_removed))


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
    _on_deleted(session, step, "delete", cypher.delete_node(node, step.labels_removed))
    after = session.connection.count(counting)
    if before - after == rows:
        return 0
    properties = (*(column.name for column in node.properties), *step.removed)
    _on_deleted(session, step, "disown", cypher.disown_node(node, properties, step.labels_removed))
    return after - session.connection.count(counting)


def _on_deleted(session: Session, step: Step, verb: str, statement: str) -> None:
    identities = step.having(Status.DELETED).selectExpr(*identity_names(step.declaration.identity))
    with session.trace.step(
        f"{verb} {step.declaration.name}", step.tally[Status.DELETED], session.writer.records_written
    ):
        _write(session, step, identities, statement)


def _write(session: Session, step: Step, rows: "DataFrame", statement: str) -> None:
    session.lease.require()
    session.writer.write(rows, statement, strategy(step.declaration)[0])
