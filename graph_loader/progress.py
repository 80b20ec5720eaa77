"""What a run shows while it works, with rows per second and the time that is left: bars on a terminal, lines elsewhere."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

POLL_S = 0.25
# a log tells of a step that goes on so long, and again each time as much has passed
TELL_EVERY_S = 10.0
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
    """Lines on standard error: how far a long step that writes has come, and the end of each, and of other long steps."""

    @contextmanager
    def step(self, name: str, rows: int | None, done: Callable[[], int] | None) -> Iterator[None]:
        """Print now and then how far the step has come; its rows and its rate once it is through."""
        started = time.monotonic()

        def tell(so_far: int) -> None:
            print(f"{name}: {how_far(so_far, rows, time.monotonic() - started)}", file=sys.stderr, flush=True)

        with _followed(done, tell, TELL_EVERY_S):
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
            moved = how_far(so_far, rows, time.monotonic() - started)
            self._bars.update(task, completed=so_far, moved=moved)

        task = self._bars.add_task(name, total=rows if done else None, moved="")
        started = time.monotonic()
        with _followed(done, show, POLL_S):
            yield
        if done:
            show(rows)
        else:
            self._bars.remove_task(task)


def how_far(so_far: int, rows: int, seconds: float) -> str:
    """Rows that are through, how many of them per second, and how long the rest takes at that rate."""
    rate = so_far / seconds if seconds else 0
    left = f", {_duration((rows - so_far) / rate)} left" if rate and so_far < rows else ""
    return f"{so_far:,}/{rows:,} rows, {rate:,.0f} rows/s{left}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


@contextmanager
def _followed(done: Callable[[], int] | None, show: Callable[[int], None], every: float) -> Iterator[None]:
    """Show from another thread, every so many seconds, how far the block has come; nothing where nobody can say."""
    if done is None:
        yield
        return
    over = threading.Event()

    def follow() -> None:
        while not over.wait(every):
            show(done())

    follower = threading.Thread(target=follow, daemon=True)
    follower.start()
    try:
        yield
    finally:
        over.set()
        follower.join()


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
