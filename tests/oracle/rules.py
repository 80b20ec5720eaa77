"""Which rules of vars.yml a record breaks, in the order of their declaration."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

OUTSIDE = {
    "min": lambda value, bound: value < bound,
    "max": lambda value, bound: value > bound,
    "above": lambda value, bound: value <= bound,
    "below": lambda value, bound: value >= bound,
}


def type_rules(feed: str, declared: Mapping, texts: Mapping, values: Mapping) -> list[str]:
    """The columns whose text cannot be read as their type, and the key columns that have none."""
    broken = [
        f"{feed}.{name}.type"
        for name, column in declared["columns"].items()
        if column["type"] != "string" and texts[name] is not None and values[name] is None
    ]
    return broken + [
        f"{feed}.{name}.not_null"
        for name in declared["key"]
        if "default" not in declared["columns"][name] and texts[name] is None
    ]


def broken_rules(
    rules: list[Mapping], formats: Mapping, record: Mapping, texts: Mapping, absent: set[str], today: date
) -> list[str]:
    """The ids of the given rules that a record breaks.

    Args:
        rules: some rules of the record's feed.
        formats: regular expressions by name.
        record: its values.
        texts: its cleaned texts: what cannot be read as its type is not missing.
        absent: the columns that its file lacks: rules on them are not applicable.
        today: the date of its batch.
    """
    return [rule["id"] for rule in rules if _is_broken(rule, formats, record, texts, absent, today)]


def _is_broken(rule, formats, record, texts, absent, today) -> bool:
    if when := rule.get("when"):
        if when["column"] in absent or not _among(record[when["column"]], when["values"]):
            return False
    return any(
        _breaks(rule, formats, record[name], texts[name], today) for name in rule["columns"] if name not in absent
    )


def _breaks(rule, formats, value, text, today) -> bool:
    if rule["kind"] == "not_null":
        return value is None and text is None
    if value is None:
        return False
    if rule["kind"] == "range":
        return any(outside(value, _like(value, rule[bound])) for bound, outside in OUTSIDE.items() if bound in rule)
    if rule["kind"] == "format":
        patterns = formats[rule["format"]]
        patterns = [patterns] if isinstance(patterns, str) else patterns
        return not all(re.fullmatch(pattern, text, re.ASCII) for pattern in patterns)
    if rule["kind"] == "not_future":
        return (value.date() if isinstance(value, datetime) else value) > today
    if rule["kind"] == "allowed":
        return not _among(value, rule["values"])
    raise NotImplementedError(f"the oracle knows no rule of kind {rule['kind']}")


def _like(value, bound):
    """A bound as something that a value can be compared with."""
    if isinstance(value, datetime):
        return datetime.fromisoformat(str(bound))
    return bound if isinstance(value, date) else Decimal(str(bound))


def _among(value, values) -> bool:
    if value is None:
        return False
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value in {Decimal(str(each)) for each in values}
    return str(value).lower() in {str(each).lower() for each in values}
