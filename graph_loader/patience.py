"""Writing rows in spite of errors that pass: the connector tries a transaction again, and this the rows as a whole.

The connector waits as long before each try, and its budget is that of a task, however many transactions that has. So it gets
a bounded budget for all of them, and a load waits longer and longer before it sends the rows once more.
"""

import time
from typing import TYPE_CHECKING

from graph_loader.connection import TransientGraphError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from graph_loader.lease import Lease
    from graph_loader.writer import Writer

FIRST_WAIT_S = 1.0


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
        lease: renewed before each try, which also waits a while for a server that is on its way back.
        rows: what the statement sees as `event`, one by one.
        count: how many rows there are.
        statement: must have the same effect when it is run again for the same row.
        tasks: how many transactions may run at once.
        first: a statement of the same effect for the first try alone, which must not be run again for the same row.

    Returns:
        How often the rows had to be sent once more.

    Raises:
        TransientGraphError: the error did not pass.
        GraphError: an error that another try would not mend, or the server stays away.
        LeaseError: another load took the lease.
    """
    patient = writer.for_rows(count)
    for tried in range(writer.retries + 1):
        lease.require()
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
