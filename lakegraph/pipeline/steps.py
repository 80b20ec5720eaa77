"""Says what a run is doing, and how long each step took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from lakegraph.runtime.console import say
from lakegraph.runtime.interrupts import require_uninterrupted


class Steps:
    """The steps of one run, on the console unless it is quiet."""

    def __init__(self, quiet: bool = False):
        self.quiet = quiet
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step, and say that it is done.

        Raises:
            KeyboardInterrupt: an interrupt came before it began, or a library in it lost one.
        """
        require_uninterrupted()
        begin = time.monotonic()
        yield
        require_uninterrupted()
        self.seconds[name] = round(time.monotonic() - begin, 2)
        self.tell(f"[green]✓[/green] {name} [dim]{self.seconds[name]:.1f} s[/dim]")

    def tell(self, text: str) -> None:
        """Print a line, unless the run is quiet."""
        if not self.quiet:
            say(text)
