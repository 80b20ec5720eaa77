"""Loads that break off at a stage, without killing the process."""

from graph_loader.connection import Connection
from graph_loader.ledger import Ledger
from graph_loader.writer import Writer


class Crash(Exception):
    """The process is gone."""


def crash_at_write(number: int, before: bool, share: int | None = None):
    """Writing breaks off at the n-th statement: before it, after it, or after so many of its rows."""

    def plant(monkeypatch):
        real, calls = Writer.write, iter(range(1, 100))

        def write(self, rows, statement, tasks):
            crashing = next(calls) == number
            if crashing and before:
                raise Crash
            real(self, rows.limit(share) if crashing and share else rows, statement, tasks)
            if crashing:
                raise Crash

        monkeypatch.setattr(Writer, "write", write)

    return plant


def crash_at(owner: type, method: str):
    """The step that a method takes is not taken."""

    def plant(monkeypatch):
        def crashing(*_, **__):
            raise Crash

        monkeypatch.setattr(owner, method, crashing)

    return plant


# of changes that make two writes of nodes, one of edges, and the deletes of each
STAGES = {
    "before the difference is saved": crash_at(Ledger, "begin"),
    "before the graph knows of the attempt": crash_at(Connection, "begin_attempt"),
    "before the first write": crash_at_write(1, before=True),
    "in the middle of nodes": crash_at_write(1, before=False, share=1),
    "between nodes and edges": crash_at_write(3, before=True),
    "in the middle of edges": crash_at_write(3, before=False, share=1),
    "between deletes of edges and of nodes": crash_at_write(4, before=False),
    "before the graph's generation": crash_at(Connection, "write_metadata"),
    "before the ledger": crash_at(Ledger, "commit"),
}
