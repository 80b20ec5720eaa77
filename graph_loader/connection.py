"""A connection to a Neo4j database for short statements; rows in bulk go through Spark."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graph_loader import cypher
from graph_loader.faults import STARTING, advice
from graph_loader.refusals import Refusal, refusal
from lakegraph.runtime.errors import LakegraphError

if TYPE_CHECKING:
    from neo4j import Driver
    from neo4j.exceptions import Neo4jError

    from lakegraph.runtime.neo4j_target import Neo4jTarget

# what the driver and the Spark connector both speak
SCHEMES = tuple(f"{name}{suffix}" for name in ("bolt", "neo4j") for suffix in ("", "+s", "+ssc"))
CONNECT_TIMEOUT_S = 5.0
RETRY_S = 15.0
INDEX_TIMEOUT_S = 300


class GraphError(LakegraphError):
    """Neo4j does not answer, refuses the login, or refuses a statement."""


class TransientGraphError(GraphError):
    """An error that passes by itself: the server or the way to it was gone, or others held what a transaction needed."""


@dataclass(frozen=True)
class Metadata:
    """What the metadata node of a graph says: which ledger owns the graph, and who was the last to write.

    Attributes:
        ledger_id: the ledger.
        generation: that of the last load that ended.
        attempt: the load that was the last to begin to write, ended or not; None where no load has said so.
    """

    ledger_id: str
    generation: int
    attempt: str | None = None

    @property
    def is_written(self) -> bool:
        """Whether a load has ever begun to write."""
        return self.generation > 0 or self.attempt is not None


class Connection:
    """Statements on one database.

    Attributes:
        address: of server and database, without a secret.
    """

    def __init__(self, driver: "Driver", target: "Neo4jTarget"):
        self._driver = driver
        self._target = target
        self.forget()
        self.address = f"{target.uri}/{target.database}"

    @property
    def uri(self) -> str:
        """The server's address."""
        return self._target.uri

    @property
    def target(self) -> "Neo4jTarget":
        """The database, and how to log in."""
        return self._target

    def forget(self) -> None:
        """Forget what was written here before: a server that was given another store would wait for it to appear there."""
        from neo4j import GraphDatabase

        self._bookmarks = GraphDatabase.bookmark_manager()

    def server_agent(self) -> str:
        """What the server calls itself, such as `Neo4j/5.26.30`."""
        with translated(self._target):
            return self._driver.get_server_info().agent

    def run(self, statement: str, **parameters: Any) -> list[dict]:
        """Run one statement in its own transaction and return its rows.

        Raises:
            GraphError: the server is gone or refuses the statement.
        """
        with translated(self._target):
            records, _, _ = self._driver.execute_query(
                statement, parameters, database_=self._target.database, bookmark_manager_=self._bookmarks
            )
        return [record.data() for record in records]

    def run_once(self, statement: str, **parameters: Any) -> list[dict]:
        """Run one statement in its own transaction, as `run` does, but without waiting for a server that is gone.

        Raises:
            GraphError: the server is gone or refuses the statement.
        """
        own = {"database": self._target.database, "bookmark_manager": self._bookmarks}
        with translated(self._target), self._driver.session(**own) as session:
            return [record.data() for record in session.run(statement, parameters)]

    def read(self, statement: str, parameters: dict[str, Any]) -> tuple[list[str], list[list]]:
        """Run one statement in a transaction that may only read.

        Args:
            parameters: the values of what the statement calls `$name`.

        Returns:
            The names of the columns, and the rows with the driver's own values.

        Raises:
            GraphError: the server is gone or refuses the statement, for instance because it writes.
        """
        from neo4j import RoutingControl

        with translated(self._target):
            records, _, columns = self._driver.execute_query(
                statement,
                parameters,
                routing_=RoutingControl.READ,
                database_=self._target.database,
                bookmark_manager_=self._bookmarks,
            )
        return list(columns), [list(record.values()) for record in records]

    def attempt(self, statement: str, **parameters: Any) -> None:
        """Run one statement in a transaction that is rolled back, to see whether the server refuses it.

        Raises:
            GraphError: the server is gone, or refuses it for a missing right, a read-only database or its edition; any other
                error says nothing.
        """
        from neo4j.exceptions import Neo4jError

        with translated(self._target), self._driver.session(database=self._target.database) as session:
            transaction = session.begin_transaction()
            try:
                transaction.run(statement, parameters).consume()
            except Neo4jError as error:
                if _refusal(error, self._target):
                    raise
            finally:
                transaction.close()

    def count(self, statement: str) -> int:
        """The number that a counting query returns as `rows`."""
        return self.run(statement)[0]["rows"]

    def metadata(self, graph_id: str) -> Metadata | None:
        """The metadata of a graph, or None when no load has written this database yet."""
        found = self.run(cypher.read_metadata(), graph_id=graph_id)
        return Metadata(**found[0]) if found else None

    def write_metadata(self, graph_id: str, metadata: Metadata, fence: int) -> bool:
        """Say in the graph which ledger owns it, at which generation it is, and which attempt was the last to write.

        Args:
            fence: the fencing number of the lease under which this is said.

        Returns:
            Whether it was said: not when the lease is another's by now.
        """
        said = self.run(
            cypher.write_metadata(),
            graph_id=graph_id,
            ledger_id=metadata.ledger_id,
            generation=metadata.generation,
            attempt=metadata.attempt,
            fence=fence,
        )
        return bool(said)

    def begin_attempt(self, graph_id: str, attempt: str, fence: int) -> bool:
        """Say in the graph which attempt is about to write.

        Args:
            fence: the fencing number of the lease under which this is said.

        Returns:
            Whether it was said: not when the lease is another's by now.
        """
        return bool(self.run(cypher.begin_attempt(), graph_id=graph_id, attempt=attempt, fence=fence))

    def claim_labels(self, graph_id: str, labels: Sequence[str], fence: int) -> bool:
        """Say in the graph which labels the loads of its id write.

        Args:
            fence: the fencing number of the lease under which this is said.

        Returns:
            Whether it was said: not when the lease is another's by now.
        """
        return bool(self.run(cypher.claim_labels(), graph_id=graph_id, labels=list(labels), fence=fence))

    def graph_of_labels(self, graph_id: str, labels: Sequence[str]) -> tuple[str, list[str]] | None:
        """The id of another graph in this database that has some of the labels, and which."""
        found = self.run(cypher.graphs_of_labels(), graph_id=graph_id, labels=list(labels))
        return (found[0]["graph_id"], found[0]["shared"]) if found else None

    def await_indexes(self) -> None:
        """Wait until new constraints' indexes serve lookups."""
        self.run(cypher.await_indexes(), seconds=INDEX_TIMEOUT_S)


