"""What a run shows while it works: bars with rows per second on a terminal, one line per step elsewhere."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

POLL_S = 0.25
# steps without a bar that are quicker than this are not worth a line of a log
QUIET_S = 1.0


class Progress(Protocol):
    """Shows steps."""

    def step(self, name: str, rows: int | None, done: Callable[[], int] | None) -> AbstractContextManager[None]:
        """Show a step while it runs; `done` says how many of its rows are through."""


class NoProgress:
    """Shows nothing."""

    @contextmanager
    def step(self, name: str, rows: int | None, done: Callable[[], int] | None) -> Iterator[None]:
        """Show nothing."""
        yield


class LineProgress:
    """One line on standard error for each step that writes, and for each other step that took its time."""

    @contextmanager
    def step(self, name: str, rows: int | None, done: Callable[[], int] | None) -> Iterator[None]:
        """Print the step, its rows and its rate once it is through."""
        started = time.monotonic()
        yield
        seconds = time.monotonic() - started
        if done or seconds >= QUIET_S:
            moved = f": {rows:,} rows, {rows / seconds:,.0f} rows/s" if rows and seconds else ""
            print(f"{name}{moved}, {seconds:.1f} s", file=sys.stderr, flush=True)


class BarProgress:
    """Bars on a terminal; use it as a context manager around all steps."""

    def __init__(self):
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        self._bars = Bars(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description:<28}", markup=False),
            BarColumn(24),
            TextColumn("{task.fields[moved]}", markup=False),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )

    def __enter__(self) -> "BarProgress":
        self._bars.start()
        return self

    def __exit__(self, *_) -> None:
        self._bars.stop()

    @contextmanager
    def step(self, name: str, rows: int | None, done: Callable[[], int] | None) -> Iterator[None]:
        """Show a bar; one of a step that does not write disappears when it is through."""

        def show(so_far: int) -> None:
            rate = so_far / (time.monotonic() - started)
            self._bars.update(task, completed=so_far, moved=f"{so_far:,}/{rows:,} rows, {rate:,.0f} rows/s")

        task = self._bars.add_task(name, total=rows if done else None, moved="")
        over = threading.Event()
        started = time.monotonic()

        def follow() -> None:
            while not over.wait(POLL_S):
                show(done())

        follower = threading.Thread(target=follow, daemon=True) if done else None
        if follower:
            follower.start()
        try:
            yield
        finally:
            over.set()
            if follower:
                follower.join()
        if done:
            show(rows)
        else:
            self._bars.remove_task(task)


@contextmanager
def shown(wanted: bool) -> Iterator[Progress]:
    """The progress that suits standard error: bars on a terminal, else lines; nothing when it is not wanted."""
    if not wanted:
        yield NoProgress()
    elif sys.stderr.isatty():
        with BarProgress() as bars:
            yield bars
    else:
        yield LineProgress()
