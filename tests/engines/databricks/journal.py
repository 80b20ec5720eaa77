"""What the stand-in was asked and what it made of it: a line of JSON per statement.

A statement that Spark carried out as it came has no `deviation`. Any other has the name of what was done instead; a test
holds the names against an allow-list.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Entry:
    """A statement, the deviations from it, and its end."""

    sql: str
    deviations: list[str] = field(default_factory=list)
    seconds: float = 0.0
    error: str | None = None


class Journal:
    """Entries appended to a file, by any thread."""

    def __init__(self, file: Path):
        self._file, self._lock = file, threading.Lock()

    @contextmanager
    def statement(self, sql: str) -> Iterator[Entry]:
        """An entry for a statement; it is written when the statement has ended."""
        entry, begin = Entry(sql), time.monotonic()
        try:
            yield entry
        finally:
            entry.seconds = round(time.monotonic() - begin, 4)
            with self._lock, self._file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(entry)) + "\n")


def read_journal(file: Path) -> list[Entry]:
    """The entries of a journal, in the order in which they ended."""
    return [Entry(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]
