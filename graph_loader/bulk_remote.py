"""The first load of a server that others run: import files for it, and what is to be done with them."""

import json
import shlex
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from graph_loader.bulk import rest_of, write_files
from graph_loader.bulk_checks import LOAD, BulkRefusedError, is_to_be_imported
from graph_loader.bulk_folder import emptied
from graph_loader.session import Session


@dataclass(frozen=True)
class ImportOrder:
    """What whoever runs the server has to do.

    Attributes:
        folder: the import files.
        database: which database they are for.
        command: to be run in the folder, on the server's machine, while the database is stopped.
        after_import: per label or type, the rows that no file carries whole; the load that comes after the import writes them.
    """

    folder: str
    database: str
    command: str
    after_import: dict[str, int]

    def as_json(self) -> str:
        """The order as JSON text."""
        return json.dumps(asdict(self), indent=2)

    def __str__(self) -> str:
        return "\n".join(
            [
                f"The import files are in {self.folder}; nothing has been written to the graph yet. On the server's machine:",
                f"1. stop the server, or with the Enterprise Edition the database: STOP DATABASE {self.database}",
                "2. in this folder or a copy of it, as the user that the server runs as:",
                f"   {self.command}",
                f"3. start it again, then run `{LOAD}` here: it makes the constraints, compares and writes what is left.",
            ]
        )


def order_import(session: Session, folder: Path) -> ImportOrder:
    """Write the import files of a session's plan, and save in the ledger that the graph may come to hold it.

    Args:
        folder: where the files go; those of an earlier call are deleted.

    Raises:
        BulkRefusedError: the database is not empty.
        ConfigurationError: the folder will not do, see `bulk_folder.require_usable`.
        LeaseError: another load has taken the lease.
    """
    session.lease.require()
    if not is_to_be_imported(session.connection, session.ledger.state, session.graph_id):
        raise BulkRefusedError(
            f"{session.connection.address} holds what an import or a load that broke off has written.",
            f"`{LOAD}` goes on from there.",
        )
    # the plan took its time, in which others may have put something there since it was looked at first
    folder = emptied(folder.resolve())
    written = write_files(session, folder, with_lease=False, overwrite=True)
    session.lease.require()
    session.ledger.begin(replace(session.plan.attempt, repair=True))
    command = shlex.join(["neo4j-admin", *written.arguments])
    return ImportOrder(str(folder), session.connection.target.database, command, rest_of(written))
