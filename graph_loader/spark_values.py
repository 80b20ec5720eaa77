"""Spark's values as they are loaded: what no property can hold as text. Pure: SQL text out of columns and types."""

from typing import TYPE_CHECKING

from graph_loader.declarations import Column
from graph_loader.spark_sql import literal, quoted
from graph_loader.types import Conversion

if TYPE_CHECKING:
    from pyspark.sql.types import DataType

# by default Spark leaves out fields that are null, and cuts times to milliseconds
_JSON_OPTIONS = (
    "map('ignoreNullFields', 'false', 'timestampFormat', \"yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX\", "
    "'timestampNTZFormat', \"yyyy-MM-dd'T'HH:mm:ss.SSSSSS\")"
)


def converted(column: Column, kind: "DataType") -> str:
    """The expression that gives a column's values as the graph is to hold them, under the column's name.

    Args:
        kind: the column's type as Spark knows it.
    """
    name = quoted(column.name)
    match column.type.conversion:
        case Conversion.JSON:
            return f"to_json({_sorted(name, kind, 0)}, {_JSON_OPTIONS}) as {name}"
        case Conversion.TEXT:
            return f"cast({name} as string) as {name}"
    return name


def _sorted(value: str, kind: "DataType", depth: int) -> str:
    """A nested value with the keys of its maps in order; one without maps as it is."""
    from pyspark.sql.types import ArrayType, MapType, StructType

    item = f"item{depth}"
    if isinstance(kind, StructType):
        fields = [(field.name, f"{value}.{quoted(field.name)}", field.dataType) for field in kind.fields]
        inner = [(name, own, _sorted(own, child, depth)) for name, own, child in fields]
        if all(own == text for _, own, text in inner):
            return value
        pairs = ", ".join(f"{literal(name)}, {text}" for name, _, text in inner)
        return f"if({value} is null, null, named_struct({pairs}))"
    if isinstance(kind, ArrayType):
        text = _sorted(item, kind.elementType, depth + 1)
        return value if text == item else f"transform({value}, {item} -> {text})"
    if isinstance(kind, MapType):
        left, right = f"left{depth}", f"right{depth}"
        order = f"case when {left}.key < {right}.key then -1 when {left}.key > {right}.key then 1 else 0 end"
        entries = f"array_sort(map_entries({value}), ({left}, {right}) -> {order})"
        text = _sorted(f"{item}.value", kind.valueType, depth + 1)
        if text != f"{item}.value":
            entries = f"transform({entries}, {item} -> struct({item}.key as key, {text} as value))"
        return f"map_from_entries({entries})"
    return value
