"""The first load at the physical limit: import files for `neo4j-admin`, instead of transactions."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from graph_loader import constraints, cypher, import_files
from graph_loader.bulk_checks import BulkRefusedError, is_empty
from graph_loader.connection import Metadata
from graph_loader.declarations import Declaration, EdgeDeclaration, NodeDeclaration
from graph_loader.difference import Tally
from graph_loader.engines import Engine
from graph_loader.execution import upsert
from graph_loader.import_files import HEADER, METADATA, Group
from graph_loader.plan import Step, having
from graph_loader.relations import Relation, in_spark
from graph_loader.session import Session, own_labels
from graph_loader.spark_sql import DIFFERENCE, Status

if TYPE_CHECKING:
    from lakegraph.runtime.neo4j_server import Server

# nothing is unchanged in an empty database
TO_WRITE = having(Status.CREATED, Status.UPDATED)


@dataclass(frozen=True)
class Rest:
    """Rows of a label or type that no import file carries whole."""

    step: Step
    rows: int


@dataclass(frozen=True)
class Written:
    """Import files.

    Attributes:
        arguments: of `neo4j-admin`, to be run in the folder of the files.
        rest: what has to be written when the files are in the graph.
    """

    arguments: list[str]
    rest: tuple[Rest, ...]


def load_bulk(session: Session, server: "Server", require_swap: Callable[[], None]) -> dict[str, int]:
    """Make the graph as planned, in a database that is empty: import a store beside the server's own, and swap them.

    Until the swap, nothing has happened to the graph. The imported store has the metadata of this attempt, so that the next
    load goes on from there wherever this one breaks off; it compares what it finds, as a repair does.

    Args:
        server: the local server of the graph.
        require_swap: called before anything happens to the graph; what it raises is raised, and the import is forgotten.

    Returns:
        Per label or type, how many rows were written after the import because no file carries them whole.

    Raises:
        BulkRefusedError: the database was written to in the meantime.
        ImportFailedError: the import tool gave up.
        GraphError, Neo4jServerError: the server is gone or does not come back.
        LeaseError: another load has taken the lease.
    """
    from lakegraph.runtime import neo4j_import

    ledger, attempt, connection = session.ledger, session.plan.attempt, session.connection
    session.lease.require()
    try:
        files = neo4j_import.new_files(server)
        written = write_files(session, files, with_lease=True, numbered=session.engine.runs_here)
        with session.trace.step("import"):
            neo4j_import.import_store(server, written.arguments)
        require_swap()
        session.lease.require()
        if not is_empty(connection, session.graph_id):
            raise BulkRefusedError(
                f"{connection.address} was written to while its import went on.", "Load without --bulk."
            )
        ledger.begin(replace(attempt, repair=True))
        with session.trace.step("restart"), session.lease.suspended():
            connection.forget()
            neo4j_import.put_in_place(server)
    finally:
        neo4j_import.discard(server)
    with session.trace.step("constraints"):
        connection.run(cypher.metadata_constraint())
        constraints.create(connection, session.graph.nodes)
    for rest in written.rest:
        upsert(session, rest.step)
    # the imported metadata does not have them
    session.lease.claim_labels(own_labels(session.graph, ledger.state))
    session.lease.write_metadata(Metadata(ledger.state.ledger_id, attempt.generation, attempt.id))
    ledger.commit(attempt)
    return rest_of(written)


def write_files(
    session: Session, folder: Path, with_lease: bool, overwrite: bool = False, numbered: bool = False
) -> Written:
    """Write the import files of all rows that the graph is to hold.

    Args:
        folder: an empty one, which the engine of the marts sees as well.
        with_lease: whether the graph that comes of it is held by this load.
        overwrite: whether the tool is to replace the database.
        numbered: whether edges name their ends by numbers, which the tool need not look up, instead of by keys.
    """
    groups, rest, breaks = [_write_metadata(session, folder, with_lease, numbered)], [], False
    numbers = Numbers(session.engine) if numbered else None
    for step in (*session.plan.nodes, *session.plan.edges):
        accepted = step.tally[Status.CREATED] + step.tally[Status.UPDATED]
        if step.entry is None or accepted == 0:
            continue
        group = import_files.group_of(session.graph, step.declaration)
        left, broken = counted(session.engine, step.declaration, step.rows)
        imported = accepted - left
        if group.is_node or imported:
            groups.append(group)
            place = folder / group.folder
            with session.trace.step(f"write {step.declaration.name}", imported, lambda: 0, step.declaration):
                write_lines(session.engine, step.declaration, step.rows, place, numbers)
            _write_text(place / HEADER, import_files.header(session.graph, step.declaration, numbered))
        if left:
            rows = in_spark(step.rows.frame.where(import_files.left_out(step.declaration)))
            rest.append(Rest(replace(step, rows=rows, tally=Tally({Status.CREATED.value: left})), left))
        breaks |= broken
    database = session.connection.target.database
    return Written(import_files.arguments(groups, database, breaks, overwrite, numbered), tuple(rest))


def counted(engine: Engine, declaration: Declaration, rows: Relation) -> tuple[int, bool]:
    """How many rows to be written no line carries whole, and whether any line goes on in the next.

    Args:
        rows: the difference of the declaration's mart.
    """
    statement = (
        f"select coalesce(count_if({import_files.left_out(declaration)}), 0) as unfit, "
        f"coalesce(bool_or({import_files.has_line_breaks(declaration)}), false) as broken from {DIFFERENCE} where {TO_WRITE}"
    )
    [found] = engine.fetched(statement, {DIFFERENCE: rows})
    return found["unfit"], found["broken"]


class Numbers:
    """The numbers of the nodes to be written, without a gap from that of the metadata on.

    Args:
        engine: gives them, and keeps them.
    """

    def __init__(self, engine: Engine):
        self._engine, self._next = engine, import_files.METADATA_NUMBER + 1
        self._nodes: dict[str, Relation] = {}

    def give(self, node: NodeDeclaration, rows: Relation) -> None:
        """Number the rows to be written of a label.

        Args:
            rows: the difference of the label's mart.
        """
        statement = import_files.numbered_keys(node, self._next, f"select * from {DIFFERENCE} where {TO_WRITE}")
        # Spark never reads them, so it need not know their schema
        numbered = self._engine.kept(statement, "", {DIFFERENCE: rows})
        self._nodes[node.label] = numbered
        [(name, _)] = self.of(node).items()
        [counted] = self._engine.fetched(f"select count(*) as rows from {name}", {name: numbered})
        self._next += counted["rows"]

    def of(self, declaration: Declaration) -> dict[str, Relation]:
        """The numbered nodes that rows of a label are, or rows of a type end at, under the names of `import_files.NUMBERED`."""
        labels = {"key": declaration.name}
        if isinstance(declaration, EdgeDeclaration):
            labels = {"from": declaration.start.node, "to": declaration.end.node}
        return {import_files.NUMBERED[role]: self._nodes[label] for role, label in labels.items()}


def write_lines(
    engine: Engine, declaration: Declaration, rows: Relation, folder: Path, numbers: Numbers | None = None
) -> None:
    """Write the lines of the rows to be written: of all nodes, and of the edges that a line carries whole.

    Args:
        rows: the difference of the declaration's mart.
        numbers: those of the nodes whose lines are written already; it numbers further ones. None where keys make ids.
    """
    source, inputs = f"select * from {DIFFERENCE} where {TO_WRITE}", {DIFFERENCE: rows}
    if not isinstance(declaration, NodeDeclaration):
        source += f" and not {import_files.left_out(declaration)}"
    if numbers:
        if isinstance(declaration, NodeDeclaration):
            numbers.give(declaration, rows)
        source = import_files.with_numbers(declaration, source)
        inputs |= numbers.of(declaration)
    line = import_files.line(declaration, numbers is not None)
    engine.write_lines(f"select {line} as line from ({source})", folder, inputs)


def _write_metadata(session: Session, folder: Path, with_lease: bool, numbered: bool) -> Group:
    lease = session.connection.run(cypher.lease_properties(), graph_id=session.graph_id)[0]
    if not with_lease:
        lease = {"lease_fence": lease["lease_fence"]}
    attempt = session.plan.attempt
    metadata = Metadata(session.ledger.state.ledger_id, attempt.generation, attempt.id)
    header, line = import_files.metadata_files(session.graph_id, metadata, lease, numbered)
    (folder / METADATA).mkdir()
    _write_text(folder / METADATA / HEADER, header)
    _write_text(folder / METADATA / "part-0", line)
    return Group(METADATA, is_node=True)


def _write_text(file: Path, line: str) -> None:
    file.write_text(f"{line}\n", encoding="utf-8", newline="\n")


def rest_of(written: Written) -> dict[str, int]:
    """Per label or type, the rows that no file carries whole."""
    return {rest.step.declaration.name: rest.rows for rest in written.rest}
