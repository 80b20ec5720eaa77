"""What has come to the drops folder since it was last taken in, and whether it has come whole.

The folder itself is the truth: a file counts by its size and times, so that an event that got lost is made good by the next
look, and one that says nothing new starts no run.
"""

import time
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from lakegraph.landing.drops import DropsError
from lakegraph.landing.patterns import FilePattern, is_no_delivery
from lakegraph.landing.sources import Sources

# how long a file must have kept its size and times to count as whole; a trigger is a few hundred bytes
SETTLED_S = {"trigger": 0.5, "feed": 1.0}

Signature = tuple[int, int, int]
# Landing asks of a file that no pattern takes only whether it is there, as its trigger expects; what it holds is nobody's
# business, so that a log that grows in the folder starts a single run.
IS_THERE: Signature = (0, 0, 0)


@dataclass(frozen=True)
class Look:
    """What a look at the drops folder found.

    Attributes:
        ready: something has come that a run should take in, and it is whole.
        growing: something has come that may not be whole yet.
    """

    ready: bool = False
    growing: bool = False


@dataclass(frozen=True)
class _Arrival:
    """A file that no run has been given yet."""

    signature: Signature
    since: float


class Arrivals:
    """The files of a drops folder that no run has been given yet.

    With trigger files, a trigger announces a batch; without them, every file of a feed does. The other files count only while
    something is unfinished, those of no feed only if a trigger expects them: one of them may be what a batch waits for.

    Args:
        drops: the drops folder.
        sources: how its files become feeds.
        clock: gives seconds.
    """

    def __init__(self, drops: Path, sources: Sources, clock: Callable[[], float] = time.monotonic):
        self.drops = drops
        self._clock = clock
        feeds = [sources.pattern(feed) for feed in sources.feeds]
        trigger = sources.trigger_pattern
        self._announcing = [trigger] if trigger else feeds
        self._patterns: list[FilePattern] = [*feeds, trigger] if trigger else feeds
        self._settled = SETTLED_S["trigger" if trigger else "feed"]
        self._taken: dict[Path, Signature] = {}
        self._new: dict[Path, _Arrival] = {}
        self._expected: Set[Path] = frozenset()

    @property
    def awaited(self) -> str:
        """The patterns of the files that announce a batch."""
        return ", ".join(pattern.text for pattern in self._announcing)

    @property
    def nested(self) -> bool:
        """Whether files may lie in folders below the drops folder."""
        return any(pattern.is_nested for pattern in self._patterns)

    def look(self, unfinished: bool) -> Look:
        """Look at the folder.

        Args:
            unfinished: whether a batch waits for files or the last run failed, so that a new file may mend it.

        Raises:
            DropsError: the folder is not there or cannot be read.
        """
        now = self._clock()
        there = dict(self._files())
        self._taken = {path: taken for path, taken in self._taken.items() if there.get(path) == taken}
        known = self._new
        self._new = {
            path: known[path]
            if path in known and known[path].signature == signature
            else _Arrival(signature, since=now)
            for path, signature in there.items()
            if path not in self._taken
        }
        waited_for = [path for path in self._new if self._announces(path)]
        if not waited_for and unfinished:
            waited_for = [path for path in self._new if self._is_expected(path) or self._is_taken(path)]
        whole = all(now - self._new[path].since >= self._settled for path in waited_for)
        return Look(ready=bool(waited_for) and whole, growing=not whole)

    def expect(self, files: Set[Path]) -> None:
        """Say which files triggers expect that had not come when the last run looked, whether or not a feed takes them."""
        self._expected = files

    def take(self) -> None:
        """Remember that what the last look found is now given to a run."""
        self._taken |= {path: arrival.signature for path, arrival in self._new.items()}

    def _announces(self, path: Path) -> bool:
        return self._fits(path, self._announcing)

    def _is_taken(self, path: Path) -> bool:
        return self._fits(path, self._patterns)

    def _is_expected(self, path: Path) -> bool:
        """Whether a trigger expects the file, beside itself or, where a feed's pattern takes it, by its name."""
        if path in self._expected:
            return True
        relative = path.relative_to(self.drops).as_posix()
        named = any(path.name == expected.name for expected in self._expected)
        return named and any(pattern.matches(relative) for pattern in self._patterns)

    def _fits(self, path: Path, patterns: list[FilePattern]) -> bool:
        relative = path.relative_to(self.drops).as_posix()
        return any(pattern.matches(relative) and not pattern.hides(relative) for pattern in patterns)

    def _files(self) -> Iterator[tuple[Path, Signature]]:
        if not self.drops.is_dir():
            raise DropsError(
                f"The drops folder {self.drops} does not exist.", "Name another with --drops or DROPS_DIR."
            )
        try:
            for folder in {folder for pattern in self._patterns for folder in pattern.folders(self.drops)}:
                for path in folder.glob("*"):
                    if signature := self._signature(path):
                        yield path, signature
        except OSError as error:
            raise DropsError(f"The drops folder {self.drops} cannot be read: {error.strerror}.") from error

    def _signature(self, path: Path) -> Signature | None:
        hidden = any(map(is_no_delivery, path.relative_to(self.drops).parts))
        if hidden and not self._is_expected(path) and not self._is_taken(path):
            return None
        try:
            stat = path.stat()
        except FileNotFoundError:  # it has left since the folder was listed
            return None
        if not path.is_file():
            return None
        return (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns) if hidden or self._is_taken(path) else IS_THERE
