"""The current version of every key of a feed, and the history of its versions, batch after batch."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.oracle.judging import Record
from tests.oracle.values import BLANKS


@dataclass
class Version:
    """A version of a key.

    Attributes:
        record: the record as it was when the version began.
        is_present: whether the key was there; a version that says no stands for the time of its absence.
        begins: when it began.
        ends: when the next one began; None for the open one.
    """

    record: Record
    is_present: bool
    begins: datetime
    ends: datetime | None = None


class History:
    """What is known of one feed.

    Attributes:
        current: key to its latest valid record.
        versions: key to its versions, oldest first.
    """

    def __init__(self, declared: Mapping):
        self.key_names = declared["key"]
        self.business = [name for name in declared["columns"] if name not in declared["bookkeeping"]]
        self.current: dict[tuple, Record] = {}
        self.versions: dict[tuple, list[Version]] = {}

    def seen_in(self, records: list[Record]) -> set[tuple]:
        """The keys that a batch speaks of: of valid and quarantined records, and those that an unreadable one mentions."""
        seen = {record.key(self.key_names) for record in records if record.readable} - {None}
        mentioned = {text for record in records if not record.readable for text in record.mentions}
        return seen | {key for key in self.versions if key[0] in mentioned}

    def present(self) -> dict[tuple, Record]:
        """Key to the record of its open version, for the keys that are there."""
        return {key: versions[-1].record for key, versions in self.versions.items() if versions[-1].is_present}

    def apply(self, records: list[Record], is_full: bool, effective_at: datetime) -> None:
        """Take in a batch's records.

        Args:
            records: all of the feed's records in it.
            is_full: a key that they do not speak of is gone.
            effective_at: when the batch takes effect.
        """
        seen = self.seen_in(records)
        valid = {record.key(self.key_names): record for record in records if record.valid}
        self.current |= valid
        for key, record in self.current.items():
            versions = self.versions.setdefault(key, [])
            was_present = versions[-1].is_present if versions else False
            is_present = key in seen or (was_present and not is_full)
            if versions and versions[-1].is_present == is_present and self._same(versions[-1].record, record):
                continue
            if versions:
                versions[-1].ends = effective_at
            versions.append(Version(record, is_present, effective_at))

    def _same(self, before: Record, after: Record) -> bool:
        """Whether no business column changed; another letter case or spacing is no change."""
        if before is after:
            return True
        return all(_plain(before.values[name]) == _plain(after.values[name]) for name in self.business)


def _plain(value):
    return re.sub(f"[{BLANKS}]+", " ", value.lower()) if isinstance(value, str) else value
