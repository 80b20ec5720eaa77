"""What is expected of each graph mart before it is loaded, derived from its declaration.

The rules and what it means when one is broken stand in vars.yml, under `graph_expectations`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graph_loader.declarations import Declaration, EdgeDeclaration
from graph_loader.engines import Engine
from graph_loader.marts import Marts
from graph_loader.spark_sql import quoted
from graph_loader.types import Kind
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.expectations import Expected
from lakegraph.runtime.project import project_vars

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

VARIABLE = "graph_expectations"
ROWS_ALIKE = "_rows_alike"

# Spark's types that a column of a kind may have; text and flags cannot be told wrong in a way that a load survives
SPARK_TYPES = {
    Kind.INTEGER: ("ByteType", "ShortType", "IntegerType", "LongType"),
    Kind.FLOAT: ("FloatType", "DoubleType", "DecimalType"),
    Kind.DATE: ("DateType",),
    Kind.LOCAL_DATETIME: ("TimestampNTZType",),
    Kind.ZONED_DATETIME: ("TimestampType",),
}


def expected_of(declared: Declaration, known_rows: int) -> list[Expected]:
    """What is expected of the mart of a node or an edge.

    Args:
        declared: the declaration as the manifest has it, with the types of the model's contract.
        known_rows: how many of its rows the ledger remembers in the graph.

    Raises:
        ConfigurationError: vars.yml lacks a rule, or says something of it that no rule can be.
    """
    return [
        *_rows(known_rows),
        *_types(declared),
        *_present(declared),
        *_unique(declared),
    ]


def identifying(declared: Declaration) -> list[str]:
    """The columns of a mart that identify a row, each once."""
    return list(dict.fromkeys(item.column for item in declared.identity))


@contextmanager
def inspected_frame(declared: Declaration, marts: Marts, engine: Engine) -> Iterator["DataFrame"]:
    """A mart as it is checked: with `_rows_alike`, how many rows have a row's identity; null where a part of that is null.

    Great Expectations' own check for uniqueness sorts all rows, which takes several times as long as grouping them.

    Args:
        declared: the declaration with the columns that the mart really has.
        marts: its rows.
        engine: looks whether there are rows that are alike at all.
    """
    from pyspark.sql.functions import expr

    names = [quoted(name) for name in identifying(declared)]
    is_null = " or ".join(f"{name} is null" for name in names)
    rows = marts.read(engine.spark, declared.model).frame
    if not marts.has_repeats(engine, declared):
        yield rows.selectExpr("*", f"if({is_null}, null, 1) as {ROWS_ALIKE}")
        return
    keys = {f"_key_{position}": name for position, name in enumerate(names)}
    identities = rows.where(f"not ({is_null})").selectExpr(*(f"{name} as {key}" for key, name in keys.items()))
    copies = identities.groupBy(*keys).agg(expr("count(*) as _copies")).where("_copies > 1").persist()
    same = " and ".join(f"{name} = {key}" for key, name in keys.items())
    alike = f"if({is_null}, null, coalesce(_copies, 1)) as {ROWS_ALIKE}"
    try:
        yield rows.join(copies, expr(same), "left").selectExpr(*map(quoted, rows.columns), alike)
    finally:
        copies.unpersist()


def _rows(known: int) -> Iterator[Expected]:
    if known:
        for level in _levels("rows"):
            yield _expected(
                "ExpectTableRowCountToBeBetween",
                level,
                f"has rows, for the graph holds {known:,} of them",
                "1 or more",
                min_value=1,
            )


def _types(declared: Declaration) -> Iterator[Expected]:
    for column in declared.properties:
        # nanoseconds travel as text
        wide = (column.data_type or "").lower().startswith("timestamp_ns")
        if column.type and not column.type.is_list and not wide and (types := SPARK_TYPES.get(column.type.kind)):
            for level in _levels("types"):
                yield _expected(
                    "ExpectColumnValuesToBeInTypeList",
                    level,
                    f"{column.name} is {column.data_type}, as the contract says",
                    " or ".join(types),
                    column=column.name,
                    type_list=list(types),
                )


def _present(declared: Declaration) -> Iterator[Expected]:
    columns = {"keys": declared.key}
    if isinstance(declared, EdgeDeclaration):
        columns["ends"] = tuple(dict.fromkeys((*declared.start.columns, *declared.end.columns)))
    for rule, names in columns.items():
        for name in names:
            for level in _levels(rule):
                yield _expected(
                    "ExpectColumnValuesToNotBeNull",
                    level,
                    f"{name} is there in {_share(level)} of the rows",
                    _share(level),
                    column=name,
                    mostly=level["mostly"],
                )


def _unique(declared: Declaration) -> Iterator[Expected]:
    names = identifying(declared)
    for level in _levels("unique"):
        yield _expected(
            "ExpectColumnValuesToBeBetween",
            level,
            f"{', '.join(names)} {'are' if len(names) > 1 else 'is'} unique in {_share(level)} of the rows",
            _share(level),
            mostly=level["mostly"],
            column=ROWS_ALIKE,
            max_value=1,
        )


def _expected(name: str, level: dict, description: str, bound: str, **arguments) -> Expected:
    def make():
        import great_expectations.expectations as gx

        return getattr(gx, name)(**arguments)

    return Expected(make, level["severity"], description, bound, rule=f"{name} {json.dumps(arguments)}")


def _levels(rule: str) -> list[dict]:
    """The levels of a rule, each a severity and the share of the rows that must keep it."""
    try:
        levels = [{"mostly": 1.0, **level} for level in project_vars()[VARIABLE][rule]]
        if all(0 < level["mostly"] <= 1 and level["severity"] for level in levels):
            return levels
    except (KeyError, TypeError):
        pass
    raise ConfigurationError(
        f"`{VARIABLE}.{rule}` in vars.yml is not a list of levels.",
        "Each has a severity, and `mostly` above 0 and up to 1 if not all rows must keep it.",
    )


def _share(level: dict) -> str:
    return "all" if level["mostly"] == 1 else f"{level['mostly']:.4g} or more"
