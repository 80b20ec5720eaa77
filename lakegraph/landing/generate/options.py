"""What the generator is asked for and what it says it made."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from lakegraph.runtime.errors import ConfigurationError

EARLIEST_START, LATEST_END = date(1990, 1, 1), date(2200, 1, 1)
MOST_DIRT = 0.5


@dataclass(frozen=True)
class GenerateOptions:
    """The same options give the same files, byte by byte; more days leave the earlier ones as they are.

    Args:
        drops: the folder that receives the files; made when it is missing.
        start: the date of the first drop, which holds two years of history.
        days: how many daily drops to make.
        scale: 1 gives 1,200 customers, 800 products and 50 suppliers on the first day.
        seed: another seed gives another shop of the same kind.
        dirt: faulty records as a share of the sound ones in each file; above 0, each fault comes at least once per file.

    Raises:
        ConfigurationError: a value is out of its range.
    """

    drops: Path
    start: date
    days: int = 2
    scale: float = 1.0
    seed: int = 42
    dirt: float = 0.0

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ConfigurationError(f"--days is {self.days}.", "Give 1 or more.")
        if not 0 < self.scale <= 100_000:
            raise ConfigurationError(f"--scale is {self.scale:g}.", "Give a number above 0 and up to 100,000.")
        if not 0 <= self.dirt <= MOST_DIRT:
            raise ConfigurationError(f"--dirt is {self.dirt:g}.", f"Give a share from 0 to {MOST_DIRT:g}.")
        if self.start < EARLIEST_START or self.days > (LATEST_END - self.start).days:
            raise ConfigurationError(
                f"--start {self.start} with --days {self.days} leaves the years that serve.",
                f"Stay from {EARLIEST_START} to {LATEST_END}.",
            )


@dataclass(frozen=True)
class GeneratedFile:
    """One feed's file of one drop; `faults` of its records are planted ones."""

    name: str
    feed: str
    records: int
    faults: int
    bytes: int


@dataclass(frozen=True)
class GeneratedDrop:
    """One day's files; `faults_file` is None when nothing was planted."""

    batch_id: str
    batch_date: date
    files: tuple[GeneratedFile, ...]
    trigger_file: str
    faults_file: str | None


@dataclass(frozen=True)
class GenerateResult:
    """What was written, drop by drop."""

    drops: tuple[GeneratedDrop, ...]
    seconds: float = field(compare=False)

    @property
    def records(self) -> int:
        """All records of all drops."""
        return sum(file.records for drop in self.drops for file in drop.files)

    @property
    def faults(self) -> int:
        """All planted faulty records of all drops."""
        return sum(file.faults for drop in self.drops for file in drop.files)

    @property
    def bytes(self) -> int:
        """The size of all feed files."""
        return sum(file.bytes for drop in self.drops for file in drop.files)
