"""Whether two warehouses hold the same: every relation of one against the other, row by row, whatever engines they are.

Rows are brought into one form first: numbers as exact decimals (floats to FLOAT_DIGITS significant digits), times as naive UTC
times, text and all else as they are. What is left is compared as multisets, so that the order of rows does not count, and the
first row that only one side has is named.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from operator import eq

# Engines add floats up in different orders; money and ratios are decimals and must be equal to the last digit.
FLOAT_DIGITS = 12
_ROUNDED = Context(prec=FLOAT_DIGITS)

Rows = Callable[[str, list[str]], Iterable[tuple]]


def canonical(value: object) -> object:
    """A value in the form in which engines are compared.

    Two floats are the same when their first FLOAT_DIGITS significant digits are; a float is never the same as an exact number.

    Raises:
        TypeError: it is of a type that no mart has.
    """
    match value:
        case bool():
            return ("boolean", value)
        case None | str():
            return value
        case int() | Decimal():
            return Decimal(value).normalize()
        case float():
            return (
                "float",
                str(value) if not math.isfinite(value) else _ROUNDED.create_decimal(repr(value)).normalize(),
            )
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        case date():
            return value
    raise TypeError(f"{value!r} is of the type {type(value).__name__}, which is compared nowhere")


def first_difference(relation: str, columns: list[str], expected: Rows, found: Rows) -> str | None:
    """In words, the first row that only one of two warehouses has of a relation; None when they hold the same.

    Args:
        relation: its name, as `schema.name`.
        columns: the columns that are compared.
        expected: gives the columns of a relation as rows, from the warehouse that is right.
        found: the same from the other one.
    """
    wanted, there = (
        Counter(tuple(map(canonical, row)) for row in rows(relation, columns)) for rows in (expected, found)
    )
    missing, surplus = wanted - there, there - wanted
    if not missing and not surplus:
        return None
    first = min((*missing, *surplus), key=_order)
    lines = [
        f"{relation}: {missing.total()} of {wanted.total()} rows are missing, {surplus.total()} are too many.",
        f"  {'missing' if first in missing else 'too much'}: {_told(columns, first)}",
    ]
    others = surplus if first in missing else missing
    if others:
        nearest = max(sorted(others, key=_order), key=lambda row: sum(map(eq, row, first)))
        differing = [name for name, one, other in zip(columns, first, nearest, strict=True) if one != other]
        lines.append(f"  nearest:  {_told(columns, nearest)}")
        lines.append(f"  they differ in {', '.join(differing)}")
    return "\n".join(lines)


def _order(row: tuple) -> list[str]:
    return [repr(value) for value in row]


def _told(columns: list[str], row: tuple) -> str:
    return ", ".join(f"{name}={_shown(value)}" for name, value in zip(columns, row, strict=True))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return str(value[1])
    return f"{value:f}" if isinstance(value, Decimal) else repr(value) if isinstance(value, str) else str(value)
