"""A real Neo4j Community server on a free loopback port, from Maven jars alone.

The server runs under a supervisor (neo4j_supervisor.py) that ends it when the process that started it dies without having
said `keep`. What others need to find it lies in `<home>/server.json`; the password lies in `<home>/password` (mode 0600) and
nowhere else.
"""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lakegraph.runtime.class_archive import archived
from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.jars import ensure
from lakegraph.runtime.java import QUICK_START, java
from lakegraph.runtime.neo4j_supervisor import LOCK

USER = "neo4j"
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 60


class Neo4jServerError(LakegraphError):
    """The local server does not start or does not stop."""


@dataclass(frozen=True)
class Server:
    """A local server that runs: its address, and the process that watches over it."""

    uri: str
    user: str
    password_file: str
    home: str
    supervisor: int
    supervisor_started: float

    @property
    def password(self) -> str:
        """The password, from its file."""
        return Path(self.password_file).read_text(encoding="ascii").strip()


class LocalNeo4j:
    """A server that this process started; leaving the `with` block stops it unless it was told to stay."""

    def __init__(self, server: Server, supervisor: subprocess.Popen):
        self.server = server
        self._supervisor = supervisor
        self._kept = False

    @classmethod
    def start(
        cls, home: Path, heap: str = "1g", page_cache: str = "256m", java_options: Sequence[str] = ()
    ) -> "LocalNeo4j":
        """Start a server whose store lies in a folder; a store that is there already is opened again.

        Args:
            home: the server's folder.
            heap: the heap of its Java process, as Java writes it.
            page_cache: the memory for its store, as Neo4j writes it.
            java_options: further options of its Java process.

        Raises:
            Neo4jServerError: it runs already, or does not answer within two minutes.
            JarError: its jars cannot be had.
        """
        home = home.resolve()
        if running := find_server(home):
            raise Neo4jServerError(f"A Neo4j server runs already at {running.uri} with its home in {home}.")
        library = ensure(LOCK)
        port = _free_port(home)
        _write_configuration(home, port, heap, page_cache)
        password_file = _password_file(home)
        _set_initial_password(home, library, password_file)
        command = [sys.executable, "-m", "lakegraph.runtime.neo4j_supervisor", str(home), str(library), heap]
        command += java_options
        with (home / "logs" / "console.log").open("wb") as log:
            supervisor = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True, env=_with_import_path()
            )
        import psutil

        try:
            server = Server(
                uri=f"bolt://127.0.0.1:{port}",
                user=USER,
                password_file=str(password_file),
                home=str(home),
                supervisor=supervisor.pid,
                supervisor_started=psutil.Process(supervisor.pid).create_time(),
            )
            await_answer(server, lambda: supervisor.poll() is not None)
            _write_private(_state_file(home), json.dumps(asdict(server), indent=2))
        except BaseException:
            supervisor.terminate()
            supervisor.wait(STOP_TIMEOUT_S)
            raise
        return cls(server, supervisor)

    def keep(self) -> Server:
        """Let the server outlive this process."""
        self._supervisor.stdin.write(b"keep\n")
        self._supervisor.stdin.close()
        self._kept = True
        return self.server

    def stop(self) -> None:
        """Stop the server and wait until it is gone."""
        _state_file(Path(self.server.home)).unlink(missing_ok=True)
        self._supervisor.terminate()
        self._supervisor.wait(STOP_TIMEOUT_S)

    def __enter__(self) -> "LocalNeo4j":
        return self

    def __exit__(self, *_) -> None:
        if not self._kept:
            self.stop()


def find_server(home: Path) -> Server | None:
    """The server that runs in a home folder, or None; the leftovers of one that died do not count."""
    import psutil

    try:
        server = Server(**json.loads(_state_file(home.resolve()).read_text(encoding="utf-8")))
        process = psutil.Process(server.supervisor)
        # one that has ended stays a zombie until whoever started it looks
        alive = process.create_time() == server.supervisor_started and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, TypeError, psutil.NoSuchProcess):
        return None
    return server if alive else None


def stop_server(home: Path) -> Server | None:
    """Stop the server that runs in a home folder and wait until it is gone; None when none runs.

    Raises:
        Neo4jServerError: it is still there after a minute.
    """
    import psutil

    server = find_server(home)
    if server is None:
        return None
    supervisor = psutil.Process(server.supervisor)
    supervisor.terminate()
    try:
        supervisor.wait(STOP_TIMEOUT_S)
    except psutil.TimeoutExpired as error:
        raise Neo4jServerError(
            f"The Neo4j server at {server.uri} (process {server.supervisor}) does not stop.", f"See {server.home}/logs."
        ) from error
    _state_file(home.resolve()).unlink(missing_ok=True)
    return server