@contextmanager
def connect(target: "Neo4jTarget") -> Iterator[Connection]:
    """A connection that was tried once, so that a wrong address or password is told before any work starts.

    Raises:
        GraphError: nobody answers at the address, the login is refused, or there is no such database.
    """
    from neo4j import GraphDatabase

    if "@" in target.uri:
        # the address is shown and written down
        raise GraphError(
            "NEO4J_URI holds a user name or a password.",
            "Take it out: NEO4J_USERNAME and NEO4J_PASSWORD say who logs in.",
        )
    if target.uri.partition("://")[0] not in SCHEMES:
        raise GraphError(
            f"{target.uri} is no Neo4j address: it must start with bolt:// or neo4j://.", "Check NEO4J_URI."
        )
    with translated(target):
        driver = GraphDatabase.driver(
            target.uri,
            auth=(target.username, target.password),
            connection_timeout=CONNECT_TIMEOUT_S,
            connection_acquisition_timeout=CONNECT_TIMEOUT_S + 1,
            max_transaction_retry_time=RETRY_S,
            notifications_min_severity="OFF",
        )
    with driver:
        with translated(target):
            # answers at once when nobody is there, where a statement would be tried again and again
            driver.verify_connectivity()
        connection = Connection(driver, target)
        connection.run("RETURN 1")
        yield connection


@contextmanager
def translated(target: "Neo4jTarget") -> Iterator[None]:
    """Turn the driver's exceptions into errors that name the server and say what to do.

    Raises:
        TransientGraphError: the server does not answer, or has only just been started.
        GraphError: any other error.
    """
    from neo4j.exceptions import AuthError, ConfigurationError, DriverError, Neo4jError

    try:
        yield
    except AuthError as error:
        raise GraphError(
            f"Neo4j at {target.uri} refuses the login of user '{target.username}': {error.message or error.code}.",
            "Check NEO4J_USERNAME and NEO4J_PASSWORD.",
        ) from error
    except Neo4jError as error:
        if error.code == "Neo.ClientError.Database.DatabaseNotFound":
            raise GraphError(
                f"Neo4j at {target.uri} has no database '{target.database}'.", "Check NEO4J_DATABASE."
            ) from error
        if error.code == "Neo.ClientError.Statement.AccessMode":
            raise GraphError(
                f"Neo4j at {target.uri} refuses to write for a statement that may only read.",
                "Take out what writes, such as CREATE, MERGE, SET or DELETE.",
            ) from error
        refused = advice(error.code or "", error.message or "", target.username, target.database)
        kind = TransientGraphError if error.code == STARTING else GraphError
        raise kind(f"Neo4j at {target.uri} refuses a statement: {refused.reason}.", refused.hint) from error
    except (ConfigurationError, ValueError) as error:
        raise GraphError(f"{target.uri} is no Neo4j address: {error}.", "Check NEO4J_URI.") from error
    except (DriverError, OSError) as error:
        reason = str(error).splitlines()[0].rstrip(".:") if str(error) else type(error).__name__
        raise TransientGraphError(
            f"Neo4j at {target.uri} does not answer: {reason}.",
            "Check NEO4J_URI and that the server runs (`lakegraph neo4j status`).",
        ) from error


def _refusal(error: "Neo4jError", target: "Neo4jTarget") -> Refusal | None:
    return refusal(error.code or "", error.message or "", target.username, target.database)
