"""DuckDB's values as they are copied for Spark. Pure: SQL text out of columns.

What Spark or Neo4j would read as something else, or not at all, is copied as text; what no property can hold is told in the
column `_unfit`, so that its row is rejected.
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from graph_loader.declarations import Column
from graph_loader.spark_sql import UNFIT
from graph_loader.types import WIDE_INTEGERS, Conversion, Kind

if TYPE_CHECKING:
    from duckdb.sqltypes import DuckDBPyType

# What a column is copied as: DuckDB's type, and Spark's word for it. Spark would read enums, unsigned integers and times of
# other precision as something else, or not at all.
_COPIED_AS = {
    Kind.STRING: ("varchar", "string"),
    Kind.INTEGER: ("bigint", "bigint"),
    Kind.FLOAT: ("double", "double"),
    Kind.BOOLEAN: ("boolean", "boolean"),
    Kind.DATE: ("date", "date"),
    Kind.LOCAL_DATETIME: ("timestamp", "timestamp_ntz"),
    Kind.ZONED_DATETIME: ("timestamp with time zone", "timestamp"),
    Kind.LOCAL_TIME: ("varchar", "string"),
    Kind.ZONED_TIME: ("varchar", "string"),
    Kind.DURATION: ("varchar", "string"),
}
_INSTANTS = (Kind.DATE, Kind.LOCAL_DATETIME, Kind.ZONED_DATETIME)


def quoted(name: str) -> str:
    """A name between double quotes."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """A text as a string literal."""
    return "'" + text.replace("'", "''") + "'"


def spark_type(column: Column) -> str:
    """Spark's word for the type in which a column is copied."""
    return _list_of(column, _types(column)[1], "array<{}>")


def copied(column: Column) -> str:
    """The expression that gives a column's values in the type in which they are copied."""
    name, stored = quoted(column.name), _types(column)[0]
    if column.type.conversion is Conversion.JSON:
        import duckdb

        return _json(name, duckdb.sqltype(column.data_type))
    if special := _special(column):
        text = special("item" if column.type.is_list else name)
        return f"list_transform({name}, lambda item: {text})" if column.type.is_list else text
    return f"{'try_cast' if _is_wide(column) else 'cast'}({name} as {_list_of(column, stored, '{}[]')})"


def fingerprint(columns: Sequence[Column], relation: str) -> str:
    """The query over copied columns that gives other numbers for other rows: their number, and two sums over their hashes.

    DuckDB's hash has 64 bits and puts those of several columns together simply: each row has two, with its columns in either
    order, and both are hashed once more, so that no exchange between rows cancels out in the sum. Another version of DuckDB may
    hash otherwise; then all rows are looked at once.

    Args:
        columns: the columns that were copied.
        relation: the rows, as the query is to name them.
    """
    fields = [_hashable(column) for column in columns] + [UNFIT] * (unfit(columns) is not None)
    # the constant tells the two apart where there is but one column
    sums = (f"sum(hash(hash({', '.join(order)})))::varchar" for order in (fields, [*reversed(fields), "1"]))
    return f"select count(*), {', '.join(sums)} from {relation}"


def _hashable(column: Column) -> str:
    """The expression for what DuckDB hashes of a column, so that another value has another hash.

    A null in a list counts for nothing, and of a number of 128 bits the halves may cancel out (0 and -0.01 have the same hash).
    """
    name = quoted(column.name)
    if column.type.is_list:
        items = f"array_to_string(list_transform({name}, lambda item: {_item_text('item')}), ',')"
        return f"len({name}) || '[' || {items} || ']'"
    return f"cast({name} as varchar)" if _types(column)[0].startswith("decimal") else name


def _item_text(value: str) -> str:
    """The expression for a text that no other item of a list has, nor several of them together."""
    text = f"cast({value} as varchar)"
    return f"coalesce(length({text}) || ':' || {text}, 'n')"


def travelling(columns: Sequence[Column]) -> str:
    """What to select of copied columns so that a cast to text gives times in ISO 8601, as Spark and Neo4j write them."""
    replaced = [f"{text} as {quoted(column.name)}" for column in columns if (text := _iso(column))]
    return f"* replace ({', '.join(replaced)})" if replaced else "*"


def _iso(column: Column) -> str | None:
    """The expression for a copied time as text; None for what is no time, or text already."""
    if column.type.kind not in _INSTANTS or _types(column)[1] == "string":
        return None
    name = quoted(column.name)
    if column.type.is_list:
        return f"list_transform({name}, lambda item: {_iso_text('item', column.type.kind)})"
    return _iso_text(name, column.type.kind)


def _iso_text(value: str, kind: Kind) -> str:
    if kind is Kind.ZONED_DATETIME:
        value = f"timezone('UTC', {value})"
    sign = f"case when year({value}) < 0 then '-' when year({value}) > 9999 then '+' else '' end"
    day = f"printf('%s%04d-%02d-%02d', {sign}, abs(year({value})), month({value}), day({value}))"
    clock = "" if kind is Kind.DATE else f" || 'T' || cast(cast({value} as time) as varchar)"
    # DuckDB's own words for most years, which are the same and quicker
    own = f"replace(cast({value} as varchar), ' ', 'T')"
    return f"case when isinf({value}) then null when year({value}) between 1 and 9999 then {own} else {day}{clock} end"


