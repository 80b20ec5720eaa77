"""The lease on a graph: one load at a time, also from several machines.

It lies in the graph's metadata node (owner, expiry by the server's clock, fencing number). The owner renews it while it
works. One that has died holds it until it expires, unless a load of the same machine sees that its process is gone.
"""

import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from graph_loader import cypher
from graph_loader.connection import Connection, GraphError, Metadata
from graph_loader.owner import this_owner
from lakegraph.runtime.errors import LakegraphError

TERM_S = 30
RENEW_EVERY_S = TERM_S / 3
# graph and fencing number of the leases that this process works under; others in its name could not be given back
_at_work: set[tuple[str, int]] = set()


class LeaseError(LakegraphError):
    """Another load holds the lease on the graph, or took it away."""


@dataclass(frozen=True)
class Holder:
    """Who holds a lease.

    Attributes:
        owner: in words for a person: user, machine, process and run; None when it has been given back.
        process: the process as JSON: machine, pid and start time.
        expires: when, as ISO text by the server's clock.
        fence: a number that each lease has greater than those before it.
    """

    owner: str | None
    process: str | None
    expires: str | None
    fence: int


class Lease:
    """A lease that is being renewed."""

    def __init__(self, connection: Connection, graph_id: str, fence: int):
        self._connection, self._graph_id, self.fence = connection, graph_id, fence
        self._end_work: Callable[[], object] = lambda: None
        self._lost: str | None = None
        self._ended = threading.Event()
        self._renewing = threading.Lock()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def require(self, waits: bool = True) -> None:
        """Renew the lease, and end with an error when it is no longer held; to be asked before every write.

        Args:
            waits: for a server that is gone, as any statement does; otherwise it is asked once.

        Raises:
            LeaseError: another load took it.
            GraphError: the server is gone.
        """
        if self._lost is None and not self._is_renewed(waits):
            self._lose()
        if self._lost is not None:
            raise LeaseError(
                f"The lease on the graph '{self._graph_id}' was lost to {self._lost} while this load went on.",
                "Let that load finish, then load again; the ledger knows what is left to do.",
            )

    def begin_attempt(self, attempt: str) -> None:
        """Say in the graph which attempt is about to write, unless the lease is no longer held.

        Raises:
            LeaseError: another load took it; nothing was said.
            GraphError: the server is gone.
        """
        self._require_said(lambda: self._connection.begin_attempt(self._graph_id, attempt, self.fence))

    def write_metadata(self, metadata: Metadata) -> None:
        """Say in the graph what `Metadata` says, unless the lease is no longer held.

        Raises:
            LeaseError: another load took it; nothing was said.
            GraphError: the server is gone.
        """
        self._require_said(lambda: self._connection.write_metadata(self._graph_id, metadata, self.fence))

    def claim_labels(self, labels: Sequence[str]) -> None:
        """Say in the graph which labels its loads write, unless the lease is no longer held.

        Raises:
            LeaseError: another load took it; nothing was said.
            GraphError: the server is gone.
        """
        self._require_said(lambda: self._connection.claim_labels(self._graph_id, labels, self.fence))

    def when_lost(self, end_work: Callable[[], object]) -> None:
        """Have something called, from another thread, as soon as the lease is seen to be lost."""
        self._end_work = end_work

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Do not renew while the block runs: the server is about to go away and come back."""
        with self._renewing:
            yield

    def start(self) -> None:
        """Renew from now on, in a thread of its own."""
        self._thread.start()

    def give_back(self, waits: bool = True) -> None:
        """Stop renewing, and let the next load have it at once.

        Args:
            waits: for a server that is gone, as any statement does; otherwise it is asked once.

        Raises:
            GraphError: the server is gone, and keeps the lease until it expires.
        """
        self._ended.set()
        self._thread.join()
        self._say(waits, cypher.give_back_lease())

    def _renew(self) -> None:
        while not self._ended.wait(RENEW_EVERY_S):
            try:
                with self._renewing:
                    held = self._is_renewed(waits=False)
            except GraphError:
                # the load itself tells when the server is gone; if it comes back, the lease may still be ours
                continue
            if not held:
                self._lose()
                self._end_work()
                return

    def _is_renewed(self, waits: bool) -> bool:
        return bool(self._say(waits, cypher.renew_lease(), term=TERM_S))

    def _say(self, waits: bool, statement: str, **parameters: int) -> list[dict]:
        run = self._connection.run if waits else self._connection.run_once
        return run(statement, graph_id=self._graph_id, fence=self.fence, **parameters)

    def _require_said(self, say: Callable[[], bool]) -> None:
        """Say something in the graph that only the holder of the lease may say; `say` tells whether it was said."""
        if self._lost is None and not say():
            self._lose()
        self.require()

    def _lose(self) -> None:
        self._lost = "another load"
        with suppress(GraphError):
            holder = read_lease(self._connection, self._graph_id)
            self._lost = (holder and holder.owner) or self._lost


@contextmanager
def leased(connection: Connection, graph_id: str, run_id: str) -> Iterator[Lease]:
    """Hold the lease on a graph.

    Args:
        run_id: the run that holds it.

    Raises:
        LeaseError: another load holds it.
        GraphError: the server is gone or refuses a statement.
    """
    connection.run(cypher.metadata_constraint())
    holder = read_lease(connection, graph_id)
    is_over = holder and ((graph_id, holder.fence) not in _at_work if _is_ours(holder) else _has_died(holder))
    fence = _take(connection, graph_id, run_id, holder.fence if is_over else None)
    if fence is None:
        holder = read_lease(connection, graph_id)
        raise LeaseError(
            f"The graph '{graph_id}' is being loaded by {holder.owner}, whose lease runs until {holder.expires} unless renewed.",
            "Load again when it has finished; the lease of a load that died expires by itself.",
        )
    lease = Lease(connection, graph_id, fence)
    _at_work.add((graph_id, fence))
    try:
        lease.start()
        yield lease
    except BaseException:
        # what went wrong is what the user must see, also where the server is gone and keeps the lease until it expires
        with suppress(GraphError):
            lease.give_back(waits=False)
        raise
    else:
        lease.give_back()
    finally:
        _at_work.discard((graph_id, fence))


def read_lease(connection: Connection, graph_id: str) -> Holder | None:
    """The lease on a graph as it is; None when nobody ever held one.

    Raises:
        GraphError: the server is gone.
    """
    found = connection.run(cypher.read_lease(), graph_id=graph_id)
    return Holder(**found[0]) if found else None


def _take(connection: Connection, graph_id: str, run_id: str, dead_fence: int | None) -> int | None:
    taken = connection.run(
        cypher.take_lease(),
        graph_id=graph_id,
        owner=f"{this_owner()}, run {run_id}",
        process=json.dumps(_this_process()),
        term=TERM_S,
        dead_fence=dead_fence,
    )
    return taken[0]["fence"] if taken else None


def _this_process() -> dict:
    return {"machine": _machine(), "pid": os.getpid(), "started": _started(os.getpid())}


def _machine() -> str | None:
    """What two processes that see each other have in common: the boot of the kernel and the space of process ids."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return None


def _started(pid: int) -> str | None:
    """When a process started, in clock ticks since the boot, which no change of the clock moves; None when it is not there.

    Source: proc(5), field 22 of /proc/pid/stat; the name before it may hold blanks and brackets.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except OSError:
        return None


def _is_ours(holder: Holder) -> bool:
    """Whether the holder is this process."""
    return _machine() is not None and bool(holder.process) and json.loads(holder.process) == _this_process()


def _has_died(holder: Holder) -> bool:
    """Whether the holder was a process of this machine that is no longer there."""
    process = json.loads(holder.process) if holder.process else {}
    machine = _machine()
    return machine is not None and process.get("machine") == machine and _started(process["pid"]) != process["started"]
