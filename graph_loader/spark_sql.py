"""Spark SQL's words for rows as they travel: names, types, statuses and reasons, literals, and the hash of a row. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from graph_loader.declarations import Column, Declaration, Identity, NodeDeclaration
from graph_loader.types import Kind, PropertyType

LINEAGE = {"_source_file": "string", "_source_line": "bigint", "_batch_id": "string"}
HASH, STATUS, REASON, DETAIL = "_hash", "_status", "_reason", "_detail"
# true for a row of the mart or a stub, null for what only the ledger remembers
IS_ROW = "_is_row"
# of a label that may have stubs: which rows are, and while they are found, the rows of the label's own mart
STUB, IS_STUB, OWN_ROWS = "_stub", "_is_stub", "own_rows"
# the mart's word for values that no property can hold, where it has any
UNFIT = "_unfit"
# the name under which others find what the statement gave
DIFFERENCE = "graph_difference"
_TRAVEL_TYPES = {
    Kind.STRING: "string",
    Kind.INTEGER: "bigint",
    Kind.FLOAT: "double",
    Kind.BOOLEAN: "boolean",
    **dict.fromkeys(
        (
            Kind.DATE,
            Kind.LOCAL_DATETIME,
            Kind.ZONED_DATETIME,
            Kind.LOCAL_TIME,
            Kind.ZONED_TIME,
            Kind.DURATION,
        ),
        "string",
    ),
}


class Status(StrEnum):
    """What becomes of a row. All but `deleted` are rows of the mart; `deleted` are rows only the ledger remembers."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    DELETED = "deleted"


class Stub(StrEnum):
    """What a node without values that is made for edges was before."""

    # nothing, a stub, or nobody knows
    NEW = "new"
    # a node with values, whose row has gone
    EMPTIED = "emptied"


class Reason(StrEnum):
    """Why a row is rejected, in the order in which reasons are looked for."""

    NULL_KEY = "null_key"
    UNSUPPORTED_VALUE = "unsupported_value"
    MISSING_FROM = "missing_from"
    MISSING_TO = "missing_to"
    DUPLICATE_KEY = "duplicate_key"


def quoted(name: str) -> str:
    """A column name between backticks."""
    return f"`{name.replace('`', '``')}`"


def literal(text: str) -> str:
    """A text as a string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def travel_type(kind: PropertyType) -> str:
    """The type in which values of a property travel and in which the ledger keeps keys; times travel as text."""
    return f"array<{_TRAVEL_TYPES[kind.kind]}>" if kind.is_list else _TRAVEL_TYPES[kind.kind]


def identity_names(identity: Iterable[Identity]) -> list[str]:
    """The quoted names of what identifies a row."""
    return [quoted(item.name) for item in identity]


def identity_schema(identity: Iterable[Identity]) -> str:
    """The Spark schema of what identifies a row."""
    return ", ".join(f"{quoted(item.name)} {travel_type(item.type)}" for item in identity)


def row_hash(declaration: Declaration) -> str:
    """The hash of a row's values as they travel, each under its property's name and type, and of its labels: 16 bytes of MD5.

    How a float reads as text is the engine's own: hashes of one engine are compared with one another only.
    """
    parts = [_hashed(column) for column in declaration.values]
    if isinstance(declaration, NodeDeclaration) and declaration.labels:
        # so that another set of labels is a change of every row
        parts.insert(0, literal(_labels_text(declaration.labels)))
    text = f"concat_ws(',', {', '.join(parts)})" if parts else literal("")
    return f"unhex(md5({text}))"


def empty_hash(labels: Iterable[str]) -> str:
    """The expression for the hash of a node without values, such as a stub.

    Args:
        labels: those that it carries besides its own.
    """
    return f"unhex(md5({literal(_labels_text(labels))}))"


def between_colons(label: str) -> str:
    """A label as it stands among others between colons, so that one label `A:B` differs from the two labels A and B."""
    return quoted(label) if any(mark in label for mark in ":,`") else label


def _labels_text(labels: Iterable[str]) -> str:
    return "".join(f":{between_colons(label)}" for label in sorted(labels))


def _hashed(column: Column) -> str:
    """A value with its name, type and length, so that no two rows read alike; null, which `concat_ws` leaves out, for null."""
    name, is_float = quoted(column.name), column.type.kind is Kind.FLOAT
    text = f"array_join(transform({name}, item -> {_sized('item', is_float)}), ',')"
    if not column.type.is_list:
        text = _sized(name, is_float)
    return f"concat({literal(f'{column.name}:{column.type}=')}, {text})"


def _sized(value: str, is_float: bool) -> str:
    # Neo4j takes 0.0 and -0.0 for the same, and leaves the one where the other is set
    text = f"cast({f'if({value} = 0, 0D, {value})' if is_float else value} as string)"
    return f"concat(cast(length({text}) as string), ':', {text})"
