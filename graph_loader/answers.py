"""What the graph answers with, as plain values, and as JSON and CSV."""

import csv
import io
import json
import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Format(StrEnum):
    """How an answer is shown."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True)
class Answer:
    """A question, and the rows that answer it; their values are as `plain` gives them."""

    question: str
    columns: list[str]
    rows: list[list]

    def as_json(self) -> str:
        """The rows as a JSON list of objects, a key per column."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return json.dumps(rows, indent=2, ensure_ascii=False, default=str)

    def as_csv(self) -> str:
        """The rows as CSV below a line of column names; null is empty, lists and mappings are JSON."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([as_text(value) for value in row] for row in self.rows)
        return text.getvalue()


def plain(value: Any) -> Any:
    """A value of the Neo4j driver as JSON can hold it.

    Returns:
        Null, booleans, numbers and text as they are; lists and mappings of plain values; a node as its labels and
        properties, a relationship as its type and properties, a path as both in turn; dates, times, durations, points and
        numbers that JSON does not know (NaN, infinity) as text.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float() if math.isfinite(value):
            return value
        case list():
            return [plain(item) for item in value]
        case dict():
            return {name: plain(item) for name, item in value.items()}
        case _:
            return _driver_value(value)


def _driver_value(value: Any) -> Any:
    from neo4j.graph import Node, Path, Relationship

    match value:
        case Node():
            return {"labels": sorted(value.labels), "properties": plain(dict(value))}
        case Relationship():
            return {"type": value.type, "properties": plain(dict(value))}
        case Path():
            steps = zip(value.relationships, value.nodes[1:], strict=True)
            return [plain(part) for part in (value.start_node, *(part for step in steps for part in step))]
        case _:
            return str(value)


def as_text(value: Any) -> str:
    """A plain value as one piece of text: null is empty, booleans are as in Cypher, lists and mappings are JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool() | list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)
