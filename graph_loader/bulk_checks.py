"""What a load by import files needs: a database without anything in it, and names that the files can carry."""

from graph_loader import cypher, import_files
from graph_loader.connection import Connection, Metadata
from graph_loader.declarations import GraphDeclaration
from graph_loader.ledger_state import LedgerState
from graph_loader.problems import DeclarationError
from lakegraph.runtime.errors import LakegraphError

LOAD = "python -m graph_loader load"
TYPES_IN_USE = "CALL db.relationshipTypes() YIELD relationshipType AS type"


class BulkRefusedError(LakegraphError):
    """A load by import files would lose something that the database holds or the ledger remembers."""


def is_empty(connection: Connection, graph_id: str) -> bool:
    """Whether the database holds nothing but the metadata of a graph.

    Raises:
        GraphError: the server is gone.
    """
    return not connection.run(cypher.node_of_others(), graph_id=graph_id)


def is_to_be_imported(connection: Connection, ledger: LedgerState | None, graph_id: str) -> bool:
    """Whether import files are to fill the database: it is empty.

    Not where it holds what a first load has written that broke off: a load without an import ends that.

    Raises:
        BulkRefusedError: it holds anything else.
        GraphError: the server is gone.
    """
    if is_empty(connection, graph_id):
        return True
    if found := _content_of_others(connection, ledger, graph_id):
        raise BulkRefusedError(
            f"{connection.address} is not empty, and --bulk fills empty databases: it holds {found}.", f"Use `{LOAD}`."
        )
    return False


def require_bulk(connection: Connection, graph: GraphDeclaration, ledger: LedgerState | None, graph_id: str) -> None:
    """End with an error where import files cannot fill the database, or could fill it only at the cost of something else.

    What a first load has left that broke off is no hindrance: it is ended, by import where nothing has been written yet.

    Raises:
        BulkRefusedError: the database or the ledger is not empty, or has constraints or indexes that no load has made.
        DeclarationError: a name is such that no import file carries it.
        GraphError: the server is gone.
    """
    if found := import_files.problems(graph):
        raise DeclarationError(found)
    if not is_to_be_imported(connection, ledger, graph_id):
        return
    if ledger and ledger.entries and connection.metadata(graph_id):
        raise BulkRefusedError(
            f"{connection.address} is empty, but the ledger of '{graph_id}' remembers what loads have written there.",
            f"Use `{LOAD} --repair`, which writes all of it again.",
        )
    _require_no_schema(connection)


def _content_of_others(connection: Connection, ledger: LedgerState | None, graph_id: str) -> str | None:
    """What a database that is not empty holds beside what a first load has written that broke off, in words.

    Nodes of labels and edges of types that the load was to write count as its own: a load without an import tells them apart.
    """
    began = _first_load_began(ledger, connection.metadata(graph_id))
    own = [entry for entry in ledger.remembered().values() if began] if ledger else []
    labels = [entry.name for entry in own if entry.kind == "node"]
    if nodes := connection.run(_node_without(labels), graph_id=graph_id):
        return f"a node labelled {':'.join(nodes[0]['labels'])}" if nodes[0]["labels"] else "a node without a label"
    types = {entry.type or entry.name for entry in own if entry.kind == "edge"}
    others = sorted({row["type"] for row in connection.run(TYPES_IN_USE)} - types)
    return f"an edge of type {others[0]}" if others else None


def _node_without(labels: list[str]) -> str:
    """The query for any one node that has none of some labels, but for the metadata of a graph."""
    metadata = f"(n:{cypher.quoted(cypher.METADATA_LABEL)} AND n.graph_id = $graph_id)"
    own = " OR ".join([metadata, *(f"n:{cypher.quoted(label)}" for label in labels)])
    return f"MATCH (n) WHERE NOT ({own})\nRETURN labels(n) AS labels LIMIT 1"


def _first_load_began(ledger: LedgerState | None, metadata: Metadata | None) -> bool:
    """Whether the graph says that the last to write it was a load of this ledger that broke off, and the ledger none that ended.

    Until it says so, no load has written anything: neither it nor an import of files that were written for it.
    """
    if ledger is None or ledger.entries or metadata is None or metadata.ledger_id != ledger.ledger_id:
        return False
    # before attempts had ids, neither side said one
    return (metadata.attempt or "") in {attempt.id for attempt in ledger.pending}


def _require_no_schema(connection: Connection) -> None:
    statements = (cypher.show_indexes(), cypher.show_constraints())
    names = {row["name"] for statement in statements for row in connection.run(statement)}
    if others := sorted(name for name in names if not name.startswith(cypher.OUR_NAMES)):
        raise BulkRefusedError(
            f"{connection.address} has constraints or indexes that an import would lose: {', '.join(others)}.",
            f"Make them after the load; or use `{LOAD}` without --bulk.",
        )
