"""The HTTPS side of the stand-in: Thrift messages by POST, the workspace's description by GET, on the loopback alone.

It does not model: authentication (any token is good), compression, and connections that outlive an answer's timeout.
"""

import json
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from databricks.sql.thrift_api.TCLIService import TCLIService
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TTransport import TMemoryBuffer

# the adapter asks it before anything else, and asks again for minutes when nobody answers
DISCOVERY = "/.well-known/databricks-config"


def https_server(service: TCLIService.Iface, certificate: Path, key: Path) -> ThreadingHTTPServer:
    """A server on a free port of the loopback that answers the SQL connector; `serve_forever` begins it.

    Args:
        service: what carries out the calls.
        certificate: its certificate, as PEM.
        key: the certificate's key, as PEM.
    """
    processor = TCLIService.Processor(service)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked, answered = TMemoryBuffer(self.rfile.read(int(self.headers["Content-Length"]))), TMemoryBuffer()
            processor.process(TBinaryProtocol(asked), TBinaryProtocol(answered))
            self._answer(200, "application/x-thrift", answered.getvalue())

        def do_GET(self) -> None:
            if self.path != DISCOVERY:
                self._answer(404, "text/plain", b"")
                return
            origin = f"https://localhost:{self.server.server_port}"
            described = {"host_type": "workspace", "oidc_endpoint": f"{origin}/oidc", "workspace_id": "1"}
            self._answer(200, "application/json", json.dumps(described).encode())

        def log_message(self, *_) -> None:
            pass

        def _answer(self, status: int, content_type: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server
