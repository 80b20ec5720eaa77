"""The folder that import files for a server elsewhere go into: what no call has written there is never deleted."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph_loader.import_files import HEADER, METADATA
from graph_loader.space import is_full
from lakegraph.runtime.errors import ConfigurationError

# It is the first file of every call, and the last to go; where it is not, nothing is ours.
MARK = f"{METADATA}/{HEADER}"
ADVICE = "Name another folder with --bulk-folder."
_GROUP = r"(node|edge)-\d+"
# what Spark leaves of a write that broke off
_UNFINISHED = rf"{_GROUP}/_temporary(/(\d+|_temporary|(attempt|task)_\w+))*"
_FOLDER = re.compile(rf"{METADATA}|{_GROUP}|{_UNFINISHED}")
# The import tool takes whatever is called `part-…` for lines; it leaves a report where it is run, and Spark, also that of
# Databricks, says beside the lines what it wrote.
_FILE = re.compile(
    rf"{re.escape(MARK)}|{METADATA}/part-0|{_GROUP}/({re.escape(HEADER)}|\.?_SUCCESS(\.crc)?|_(started|committed)_\d+)"
    rf"|({_GROUP}|{_UNFINISHED})/\.?part-[^/]+|import\.report"
)


def require_usable(folder: Path) -> None:
    """End with an error where import files cannot be written, or would take the place of anything but import files.

    Raises:
        ConfigurationError: it is a file, cannot be written, or holds something else.
    """
    with _told(folder):
        near = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        if not near.is_dir():
            raise ConfigurationError(f"{near} is a file, so that {folder} cannot hold import files.", ADVICE)
        if not os.access(near, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(near))
        if near == folder:
            _written(folder)


def emptied(folder: Path) -> Path:
    """A folder without the import files of earlier calls. It stays itself, for it may be a mount, or is made.

    Raises:
        ConfigurationError: as for `require_usable`; nothing was deleted where it holds something else.
    """
    require_usable(folder)
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        # one by one: what comes there meanwhile keeps its folder from being deleted
        for place in _written(folder):
            if place.is_dir():
                place.rmdir()
            else:
                place.unlink()
    return folder


def _written(folder: Path) -> list[Path]:
    """All that calls wrote into a folder, each before the folder that it is in, and the mark after all other files.

    Raises:
        ConfigurationError: the folder holds something else.
    """
    is_marked, found = (folder / MARK).is_file(), []

    def take(within: Path) -> None:
        for place in sorted(within.iterdir(), key=lambda child: (child.name in (METADATA, HEADER), child.name)):
            name, is_link = place.relative_to(folder).as_posix(), place.is_symlink()
            if place.is_dir() and not is_link and _FOLDER.fullmatch(name):
                take(place)
            elif is_link or not (is_marked and place.is_file() and _FILE.fullmatch(name)):
                raise ConfigurationError(f"{folder} holds other things than import files: {name}.", ADVICE)
            found.append(place)

    take(folder)
    return found


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn what the system refuses in the block into an error for the user; of a full disk it is told elsewhere."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise
        raise ConfigurationError(
            f"{error.filename or folder} cannot be used for import files: {error.strerror}.", ADVICE
        ) from error
