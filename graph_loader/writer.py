"""Rows to and from Neo4j in bulk, through the Neo4j Spark Connector."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graph_loader.connection import GraphError
from graph_loader.connector import FORMAT

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from lakegraph.runtime.neo4j_target import Neo4jTarget

# measured: larger batches are slower and hold more locks
BATCH_ROWS = 5_000
RETRIES = 3
RECORDS_WRITTEN = "number of records written"


def read_options(target: "Neo4jTarget", query: str) -> dict[str, str]:
    """The connector's options for reading the rows of a query."""
    return {
        "url": target.uri,
        "authentication.type": "basic",
        "authentication.basic.username": target.username,
        "authentication.basic.password": target.password,
        "database": target.database,
        "query": query,
    }


def write_options(target: "Neo4jTarget", statement: str, batch_rows: int, retries: int) -> dict[str, str]:
    """The connector's options for running a statement over rows."""
    bounds = {"batch.size": str(batch_rows), "transaction.retries": str(retries)}
    return read_options(target, statement) | bounds


class Writer:
    """Runs Cypher statements over the rows of DataFrames."""

    def __init__(
        self, spark: "SparkSession", target: "Neo4jTarget", batch_rows: int = BATCH_ROWS, retries: int = RETRIES
    ):
        self._spark = spark
        self._target = target
        self._batch_rows = batch_rows
        self._retries = retries

    def write(self, rows: "DataFrame", statement: str, tasks: int) -> None:
        """Run a statement for every row, which it sees as `event`, in transactions of a bounded number of rows.

        Args:
            statement: must have the same effect when it is run again for the same row: a batch may be sent twice.
            tasks: how many transactions may run at once.

        Raises:
            GraphError: the server is gone or refuses a row; batches committed before stay.
        """
        options = write_options(self._target, statement, self._batch_rows, self._retries)
        try:
            rows.coalesce(tasks).write.format(FORMAT).mode("Overwrite").options(**options).save()
        except Exception as error:
            raise self._graph_error(error) from error

    def read(self, query: str, schema: str) -> "DataFrame":
        """The rows of a query, lazily; `schema` is a Spark schema that fits what it returns."""
        return self._spark.read.format(FORMAT).schema(schema).options(**read_options(self._target, query)).load()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn what Neo4j says while rows of `read` are on their way into an error for the user.

        Raises:
            GraphError: the server is gone or refuses the query.
        """
        try:
            yield
        except Exception as error:
            cause = _root_cause(error)
            if cause is None or not cause[0].startswith("org.neo4j."):
                raise
            raise GraphError(
                f"Reading from Neo4j at {self._target.uri} broke off: {cause[1]}.",
                "Check that the server runs (`lakegraph neo4j status`), then try again.",
            ) from error

    def records_written(self) -> int:
        """Rows that the running write has sent so far, as Spark's status store knows it; 0 when it does not know."""
        try:
            store = self._spark._jsparkSession.sharedState().statusStore()
            running = store.executionsList(store.executionsCount() - 1, 1).apply(0)
            if running.completionTime().isDefined():
                return 0
            metrics, values = running.metrics(), store.executionMetrics(running.executionId())
            for position in range(metrics.size()):
                if metrics.apply(position).name() == RECORDS_WRITTEN:
                    value = values.get(metrics.apply(position).accumulatorId())
                    return int(value.get().replace(",", "")) if value.isDefined() else 0
        except Exception:  # a progress bar must never end a load, and a cluster's session may hide its status store
            return 0
        return 0

    def _graph_error(self, error: Exception) -> Exception:
        """The reason deep inside Spark's exception, as an error for the user; anything that is not Java's stays as it is."""
        cause = _root_cause(error)
        if cause is None:
            return error
        kind, reason = cause
        if kind.startswith("org.neo4j.driver.") and "ServiceUnavailable" not in kind and "SessionExpired" not in kind:
            return GraphError(f"Neo4j at {self._target.uri} refuses a write: {reason}.")
        hint = "What was written stays, and the next load goes on from there: load again once the server is back."
        return GraphError(f"Writing to Neo4j at {self._target.uri} broke off: {reason}.", hint)


def _root_cause(error: Exception) -> tuple[str, str] | None:
    """Class and first line of the innermost Java exception, the connector's own when there is one."""
    thrown = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    found = None
    while thrown is not None:
        kind, said = thrown.getClass().getName(), (thrown.getMessage() or "").strip()
        found = (kind, said.splitlines()[0].rstrip(".") if said else kind)
        if kind.startswith("org.neo4j.driver.exceptions."):
            break
        thrown = thrown.getCause()
    return found
