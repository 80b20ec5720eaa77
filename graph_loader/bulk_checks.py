"""What a load by import files needs: a database without anything in it, and names that the files can carry."""

from graph_loader import cypher, import_files
from graph_loader.connection import Connection
from graph_loader.declarations import GraphDeclaration
from graph_loader.ledger_state import LedgerState
from graph_loader.problems import DeclarationError
from lakegraph.runtime.errors import LakegraphError

LOAD = "python -m graph_loader load"


class BulkRefusedError(LakegraphError):
    """A load by import files would lose something that the database holds or the ledger remembers."""


def is_empty(connection: Connection, graph_id: str) -> bool:
    """Whether the database holds nothing but the metadata of a graph.

    Raises:
        GraphError: the server is gone.
    """
    return not connection.run(cypher.node_of_others(), graph_id=graph_id)


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
    empty = is_empty(connection, graph_id)
    if not empty and not (ledger and ledger.pending and not ledger.entries):
        raise BulkRefusedError(
            f"{connection.address} is not empty, and --bulk fills empty databases.", f"Use `{LOAD}`."
        )
    if empty and ledger and ledger.entries and connection.metadata(graph_id):
        raise BulkRefusedError(
            f"{connection.address} is empty, but the ledger of '{graph_id}' remembers what loads have written there.",
            f"Use `{LOAD} --repair`, which writes all of it again.",
        )
    if empty:
        _require_no_schema(connection)


def _require_no_schema(connection: Connection) -> None:
    statements = (cypher.show_indexes(), cypher.show_constraints())
    names = {row["name"] for statement in statements for row in connection.run(statement)}
    if others := sorted(name for name in names if not name.startswith(cypher.OUR_NAMES)):
        raise BulkRefusedError(
            f"{connection.address} has constraints or indexes that an import would lose: {', '.join(others)}.",
            f"Make them after the load; or use `{LOAD}` without --bulk.",
        )
