"""The embedded warehouse, as everybody but dbt opens it: read-only."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lakegraph.runtime.errors import ConfigurationError, LakegraphError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class WarehouseError(LakegraphError):
    """The warehouse is in use, not readable, or lacks a mart."""


@contextmanager
def reading(warehouse: Path) -> Iterator["DuckDBPyConnection"]:
    """A read-only connection to a DuckDB file.

    Raises:
        ConfigurationError: there is no such file.
        WarehouseError: another process writes it, or it is no DuckDB database.
    """
    import duckdb

    if not warehouse.is_file():
        raise ConfigurationError(
            f"There is no warehouse at {warehouse}.", "Run `dbt build` first, or name the lake with --lake."
        )
    try:
        connection = duckdb.connect(str(warehouse), read_only=True)
    except duckdb.Error as error:
        if "lock" in str(error).lower():
            raise WarehouseError(
                f"Another process writes {warehouse}.", "Wait until it has finished, then try again."
            ) from error
        reason = str(error).splitlines()[0]
        raise WarehouseError(
            f"{warehouse} cannot be opened as a DuckDB database: {reason}", "Build it anew."
        ) from error
    with connection:
        # what a time with a zone reads as must not depend on where a process runs
        connection.execute("set TimeZone = 'UTC'")
        yield connection
