"""What every reader gives: chunks of records as text, and the records that could not be read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from lakegraph.runtime.errors import LakegraphError

if TYPE_CHECKING:
    import pyarrow as pa

# Picks the columns to read: from the names in the header to output column → position in the header. It raises when the
# header will not do.
ChooseColumns = Callable[[tuple[str, ...]], Mapping[str, int]]
# How the pieces of a file are parsed: like the built-in map, which does it one after the other in this thread.
Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]

SOURCE_LINE = "_source_line"
# What may separate fields. What keys are made of does not: the keys in a record that cannot be read would not be found.
DELIMITER = r"[^\w.\-\"\r\n\0\x80-\U0010ffff]"
DEFAULT_DELIMITER = ","


class Reason(StrEnum):
    """Why a record was rejected."""

    FIELD_COUNT = "record.field_count"
    ENCODING = "record.encoding"
    UNTERMINATED_QUOTE = "record.unterminated_quote"
    TOO_LARGE = "record.too_large"


@dataclass(frozen=True)
class Rejected:
    """A record that could not be read.

    Attributes:
        line: the physical line on which it starts; the file's first is line 1.
        reason: why.
        detail: what exactly was found.
        raw_text: the record as it stands in the file; bytes that are no text are written as \\xNN.
        fields: its fields as far as they can be told apart: those before the one that is broken or cut off.
        is_split: whether these are all of its fields.
    """

    line: int
    reason: Reason
    detail: str
    raw_text: str
    fields: tuple[str, ...] = ()
    is_split: bool = False


@dataclass(frozen=True)
class Chunk:
    """The records of one piece of a file.

    Attributes:
        batch: the chosen columns as text, and the physical line on which each record starts as `_source_line`.
        rejected: the records that could not be read, in the order of their lines.
    """

    batch: "pa.RecordBatch"
    rejected: tuple[Rejected, ...]

    @property
    def records_read(self) -> int:
        """How many records this piece of the file holds; lines without a character are no records."""
        return self.batch.num_rows + len(self.rejected)


class UnreadableFileError(LakegraphError):
    """A file as a whole cannot be read; the reader does not know its name."""
