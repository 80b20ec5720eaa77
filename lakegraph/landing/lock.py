"""One landing at a time per lake."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lakegraph.runtime.errors import LakegraphError


class LakeBusyError(LakegraphError):
    """Another process is landing files into the same lake."""


@contextmanager
def landing_lock(lake: Path) -> Iterator[None]:
    """Hold the lake's landing lock; the operating system frees it when the process ends, however it ends.

    Raises:
        LakeBusyError: another process holds it.
    """
    lake.mkdir(parents=True, exist_ok=True)
    path = lake / ".landing.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(handle, 20, 0).decode() or "unknown"
            raise LakeBusyError(
                f"Another landing (process {owner}) is under way in the lake {lake}.", "Wait until it has ended."
            ) from None
        os.truncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)
