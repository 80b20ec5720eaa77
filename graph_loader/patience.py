"""Writing rows in spite of errors that pass: the connector tries a transaction again, and this the rows as a whole.

The connector waits as long before each try, and its budget is that of a task, however many transactions that has. So it gets
a bounded budget for all of them, and a load waits longer and longer before it sends the rows once more.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graph_loader.connection import TransientGraphError
from graph_loader.faults import AGAIN

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from graph_loader.lease import Lease
    from graph_loader.writer import Writer

FIRST_WAIT_S = 1.0
# measured: one that was killed answers again after 6 to 22 s, and the more it has to recover, the later
BACK_WITHIN_S = 60.0


@contextmanager
def told_what_stays() -> Iterator[None]:
    """Say, where the server goes away in the middle of a load, what becomes of it, instead of how to reach a server.

    Raises:
        TransientGraphError: the server is gone, or an error did not pass in time.
    """
    try:
        yield
    except TransientGraphError as error:
        raise TransientGraphError(error.message, AGAIN) from error


@told_what_stays()
def write_patiently(
    writer: "Writer",
    lease: "Lease",
    rows: "DataFrame",
    count: int,
    statement: str,
    tasks: int,
    first: str | None = None,
) -> int:
    """Run a statement for every row, and again after an error that passes, as often as the writer tries a transaction again.

    Args:
        writer: runs it.
        lease: renewed before each try, for which a server that is on its way back has `BACK_WITHIN_S`.
        rows: what the statement sees as `event`, one by one.
        count: how many rows there are.
        statement: must have the same effect when it is run again for the same row.
        tasks: how many transactions may run at once.
        first: a statement of the same effect for the first try alone, which must not be run again for the same row.

    Returns:
        How often the rows had to be sent once more.

    Raises:
        TransientGraphError: the error did not pass, or the server stays away.
        GraphError: an error that another try would not mend.
        LeaseError: another load took the lease.
    """
    patient = writer.for_rows(count)
    for tried in range(writer.retries + 1):
        _renew(lease)
        try:
            if first and not tried:
                patient.once().write(rows, first, tasks)
            else:
                patient.write(rows, statement, tasks)
            return tried
        except TransientGraphError:
            if tried == writer.retries:
                raise
            time.sleep(FIRST_WAIT_S * 2**tried)
    raise AssertionError("the last try returns or raises")


def _renew(lease: "Lease") -> None:
    """Renew the lease as soon as the server is there, for which a single statement does not wait long enough."""
    deadline = time.monotonic() + BACK_WITHIN_S
    while True:
        try:
            return lease.require(waits=False)
        except TransientGraphError:
            if time.monotonic() > deadline:
                raise
            time.sleep(FIRST_WAIT_S)
