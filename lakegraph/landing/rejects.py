"""The operational table of rejected records, written as they come."""

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Self

from lakegraph.landing.parquet import RowGroups, parquet_writer, remove_partial
from lakegraph.landing.readers.contract import Rejected
from lakegraph.runtime.ops import ops_file, ops_schema

if TYPE_CHECKING:
    import pyarrow as pa

TABLE = "rejected_records"


@dataclass(frozen=True)
class RejectsFile:
    """The file that rejected records of a batch go to, with all that is needed to write it on another machine.

    Attributes:
        path: the file.
        batch_id: the batch.
        landed_at: when it was landed, in UTC.
        schema: the columns of the operational table.
    """

    path: Path
    batch_id: str
    landed_at: datetime
    schema: "pa.Schema"

    @property
    def pieces(self) -> Path:
        """The folder of its pieces, where it is written in several."""
        return self.path.with_name(f".{self.path.stem}.pieces")

    def piece(self, number: int) -> Self:
        """One of its pieces."""
        return replace(self, path=self.pieces / f"{number}.parquet")

    def join(self, numbers: Sequence[int]) -> None:
        """Write the file out of some of its pieces, in their order; a row group at most is held in memory."""
        import pyarrow.parquet as pq

        with parquet_writer(self.path, self.schema) as writer:
            for number in numbers:
                for batch in pq.ParquetFile(self.piece(number).path).iter_batches():
                    writer.write(batch)

    def remove_pieces(self) -> None:
        """Remove its pieces."""
        if self.pieces.exists():
            shutil.rmtree(self.pieces)

    def remove(self) -> None:
        """Remove the file, its pieces, and what an interrupted writer left of it."""
        self.path.unlink(missing_ok=True)
        remove_partial(self.path)
        self.remove_pieces()


def rejects_file(ops: Path, batch_id: str, landed_at: datetime) -> RejectsFile:
    """Where the rejected records of a batch go."""
    return RejectsFile(ops_file(ops, TABLE, batch_id), batch_id, landed_at, ops_schema(TABLE))


class RejectedRecords:
    """Writes rejected records to a file; several threads may add to it. The file appears when the block ends well."""

    def __init__(self, target: RejectsFile):
        self._target = target
        self._constants = {"batch_id": target.batch_id, "landed_at": target.landed_at}
        self._writer: RowGroups | None = None
        self._open = ExitStack()
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error) -> bool | None:
        return self._open.__exit__(*error)

    def add(self, feed: str, source_file: str, rejected: Sequence[tuple[Rejected, str | None]]) -> None:
        """Append some rejected records of a file, each with what stands in the place of its key (`mentioned_key`)."""
        if not rejected:
            return
        import pyarrow as pa

        rows = [
            {
                **self._constants,
                "feed": feed,
                "source_file": source_file,
                "source_line": record.line,
                "reason": record.reason.value,
                "detail": record.detail,
                "raw_text": record.raw_text,
                "key_texts": key_texts,
            }
            for record, key_texts in rejected
        ]
        batch = pa.RecordBatch.from_pylist(rows, schema=self._target.schema)
        with self._lock:
            if self._writer is None:
                self._writer = self._open.enter_context(parquet_writer(self._target.path, self._target.schema))
            self._writer.write(batch)
