"""Rows that do not go to the graph, with what, why, and where they came from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph_loader.declarations import Declaration
from graph_loader.plan import Plan, Step
from graph_loader.spark_sql import DETAIL, REASON, Status, literal, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


SAMPLES = 3


@dataclass(frozen=True)
class Sample:
    """Rejected rows of one reason: how many, and some of them as `graph_rejected_rows` would hold them."""

    reason: str
    rows: int
    samples: tuple[dict, ...]


def rejected_rows(plan: Plan) -> Iterator[dict]:
    """The rejected rows of a plan as rows of `graph_rejected_rows`, run id apart; one Spark partition at a time in memory."""
    for step in plan.steps:
        if step.tally[Status.REJECTED]:
            yield from _of_step(step)


def samples(step: Step) -> tuple[Sample, ...]:
    """Some rejected rows of each reason, the lowest keys first."""
    return tuple(
        Sample(
            reason,
            rows,
            tuple(
                row.asDict()
                for row in _described(step).where(f"reason = {literal(reason)}").orderBy("row_key").take(SAMPLES)
            ),
        )
        for reason, rows in sorted(step.tally.by_reason.items())
    )


def in_words(row: dict) -> str:
    """A rejected row in words: its key, what is wrong with it, and where it stands."""
    line = "" if row["source_line"] is None else f" line {row['source_line']}"
    origin = f"; {row['source_file']}{line}" if row["source_file"] else ""
    return f"{row['row_key']} ({row['detail']}{origin})"


def _of_step(step: Step) -> Iterator[dict]:
    declaration = step.declaration
    about = {"model": declaration.model.name, "kind": declaration.kind, "name": declaration.name}
    for row in _described(step).toLocalIterator():
        yield about | row.asDict()


def _described(step: Step) -> "DataFrame":
    declaration = step.declaration
    fields = {
        "reason": REASON,
        "detail": DETAIL,
        "row_key": row_key(declaration),
        "row_json": _row_json(declaration),
        "source_file": "_source_file",
        "source_line": "_source_line",
        "batch_id": "_batch_id",
    }
    return step.having(Status.REJECTED).selectExpr(*(f"{value} as {name}" for name, value in fields.items()))


def row_key(declaration: Declaration) -> str:
    """`column=value` of each identifying column, in words for a person."""
    pairs = (
        f"concat({literal(f'{item.column}=')}, coalesce(cast({quoted(item.name)} as string), 'null'))"
        for item in declaration.identity
    )
    return f"concat_ws(', ', {', '.join(pairs)})"


def _row_json(declaration: Declaration) -> str:
    """The whole row under the mart's own column names."""
    columns = {item.column: item.name for item in declaration.identity}
    columns |= {column.name: column.name for column in declaration.values}
    fields = ", ".join(f"{literal(column)}, {quoted(name)}" for column, name in columns.items())
    return f"to_json(named_struct({fields}), map('ignoreNullFields', 'false'))"
