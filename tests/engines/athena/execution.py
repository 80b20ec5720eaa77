"""One query: its state, its execution by Trino, and its result as Athena's API tells it."""

import csv
import io
import time
import uuid
from dataclasses import dataclass, field
from threading import Event

import trino

from tests.engines.athena import results, rules
from tests.engines.athena.catalog import Catalog
from tests.engines.athena.errors import AthenaRefusal
from tests.engines.athena.plan import plan
from tests.engines.athena.sql_text import without_comments


@dataclass
class Query:
    """A query that was started."""

    sql: str
    context: dict
    output: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: str = "RUNNING"
    reason: str | None = None
    kind: str = "DML"
    deviation: str | None = None
    columns: list[tuple[str, str]] = field(default_factory=list)
    rows: list[list] = field(default_factory=list)
    update_count: int | None = None
    started: float = field(default_factory=time.time)
    finished: float | None = None
    done: Event = field(default_factory=Event)
    cursor: object = None

    def cancel(self) -> None:
        """Stop it where it is."""
        if not self.done.is_set() and self.cursor is not None:
            self.state = "CANCELLED"
            self.cursor.cancel()


class Executor:
    """Executes queries on one Trino."""

    def __init__(self, port: int, catalog: Catalog, s3):
        self.port, self.catalog, self.s3 = port, catalog, s3

    def execute(self, query: Query) -> None:
        """Execute a query and keep its result, or the reason why there is none."""
        try:
            self._execute(query)
            self._write_result(query)
            query.state = "SUCCEEDED"
        except trino.exceptions.TrinoQueryError as error:
            self._fail(query, f"{error.error_name}: {error.message}")
        except AthenaRefusal as refusal:
            self._fail(query, str(refusal))
        except Exception as error:  # whatever the stand-in itself cannot do is the query's failure, told as such
            self._fail(query, f"INTERNAL_ERROR (stand-in): {error!r}")
        finally:
            query.finished = time.time()
            query.done.set()

    def _execute(self, query: Query) -> None:
        schema = query.context.get("Database")
        planned = plan(without_comments(query.sql), schema, self.catalog)
        query.kind, query.deviation = planned.kind, planned.deviation
        if planned.iceberg_query:
            described = self._cursor(query, schema).describe(planned.iceberg_query)
            rules.check_precision((column.name, column.type) for column in described)
        for statement in planned.statements:
            cursor, rows = self._run(query, statement, schema)
            if cursor.update_type:
                query.update_count, query.rows, query.columns = cursor.rowcount, [], []
            else:
                query.rows, query.columns = rows, [(column[0], column[1]) for column in cursor.description or []]
        if planned.view:
            database, name = planned.view
            _, described = self._run(query, f'describe awsdatacatalog."{database}"."{name}"', schema)
            self.catalog.set_view_columns(database, name, [(row[0], row[1]) for row in described])

    def _run(self, query: Query, statement: str, schema: str | None):
        cursor = self._cursor(query, schema)
        cursor.execute(statement)
        return cursor, cursor.fetchall()

    def _cursor(self, query: Query, schema: str | None):
        connection = trino.dbapi.connect(
            host="127.0.0.1",
            port=self.port,
            user="athena",
            catalog="awsdatacatalog",
            schema=schema or "default",
            legacy_primitive_types=True,
        )
        query.cursor = connection.cursor()
        return query.cursor

    def _write_result(self, query: Query) -> None:
        if query.output.startswith("s3://") and query.columns:
            bucket, _, prefix = query.output.removeprefix("s3://").partition("/")
            text = io.StringIO()
            writer = csv.writer(text, quoting=csv.QUOTE_ALL)
            writer.writerow([name for name, _ in query.columns])
            writer.writerows(["" if value is None else results.text(value) for value in row] for row in query.rows)
            key = f"{prefix.rstrip('/')}/{query.id}.csv".lstrip("/")
            self.s3.put_object(Bucket=bucket, Key=key, Body=text.getvalue().encode())

    def _fail(self, query: Query, reason: str) -> None:
        query.reason = reason
        query.state = "FAILED" if query.state == "RUNNING" else query.state
