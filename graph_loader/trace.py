"""How long each step of a run took and how many rows it moved, as it happens and for the report."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from graph_loader.progress import Progress


@dataclass(frozen=True)
class Timing:
    """One step: its name, its rows, and its seconds."""

    step: str
    rows: int | None
    seconds: float

    @property
    def rows_per_second(self) -> float | None:
        """Rows by seconds, or None for a step without rows."""
        return self.rows / self.seconds if self.rows and self.seconds else None


class Trace:
    """Remembers the timing of each step and shows its progress."""

    def __init__(self, progress: Progress):
        self._progress = progress
        self.timings: list[Timing] = []

    @contextmanager
    def step(self, name: str, rows: int | None = None, done: Callable[[], int] | None = None) -> Iterator[None]:
        """Time what happens inside.

        Args:
            rows: how many rows it moves, when that is known.
            done: asks how many of them are done so far; called from another thread.
        """
        started = time.monotonic()
        with self._progress.step(name, rows, done):
            yield
        self.timings.append(Timing(name, rows, time.monotonic() - started))
