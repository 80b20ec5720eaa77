"""Athena's API over HTTP: the calls that run queries; every other call goes on to moto."""

import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.engines.athena import results, rules
from tests.engines.athena.errors import InvalidRequest
from tests.engines.athena.execution import Executor, Query

# the adapter waits between two questions; an answer that comes late spares it the wait
PATIENCE_S = 2
PAGE_ROWS = 1000
QUERIES_AT_ONCE = 20


class Endpoint:
    """A server of Athena's API on a free port of the loopback; leaving the `with` block stops it."""

    def __init__(self, executor: Executor, moto_url: str):
        self._executor, self._moto_url = executor, moto_url
        self._queries: dict[str, Query] = {}
        self._pool = ThreadPoolExecutor(QUERIES_AT_ONCE)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Endpoint":
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    @property
    def statements(self) -> list[Query]:
        """Every query that was started, in order."""
        return list(self._queries.values())

    def answer(self, action: str, request: dict) -> dict | None:
        """The answer to a call, None when it is none of the calls that run queries.

        Raises:
            InvalidRequest: Athena's API refuses it.
        """
        if action == "StartQueryExecution":
            return self._start(request)
        query = self._queries.get(request.get("QueryExecutionId"))
        if query is None:
            return None
        if action == "GetQueryExecution":
            return _execution(query, request)
        if action == "GetQueryResults":
            return _page(query, request)
        if action == "StopQueryExecution":
            query.cancel()
            return {}
        return None

    def _start(self, request: dict) -> dict:
        rules.check_size(request["QueryString"])
        output = request.get("ResultConfiguration", {}).get("OutputLocation", "")
        query = Query(request["QueryString"], request.get("QueryExecutionContext", {}), output)
        self._queries[query.id] = query
        self._pool.submit(self._executor.execute, query)
        return {"QueryExecutionId": query.id}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, answer = endpoint._respond(self.path, dict(self.headers), body)
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        return Handler

    def _respond(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        try:
            answer = self.answer(headers.get("X-Amz-Target", "").split(".")[-1], json.loads(body or b"{}"))
        except InvalidRequest as refusal:
            return 400, json.dumps({"__type": "InvalidRequestException", "Message": str(refusal)}).encode()
        if answer is not None:
            return 200, json.dumps(answer).encode()
        kept = {key: value for key, value in headers.items() if key.lower() not in ("host", "content-length")}
        request = urllib.request.Request(self._moto_url + path, body, kept)
        try:
            with urllib.request.urlopen(request) as forwarded:
                return 200, forwarded.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


def _execution(query: Query, request: dict) -> dict:
    query.done.wait(PATIENCE_S)
    status = {"State": query.state if query.done.is_set() else "RUNNING", "SubmissionDateTime": query.started}
    if query.done.is_set() and query.reason:
        status["StateChangeReason"] = query.reason
        status["AthenaError"] = {
            "ErrorCategory": 2,
            "ErrorType": results.ICEBERG_ERROR if "ICEBERG" in query.reason else results.OTHER_ERROR,
            "Retryable": False,
            "ErrorMessage": query.reason,
        }
    seconds = (query.finished or time.time()) - query.started
    return {
        "QueryExecution": {
            "QueryExecutionId": query.id,
            "Query": query.sql,
            "StatementType": query.kind,
            "WorkGroup": request.get("WorkGroup", "primary"),
            "QueryExecutionContext": query.context,
            "Status": status,
            "ResultConfiguration": {"OutputLocation": query.output},
            "EngineVersion": {"EffectiveEngineVersion": "Athena engine version 3"},
            "Statistics": {"DataScannedInBytes": 0, "TotalExecutionTimeInMillis": int(seconds * 1000)},
        }
    }


def _page(query: Query, request: dict) -> dict:
    begin, size = int(request.get("NextToken") or 0), int(request.get("MaxResults") or PAGE_ROWS)
    head = [[name for name, _ in query.columns]] if query.kind == "DML" and query.columns else []
    rows = head + query.rows
    answer = {
        "ResultSet": {
            "Rows": [
                {"Data": [{} if value is None else {"VarCharValue": results.text(value)} for value in row]}
                for row in rows[begin : begin + size]
            ],
            "ResultSetMetadata": {"ColumnInfo": [results.column(name, type) for name, type in query.columns]},
        }
    }
    if query.update_count is not None and query.update_count >= 0:
        answer["UpdateCount"] = query.update_count
    if begin + size < len(rows):
        answer["NextToken"] = str(begin + size)
    return answer
