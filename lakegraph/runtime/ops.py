"""Operational tables: one Parquet file per append under `lake/ops/<table>/`, with the columns that vars.yml declares."""

import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from urllib.parse import quote, unquote

from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.project import project_vars

APPEND_ROWS = 10_000


def ops_schema(table: str):
    """The pyarrow schema of an operational table, from `ops_tables` in vars.yml.

    Raises:
        ConfigurationError: vars.yml does not declare the table.
    """
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "decimal": pa.decimal128(18, 4),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
    }
    declared = project_vars()["ops_tables"].get(table)
    if declared is None:
        raise ConfigurationError(f"vars.yml declares no operational table '{table}' under ops_tables.")
    return pa.schema([(name, types[column["type"]]) for name, column in declared.items()])


def ops_file(ops: Path, table: str, name: str) -> Path:
    """The file that holds what was appended to a table under a name (a batch id, a run id)."""
    return ops / table / f"{quote(name, safe='')}.parquet"


def append(ops: Path, table: str, name: str, rows: Iterable[dict]) -> Path:
    """Write rows as `<ops>/<table>/<name>.parquet`, whole or not at all; the same name again replaces them.

    Args:
        ops: the folder of the operational tables.
        table: a table that vars.yml declares; absent columns become null.
        name: what was appended, such as a batch or a run.
        rows: the rows, column name to Python value; only some thousands of them are in memory at once.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    target = ops_file(ops, table, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f".{os.getpid()}.partial")
    schema = ops_schema(table)
    with partial.open("wb") as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            remaining = iter(rows)
            while chunk := list(islice(remaining, APPEND_ROWS)):
                writer.write_table(pa.Table.from_pylist(chunk, schema=schema))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)
    sync_folder(target.parent)
    return target


def read(ops: Path, table: str) -> list[dict]:
    """All rows of an operational table, in the order of their files' names; none when nothing was appended yet."""
    import pyarrow.parquet as pq

    files = sorted((ops / table).glob("*.parquet"))
    return pq.read_table(files, schema=ops_schema(table)).to_pylist() if files else []


def read_file(file: Path, table: str) -> list[dict]:
    """The rows of one file of an operational table; columns that vars.yml declared since it was written are null."""
    import pyarrow.parquet as pq

    return pq.read_table(file, schema=ops_schema(table)).to_pylist()


def name_of(file: Path) -> str:
    """The name under which the rows of a file were appended."""
    return unquote(file.stem)


def sync_folder(folder: Path) -> None:
    """Make a rename inside a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