def unfit(columns: Sequence[Column]) -> str | None:
    """The expression that tells which values of a row no property can hold, and why; None where every value fits."""
    told = []
    for column in columns:
        name = quoted(column.name)
        for condition, why in _tests(column):
            broken = condition("item" if column.type.is_list else name)
            if column.type.is_list:
                broken = f"len(list_filter({name}, lambda item: {broken})) > 0"
            label = column.name.replace("'", "''")
            told.append(f"case when {broken} then '{label} = ' || left(cast({name} as varchar), 100) || '{why}' end")
    return f"nullif(concat_ws('; ', {', '.join(told)}), '') as {UNFIT}" if told else None


def _types(column: Column) -> tuple[str, str]:
    decimal = re.fullmatch(r"decimal\(\d+,\d+\)", column.data_type.lower().replace(" ", ""))
    if decimal and column.type.kind is Kind.FLOAT:
        return decimal[0], decimal[0]
    if column.type.kind is Kind.LOCAL_DATETIME and _has_nanoseconds(column):
        return "varchar", "string"
    return _COPIED_AS[column.type.kind]


def _list_of(column: Column, name: str, pattern: str) -> str:
    return pattern.format(name) if column.type.is_list else name


def _has_nanoseconds(column: Column) -> bool:
    return column.data_type.lower().startswith("timestamp_ns")


def _is_wide(column: Column) -> bool:
    return column.type.kind is Kind.INTEGER and column.data_type.lower().partition("[")[0] in WIDE_INTEGERS


def _special(column: Column):
    """How a single value becomes the text that Neo4j reads, where a cast does not give it."""
    match column.type.kind:
        case Kind.ZONED_TIME:
            # DuckDB leaves out the minutes of an offset that has none
            return lambda value: (
                f"regexp_replace(regexp_replace(cast({value} as varchar), '([+-]\\d\\d)$', '\\1:00'), '[+-]00:00$', 'Z')"
            )
        case Kind.DURATION:
            return _duration
    return None


def _duration(value: str) -> str:
    part = "datepart('{}', {})".format
    months = f"{part('year', value)} * 12 + {part('month', value)}"
    micros = (
        f"({part('hour', value)} * 60 + {part('minute', value)})::hugeint * 60000000 + {part('microsecond', value)}"
    )
    seconds = f"cast({micros} as decimal(30, 0)) * 0.000001::decimal(7, 6)"
    return (
        f"case when {value} is not null then concat('P', {months}, 'M', {part('day', value)}, 'DT', {seconds}, 'S') end"
    )


def _tests(column: Column) -> list[tuple[Callable[[str], str], str]]:
    """Conditions that are true of values that no property can hold, and what is wrong with them."""
    kind, text = column.type.kind, "cast({} as varchar)".format
    if _is_wide(column):
        return [
            (
                lambda value: f"{value} is not null and try_cast({value} as bigint) is null",
                " does not fit in 64 bits",
            )
        ]
    if kind in _INSTANTS:
        return [(lambda value: f"isinf({value})", " is no time of a calendar")]
    if kind is Kind.LOCAL_TIME:
        return [(lambda value: f"{value} = time '24:00:00'", " is no time of a day")]
    if kind is Kind.ZONED_TIME:
        # DuckDB compares times of different offsets by the instant, so the text alone says which hour it is
        return [
            (lambda value: f"starts_with({text(value)}, '24:')", " is no time of a day"),
            (
                lambda value: f"regexp_matches({text(value)}, '[+-]\\d\\d:\\d\\d:\\d\\d$')",
                " has an offset with seconds, which Neo4j does not know",
            ),
        ]
    return []


def _json(value: str, kind: "DuckDBPyType", depth: int = 0) -> str:
    """The JSON text of a nested value, always alike: fields in their struct's order, keys of maps in theirs, and numbers
    that JSON has no word for as text. It is put together as text, for DuckDB rounds the numbers of JSON within JSON."""
    item = f"item{depth}"
    match kind.id:
        case "float" | "double":
            words = f"when isnan({value}) then '\"NaN\"' when {value} > 0 then '\"Infinity\"' else '\"-Infinity\"'"
            return f"case when isfinite({value}) then cast(to_json({value}) as varchar) {words} end"
        case "struct":
            labels = [text_literal(json.dumps(name, ensure_ascii=False) + ":") for name, _ in kind.children]
            inner = [_or_null(f"({value}).{quoted(name)}", child, depth) for name, child in kind.children]
            fields = " || ',' || ".join(f"{label} || {text}" for label, text in zip(labels, inner, strict=True))
            text = f"'{{' || {fields} || '}}'"
        case "list" | "array":
            inner = _or_null(item, kind.children[0][1], depth + 1)
            text = f"'[' || array_to_string(list_transform({value}, lambda {item}: {inner}), ',') || ']'"
        case "map":
            inner = _or_null(f"{item}.value", dict(kind.children)["value"], depth + 1)
            pair = f"to_json(cast({item}.key as varchar)) || ':' || {inner}"
            entries = f"list_sort(map_entries({value}))"
            text = f"'{{' || array_to_string(list_transform({entries}, lambda {item}: {pair}), ',') || '}}'"
        case _:
            return f"cast(to_json({value}) as varchar)"
    return f"case when {value} is not null then {text} end"


def _or_null(value: str, kind: "DuckDBPyType", depth: int) -> str:
    text = _json(value, kind, depth)
    # a comparison with null is not true: the branches above would call it a number of their own
    return f"case when {value} is null then 'null' else {text} end"
