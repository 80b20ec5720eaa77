"""The three steps of a load: save what is about to be done, do it in the graph, and remember that it is done."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from graph_loader import constraints, contents, cypher
from graph_loader.connection import Metadata
from graph_loader.declarations import Declaration, EdgeDeclaration, NodeDeclaration
from graph_loader.first_write import is_first
from graph_loader.long_rows import by_length
from graph_loader.patience import told_what_stays, write_patiently
from graph_loader.plan import Step
from graph_loader.retries import counting
from graph_loader.session import Session
from graph_loader.spark_sql import Status, identity_names, quoted
from graph_loader.strategy import NODE_TASKS, choose, rounds

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from graph_loader.writer import Writer

# deleting an edge also locks its neighbours, whose other ends are anybody's
EDGE_DELETES = 1


@told_what_stays()
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
    if plan.changes == 0 and not ledger.state.pending and ledger.holds(plan.attempt.entries):
        return {}
    ledger.begin(plan.attempt)
    # after the ledger, which then knows it whatever becomes of the rest
    session.lease.begin_attempt(plan.attempt.id)
    left = _migrate(session) if plan.migrates else {}
    for step in plan.nodes:
        upsert(session, step)
    for step in plan.edges:
        upsert(session, step)
    for step in plan.edges:
        _delete_copies(session, step)
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
    session.lease.write_metadata(Metadata(ledger.state.ledger_id, plan.attempt.generation, plan.attempt.id))
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
            _delete(
                session,
                former.declaration,
                former.rows,
                former.count,
                "delete former",
                cypher.delete_edge(former.declaration),
            )
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


def upsert(session: Session, step: Step) -> None:
    """Write the rows of a step that are to be created or updated.

    Raises:
        GraphError: the server is gone or refuses a row; batches committed before stay.
        LeaseError: another load has taken the lease.
    """
    if step.tally[Status.CREATED] + step.tally[Status.UPDATED]:
        for part, batch_rows in by_length(session.engine, step, session.writer.batch_rows):
            _upsert(session, part, session.writer.in_batches_of(batch_rows))


def _upsert(session: Session, step: Step, writer: "Writer") -> None:
    rows = step.tally[Status.CREATED] + step.tally[Status.UPDATED]
    if rows == 0:
        return
    declaration = step.declaration
    fields = [*identity_names(declaration.identity), *(quoted(column.name) for column in declaration.values)]
    events = step.having(Status.CREATED, Status.UPDATED).selectExpr(*fields)
    strategy = choose(step, session.tasks)
    statement = cypher.upsert(declaration, step.removed, step.labels_removed, keys_too=step.repair is not None)
    first = cypher.create(declaration) if is_first(session, step) else None
    dealt, parts = strategy.schedule, [(events, rows)]
    if dealt:
        parts = zip(rounds(declaration, events, dealt), map(sum, dealt.edges), strict=True)
        statement = cypher.in_turn(statement, session.graph_id)
        first = cypher.in_turn(first, session.graph_id) if first else None
    name = f"write {declaration.name}"
    _write(session, declaration, name, rows, statement, strategy.tasks, parts, first, writer)


def _delete_copies(session: Session, step: Step) -> None:
    if step.repair and step.repair.surplus:
        name, statement = f"delete copies of {step.declaration.name}", contents.delete_copies(step.declaration)
        parts = [(step.repair.double, step.repair.surplus)]
        _write(session, step.declaration, name, step.repair.surplus, statement, EDGE_DELETES, parts)


def _delete_edges(session: Session, step: Step) -> None:
    if not step.former:
        rows, count = step.having(Status.DELETED), step.tally[Status.DELETED]
        _delete(session, step.declaration, rows, count, "delete", cypher.delete_edge(step.declaration))


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
    properties = (*(column.name for column in node.properties), *removed)
    before = session.connection.count(counting)
    _delete(session, node, rows, count, "delete", cypher.delete_node(node, properties, labels_removed))
    after = session.connection.count(counting)
    if before - after == count:
        return 0
    _delete(session, node, rows, count, "disown", cypher.disown_node(node, properties, labels_removed))
    return after - session.connection.count(counting)


def _delete(
    session: Session, declaration: Declaration, rows: "DataFrame", count: int, verb: str, statement: str
) -> None:
    if count:
        keys = rows.selectExpr(*identity_names(declaration.identity))
        tasks = EDGE_DELETES if isinstance(declaration, EdgeDeclaration) else min(NODE_TASKS, session.tasks)
        _write(session, declaration, f"{verb} {declaration.name}", count, statement, tasks, [(keys, count)])


def _write(
    session: Session,
    declaration: Declaration,
    name: str,
    rows: int,
    statement: str,
    tasks: int,
    parts: Iterable[tuple["DataFrame", int]],
    first: str | None = None,
    writer: "Writer | None" = None,
) -> None:
    """Run a statement over events that come in parts, each with the number of its rows, one part after the other."""
    trace, writer, written, again = session.trace, writer or session.writer, 0, 0
    statement, first = (
        text and cypher.under_lease(text, session.graph_id, session.lease.fence) for text in (statement, first)
    )
    with (
        trace.step(name, rows, lambda: written + writer.records_written(), declaration) as running,
        counting(session.spark) as retries,
    ):
        try:
            for events, count in parts:
                again += write_patiently(writer, session.lease, events, count, statement, tasks, first)
                written += count
        finally:
            sent_again = retries()
            running.retries = None if sent_again is None else sent_again + again
