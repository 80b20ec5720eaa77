"""Files that are there whole or not at all, and records as CSV text (RFC 4180, quoted only where needed)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakegraph.landing.generate.text import joined
from lakegraph.runtime.errors import LakegraphError

MARKS = (b",", b'"', b"\n")
MARKS_PATTERN = '[,"\n]'


class DropNotWrittenError(LakegraphError):
    """A file of a drop cannot be written."""


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to that takes its name when the block ends well, and leaves nothing behind when it does not.

    Raises:
        DropNotWrittenError: the folder does not exist, forbids writing, or is full.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        raise DropNotWrittenError(
            f"{path} cannot be written: {error.strerror}.", "Give a folder with room that you may write to (--drops)."
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Remove a file if it is there.

    Raises:
        DropNotWrittenError: it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise DropNotWrittenError(
            f"{path} of an earlier run cannot be removed: {error.strerror}.",
            "Remove it, or name another folder (--drops).",
        ) from error


def csv_lines(columns: Iterable[pa.StringArray]) -> pa.StringArray:
    """One line for each row, its end included."""
    *most, last = (_quoted(column) for column in columns)
    return joined(*most, joined(last, "\n"), separator=",")


def csv_line(fields: Iterable[str]) -> str:
    """One line of single values, its end included."""
    quoted = (
        '"' + field.replace('"', '""') + '"' if any(mark in field for mark in ',"\n') else field for field in fields
    )
    return ",".join(quoted) + "\n"


def text_buffer(lines: pa.StringArray | pa.BinaryArray) -> pa.Buffer:
    """The bytes of all lines, one after the other, without a copy."""
    _, offsets, data = lines.buffers()
    if not len(lines):
        return pa.py_buffer(b"")
    bounds = np.frombuffer(offsets, dtype=np.int32)[[lines.offset, lines.offset + len(lines)]]
    return data.slice(bounds[0], bounds[1] - bounds[0])


def _quoted(column: pa.StringArray) -> pa.StringArray:
    # most columns hold no mark at all, which one look at their bytes tells
    text = text_buffer(column).to_pybytes()
    if not any(mark in text for mark in MARKS):
        return column
    quoted = joined('"', pc.replace_substring(column, '"', '""'), '"')
    return pc.if_else(pc.match_substring_regex(column, MARKS_PATTERN), quoted, column)
