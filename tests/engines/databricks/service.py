"""The calls of the SQL connector's Thrift protocol: sessions, and statements that are carried out while their call waits.

It does not model: statements that run on (there is nothing to poll or to cancel), and metadata calls other than those the dbt
adapter makes.
"""

import threading
import uuid

from databricks.sql.thrift_api.TCLIService import TCLIService, ttypes
from pyspark.sql import SparkSession

from tests.engines.databricks.journal import Journal
from tests.engines.databricks.results import direct_results, failed_results, operation_status, succeeded
from tests.engines.databricks.statements import carry_out

PROTOCOL = ttypes.TProtocolVersion.SPARK_CLI_SERVICE_PROTOCOL_V7
SHOWN_ERROR = 2000


class Service(TCLIService.Iface):
    """Sessions of one Spark application: what a session makes temporarily is its own, tables are everybody's."""

    def __init__(self, spark: SparkSession, journal: Journal):
        self._spark, self._journal = spark, journal
        self._sessions: dict[bytes, SparkSession] = {}
        self._opening = threading.Lock()

    def OpenSession(self, req: ttypes.TOpenSessionReq) -> ttypes.TOpenSessionResp:
        """A session; its schema is no concern of it, for dbt names every relation in full."""
        handle = _handle()
        with self._opening:
            self._sessions[handle.guid] = self._spark.newSession()
        return ttypes.TOpenSessionResp(
            status=succeeded(),
            serverProtocolVersion=PROTOCOL,
            canUseMultipleCatalogs=True,
            initialNamespace=req.initialNamespace,
            sessionHandle=ttypes.TSessionHandle(sessionId=handle, serverProtocolVersion=PROTOCOL),
        )

    def CloseSession(self, req: ttypes.TCloseSessionReq) -> ttypes.TCloseSessionResp:
        """The end of a session."""
        self._sessions.pop(req.sessionHandle.sessionId.guid, None)
        return ttypes.TCloseSessionResp(status=succeeded())

    def ExecuteStatement(self, req: ttypes.TExecuteStatementReq) -> ttypes.TExecuteStatementResp:
        """Carries a statement out and answers with its whole result."""
        spark = self._sessions[req.sessionHandle.sessionId.guid]
        with self._journal.statement(req.statement) as entry:
            try:
                results = direct_results(carry_out(spark, req.statement, entry))
            except Exception as error:
                # whatever Spark has against a statement is the statement's error, not the server's
                message = str(error).split("\n\nJVM stacktrace")[0][:SHOWN_ERROR]
                entry.error = message
                results = failed_results(message)
        operation = ttypes.TOperationHandle(
            operationId=_handle(), operationType=ttypes.TOperationType.EXECUTE_STATEMENT, hasResultSet=True
        )
        return ttypes.TExecuteStatementResp(status=succeeded(), operationHandle=operation, directResults=results)

    def GetOperationStatus(self, req: ttypes.TGetOperationStatusReq) -> ttypes.TGetOperationStatusResp:
        """Every statement has ended when its call has been answered."""
        return operation_status(ttypes.TOperationState.FINISHED_STATE)

    def CloseOperation(self, req: ttypes.TCloseOperationReq) -> ttypes.TCloseOperationResp:
        """Nothing is kept of a statement."""
        return ttypes.TCloseOperationResp(status=succeeded())

    def CancelOperation(self, req: ttypes.TCancelOperationReq) -> ttypes.TCancelOperationResp:
        """Nothing is left to cancel."""
        return ttypes.TCancelOperationResp(status=succeeded())


def _handle() -> ttypes.THandleIdentifier:
    guid = uuid.uuid4().bytes
    return ttypes.THandleIdentifier(guid=guid, secret=guid)
