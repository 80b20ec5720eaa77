"""Watches over one local Neo4j server: `python -m lakegraph.runtime.neo4j_supervisor HOME LIBRARY HEAP [OPTION_OF_JAVA ...]`.

Standard input is the lease of the process that started it. While it is open, the server runs; when it closes, the server
stops, unless the line `keep` came first. SIGTERM stops the server in either case, and the death of the supervisor itself
takes the server along. SIGHUP starts the server anew, with another store when one is offered (neo4j_swap.py).
"""

import select
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

from lakegraph.runtime import neo4j_swap
from lakegraph.runtime.class_archive import archived
from lakegraph.runtime.java import java
from lakegraph.runtime.processes import die_with_parent

STOP_TIMEOUT_S = 50
WATCH_EVERY_S = 0.2
# of the server's jars, and of the archive of their classes
LOCK = "neo4j-server"

# What Neo4j's own start script hands to Java.
JVM_OPTIONS = [
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-XX:-OmitStackTraceInFastThrow",
]


def main(home: Path, library: Path, heap: str, java_options: list[str]) -> int:
    """Run the server until it ends, its starter dies or SIGTERM comes; returns the server's exit code."""
    # the jars first: an archive serves every class path that begins with its own
    classpath = f"{library}/*:{home}/plugins/*"
    options = [*JVM_OPTIONS, "-XX:+UseG1GC", *archived(LOCK), *java_options]
    command = [java(), f"-Xms{heap}", f"-Xmx{heap}", *options, "-cp", classpath, _entry_point(library)]
    command += [f"--home-dir={home}", f"--config-dir={home}/conf"]
    # appended to by a handler, which may come in the middle of anything
    anew: list[int] = []
    server = None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGHUP, lambda number, _: anew.append(number))
    try:
        leased = True
        while True:
            neo4j_swap.finish(home)
            server = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)  # noqa: PLW1509
            neo4j_swap.clear(home)
            while server.poll() is None and not anew:
                if not leased:
                    signal.sigtimedwait([], WATCH_EVERY_S)
                elif select.select([sys.stdin], [], [], WATCH_EVERY_S)[0]:
                    if sys.stdin.readline() != "keep\n":
                        return 0
                    leased = False
            if not anew:
                return server.returncode
            anew.clear()
            _end(server)
            neo4j_swap.accept(home)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if server:
            _end(server)


def _entry_point(library: Path) -> str:
    jar = next(library.glob("neo4j-[0-9]*.jar"))
    with zipfile.ZipFile(jar) as content:
        return content.read("META-INF/services/org.neo4j.server.startup.EntryPoint").decode().split()[0]


def _end(server: subprocess.Popen) -> None:
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4:]))
