"""The operational table of rejected records, written as they come."""

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Self

from lakegraph.landing.parquet import RowGroups, parquet_writer
from lakegraph.landing.readers.contract import Rejected
from lakegraph.runtime.ops import ops_file, ops_schema

TABLE = "rejected_records"


class RejectedRecords:
    """Writes the rejected records of one batch; several threads may add to it. The file appears when the block ends well."""

    def __init__(self, ops: Path, batch_id: str, landed_at: datetime):
        self._file = ops_file(ops, TABLE, batch_id)
        self._constants = {"batch_id": batch_id, "landed_at": landed_at}
        self._writer: RowGroups | None = None
        self._open = ExitStack()
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error) -> bool | None:
        return self._open.__exit__(*error)

    def add(self, feed: str, source_file: str, rejected: tuple[Rejected, ...]) -> None:
        """Append some rejected records of a file."""
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
            }
            for record in rejected
        ]
        batch = pa.RecordBatch.from_pylist(rows, schema=ops_schema(TABLE))
        with self._lock:
            if self._writer is None:
                self._writer = self._open.enter_context(parquet_writer(self._file, ops_schema(TABLE)))
            self._writer.write(batch)
