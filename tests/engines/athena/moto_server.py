"""Glue, S3 and STS: moto's server, with the little that Trino asks for and moto lacks."""

import threading

from moto.core.responses import ActionResult, EmptyResult
from moto.glue.exceptions import GlueClientError
from moto.glue.responses import GlueResponse
from moto.server import ThreadedMotoServer

REGION = "us-east-1"
CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def start() -> ThreadedMotoServer:
    """A moto server on a free port of the loopback; `stop()` ends it. Its state lives in this process."""
    _answer_for_statistics()
    _refuse_concurrent_changes()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    return server


def _answer_for_statistics() -> None:
    for kind in ("table", "partition"):
        answers = {
            f"get_column_statistics_for_{kind}": lambda self: ActionResult({"ColumnStatisticsList": [], "Errors": []}),
            f"update_column_statistics_for_{kind}": lambda self: ActionResult({"Errors": []}),
            f"delete_column_statistics_for_{kind}": lambda self: EmptyResult(),
        }
        for name, answer in answers.items():
            setattr(GlueResponse, name, answer)


def _refuse_concurrent_changes() -> None:
    """Glue's optimistic lock: what makes the second of two concurrent Iceberg commits fail."""
    if getattr(GlueResponse, "checks_versions", False):
        return
    plain, lock = GlueResponse.update_table, threading.Lock()

    def update_table(self):
        given = self.parameters
        with lock:
            table = self.glue_backend.get_table(given["DatabaseName"], given["TableInput"]["Name"])
            if given.get("VersionId") not in (None, table.as_dict()["VersionId"]):
                raise GlueClientError(
                    "ConcurrentModificationException", "Update table failed due to concurrent modifications."
                )
            return plain(self)

    GlueResponse.update_table = update_table
    GlueResponse.checks_versions = True
