"""The three steps of a load: save what is about to be done, do it in the graph, and remember that it is done."""

from typing import TYPE_CHECKING

from graph_loader import cypher
from graph_loader.connection import Connection, Metadata
from graph_loader.declarations import GraphDeclaration
from graph_loader.ledger import Ledger
from graph_loader.plan import Plan, Step
from graph_loader.spark_sql import Status, identity_names, quoted
from graph_loader.trace import Trace
from graph_loader.writer import Writer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

NODE_TASKS = 2
# edges that share an end lock each other out, so that parallel writes may deadlock
EDGE_TASKS = 1


def execute(
    plan: Plan,
    graph_id: str,
    graph: GraphDeclaration,
    ledger: Ledger,
    connection: Connection,
    writer: Writer,
    trace: Trace,
) -> dict[str, int]:
    """Make the graph as planned: nodes, then edges, then what has gone, edges before nodes.

    Returns:
        Per label, how many nodes were left to others who use them, without our label and properties.

    Raises:
        GraphError: the server is gone or refuses something; the next load goes on from there.
    """
    create_constraints(graph, connection, trace)
    if plan.changes == 0 and not ledger.state.pending:
        return {}
    ledger.begin(plan.attempt)
    for step in plan.nodes:
        _upsert(step, writer, trace, NODE_TASKS)
    for step in plan.edges:
        _upsert(step, writer, trace, EDGE_TASKS)
    for step in plan.edges:
        _delete_edges(step, writer, trace)
    left = {step.declaration.name: _delete_nodes(step, connection, writer, trace) for step in plan.nodes}
    connection.write_metadata(graph_id, Metadata(ledger.state.ledger_id, plan.attempt.generation))
    ledger.commit(plan.attempt)
    return left


def create_constraints(graph: GraphDeclaration, connection: Connection, trace: Trace) -> None:
    """Make every declared key unique in the graph, and wait until its index serves.

    Raises:
        GraphError: the graph holds nodes that break a constraint, or the user may not create it.
    """
    with trace.step("constraints"):
        for node in graph.nodes:
            connection.run(cypher.constraint(node))
        connection.await_indexes()


def _upsert(step: Step, writer: Writer, trace: Trace, tasks: int) -> None:
    rows = step.tally[Status.CREATED] + step.tally[Status.UPDATED]
    if rows == 0:
        return
    declaration = step.declaration
    fields = [*identity_names(declaration.identity), *(quoted(column.name) for column in declaration.values)]
    events = step.having(Status.CREATED, Status.UPDATED).selectExpr(*fields)
    with trace.step(f"write {declaration.name}", rows, writer.records_written):
        writer.write(events, cypher.upsert(declaration, step.removed), tasks)


def _delete_edges(step: Step, writer: Writer, trace: Trace) -> None:
    rows = step.tally[Status.DELETED]
    if rows:
        with trace.step(f"delete {step.declaration.name}", rows, writer.records_written):
            writer.write(_identities(step), cypher.delete_edge(step.declaration), EDGE_TASKS)


def _delete_nodes(step: Step, connection: Connection, writer: Writer, trace: Trace) -> int:
    rows = step.tally[Status.DELETED]
    if rows == 0:
        return 0
    node = step.declaration
    counting = cypher.count(node)
    before = connection.count(counting)
    with trace.step(f"delete {node.label}", rows, writer.records_written):
        writer.write(_identities(step), cypher.delete_node(node), NODE_TASKS)
    after = connection.count(counting)
    if before - after == rows:
        return 0
    properties = [column.name for column in node.properties]
    with trace.step(f"disown {node.label}", rows, writer.records_written):
        writer.write(_identities(step), cypher.disown_node(node, (*properties, *step.removed)), NODE_TASKS)
    return after - connection.count(counting)


def _identities(step: Step) -> "DataFrame":
    return step.having(Status.DELETED).selectExpr(*identity_names(step.declaration.identity))
