"""A full disk, told in one sentence whichever part of a load ran into it: Python, Spark's Java, or a library."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lakegraph.runtime.errors import LakegraphError

NUMBERS = (errno.ENOSPC, errno.EDQUOT)
# all that Java and libraries let through
WORDS = tuple(os.strerror(number) for number in NUMBERS)


class NoSpaceError(LakegraphError):
    """A disk that a load writes to is full."""


@contextmanager
def space_required(lake: Path) -> Iterator[None]:
    """Turn the errors that a full disk gives in the block into one that says where how much is free.

    Args:
        lake: the lake, where ledger and reports are written.

    Raises:
        NoSpaceError: a disk is full.
    """
    try:
        yield
    except LakegraphError:
        raise
    except Exception as error:
        if not is_full(error):
            raise
        free = ", ".join(f"{_free(folder)} in {folder}" for folder in (lake, Path(tempfile.gettempdir())))
        raise NoSpaceError(
            f"No space is left on a disk that the load writes to: {free}.",
            "Make room (or name another disk with --lake or TMPDIR), then load again: it goes on from there.",
        ) from error


def is_full(error: BaseException) -> bool:
    """Whether a full disk is behind an error."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in NUMBERS:
            return True
        # Java's exceptions hold the traces of those behind them
        if any(word in str(seen) for word in WORDS):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _free(folder: Path) -> str:
    return f"{shutil.disk_usage(folder).free / 2**20:,.1f} MB free"
