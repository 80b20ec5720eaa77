"""Bronze files: the records of one source file, as text, with their lineage."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from lakegraph.landing.feeds import Feed
from lakegraph.landing.hashing import record_hashes
from lakegraph.landing.readers.contract import SOURCE_LINE
from lakegraph.landing.values import ValueOptions, apply_options

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

# Columns of one value per file: worth a dictionary and statistics; for the others both cost more than they bring.
CONSTANT_COLUMNS = ("_batch_id", "_batch_date", "_source_file", "_landed_at")


@dataclass(frozen=True)
class Origin:
    """Where and when a file's records came in.

    Attributes:
        batch_id: the batch.
        batch_date: the day it stands for.
        source_file: the file's name.
        landed_at: when the batch was landed, in UTC.
    """

    batch_id: str
    batch_date: date
    source_file: str
    landed_at: datetime


def bronze_schema(feed: Feed) -> "pa.Schema":
    """The columns of a feed's bronze files."""
    import pyarrow as pa

    lineage = {
        "_batch_id": pa.string(),
        "_batch_date": pa.date32(),
        "_source_file": pa.string(),
        SOURCE_LINE: pa.int64(),
        "_landed_at": pa.timestamp("us"),
        "_record_hash": pa.string(),
    }
    return pa.schema([*((column, pa.string()) for column in feed.columns), *lineage.items()])


def bronze_batch(
    read: "pa.RecordBatch", feed: Feed, options: ValueOptions, origin: Origin, connection: "duckdb.DuckDBPyConnection"
) -> "pa.RecordBatch":
    """What a reader gave as bronze holds it: all canonical columns, absent ones null, and lineage.

    Args:
        read: some of the feed's columns, and the line of each record.
        feed: the feed.
        options: how its values are written.
        origin: where they came from.
        connection: a DuckDB connection of this thread's own.
    """
    import pyarrow as pa

    def column(name: str) -> "pa.Array":
        if name not in read.schema.names:
            return pa.nulls(read.num_rows, pa.string())
        return apply_options(read.column(name), feed.types[name], options)

    values = [column(name) for name in feed.columns]
    return pa.RecordBatch.from_arrays(
        [
            *values,
            pa.repeat(pa.scalar(origin.batch_id), read.num_rows),
            pa.repeat(pa.scalar(origin.batch_date), read.num_rows),
            pa.repeat(pa.scalar(origin.source_file), read.num_rows),
            read.column(SOURCE_LINE),
            pa.repeat(pa.scalar(origin.landed_at, pa.timestamp("us")), read.num_rows),
            record_hashes(values, connection),
        ],
        schema=bronze_schema(feed),
    )
