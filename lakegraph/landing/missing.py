"""How many values are missing."""

from typing import TYPE_CHECKING

from lakegraph.landing.values import BLANK, BLANKS

if TYPE_CHECKING:
    import pyarrow as pa

FIRST_BYTES = sorted({character.encode()[0] for character in BLANKS})


def missing_values(column: "pa.Array") -> int:
    """The nulls of a text column, and the texts that staging reads as one: those of nothing but blanks.

    Only values that begin like a blank are looked at as texts; that keeps it far cheaper than parsing.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    present = column.drop_null() if column.null_count else column
    _, offsets, text = present.buffers()
    if not len(present):
        return len(column)
    bounds = np.frombuffer(offsets, np.int32)[present.offset : present.offset + len(present) + 1]
    filled = bounds[1:] > bounds[:-1]
    missing = len(column) - int(np.count_nonzero(filled))
    if missing == len(column):
        return missing
    begins_blank = np.zeros(256, bool)
    begins_blank[FIRST_BYTES] = True
    # of an empty text, that is another's byte, or one beyond the last
    first = np.frombuffer(text, np.uint8).take(bounds[:-1], mode="clip")
    suspected = np.flatnonzero(filled & begins_blank[first])
    if len(suspected):
        missing += pc.sum(pc.match_substring_regex(present.take(pa.array(suspected)), BLANK)).as_py()
    return missing
