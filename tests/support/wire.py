"""A wire to a server that a test can cut."""

import socket
import threading
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Wire:
    """Carries connections from a port of this machine to a server."""

    def __init__(self, host: str, port: int):
        self._server = (host, port)
        self._open: list[socket.socket] = []
        self._entry = socket.create_server(("127.0.0.1", 0))
        self.uri = f"bolt://127.0.0.1:{self._entry.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break all connections that are open; new ones are carried as before."""
        cut, self._open = self._open, []
        for one in cut:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def close(self) -> None:
        """Break everything and take no more."""
        self._entry.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._entry.accept()
                far = socket.create_connection(self._server)
                self._open += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def wire_to(uri: str):
    """A wire to the server of a Bolt address."""
    server = urlsplit(uri)
    wire = Wire(server.hostname, server.port)
    try:
        yield wire
    finally:
        wire.close()
