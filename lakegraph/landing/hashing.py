"""The hash of a record's content."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

# Between two values, instead of a null, and before a character of a value that is one of the three.
SEPARATOR, NULL, ESCAPE = "\x1f", "\x1e", "\x1d"


def record_hashes(columns: Sequence["pa.Array"], connection: "duckdb.DuckDBPyConnection") -> "pa.Array":
    """The md5 of each record, as 32 hexadecimal digits.

    It is taken over the columns' texts, joined by U+001F, with U+001E for a null; where a value itself holds U+001D, U+001E
    or U+001F, U+001D stands before it. So two records have the same text only when all their values are the same.

    Args:
        columns: the record's columns, all of one length.
        connection: a DuckDB connection that no other thread uses; DuckDB's md5 is the fastest at hand.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    joined = pc.binary_join_element_wise(
        *map(_escaped, columns), SEPARATOR, null_handling="replace", null_replacement=NULL
    )
    texts = pa.table({"content": joined})
    return connection.from_arrow(texts).project("md5(content) as hash").to_arrow_table().column("hash").combine_chunks()


def _escaped(column: "pa.Array") -> "pa.Array":
    import numpy as np
    import pyarrow.compute as pc

    text = column.buffers()[2]
    first = ord(ESCAPE)
    if text is None or not (np.frombuffer(text, np.uint8) - np.uint8(first) < 3).any():
        return column
    return pc.replace_substring_regex(column, f"([{ESCAPE}{NULL}{SEPARATOR}])", rf"{ESCAPE}\1")
