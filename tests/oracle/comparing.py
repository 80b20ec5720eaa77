"""Rows held against rows."""

from collections import Counter
from collections.abc import Callable, Iterable

SHOWN = 3


def difference(name: str, expected: Iterable[tuple], found: Iterable[tuple]) -> str | None:
    """In words, how two tables differ whatever the order of their rows; None when they hold the same."""
    wanted, there = Counter(expected), Counter(found)
    missing, surplus = list((wanted - there).elements()), list((there - wanted).elements())
    if not missing and not surplus:
        return None
    shown = [f"  expected {row}" for row in _first(missing)] + [f"  found    {row}" for row in _first(surplus)]
    counts = f"{len(missing)} rows of {wanted.total()} are missing, {len(surplus)} are too many"
    return "\n".join([f"{name}: {counts}", *shown])


def differences(comparisons: Iterable[tuple[str, tuple]], rows: Callable[[str], list[tuple]]) -> list[str]:
    """How tables differ from what is expected of them.

    Args:
        comparisons: a name, and the expected rows with the query of those that are there.
        rows: what a query gives.
    """
    found = (difference(name, expected, rows(query)) for name, (expected, query) in comparisons)
    return [words for words in found if words]


def _first(rows: list[tuple]) -> list[tuple]:
    return sorted(rows, key=repr)[:SHOWN]
