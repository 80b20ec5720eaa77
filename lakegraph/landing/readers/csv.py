"""Reads CSV: RFC 4180 with any delimiter, encoding and line end, at Arrow's speed."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from lakegraph.landing.readers.beginning import BOM, read_beginning
from lakegraph.landing.readers.contract import (
    DEFAULT_DELIMITER,
    SOURCE_LINE,
    ChooseColumns,
    Chunk,
    Reason,
    Rejected,
    Run,
    UnreadableFileError,
)
from lakegraph.landing.readers.encoding import readable, utf8_stream
from lakegraph.landing.readers.framing import Frame, Limits, frames
from lakegraph.landing.readers.quotes import leading_fields

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class CsvDialect:
    """How a CSV file is written, and how much of it is held in memory.

    Attributes:
        delimiter: what separates fields; where it is the default, a first line `sep=;` says otherwise.
        encoding: the character encoding, by a name that Python knows.
        limits: what is held in memory.
        skip_lines: how many lines stand above the header, or above the records where there is none.
        header: what the columns are called, where the file does not say it.
    """

    delimiter: str = DEFAULT_DELIMITER
    encoding: str = "utf-8"
    limits: Limits = field(default_factory=Limits)
    skip_lines: int = 0
    header: tuple[str, ...] | None = None


def read_csv(stream: BinaryIO, dialect: CsvDialect, choose: ChooseColumns, run: Run = map) -> Iterator[Chunk]:
    """Read a CSV file, which may be compressed with gzip.

    Memory is bounded by the dialect's limits and by how far `run` reads ahead.

    Args:
        stream: the file.
        dialect: how it is written.
        choose: picks the columns from the header, or raises.
        run: how the pieces are parsed, such as a parallel map that keeps the order; by default one after the other.

    Yields:
        Chunk by chunk, in the file's order, all its records: as text, or rejected with their reason.

    Raises:
        UnreadableFileError: there is no header, or none that can be read; or the file as a whole is not written as is said.
    """
    text = utf8_stream(stream, dialect.encoding)
    begin = read_beginning(text, dialect.delimiter, dialect.skip_lines, dialect.limits.block)
    dialect = replace(dialect, delimiter=begin.delimiter)
    pieces = frames(text, dialect.delimiter, dialect.limits, begin.data, begin.line)
    header = dialect.header
    if header is None:
        first = next((piece for piece in pieces if len(piece) or piece.rejected), None)
        if first is None:
            raise UnreadableFileError("the file is empty: it has not even a header")
        header, pieces = _header(first, dialect), chain([first.keep(slice(1, None))], pieces)
    parse = partial(_parse, dialect=dialect, width=len(header), columns=choose(header))
    yield from run(parse, pieces)


def _header(frame: Frame, dialect: CsvDialect) -> tuple[str, ...]:
    if not len(frame) or any(rejected.line < frame.lines[0] for rejected in frame.rejected):
        line, fault = frame.rejected[0].line, frame.rejected[0].detail
        raise UnreadableFileError(f"line {line} should hold the header: {fault}")
    raw = frame.raw(0)
    try:
        text = raw.decode("utf-8")
        names = next(csv.reader([text], delimiter=dialect.delimiter))
    except UnicodeDecodeError:
        raise UnreadableFileError(
            f"the header is not {dialect.encoding}: {readable(raw)[:200]}", "Name its encoding in the sources file."
        ) from None
    except csv.Error as error:
        raise UnreadableFileError(f"the header cannot be read: {error}") from None
    if "\0" in text:
        raise UnreadableFileError(
            "the header holds NUL characters: the file is not text, or is UTF-16",
            "Name its encoding in the sources file.",
        )
    return tuple(name.strip() for name in names)


def _parse(frame: Frame, dialect: CsvDialect, width: int, columns: Mapping[str, int]) -> Chunk:
    """The records of a frame as an Arrow batch; those that are not text or have too many or too few fields are rejected."""
    import pyarrow as pa

    frame = frame.reject(_undecodable(frame, dialect), dialect.limits)
    table, found = _parse_fields(frame, dialect, width, columns)
    frame = frame.reject(
        {record: (Reason.FIELD_COUNT, f"expected {width} fields, found {fields}") for record, fields in found.items()},
        dialect.limits,
    )
    if table.num_rows != len(frame):
        raise UnreadableFileError(f"{len(frame)} records were found, but {table.num_rows} were read")
    arrays = [_one_array(table.column(str(position))) for position in columns.values()]
    batch = pa.RecordBatch.from_arrays([*arrays, pa.array(frame.lines, pa.int64())], [*columns, SOURCE_LINE])
    rejected = (_with_fields(record, dialect) for record in frame.rejected)
    return Chunk(batch, tuple(sorted(rejected, key=lambda record: record.line)))


def _with_fields(record: Rejected, dialect: CsvDialect) -> Rejected:
    raw = record.raw_text.encode()
    fields, is_split = leading_fields(raw, dialect.delimiter)
    if len(raw) >= dialect.limits.raw_text:  # cut off, maybe in the middle of a field
        fields, is_split = fields[:-1], False
    return replace(record, fields=tuple(field.decode() for field in fields), is_split=is_split)


def _undecodable(frame: Frame, dialect: CsvDialect) -> dict[int, tuple[Reason, str]]:
    """The records that are not valid UTF-8."""
    import numpy as np

    if not len(frame) or _is_utf8(frame.data):
        return {}
    beyond_ascii = np.flatnonzero(np.frombuffer(frame.data, np.uint8) > 127)
    suspects = np.unique(np.searchsorted(frame.nexts, beyond_ascii, side="right"))
    faults = {}
    for record in suspects[suspects < len(frame)].tolist():
        try:
            frame.raw(record).decode("utf-8")
        except UnicodeDecodeError as error:
            faults[record] = (Reason.ENCODING, f"byte {error.start + 1} of the record is not {dialect.encoding}")
    return faults


def _is_utf8(data: bytes) -> bool:
    import pyarrow as pa

    offsets = pa.array([0, len(data)], pa.int64()).buffers()[1]
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _parse_fields(
    frame: Frame, dialect: CsvDialect, width: int, columns: Mapping[str, int]
) -> tuple["pa.Table", dict[int, int]]:
    """The chosen columns of a frame's records, named by their positions, and the field counts of those with a wrong one."""
    import pyarrow as pa
    from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions
    from pyarrow.csv import read_csv as parse

    names = [str(position) for position in range(width)]  # of our own: those of the header may come twice
    chosen = [names[position] for position in sorted(set(columns.values()))]
    if not len(frame):
        return pa.table({name: pa.array([], pa.string()) for name in chosen}), {}
    data = _bytes_of(frame)
    quoted = b'"' in frame.data
    found: dict[int, int] = {}

    def reject(row) -> str:
        found[row.number - 1] = row.actual_columns
        return "skip"

    table = parse(
        pa.BufferReader(data),
        ReadOptions(use_threads=False, column_names=names, block_size=len(data) + 1),
        ParseOptions(
            delimiter=dialect.delimiter,
            quote_char='"' if quoted else False,
            newlines_in_values=quoted,
            ignore_empty_lines=False,
            invalid_row_handler=reject,
        ),
        ConvertOptions(check_utf8=False, column_types=dict.fromkeys(chosen, pa.string()), include_columns=chosen),
    )
    return table, found


def _bytes_of(frame: Frame) -> "pa.Buffer":
    """The records as one piece of text; cut out of the frame where something else stands between them."""
    import numpy as np
    import pyarrow as pa

    gaps = np.flatnonzero(frame.starts[1:] != frame.nexts[:-1])
    begins = frame.starts[np.append(0, gaps + 1)].tolist()
    ends = frame.nexts[np.append(gaps, len(frame) - 1)].tolist()
    view = memoryview(frame.data)
    spans = [view[begin:end] for begin, end in zip(begins, ends, strict=True)]
    # Arrow takes one byte order mark off what it reads, even in the middle of a file.
    if spans[0][: len(BOM)] == BOM:
        spans.insert(0, memoryview(BOM))
    return pa.py_buffer(spans[0] if len(spans) == 1 else b"".join(spans))


def _one_array(column: "pa.ChunkedArray") -> "pa.Array":
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
