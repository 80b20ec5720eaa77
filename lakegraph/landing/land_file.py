"""Lands one file."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lakegraph.landing.bronze import CONSTANT_COLUMNS, Origin, bronze_batch, bronze_schema
from lakegraph.landing.drops import DropFile, DropFileError, Fingerprint, MissingColumns, MissingColumnsFileError
from lakegraph.landing.feeds import Feed
from lakegraph.landing.header import ColumnMap, MissingColumnsError, map_columns
from lakegraph.landing.mentioned import mentioned_key
from lakegraph.landing.missing import missing_values
from lakegraph.landing.parquet import parquet_writer
from lakegraph.landing.readers.contract import Chunk, UnreadableFileError
from lakegraph.landing.readers.csv import CsvDialect, read_csv
from lakegraph.landing.rejects import RejectedRecords
from lakegraph.landing.result import LandedFile
from lakegraph.landing.sources import FeedFiles
from lakegraph.landing.values import ValueOptions
from lakegraph.landing.workers import Workers

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class FileToLand:
    """A file with all that is known of it beforehand.

    Attributes:
        file: where it lies.
        seen: what it held when its batch was recognised.
        feed: its feed.
        declared: how the sources file says that it is written.
        origin: the lineage of its records.
        folder: where its bronze file is to lie.
    """

    file: DropFile
    seen: Fingerprint
    feed: Feed
    declared: FeedFiles
    origin: Origin
    folder: Path

    @property
    def target(self) -> Path:
        """Its bronze file."""
        return self.folder / f"{self.file.stem}.parquet"


def land_file(given: FileToLand, rejected: RejectedRecords, workers: Workers) -> LandedFile:
    """Write a file's records to its bronze file, and those that cannot be read to the rejected ones.

    Raises:
        MissingColumnsFileError: its header lacks a column that must be there.
        DropFileError: it has no usable header, cannot be read, or changed meanwhile. In any case the Parquet file is not
            there then.
    """
    path = given.file.path
    header: list[ColumnMap] = []
    without = Counter()
    landed = rejects = read = 0
    try:
        with parquet_writer(given.target, bronze_schema(given.feed), CONSTANT_COLUMNS) as writer:
            for chunk, batch, absent_values in _batches(given, header, workers):
                writer.write(batch)
                without.update(absent_values)
                keys = [(record, mentioned_key(record, given.feed, header[0])) for record in chunk.rejected]
                rejected.add(given.feed.name, path.name, keys)
                read, landed, rejects = (
                    read + chunk.records_read,
                    landed + batch.num_rows,
                    rejects + len(chunk.rejected),
                )
            if not given.seen.still_fits(path):
                raise UnreadableFileError("it changed while it was being read", "Land again when it is complete.")
    except MissingColumnsError as error:
        missing = MissingColumns(given.feed.name, path.name, error.needed, error.absent)
        raise MissingColumnsFileError(f"{path}: {error.message}.", error.hint, missing) from error
    except UnreadableFileError as error:
        raise DropFileError(f"{path}: {error.message}.", error.hint) from error
    except OSError as error:
        raise DropFileError(
            f"{path} cannot be landed: {error.strerror or error} ({error.filename or given.folder})."
        ) from error
    return LandedFile(
        feed=given.feed.name,
        delivery=given.declared.delivery or given.feed.delivery,
        source_file=path.name,
        path_in_drops=given.file.path_in_drops,
        file_bytes=given.seen.size,
        file_hash=given.seen.sha256,
        absent_columns=header[0].absent,
        unmapped_columns=header[0].unmapped,
        records_read=read,
        records_landed=landed,
        records_rejected=rejects,
        missing_values={column: without[column] for column in header[0].positions},
    )


def _batches(
    given: FileToLand, header: list[ColumnMap], workers: Workers
) -> "Iterator[tuple[Chunk, pa.RecordBatch, dict[str, int]]]":
    declared = given.declared
    options = ValueOptions(declared.decimal_comma, declared.date_format, declared.null_values)

    def choose(names: tuple[str, ...]) -> dict[str, int]:
        header.append(map_columns(names, given.feed, declared.names, declared.delimiter))
        return header[0].positions

    def run(parse, pieces: Iterable) -> "Iterator[tuple[Chunk, pa.RecordBatch, dict[str, int]]]":
        def parse_and_finish(piece):
            chunk = parse(piece)
            batch = bronze_batch(chunk.batch, given.feed, options, given.origin, workers.connection())
            return chunk, batch, {name: missing_values(batch.column(name)) for name in header[0].positions}

        return workers.map(parse_and_finish, pieces)

    dialect = CsvDialect(declared.delimiter, declared.encoding, skip_lines=declared.skip_lines, header=declared.header)
    with given.file.path.open("rb") as stream:
        yield from read_csv(stream, dialect, choose, run)
