"""How long each step of a run took and how many rows it moved, as it happens and for the report."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from graph_loader.declarations import Declaration
from graph_loader.progress import Progress


@dataclass(frozen=True)
class Timing:
    """One step: its name, its rows, and its seconds.

    Attributes:
        kind, name: the label or type that it was about, if any.
        writes: whether its rows went to the graph.
        retries: how many transactions were sent again, and how often all rows at once; None where that is not known.
        failed: whether an error ended it; nobody knows how many of its rows were through by then.
    """

    step: str
    rows: int | None
    seconds: float
    kind: str | None = None
    name: str | None = None
    writes: bool = False
    retries: int | None = None
    failed: bool = False

    @property
    def rows_per_second(self) -> float | None:
        """Rows by seconds, or None for a step without rows, or one that failed."""
        return self.rows / self.seconds if self.rows and self.seconds and not self.failed else None


@dataclass
class Running:
    """A step that goes on; it takes what is known only when it is through."""

    retries: int | None = None


@dataclass(frozen=True)
class Effort:
    """What some steps took together.

    Attributes:
        seconds: their time; steps that ran beside each other count each.
        rows_written: rows that went to the graph, those of steps that failed left out.
        retries: transactions that were sent again; None where that is not known of all steps that write.
    """

    seconds: float
    rows_written: int
    retries: int | None


class Trace:
    """Remembers the timing of each step and shows its progress."""

    def __init__(self, progress: Progress):
        self._progress = progress
        self.timings: list[Timing] = []

    @contextmanager
    def step(
        self,
        name: str,
        rows: int | None = None,
        done: Callable[[], int] | None = None,
        about: Declaration | None = None,
    ) -> Iterator[Running]:
        """Time what happens inside.

        Args:
            rows: how many rows it moves, when that is known.
            done: asks how many of them the graph has taken so far; called from another thread. Steps that have it write.
            about: the label or type that it is about.
        """
        started, running, failed = time.monotonic(), Running(), True
        try:
            with self._progress.step(name, rows, done):
                yield running
            failed = False
        finally:
            subject = (about.kind, about.name) if about else (None, None)
            seconds = time.monotonic() - started
            self.timings.append(Timing(name, rows, seconds, *subject, done is not None, running.retries, failed))


def effort(timings: Iterable[Timing]) -> Effort:
    """What some steps took together."""
    steps = list(timings)
    writes = [timing for timing in steps if timing.writes]
    retries = [timing.retries for timing in writes]
    return Effort(
        sum(timing.seconds for timing in steps),
        sum(timing.rows or 0 for timing in writes if not timing.failed),
        None if None in retries else sum(retries),
    )
