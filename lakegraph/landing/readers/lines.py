"""Physical lines: where they end, whether by LF, CRLF or CR."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

LF, CR = 10, 13


@dataclass(frozen=True)
class Lines:
    """The lines of a piece of text that are there as a whole.

    Attributes:
        ends: where each line ends, before its line end.
        nexts: where the next line begins.
    """

    ends: "np.ndarray"
    nexts: "np.ndarray"

    def __len__(self) -> int:
        return len(self.ends)


def find_lines(data: bytes, final: bool) -> Lines:
    """The lines of `data`.

    Args:
        data: text that begins with a line.
        final: nothing follows, so that what stands behind the last line end is a line too, and a CR at the end is one.
    """
    import numpy as np

    codes = np.frombuffer(data, np.uint8)
    nexts = np.flatnonzero(codes == LF) + 1
    ends = nexts - 1
    if b"\r" in data:
        returns = np.flatnonzero(codes == CR)
        before_lf = codes.take(returns + 1, mode="clip") == LF
        ends[np.searchsorted(ends, returns[before_lf])] -= 1
        alone = returns[~before_lf]
        if not final and data.endswith(b"\r"):
            alone = alone[:-1]
        if alone.size:
            order = np.argsort(np.concatenate([ends, alone]), kind="stable")
            ends = np.concatenate([ends, alone])[order]
            nexts = np.concatenate([nexts, alone + 1])[order]
    if final and (nexts[-1] if nexts.size else 0) < len(data):
        ends, nexts = np.append(ends, len(data)), np.append(nexts, len(data))
    return Lines(ends, nexts)
