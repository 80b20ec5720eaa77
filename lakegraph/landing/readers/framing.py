"""Cuts a stream of CSV into frames: pieces of a file that hold whole records."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from lakegraph.landing.readers.contract import Reason, Rejected
from lakegraph.landing.readers.encoding import Utf8Stream, readable
from lakegraph.landing.readers.lines import Lines, find_lines
from lakegraph.landing.readers.quotes import Settled, settle

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Limits:
    """What is held in memory, in bytes.

    Attributes:
        block: how much is read at a time.
        record: the longest record that is accepted.
        raw_text: how much is kept of a record that is too long.
    """

    block: int = 4 << 20
    record: int = 16 << 20
    raw_text: int = 64 << 10


@dataclass(frozen=True)
class Frame:
    """Whole records of a file.

    Attributes:
        data: the bytes in which they lie.
        starts: where each record begins in `data`.
        ends: where it ends, before its line end.
        nexts: where what follows its line end begins.
        lines: the physical line on which it starts.
        rejected: what stands in this piece of the file and is no record.
    """

    data: bytes
    starts: "np.ndarray"
    ends: "np.ndarray"
    nexts: "np.ndarray"
    lines: "np.ndarray"
    rejected: tuple[Rejected, ...] = ()

    def __len__(self) -> int:
        return len(self.starts)

    def raw(self, record: int) -> bytes:
        """The bytes of a record, without its line end."""
        return self.data[self.starts[record] : self.ends[record]]

    def keep(self, records: "np.ndarray | slice", rejected: list[Rejected] | None = None) -> "Frame":
        """The frame with only some of its records (a mask or a slice), and with more rejected ones."""
        kept = (part[records] for part in (self.starts, self.ends, self.nexts, self.lines))
        return Frame(self.data, *kept, rejected=(*self.rejected, *(rejected or ())))

    def reject(self, faults: dict[int, tuple[Reason, str]], limits: Limits) -> "Frame":
        """The frame without the records that have a fault (a reason and what exactly was found), which are rejected."""
        if not faults:
            return self
        import numpy as np

        kept = np.ones(len(self), bool)
        kept[list(faults)] = False
        rejected = [
            Rejected(int(self.lines[record]), reason, detail, readable(self.raw(record)[: limits.raw_text]))
            for record, (reason, detail) in faults.items()
        ]
        return self.keep(kept, rejected)


def frames(
    stream: "BinaryIO | Utf8Stream", delimiter: str, limits: Limits, begin: bytes = b"", line: int = 1
) -> Iterator[Frame]:
    """The records of a UTF-8 stream, frame by frame; a header is the first one.

    Lines without a character are no records. A frame is at most `limits.block + limits.record` bytes long.

    Args:
        stream: what is to be read.
        delimiter: what separates fields.
        limits: what is held in memory.
        begin: what has been read before, no longer than a block.
        line: the physical line with which it begins.
    """
    buffer, final = begin, False
    while not final:
        block = stream.read(limits.block)
        final = not block
        buffer += block
        lines = find_lines(buffer, final)
        settled = settle(buffer, lines, delimiter, final, limits.record)
        if count := len(settled.ends_record):
            yield _frame(buffer, lines, settled, line, limits)
            buffer, line = buffer[lines.nexts[count - 1] :], line + count
        if len(buffer) >= limits.record and not final and count == len(lines):
            size, kept, buffer = _skip_line(stream, buffer, limits)
            yield _skipped(line, size, kept, limits)
            line += 1


def _frame(data: bytes, lines: Lines, settled: Settled, first_line: int, limits: Limits) -> Frame:
    import numpy as np

    last_lines = np.flatnonzero(settled.ends_record)
    first_lines = np.append(0, last_lines[:-1] + 1)
    ends, nexts = lines.ends[last_lines], lines.nexts[last_lines]
    frame = Frame(data, np.append(0, nexts[:-1]), ends, nexts, first_lines + first_line)
    sizes = frame.ends - frame.starts
    faults = {int(record): _too_large(int(sizes[record]), limits) for record in np.flatnonzero(sizes > limits.record)}
    for fault_line, detail in settled.unterminated.items():
        faults[int(np.searchsorted(last_lines, fault_line))] = (Reason.UNTERMINATED_QUOTE, detail)
    frame = frame.reject(faults, limits)
    return frame.keep(frame.ends > frame.starts)


def _skipped(line: int, size: int, kept: bytes, limits: Limits) -> Frame:
    import numpy as np

    none = np.empty(0, np.int64)
    return Frame(b"", none, none, none, none, (Rejected(line, *_too_large(size, limits), readable(kept)),))


def _too_large(size: int, limits: Limits) -> tuple[Reason, str]:
    return Reason.TOO_LARGE, f"{size} bytes, more than {limits.record}"


def _skip_line(stream: "BinaryIO | Utf8Stream", buffer: bytes, limits: Limits) -> tuple[int, bytes, bytes]:
    """Read on to the next line end: the size of the line, its first bytes, and what follows it."""
    kept, size = buffer[: limits.raw_text], 0
    while True:
        lines = find_lines(buffer, final=False)
        if len(lines):
            return size + int(lines.ends[0]), kept, buffer[lines.nexts[0] :]
        block = stream.read(limits.block)
        if not block:
            return size + len(buffer.removesuffix(b"\r")), kept, b""
        held = b"\r" if buffer.endswith(b"\r") else b""
        size += len(buffer) - len(held)
        buffer = held + block
