"""The embedded warehouse, as everybody but dbt opens it: read-only."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.settings import Settings

if TYPE_CHECKING:
    import duckdb


class WarehouseBusyError(LakegraphError):
    """The embedded warehouse cannot be opened."""


@contextmanager
def reading(settings: Settings) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A read-only connection to the warehouse file, which must exist.

    Raises:
        WarehouseBusyError: another process writes it, or it is no DuckDB database.
    """
    import duckdb

    try:
        connection = duckdb.connect(str(settings.warehouse), read_only=True)
    except duckdb.IOException as error:
        raise WarehouseBusyError(
            f"The warehouse {settings.warehouse} cannot be opened: {str(error).splitlines()[0]}.",
            "Wait for the command that writes it, or end it.",
        ) from error
    with connection:
        yield connection
