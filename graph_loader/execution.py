"""The three steps of a load: save what is about to be done, do it in the graph, and remember that it is done."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from graph_loader import constraints, cypher
from graph_loader.connection import Metadata
from graph_loader.declarations import Declaration, NodeDeclaration
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
    create_constraints(session, migrated=False)
    if plan.changes == 0 and plan.attempt.entries == ledger.state.entries and not ledger.state.pending:
        return {}
    ledger.begin(plan.attempt)
    left = _migrate(session) if plan.migrates else {}
    for step in plan.nodes:
        _upsert(session, step)
    for step in plan.edges:
        _upsert(session, step)
    for step in plan.edges:
        _delete_edges(session, step)
    for step in plan.nodes:
        if not step.former:
            left[step.declaration.name] = _delete_nodes(
                session,
                step.declaration,
                step.having(Status.DELETED),
                step.tally[Status.DELETED],
                step.removed,
                step.labels_removed,
            )
    session.lease.require()
    connection.write_metadata(session.graph_id, Metadata(ledger.state.ledger_id, plan.attempt.generation))
    for step in plan.nodes:
        if step.entry is None:
            constraints.drop(connection, step.declaration)
    ledger.commit(plan.attempt)
    return left


def create_constraints(session: Session, migrated: bool) -> None:
    """Make declared keys unique in the graph, and wait until their indexes serve.

    Args:
        migrated: those of labels that have another key than before, whose nodes of old would break it; or all others.

    Raises:
        GraphError: the graph holds nodes that break a constraint, or the user may not create it.
    """
    chosen = {step.declaration.label for step in session.plan.nodes if bool(step.former) == migrated}
    with session.trace.step("constraints"):
        constraints.create(session.connection, (node for node in session.graph.nodes if node.label in chosen))


def _migrate(session: Session) -> dict[str, int]:
    """Delete what was written under former keys and ends, edges first, and change the constraints.

    Returns:
        Per label, how many nodes were left to others who use them.
    """
    plan, connection = session.plan, session.connection
    nodes = [(step, former) for step in plan.nodes for former in step.former]
    for _, former in nodes:
        connection.run(cypher.former_index(former.declaration))
    connection.await_indexes()
    for step in plan.edges:
        for former in step.former:
            _delete(session, former.declaration, former.rows, former.count, "delete former", cypher.delete_edge)
        if step.entry is None:
            # what is declared no more may hang on nodes that go now
            _delete_edges(session, step)
    left: dict[str, int] = {}
    for step, former in nodes:
        gone = _delete_nodes(session, former.declaration, former.rows, former.count)
        left[step.declaration.name] = left.get(step.declaration.name, 0) + gone
    for step, former in nodes:
        if step.entry is None or former.declaration.key != step.declaration.key:
            constraints.drop(connection, former.declaration)
        connection.run(cypher.drop_former_index(former.declaration))
    create_constraints(session, migrated=True)
    return left


def _upsert(session: Session, step: Step) -> None:
    rows = step.tally[Status.CREATED] + step.tally[Status.UPDATED]
    if rows == 0:
        return
    declaration = step.declaration
    fields = [*identity_names(declaration.identity), *(quoted(column.name) for column in declaration.values)]
    events = step.having(Status.CREATED, Status.UPDATED).selectExpr(*fields)
    with session.trace.step(f"write {declaration.name}", rows, session.writer.records_written):
        _write(session, declaration, events, cypher.upsert(declaration, step.removed, step.labels_removed))


def _delete_edges(session: Session, step: Step) -> None:
    if not step.former:
        rows, count = step.having(Status.DELETED), step.tally[Status.DELETED]
        _delete(session, step.declaration, rows, count, "delete", cypher.delete_edge)


def _delete_nodes(
    session: Session,
    node: NodeDeclaration,
    rows: "DataFrame",
    count: int,
    removed: tuple[str, ...] = (),
    labels_removed: tuple[str, ...] = (),
) -> int:
    """Delete nodes; those that others use stay without our labels and properties.

    Returns:
        How many stay.
    """
    if count == 0:
        return 0
    counting = cypher.count(node)
    before = session.connection.count(counting)
    _delete(session, node, rows, count, "delete", lambda node: cypher.delete_node(node, labels_removed))
    after = session.connection.count(counting)
    if before - after == count:
        return 0
    properties = (*(column.name for column in node.properties), *removed)
    _delete(session, node, rows, count, "disown", lambda node: cypher.disown_node(node, properties, labels_removed))
    return after - session.connection.count(counting)


def _delete(
    session: Session,
    declaration: Declaration,
    rows: "DataFrame",
    count: int,
    verb: str,
    statement: Callable[[Declaration], str],
) -> None:
    if count:
        keys = rows.selectExpr(*identity_names(declaration.identity))
        with session.trace.step(f"{verb} {declaration.name}", count, session.writer.records_written):
            _write(session, declaration, keys, statement(declaration))


def _write(session: Session, declaration: Declaration, rows: "DataFrame", statement: str) -> None:
    session.lease.require()
    session.writer.write(rows, statement, strategy(declaration)[0])
