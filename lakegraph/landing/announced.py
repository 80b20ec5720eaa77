"""How many records a trigger announces."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from lakegraph.landing.triggers import Trigger

PER_FILE = ("row_counts", "record_counts", "expected_row_counts", "expected_rows", "expected_records")
IN_ALL = ("total_records", "total_rows", "expected_records", "expected_rows", "row_count", "record_count")

# The most that an operational table holds; nobody delivers as many, so that a greater number fails as well.
MOST = 2**63 - 1


@dataclass(frozen=True)
class AnnouncedCounts:
    """The numbers of records that a trigger gives.

    Attributes:
        by_name: the name of a file, with or without its suffix, or of a feed, to its records.
        total: the records of all files, if it says so.
    """

    by_name: Mapping[str, int]
    total: int | None

    def of_file(self, name: str) -> int | None:
        """The records of a file, if the trigger gives them; also by the name that it has when it is unpacked."""
        plain = name.removesuffix(".gz")
        counts = (self.by_name.get(given) for given in (name, plain, PurePath(plain).stem))
        return next((count for count in counts if count is not None), None)


def announced_counts(trigger: Trigger) -> AnnouncedCounts:
    """What a trigger says of record counts, at its top level or under `metadata`; the top level goes first.

    What is no count there is nobody's business: `metadata` may hold anything.
    """
    metadata = trigger.metadata if isinstance(trigger.metadata, dict) else {}
    said = {**metadata, **(trigger.model_extra or {})}
    by_name: dict[str, int] = {}
    for spelling in PER_FILE:
        by_name = dict(_counts(said.get(spelling))) | by_name
    totals = [count for spelling in IN_ALL if (count := _count(said.get(spelling))) is not None]
    return AnnouncedCounts(by_name, totals[0] if totals else None)


def _counts(value: Any) -> Iterator[tuple[str, int]]:
    if isinstance(value, dict):
        for name, given in value.items():
            if (count := _count(given)) is not None:
                yield name, count


def _count(value: Any) -> int | None:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        digits = value.strip().lstrip("0") or "0"
        value = int(digits) if len(digits) <= len(str(MOST)) else MOST
    return min(value, MOST) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
