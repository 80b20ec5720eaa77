"""One day's drop on disk: the feeds' files, the list of faults, the trigger."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakegraph.landing.generate.dirt import Planter, fault_entry
from lakegraph.landing.generate.options import GeneratedDrop, GeneratedFile, GenerateOptions
from lakegraph.landing.generate.shop import FEEDS, Shop
from lakegraph.landing.generate.trigger import trigger
from lakegraph.landing.generate.writer import csv_line, csv_lines, remove, text_buffer, whole_file

Chunks = Iterable[Mapping[str, pa.StringArray]]


def write_drop(shop: Shop, options: GenerateOptions, number: int) -> GeneratedDrop:
    """Write one day's files: an older trigger goes first, the new one comes last.

    Args:
        shop: what there is to tell.
        options: where to, and how dirty.
        number: which drop, the first being 0; it tells what was known at the end of the day before.

    Raises:
        DropNotWrittenError: a file cannot be written or replaced.
    """
    batch_date = shop.world.calendar.date(number)
    stamp = f"{batch_date:%Y_%m_%d}"
    batch_id = f"batch_{stamp}_001"
    trigger_path, faults_path = options.drops / f"trigger_{stamp}.json", options.drops / f"faults_{stamp}.json"
    remove(trigger_path)
    remove(faults_path)

    def write_feeds(faults: FaultList | None) -> list[GeneratedFile]:
        files = []
        for feed in FEEDS:
            planter = Planter(feed, batch_date, shop.world.draws, options.dirt) if faults else None
            path = options.drops / f"{feed}_{stamp}.csv"
            files.append(_write_feed(path, feed, batch_id, shop.rows(feed, number - 1), planter, faults))
        return files

    if options.dirt:
        with whole_file(faults_path) as file, FaultList(file) as faults:
            files = write_feeds(faults)
    else:
        files = write_feeds(None)
    with whole_file(trigger_path) as file:
        file.write(json.dumps(trigger(batch_id, batch_date, files), indent=2).encode() + b"\n")
    return GeneratedDrop(
        batch_id, batch_date, tuple(files), trigger_path.name, faults_path.name if options.dirt else None
    )


class FaultList:
    """A JSON list that is written entry by entry."""

    def __init__(self, file: BinaryIO):
        self._file = file
        self._separator = b"["

    def append(self, entry: dict) -> None:
        """Add one entry."""
        self._file.write(self._separator + b"\n  " + json.dumps(entry, ensure_ascii=False).encode())
        self._separator = b","

    def __enter__(self) -> "FaultList":
        return self

    def __exit__(self, *_) -> None:
        self._file.write(b"\n]\n" if self._separator == b"," else b"[]\n")


def _write_feed(
    path: Path, feed: str, batch_id: str, chunks: Chunks, planter: Planter | None, faults: FaultList | None
) -> GeneratedFile:
    records = planted = size = 0
    next_line = 2
    with whole_file(path) as file:
        for rows in chunks:
            if not size:
                size += file.write(csv_line(rows).encode())
            lines = csv_lines(rows.values())
            if planter:
                lines, faulty = planter.plant(rows, lines)
                first_lines = next_line + np.cumsum([0, *pc.count_substring(lines, "\n").to_numpy()])
                for index, record in faulty.items():
                    faults.append(fault_entry(record, batch_id, feed, path.name, int(first_lines[index])))
                next_line, planted = int(first_lines[-1]), planted + len(faulty)
            size += file.write(text_buffer(lines))
            records += len(lines)
    return GeneratedFile(path.name, feed, records, planted, size)
