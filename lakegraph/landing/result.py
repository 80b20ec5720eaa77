"""What a landing did."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class LandedFile:
    """What became of a file.

    Attributes:
        feed: its feed.
        delivery: full or delta.
        source_file: its name.
        path_in_drops: its path below the drops folder.
        file_bytes: its size in bytes.
        file_hash: its sha256, as `Fingerprint` has it.
        absent_columns: canonical columns that it lacks.
        unmapped_columns: columns of its own that no canonical column takes.
        records_read: its records, which are landed or rejected.
        records_landed: those in bronze.
        records_rejected: those that could not be read.
        missing_values: canonical column that the file has to the landed records without a value in it.
    """

    feed: str
    delivery: str
    source_file: str
    path_in_drops: str
    file_bytes: int
    file_hash: str
    absent_columns: tuple[str, ...]
    unmapped_columns: tuple[str, ...]
    records_read: int
    records_landed: int
    records_rejected: int
    missing_values: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class LandedBatch:
    """What became of a batch; its counts are the sums of its files'.

    Attributes:
        batch_id: its id.
        batch_date: the day it stands for.
        files: its files.
        records_read: its records, which are landed or rejected.
        records_landed: those in bronze.
        records_rejected: those that could not be read.
        megabytes: the size of its files in millions of bytes.
        seconds: how long its files took to be read and written.
        unknown_checks: the checks that its trigger asks for and nothing here does.
    """

    batch_id: str
    batch_date: date
    files: tuple[LandedFile, ...]
    records_read: int
    records_landed: int
    records_rejected: int
    megabytes: float
    seconds: float
    unknown_checks: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        batch_id: str,
        batch_date: date,
        files: tuple[LandedFile, ...],
        seconds: float,
        unknown_checks: tuple[str, ...] = (),
    ) -> "LandedBatch":
        """A batch of some files."""
        return cls(
            batch_id=batch_id,
            batch_date=batch_date,
            files=files,
            records_read=sum(file.records_read for file in files),
            records_landed=sum(file.records_landed for file in files),
            records_rejected=sum(file.records_rejected for file in files),
            megabytes=sum(file.file_bytes for file in files) / 1e6,
            seconds=seconds,
            unknown_checks=unknown_checks,
        )

    def lines(self) -> list[str]:
        """The batch in one line, and one more for each file of which there is something to say."""
        head = (
            f"landed {self.batch_id}: {len(self.files)} files, {self.records_read:,} records read, "
            f"{self.records_landed:,} landed, {self.records_rejected:,} rejected, {self.megabytes / self.seconds:.0f} MB/s"
        )
        remarks = []
        if self.unknown_checks:
            remarks.append(f"  its trigger asks for checks that nothing here does: {', '.join(self.unknown_checks)}")
        for file in self.files:
            if file.unmapped_columns:
                remarks.append(
                    f"  {file.source_file}: no column of {file.feed} takes {', '.join(file.unmapped_columns)}"
                )
            if file.records_rejected:
                records = "1 record" if file.records_rejected == 1 else f"{file.records_rejected:,} records"
                remarks.append(f"  {file.source_file}: {records} could not be read; see ops.rejected_records")
            if not file.records_read:
                remarks.append(f"  {file.source_file}: has no records")
        return [head, *remarks]


@dataclass(frozen=True)
class LeftBehind:
    """A batch that was not landed, and why."""

    batch_id: str
    reason: str


@dataclass(frozen=True)
class LandingResult:
    """What one landing did.

    Attributes:
        batches: the batches that are visible now and were not before.
        repeated: the ids of visible batches whose files lay in the drops folder again, with the same content.
        waiting: batches that are not complete, or come after one that is left behind.
        refused: batches that cannot be landed as they are.
        unclaimed: files that were left alone, each with its reason.
        unmatched: files that fit no pattern of the sources file.
        expected: where the files lie that triggers of batches still expect, once they have come.
    """

    batches: list[LandedBatch] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    waiting: list[LeftBehind] = field(default_factory=list)
    refused: list[LeftBehind] = field(default_factory=list)
    unclaimed: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    expected: set[Path] = field(default_factory=set)

    @property
    def complete(self) -> bool:
        """Whether no batch had to be left behind."""
        return not (self.waiting or self.refused)

    def summary(self) -> str:
        """What happened, line by line, for the console (rich markup is escaped, and what would steer a terminal)."""
        from rich.markup import escape

        from lakegraph.runtime.console import printable

        lines = [line for batch in self.batches for line in batch.lines()]
        if self.repeated:
            lines.append(f"landed before, with the same content: {_shortened(self.repeated)}")
        lines += [f"waits: {left.batch_id}: {left.reason}" for left in self.waiting]
        lines += [f"refused: {left.batch_id}: {left.reason}" for left in self.refused]
        if self.unclaimed:
            lines.append(f"left alone: {_shortened(self.unclaimed)}")
        if self.unmatched:
            lines.append(f"no pattern of the sources file takes: {_shortened(self.unmatched)}")
        # no name makes lines of its own
        return escape("\n".join(map(printable, lines or ["nothing to land"])))


def _shortened(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