def _state_file(home: Path) -> Path:
    return home / "server.json"


def _with_import_path() -> dict[str, str]:
    """The environment in which the supervisor finds this package, wherever the command was run."""
    root = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "PYTHONPATH": os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])}


def _free_port(home: Path) -> int:
    """The port the server had before, when it is free, so that clients find it again; else any free one."""
    before = home / "run" / "port"
    candidates = [int(before.read_text()), 0] if before.is_file() else [0]
    for candidate in candidates:
        with socket.socket() as probe:
            # connections of the server before that linger do not keep its port; one that listens does
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            port = probe.getsockname()[1]
        (home / "run").mkdir(parents=True, exist_ok=True)
        before.write_text(str(port))
        return port
    raise Neo4jServerError("No loopback port is free.")


def _write_configuration(home: Path, port: int, heap: str, page_cache: str) -> None:
    for folder in ("conf", "plugins", "data", "logs", "import", "run"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    lines = {
        "server.default_listen_address": "127.0.0.1",
        "server.bolt.listen_address": f"127.0.0.1:{port}",
        "server.bolt.advertised_address": f"127.0.0.1:{port}",
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        "server.memory.heap.initial_size": heap,
        "server.memory.heap.max_size": heap,
        "server.memory.pagecache.size": page_cache,
        "dbms.usage_report.enabled": "false",
        "db.tx_log.rotation.retention_policy": "2 files",
        # a fresh store of 2 MB instead of 500
        "db.tx_log.preallocate": "false",
        # a stop within half a second instead of ten
        "internal.server.bolt.thread_pool_shutdown_wait_time": "0s",
        "internal.server.bolt.connection_shutdown_wait_time": "0s",
    }
    content = "".join(f"{name}={value}\n" for name, value in lines.items())
    (home / "conf" / "neo4j.conf").write_text(content, encoding="utf-8")


def _password_file(home: Path) -> Path:
    file = home / "password"
    if not file.exists():
        # starts with a letter: the admin tool takes a leading dash for an option
        _write_private(file, f"n{secrets.token_hex(16)}")
    return file


def _write_private(file: Path, content: str) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(content)


def _set_initial_password(home: Path, library: Path, password_file: Path) -> None:
    if (home / "data" / "dbms" / "auth.ini").exists() or (home / "data" / "databases" / "system").exists():
        return
    # the tool reads its argument from the file, so that no process list shows it
    command = [java(), "-Xmx256m", *QUICK_START, *archived(LOCK), "-cp", f"{library}/*", "org.neo4j.cli.AdminTool"]
    command += ["dbms", "set-initial-password", f"@{password_file}"]
    env = {**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Neo4jServerError(f"Neo4j's admin tool cannot set the first password: {_last_line(done.stderr)}.")


def await_answer(server: Server, has_ended: Callable[[], bool]) -> None:
    """Wait until a server that starts answers.

    Args:
        has_ended: whether it, or who watches over it, is gone.

    Raises:
        Neo4jServerError: it ended, or does not answer within two minutes.
    """
    from neo4j import GraphDatabase
    from neo4j.exceptions import DriverError, Neo4jError

    home, deadline = Path(server.home), time.monotonic() + START_TIMEOUT_S
    port = int(server.uri.rpartition(":")[2])
    while True:
        log = home / "logs" / "console.log"
        if has_ended():
            said = _last_line(log.read_text(encoding="utf-8", errors="replace"))
            raise Neo4jServerError(f"The Neo4j server in {home} ended while it started: {said}.", f"See {log}.")
        try:
            # a plain connection first: the driver logs every refused one as an error
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            with GraphDatabase.driver(server.uri, auth=(USER, server.password)) as driver:
                driver.execute_query("RETURN 1")
            return
        except (OSError, DriverError, Neo4jError) as error:
            if time.monotonic() > deadline:
                raise Neo4jServerError(
                    f"The Neo4j server in {home} does not answer at {server.uri} after {START_TIMEOUT_S} s: {error}.",
                    f"See {log}.",
                ) from error
            time.sleep(0.2)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "it said nothing"
