"""The threads that parse and hash."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    import duckdb

# While the caller writes a row group, the threads need work for as long.
AHEAD = 4

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers:
    """Threads, each with a DuckDB connection of its own."""

    def __init__(self, count: int):
        import duckdb

        self._count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="landing")
        self._database = duckdb.connect(config={"threads": 1})
        self._local = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error) -> None:
        self._pool.shutdown()
        self._database.close()

    def connection(self) -> "duckdb.DuckDBPyConnection":
        """The calling thread's connection to an empty database in memory."""
        if not hasattr(self._local, "connection"):
            self._local.connection = self._database.cursor()
        return self._local.connection

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Like the built-in map, in these threads; a few items for each thread are taken ahead of their results.

        When the caller stops early, what has not begun is cancelled and what has begun is waited for.
        """
        pending: deque[Future[Result]] = deque()
        try:
            for item in items:
                pending.append(self._pool.submit(function, item))
                if len(pending) > AHEAD * self._count:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                if not future.cancel():
                    future.exception()
