"""What a drop's contract finds broken: its records against those announced and those usual, its missing values, and columns
that are emptier than usual."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.oracle.judging import Record
from tests.oracle.values import clean

# with fewer deliveries before, nobody knows what is usual
FEWEST = 2


class Contract:
    """Judges drops in the order in which they are landed.

    Args:
        project: the variables of vars.yml.
    """

    def __init__(self, project: Mapping):
        self._limits, self._feeds = project["drop_contract"], project["feeds"]
        self._usual: dict[str, list[int]] = defaultdict(list)
        self._filled: dict[str, list[dict[str, float]]] = defaultdict(list)

    def broken(
        self, files: Mapping[str, Iterable[Path]], announced: Mapping[str, int], records: Mapping[str, list[Record]]
    ) -> list[str]:
        """The severities of what a batch breaks.

        Args:
            files: its files by feed.
            announced: the records that its trigger announces by file.
            records: its records by feed.
        """
        severities = []
        for feed, found in records.items():
            before = [count for count in self._usual[feed][-self._limits["volume"]["batches"] :] if count]
            severities += self._of_full_delivery(feed, len(found))
            for file in files[feed]:
                own = [record for record in found if record.file == file.name]
                severities += self._of_counts(len(own), announced.get(file.name, len(own)), before)
                severities += self._of_values(own, self._feeds[feed]["required"])
                severities += self._of_filling(feed, own)
            self._usual[feed].append(len(found))
            self._filled[feed].append(self._filling(found))
        return severities

    def _of_full_delivery(self, feed: str, count: int) -> Iterable[str]:
        limits = self._limits["full_volume"]
        before = [past for past in self._usual[feed][-self._limits["volume"]["batches"] :] if past]
        if self._feeds[feed]["delivery"] == "full" and count and before:
            usual = statistics.median(before)
            if usual >= limits["min_records"] and count < limits["min_share"] * usual:
                yield limits["severity"]

    def _of_counts(self, count: int, announced: int, before: list[int]) -> Iterable[str]:
        if count != announced:
            yield self._limits["row_count"]["severity"]
        if len(before) >= FEWEST:
            usual, volume = statistics.median(before), self._limits["volume"]
            if not volume["min_share"] * usual <= count <= volume["max_share"] * usual:
                yield volume["severity"]

    def _of_values(self, records: list[Record], required: list[str]) -> Iterable[str]:
        readable = [record for record in records if record.readable]
        for column in required:
            without = sum(clean(record.raw[column]) is None for record in readable)
            if readable and without / len(readable) > self._limits["nulls"]["max_share"]:
                yield self._limits["nulls"]["severity"]

    def _of_filling(self, feed: str, records: list[Record]) -> Iterable[str]:
        limits, last = self._limits["filled"], self._filled[feed][-self._limits["filled"]["batches"] :]
        filling = self._filling(records)
        for column in {column for day in last for column in day} if filling else ():
            # one that none of its files has is empty
            share, before = filling.get(column, 0), [day[column] for day in last if column in day]
            if column in self._feeds[feed]["required"] or len(before) < FEWEST:
                continue
            if share < limits["min_share"] * statistics.median(before):
                return [limits["severity"]]
        return []

    def _filling(self, records: list[Record]) -> dict[str, float]:
        """The share of the records with a value, of each column that all of their files have; nothing where they are few."""
        rows = [record.raw for record in records if record.readable]
        if len(rows) < self._limits["filled"]["min_records"]:
            return {}
        columns = [column for column in rows[0] if all(row[column] is not None for row in rows)]
        return {column: sum(clean(row[column]) is not None for row in rows) / len(rows) for column in columns}
