"""Plants faults among sound records and says where they are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from lakegraph.landing.generate.faults import FRESH, FRESH_VALUES, FUTURE, KEYS, Fault, faults_of
from lakegraph.landing.generate.randomness import Draws
from lakegraph.landing.generate.writer import csv_line

FUTURE_AFTER = timedelta(days=400)


@dataclass(frozen=True)
class FaultyRecord:
    """A planted record: its bytes, the fields it is made of, and its place before planting (the sound record it precedes)."""

    fault: Fault
    fields: Mapping[str, str]
    raw: bytes
    place: int


@dataclass
class Planter:
    """Plants the faults of one file, kind after kind, as the sound records stream by.

    After n sound records, rate × n records have been planted, but at least one of each kind; a file without a sound record
    gets none, for there is nothing to make faulty.
    """

    feed: str
    batch_date: date
    draws: Draws
    rate: float
    sound: int = 0
    planted: int = 0
    kinds: int = field(default=0, init=False)

    def plant(
        self, rows: Mapping[str, pa.StringArray], lines: pa.StringArray
    ) -> tuple[pa.BinaryArray, dict[int, FaultyRecord]]:
        """A chunk's lines with faulty ones among them, and the faulty ones by their index therein."""
        self.sound += len(lines)
        records = sorted(self._due(rows, len(lines)), key=lambda record: record.place) if len(lines) else []
        if not records:
            return lines.cast(pa.binary()), {}
        faulty = pa.array([record.raw for record in records], pa.binary())
        places, appended = [record.place for record in records], len(lines) + np.arange(len(records))
        order = np.insert(np.arange(len(lines)), places, appended)
        indices = np.flatnonzero(order >= len(lines)).tolist()
        together = pa.concat_arrays([lines.cast(pa.binary()), faulty])
        return together.take(pa.array(order)), dict(zip(indices, records, strict=True))

    def _due(self, rows: Mapping[str, pa.StringArray], count: int) -> Iterator[FaultyRecord]:
        faults = faults_of(self.feed)
        due = round(self.rate * self.sound)
        while self.planted < due or self.kinds < len(faults):
            fault = faults[self.kinds % len(faults)]
            self.kinds += 1
            for record in self._records(fault, rows, count):
                self.planted += 1
                yield record

    def _records(self, fault: Fault, rows: Mapping[str, pa.StringArray], count: int) -> Iterator[FaultyRecord]:
        model = self._draw(count, "model")
        sound = {column: values[model].as_py() for column, values in rows.items()}
        if fault.shape == "repeated":
            yield FaultyRecord(fault, sound, _raw(sound.values()), model + 1 + self._draw(count - model, "place"))
            return
        own = {**sound, **self._filled(FRESH_VALUES[self.feed])}
        if fault.shape == "conflicting":
            yield FaultyRecord(fault, own, _raw(own.values()), self._draw(count + 1, "first place"))
        faulty = {**own, **self._filled(fault.change)}
        values = list(faulty.values())
        if fault.shape == "too long":
            values.append("surplus")
        if fault.shape == "too short":
            values.pop()
        yield FaultyRecord(fault, faulty, _raw(values), self._draw(count + 1, "place"))

    def _filled(self, change: Mapping[str, str]) -> dict[str, str]:
        fresh, future = f"{self.batch_date:%Y%m%d}-{self.kinds:06d}", str(self.batch_date + FUTURE_AFTER)
        return {column: text.replace(FRESH, fresh).replace(FUTURE, future) for column, text in change.items()}

    def _draw(self, bound: int, what: str) -> int:
        day, number = self.batch_date.toordinal(), self.kinds
        return int(self.draws.below(bound, f"dirt {self.feed} {what}", day, number)[0])


def fault_entry(record: FaultyRecord, batch_id: str, feed: str, file: str, line: int) -> dict:
    """What the list of faults says of a planted record; `line` is the one on which it begins, the header being line 1.

    The reason of a fault found in the graph is a list: the rows of edge marts that the loader rejects, with their keys.
    """
    reason = record.fault.reason
    if not isinstance(reason, str):
        reason = [
            {"model": edge.model, "reason": edge.reason, "key": {column: record.fields[column] for column in edge.key}}
            for edge in reason
        ]
    return {
        "batch_id": batch_id,
        "feed": feed,
        "file": file,
        "line": line,
        "key": {column: record.fields[column] for column in KEYS[feed]},
        "fault": record.fault.name,
        "reason": reason,
        "found_in": record.fault.found_in,
    }


def _raw(values: Iterable[str]) -> bytes:
    return csv_line(values).encode("utf-8", "surrogateescape")
