"""What stands above a CSV file's records: a byte order mark, a line that names the delimiter, lines to skip."""

import re
from dataclasses import dataclass
from typing import BinaryIO

from lakegraph.landing.readers.contract import DEFAULT_DELIMITER, DELIMITER, UnreadableFileError
from lakegraph.landing.readers.encoding import Utf8Stream
from lakegraph.landing.readers.lines import find_lines

BOM = b"\xef\xbb\xbf"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# Excel writes and reads such a first line, which is no header.
SEPARATOR_LINE = re.compile(rf'("?)sep=({DELIMITER})\1(?:\r\n?|\n|$)', re.IGNORECASE | re.ASCII)
LONGEST_SEPARATOR_LINE = len('"sep=;"\r\n')
NEEDED = len(BOM) + LONGEST_SEPARATOR_LINE


@dataclass(frozen=True)
class Beginning:
    """Where a file's own content begins.

    Attributes:
        data: what has been read of it.
        line: the physical line with which it begins.
        delimiter: what separates fields.
    """

    data: bytes
    line: int
    delimiter: str


def read_beginning(stream: "BinaryIO | Utf8Stream", delimiter: str, skip_lines: int, block: int) -> Beginning:
    """Read what stands above the header, or above the records where there is none.

    Args:
        stream: the file, in UTF-8.
        delimiter: what is said to separate fields; the default gives way to what the file says itself.
        skip_lines: how many lines to skip from the first one, that which names the delimiter among them.
        block: how much to read at a time at most, in bytes.

    Raises:
        UnreadableFileError: the stream begins as UTF-16 does, or the file says another delimiter than the declared one.
    """
    data = b""
    while len(data) < NEEDED and (more := stream.read(min(NEEDED, block))):
        data += more
    if data.startswith(UTF_16_MARKS):
        raise UnreadableFileError("the file begins as UTF-16 does", "Say so under 'encoding' in the sources file.")
    data = data.removeprefix(BOM)
    if named := SEPARATOR_LINE.match(data[:LONGEST_SEPARATOR_LINE].decode("latin-1")):
        delimiter = _settled(named[2], delimiter)
        skip_lines = max(skip_lines, 1)
    return Beginning(_without_lines(data, stream, skip_lines, block), 1 + skip_lines, delimiter)


def _settled(named: str, declared: str) -> str:
    if declared not in (named, DEFAULT_DELIMITER):
        raise UnreadableFileError(
            f"line 1 says that fields are separated by {_shown(named)}, but the delimiter is said to be {_shown(declared)}",
            "Correct the feed's 'delimiter' in the sources file, or have the line written as it says.",
        )
    return named


def _shown(delimiter: str) -> str:
    return "tab" if delimiter == "\t" else f"'{delimiter}'"


def _without_lines(data: bytes, stream: "BinaryIO | Utf8Stream", count: int, block: int) -> bytes:
    """What follows so many lines; quotes mean nothing in them."""
    while count:
        lines = find_lines(data, final=False)
        if some := min(count, len(lines)):
            data, count = data[lines.nexts[some - 1] :], count - some
        elif more := stream.read(block):
            # of a line that goes on, only a CR may matter, to which an LF may belong
            data = data[-1:] * data.endswith(b"\r") + more
        else:
            return b""
    return data
