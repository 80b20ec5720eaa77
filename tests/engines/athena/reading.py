"""Rows of Athena's tables, as Python values of their types: an own reader of the API, apart from the adapter's."""

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal

TYPES: dict[str, Callable] = {
    "varchar": str,
    "integer": int,
    "bigint": int,
    "double": float,
    "decimal": Decimal,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}


def execute(athena, sql: str, database: str = "default") -> str:
    """Execute a statement and wait for its end; returns its id.

    Raises:
        RuntimeError: it failed, with Athena's reason.
    """
    context = {"Catalog": "awsdatacatalog", "Database": database}
    query = athena.start_query_execution(QueryString=sql, QueryExecutionContext=context)["QueryExecutionId"]
    while True:
        status = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        if status["State"] == "SUCCEEDED":
            return query
        if status["State"] != "RUNNING":
            raise RuntimeError(status.get("StateChangeReason", status["State"]))
        time.sleep(0.01)


def rows(athena, sql: str, database: str = "default") -> Iterator[tuple]:
    """What a query gives, row by row.

    Raises:
        RuntimeError: it failed, with Athena's reason.
        KeyError: a column has a type that TYPES does not list.
    """
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=execute(athena, sql, database))
    is_head = True
    for page in pages:
        types = [TYPES[column["Type"]] for column in page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
        for row in page["ResultSet"]["Rows"]:
            if not is_head:
                texts = [datum.get("VarCharValue") for datum in row["Data"]]
                yield tuple(None if text is None else type(text) for type, text in zip(types, texts, strict=True))
            is_head = False
