"""What is expected of each graph mart before it is loaded, derived from its declaration.

The rules and what it means when one is broken stand in vars.yml, under `graph_expectations`.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph_loader.declarations import Declaration, EdgeDeclaration
from graph_loader.spark_sql import hashed_together
from graph_loader.types import Kind
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.expectations import Expected
from lakegraph.runtime.project import project_vars

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

VARIABLE = "graph_expectations"
IDENTITY = "_identity"

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


def inspected_frame(declared: Declaration, mart: "DataFrame") -> "DataFrame":
    """A mart as it is checked: where several columns identify a row, with a hash of them in `_identity`, null if one is null.

    Great Expectations' own check of several columns sorts rows by a struct of them, which takes five times as long.
    """
    names = identifying(declared)
    if len(names) == 1:
        return mart
    floats = {item.column for item in declared.identity if item.type.kind is Kind.FLOAT}
    return mart.selectExpr("*", f"{hashed_together((name, name in floats) for name in names)} as {IDENTITY}")


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
            "ExpectColumnValuesToBeUnique",
            level,
            f"{', '.join(names)} {'are' if len(names) > 1 else 'is'} unique in {_share(level)} of the rows",
            _share(level),
            mostly=level["mostly"],
            column=IDENTITY if len(names) > 1 else names[0],
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
