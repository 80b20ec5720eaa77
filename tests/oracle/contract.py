"""What a drop's contract finds broken: its records against those announced and those usual, and its missing values."""

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
            for file in files[feed]:
                own = [record for record in found if record.file == file.name]
                severities += self._of_counts(len(own), announced.get(file.name, len(own)), before)
                severities += self._of_values(own, self._feeds[feed]["required"])
            self._usual[feed].append(len(found))
        return severities

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
