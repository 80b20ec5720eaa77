"""Which SQL types a graph can hold, and as what. The table for users is docs/graph-types.md.

Neo4j has one integer (64 bit), one float (64 bit), no decimal and no nested value: `decimal` becomes FLOAT, a nested value
JSON text. A timestamp without a zone becomes LOCAL DATETIME, one with a zone ZONED DATETIME in UTC; both keep microseconds.
"""

import re
from dataclasses import dataclass, field
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
    LOCAL_TIME = "LOCAL TIME"
    ZONED_TIME = "ZONED TIME"
    DURATION = "DURATION"


class Conversion(StrEnum):
    """How a value that Neo4j has no type for becomes one that it has."""

    TEXT = "text"
    JSON = "json"
    ROUNDED = "rounded"


# what a column may ask for in its `config.meta.graph.as`
AS_TEXT, AS_JSON = Conversion.TEXT.value, Conversion.JSON.value

# decimal digits that a 64-bit float always gives back
FLOAT_DIGITS = 15


@dataclass(frozen=True)
class PropertyType:
    """The type of a property: a scalar, or a list of scalars; and how values of another type become one of it."""

    kind: Kind
    is_list: bool = False
    # two columns of one type match, however their values came to be of it
    conversion: Conversion | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"LIST<{self.kind} NOT NULL>" if self.is_list else str(self.kind)

    @property
    def can_be_key(self) -> bool:
        """Whether equality on it is exact enough to identify a node or an edge."""
        loose = self.conversion in (Conversion.JSON, Conversion.ROUNDED)
        return not (self.is_list or loose or self.kind is Kind.DURATION)


class UnsupportedTypeError(ValueError):
    """A SQL type that a property cannot hold; its text says why and what to do."""


class ConversionError(ValueError):
    """A conversion that a column asks for and that does not suit its type; its text says why and what to do."""


_KINDS = {
    Kind.STRING: "string varchar char bpchar text character nchar nvarchar enum json uuid",
    Kind.INTEGER: "tinyint smallint int integer bigint long short byte int1 int2 int4 int8 int16 int32 int64 "
    "utinyint usmallint uinteger ubigint hugeint uhugeint int128 uint128",
    Kind.FLOAT: "float real double float4 float8 decimal dec numeric",
    Kind.BOOLEAN: "boolean bool",
    Kind.DATE: "date",
    Kind.LOCAL_DATETIME: "timestamp_ntz datetime timestamp_s timestamp_ms timestamp_us timestamp_ns",
    Kind.ZONED_DATETIME: "timestamptz timestamp_ltz",
    Kind.LOCAL_TIME: "time",
    Kind.ZONED_TIME: "timetz",
    Kind.DURATION: "interval",
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names.split()}

# one type of integers holds them only in part: a row with a value beyond it is rejected
WIDE_INTEGERS = ("ubigint", "hugeint", "uhugeint", "int128", "uint128")
_NESTED = ("struct", "map", "row", "record")
_REFUSED = {
    **dict.fromkeys(("union", "variant", "object"), "a property has one type: give its members columns of their own"),
    **dict.fromkeys(
        ("blob", "binary", "varbinary", "bytea", "bit"), "binary values are not loaded: cast it to varchar"
    ),
}
# these engines have no such columns, or write their values as other words than Neo4j reads
_DUCKDB_ONLY = (Kind.LOCAL_TIME, Kind.ZONED_TIME, Kind.DURATION)
# In these engines the bare word `timestamp` means an instant; in all others, digits without a zone.
_ZONED_BY_DEFAULT = {"databricks", "spark"}


def property_type(sql_type: str, adapter: str = "duckdb", wanted: str | None = None) -> PropertyType:
    """The property type that holds a SQL type.

    Args:
        sql_type: as a contract's `data_type` or an engine writes it, such as `decimal(18,4)` or `varchar[]`.
        adapter: the dbt adapter whose types these are.
        wanted: the conversion that the column asks for, `text` or `json`; None for the one that its type has anyway.

    Raises:
        UnsupportedTypeError: a property cannot hold it.
        ConversionError: the column asks for a conversion that does not suit its type.
    """
    text = " ".join(sql_type.strip().lower().split())
    if wanted is None:
        return _natural_type(text, adapter)
    nested = _list_element(text) is not None or _word(text) in _NESTED
    if wanted != (AS_JSON if nested else AS_TEXT):
        known = f"`{AS_JSON}` for nested values and lists, `{AS_TEXT}` for all others"
        raise ConversionError(f"'{wanted}' is no conversion of {sql_type}: use {known}")
    if _word(text) in _REFUSED:
        raise UnsupportedTypeError(_REFUSED[_word(text)])
    return PropertyType(Kind.STRING, conversion=Conversion(wanted))


def _natural_type(text: str, adapter: str) -> PropertyType:
    element = _list_element(text)
    if element is None and _word(text) not in _NESTED:
        kind = _kind(text, adapter)
        return PropertyType(kind, conversion=_conversion(text, kind))
    if element is None or _list_element(element) is not None or _word(element) in _NESTED:
        return PropertyType(Kind.STRING, conversion=Conversion.JSON)
    kind = _kind(element, adapter)
    return PropertyType(kind, is_list=True, conversion=_conversion(element, kind))


def _conversion(text: str, kind: Kind) -> Conversion | None:
    if _word(text) == "uuid":
        return Conversion.TEXT
    if kind is Kind.FLOAT and _word(text) in ("decimal", "dec", "numeric"):
        digits = re.search(r"\((\d+)", text)
        # without digits it is decimal(18,3) in DuckDB and decimal(10,0) in Spark: the wider one is the safe guess
        return Conversion.ROUNDED if digits is None or int(digits[1]) > FLOAT_DIGITS else None
    return None


def _word(text: str) -> str:
    return re.match(r"[a-z_0-9]*", text)[0]


def _list_element(text: str) -> str | None:
    if suffixed := re.fullmatch(r"(.+)\[\d*\]", text):
        return suffixed[1].strip()
    if wrapped := re.fullmatch(r"(?:array|list) ?(?:<(.+)>|\((.+)\))", text):
        return (wrapped[1] or wrapped[2]).strip()
    return None


def _kind(text: str, adapter: str) -> Kind:
    if re.match(r"(timestamp|datetime)\b", text):
        return _timestamp(text, adapter)
    word = _word(text)
    if word in _REFUSED:
        raise UnsupportedTypeError(_REFUSED[word])
    if word not in _KIND_OF:
        raise UnsupportedTypeError(
            "graph_loader knows no such type: cast it to a type it knows, such as varchar or double"
        )
    kind = Kind.ZONED_TIME if word == "time" and "with time zone" in text else _KIND_OF[word]
    if kind in _DUCKDB_ONLY and adapter != "duckdb":
        raise UnsupportedTypeError(f"cast it to string, or give it `config.meta.graph.as: {AS_TEXT}`")
    return kind


def _timestamp(text: str, adapter: str) -> Kind:
    if "with time zone" in text:
        return Kind.ZONED_DATETIME
    if "without time zone" in text or text.startswith("datetime") or adapter not in _ZONED_BY_DEFAULT:
        return Kind.LOCAL_DATETIME
    return Kind.ZONED_DATETIME
