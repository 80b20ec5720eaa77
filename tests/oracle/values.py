"""Texts as values of the declared types; None for every text that is not wholly of its type."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

BLANKS = " \t\n\v\f\r\u00a0\u200b\u202f\ufeff"
INTEGER = re.compile(r"([+-]?[0-9]+)([.]0+)?")
DECIMAL = re.compile(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?")
MOMENT = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"([T ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2})([.](?P<fraction>[0-9]{1,9}))?)?"
    r"(?P<zone>Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?"
)
TRUE = {"true", "t", "yes", "y", "1", "wahr", "ja", "vrai", "oui"}
FALSE = {"false", "f", "no", "n", "0", "falsch", "nein", "faux", "non"}
SCALE, BEYOND = Decimal("0.0001"), Decimal(10) ** 14
WIDE = Context(prec=80)


def clean(text: str | None) -> str | None:
    """A text without blanks at its ends; None when nothing is left."""
    return (text or "").strip(BLANKS) or None


def typed(text: str | None, declared: str):
    """A cleaned text as a value of a declared type."""
    return None if text is None else READERS[declared](text)


def to_decimal(value: Decimal) -> Decimal | None:
    """A number with four decimals, halves rounded away from zero; None beyond 14 digits before the point."""
    try:
        rounded = value.quantize(SCALE, ROUND_HALF_UP, WIDE)
    except InvalidOperation:
        return None
    return rounded if abs(rounded) < BEYOND else None


def _integer(text: str) -> int | None:
    found = INTEGER.fullmatch(text)
    value = int(found[1]) if found else None
    return value if value is not None and -(2**63) <= value < 2**63 else None


def _decimal(text: str) -> Decimal | None:
    return to_decimal(Decimal(text)) if DECIMAL.fullmatch(text) else None


def _boolean(text: str) -> bool | None:
    return True if text.lower() in TRUE else False if text.lower() in FALSE else None


def _date(text: str) -> date | None:
    """The date as it is written: that of a timestamp is the one before its zone is minded."""
    moment = _moment(text)
    return moment.date() if moment else None


def _timestamp(text: str) -> datetime | None:
    """In UTC; what names no zone is taken as UTC. None beyond the years 1 to 9999."""
    moment = _moment(text)
    try:
        return moment.astimezone(UTC).replace(tzinfo=None) if moment else None
    except OverflowError:
        return None


def _moment(text: str) -> datetime | None:
    """Date and time as they are written, with their zone."""
    found = MOMENT.fullmatch(text)
    if not found:
        return None
    try:
        day = date.fromisoformat(found["date"])
        clock = [int(found[part] or 0) for part in ("hour", "minute", "second")]
        micros = int((found["fraction"] or "").ljust(6, "0")[:6])
        return datetime(day.year, day.month, day.day, *clock, micros, _zone(found["zone"]))
    except ValueError:
        return None


def _zone(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


READERS = {
    "string": str,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "timestamp": _timestamp,
}
