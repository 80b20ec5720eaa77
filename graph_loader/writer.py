"""Rows to and from Neo4j in bulk, through the Neo4j Spark Connector."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from graph_loader.connection import GraphError, TransientGraphError
from graph_loader.connector import FORMAT
from graph_loader.faults import AGAIN, NEVER_PASS, advice, passes
from graph_loader.load_options import BATCH_ROWS, RETRIES
from graph_loader.space import is_full

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject
    from pyspark.sql import DataFrame, SparkSession

    from lakegraph.runtime.neo4j_target import Neo4jTarget

# before a transaction is tried again; those who held what it needed are through by then
RETRY_PAUSE_MS = 200
# of a task that has few batches; one that has many sends all of them again when it has used up its tries
MOST_TASK_RETRIES, BATCHES_PER_TASK_RETRY = 20, 5
NEO4J_EXCEPTION = "org.neo4j.driver.exceptions.Neo4jException"
RECORDS_WRITTEN = "number of records written"


def task_retries(retries: int, rows: int, batch_rows: int) -> int:
    """How often a task may try a transaction again, all its transactions together: `retries` for each of them, up to a bound.

    The connector counts for a task, so one transaction may use up what the others have left; the bound, which grows with the
    batches, keeps that short beside the task.

    Args:
        rows: how many the task has, at most.
        batch_rows: rows in one transaction.
    """
    batches = ceil(rows / batch_rows)
    most = max(MOST_TASK_RETRIES, batches // BATCHES_PER_TASK_RETRY)
    return max(retries, min(retries * batches, most))


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
    """The connector's options for running a statement over rows.

    Args:
        batch_rows: rows in one transaction.
        retries: how often a task may try a transaction again, all its transactions together.
    """
    bounds = {
        "batch.size": str(batch_rows),
        "transaction.retries": str(retries),
        "transaction.retry.timeout": str(RETRY_PAUSE_MS),
        "transaction.codes.fail": ",".join(NEVER_PASS),
    }
    return read_options(target, statement) | bounds


class Writer:
    """Runs Cypher statements over the rows of DataFrames.

    Attributes:
        batch_rows: rows in one transaction.
        retries: how often a transaction is tried again that failed for a passing reason.
    """

    def __init__(
        self, spark: "SparkSession", target: "Neo4jTarget", batch_rows: int = BATCH_ROWS, retries: int = RETRIES
    ):
        self._spark = spark
        self._target = target
        self.batch_rows = batch_rows
        self.retries = self._task_retries = retries

    def for_rows(self, count: int) -> "Writer":
        """This writer, for tasks of at most so many rows: see `task_retries`."""
        writer = Writer(self._spark, self._target, self.batch_rows, self.retries)
        writer._task_retries = task_retries(self.retries, count, self.batch_rows)
        return writer

    def in_batches_of(self, rows: int) -> "Writer":
        """This writer, for transactions of so many rows."""
        return self if rows == self.batch_rows else Writer(self._spark, self._target, rows, self.retries)

    def once(self) -> "Writer":
        """This writer, for statements that must not be run again for the same row."""
        return Writer(self._spark, self._target, self.batch_rows, 0)

    def write(self, rows: "DataFrame", statement: str, tasks: int) -> None:
        """Run a statement for every row, which it sees as `event`, in transactions of a bounded number of rows.

        Args:
            statement: must have the same effect when it is run again for the same row, unless the writer is for `once`: a
                batch may be sent twice.
            tasks: how many transactions may run at once.

        Raises:
            TransientGraphError: the server is gone, or another error that passes; batches committed before stay.
            GraphError: the server refuses a row; likewise.
        """
        options = write_options(self._target, statement, self.batch_rows, self._task_retries)
        try:
            rows.coalesce(tasks).write.format(FORMAT).mode("Overwrite").options(**options).save()
        except Exception as error:
            raise self._graph_error(error) from error

    def read(self, query: str, schema: str) -> "DataFrame":
        """The rows of a query, lazily; `schema` is a Spark schema that fits what it returns."""
        # of a cluster's servers, the leader alone surely has what was just written
        options = read_options(self._target, query) | {"access.mode": "write"}
        return self._spark.read.format(FORMAT).schema(schema).options(**options).load()

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
            if cause is None or not cause.kind.startswith("org.neo4j."):
                raise
            raise GraphError(
                f"Reading from Neo4j at {self._target.uri} broke off: {cause.reason}.",
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
        """The reason deep inside Spark's exception, as an error for the user.

        Anything that is not Java's stays as it is, and so does a disk that is full here, which is told elsewhere.
        """
        cause = _root_cause(error)
        if cause is None or (not cause.kind.startswith("org.neo4j.") and is_full(error)):
            return error
        if not cause.passes and cause.kind.startswith("org.neo4j.driver."):
            advised = advice(cause.code, cause.message, self._target.username, self._target.database)
            return GraphError(f"Neo4j at {self._target.uri} refuses a write: {advised.reason}.", advised.hint)
        kind = TransientGraphError if cause.passes else GraphError
        return kind(f"Writing to Neo4j at {self._target.uri} broke off: {cause.reason}.", AGAIN)


class _Cause(NamedTuple):
    """A Java exception: its class, the server's code (empty where it has none), what it says, and whether it passes."""

    kind: str
    code: str
    message: str
    passes: bool

    @property
    def reason(self) -> str:
        """The first line of what it says."""
        return self.message.splitlines()[0].rstrip(".") if self.message else self.kind


def _root_cause(error: Exception) -> _Cause | None:
    """The innermost Java exception, the driver's own when there is one."""
    thrown = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    found = None
    while thrown is not None:
        kinds = _kinds(thrown)
        code = (thrown.code() or "") if NEO4J_EXCEPTION in kinds else ""
        found = _Cause(thrown.getClass().getName(), code, (thrown.getMessage() or "").strip(), passes(code, kinds))
        if NEO4J_EXCEPTION in kinds:
            break
        thrown = thrown.getCause()
    return found


def _kinds(thrown: "JavaObject") -> frozenset[str]:
    """The names of an object's Java class, of those above it, and of their interfaces."""
    names, kind = set(), thrown.getClass()
    while kind is not None:
        names |= {kind.getName(), *(interface.getName() for interface in kind.getInterfaces())}
        kind = kind.getSuperclass()
    return frozenset(names)
