"""Which SQL types a graph can hold, and as what.

Neo4j has one integer (64 bit), one float (64 bit) and no decimal, so `decimal` becomes FLOAT by declaration. A timestamp
without a zone becomes LOCAL DATETIME, one with a zone ZONED DATETIME in UTC; both keep microseconds.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """A scalar type of Neo4j, by its Cypher name."""

    STRING = "STRING"
    INTEGER = "INTEGER"
    FLOAT = "FLOAT"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    LOCAL_DATETIME = "LOCAL DATETIME"
    ZONED_DATETIME = "ZONED DATETIME"


@dataclass(frozen=True)
class PropertyType:
    """The type of a property: a scalar, or a list of scalars."""

    kind: Kind
    is_list: bool = False

    def __str__(self) -> str:
        return f"LIST<{self.kind} NOT NULL>" if self.is_list else str(self.kind)

    @property
    def can_be_key(self) -> bool:
        """Whether equality on it is exact enough to identify a node or an edge."""
        return not self.is_list and self.kind is not Kind.FLOAT


class UnsupportedTypeError(ValueError):
    """A SQL type that a property cannot hold; its text says why and what to do."""


_KINDS = {
    Kind.STRING: "string varchar char bpchar text character nchar nvarchar enum json",
    Kind.INTEGER: "tinyint smallint int integer bigint long short byte int1 int2 int4 int8 int16 int32 int64 "
    "utinyint usmallint uinteger",
    Kind.FLOAT: "float real double float4 float8 decimal dec numeric",
    Kind.BOOLEAN: "boolean bool",
    Kind.DATE: "date",
    Kind.LOCAL_DATETIME: "timestamp_ntz datetime timestamp_s timestamp_ms timestamp_us",
    Kind.ZONED_DATETIME: "timestamptz timestamp_ltz",
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names.split()}

_TOO_WIDE = "Neo4j's integers have 64 bits: cast it to bigint, or to varchar when it does not fit"
_NESTED = "a property holds no nested values: give its fields columns of their own"
_REFUSED = {
    **dict.fromkeys(("hugeint", "uhugeint", "ubigint", "int128", "uint128"), _TOO_WIDE),
    **dict.fromkeys(("struct", "map", "row", "record", "union", "variant", "object"), _NESTED),
    **dict.fromkeys(
        ("blob", "binary", "varbinary", "bytea", "bit"), "binary values are not loaded: cast it to varchar"
    ),
    **dict.fromkeys(("uuid", "interval", "time", "timetz"), "cast it to varchar"),
    "timestamp_ns": "nanoseconds would be cut: cast it to timestamp",
}
# In these engines the bare word `timestamp` means an instant; in all others, digits without a zone.
_ZONED_BY_DEFAULT = {"databricks", "spark"}


def property_type(sql_type: str, adapter: str = "duckdb") -> PropertyType:
    """The property type that holds a SQL type.

    Args:
        sql_type: as a contract's `data_type` or an engine writes it, such as `decimal(18,4)` or `varchar[]`.
        adapter: the dbt adapter whose types these are.

    Raises:
        UnsupportedTypeError: a property cannot hold it.
    """
    text = " ".join(sql_type.strip().lower().split())
    element = _list_element(text)
    if element is not None:
        if _list_element(element) is not None:
            raise UnsupportedTypeError("a property holds no list of lists: give the inner lists a column of their own")
        return PropertyType(property_type(element, adapter).kind, is_list=True)
    return PropertyType(_kind(text, adapter))


def _list_element(text: str) -> str | None:
    if suffixed := re.fullmatch(r"(.+)\[\d*\]", text):
        return suffixed[1].strip()
    if wrapped := re.fullmatch(r"(?:array|list) ?(?:<(.+)>|\((.+)\))", text):
        return (wrapped[1] or wrapped[2]).strip()
    return None


def _kind(text: str, adapter: str) -> Kind:
    if re.match(r"(timestamp|datetime)\b", text):
        return _timestamp(text, adapter)
    word = re.match(r"[a-z_0-9]*", text)[0]
    if word in _REFUSED:
        raise UnsupportedTypeError(_REFUSED[word])
    if word not in _KIND_OF:
        raise UnsupportedTypeError(
            "graph_loader knows no such type: cast it to a type it knows, such as varchar or double"
        )
    return _KIND_OF[word]


def _timestamp(text: str, adapter: str) -> Kind:
    if "with time zone" in text:
        return Kind.ZONED_DATETIME
    if "without time zone" in text or text.startswith("datetime") or adapter not in _ZONED_BY_DEFAULT:
        return Kind.LOCAL_DATETIME
    return Kind.ZONED_DATETIME
