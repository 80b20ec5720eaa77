"""The files in the drops folder that belong to feeds."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lakegraph.landing.patterns import is_no_delivery
from lakegraph.landing.readers.encoding import GZIP
from lakegraph.landing.sources import Sources, SourcesError
from lakegraph.runtime.errors import ConfigurationError, LakegraphError

# where the header of gzip says when the file was compressed (RFC 1952)
GZIP_TIME = range(4, 8)


class DropsError(ConfigurationError):
    """The drops folder is not there."""


class DropFileError(LakegraphError):
    """A file in the drops folder cannot be landed."""


@dataclass(frozen=True)
class MissingColumns:
    """What a file's header lacks.

    Attributes:
        feed: its feed.
        source_file: its name.
        needed: the canonical columns that must be there.
        absent_columns: the canonical columns that are not there.
    """

    feed: str
    source_file: str
    needed: tuple[str, ...]
    absent_columns: tuple[str, ...]


class MissingColumnsFileError(DropFileError):
    """A file lacks columns that must be there.

    Args:
        message: which, and in which file.
        hint: what to do about it.
        missing: what its header lacks.
    """

    def __init__(self, message: str, hint: str | None, missing: MissingColumns):
        super().__init__(message, hint)
        self.missing = missing


@dataclass(frozen=True)
class DropFile:
    """A file of a feed.

    Attributes:
        feed: the feed.
        path: the file.
        path_in_drops: its path below the drops folder.
        date: the date in its name or its folder's, if the feed's pattern has one.
        is_named_by_day: whether it is its name that holds the date, so that no other day's file is called so.
        is_hidden: whether it is called like a file that is hidden or not whole, and is landed only where a trigger names it.
    """

    feed: str
    path: Path
    path_in_drops: str
    date: date | None
    is_named_by_day: bool
    is_hidden: bool = False

    @property
    def name(self) -> str:
        """The file's name, without its folder."""
        return self.path.name

    @property
    def stem(self) -> str:
        """Its name without the suffix, and without that of its compression."""
        return Path(self.name.removesuffix(".gz")).stem


@dataclass(frozen=True)
class Fingerprint:
    """What a file held when it was looked at.

    Attributes:
        sha256: the hash of its bytes, hexadecimal; of a file that is compressed with gzip, without the time at which it was, so
            that the same content compressed again is the same.
        size: its size in bytes.
        modified: its modification time in nanoseconds.
    """

    sha256: str
    size: int
    modified: int

    def still_fits(self, path: Path) -> bool:
        """Whether the file has not been touched since."""
        stat = path.stat()
        return (stat.st_size, stat.st_mtime_ns) == (self.size, self.modified)


def find_drop_files(drops: Path, sources: Sources) -> list[DropFile]:
    """Every file that a feed's pattern takes, in the order of the feeds and of the names; also hidden ones, which say so.

    Raises:
        DropsError: there is no such folder.
        SourcesError: a file fits the patterns of two feeds.
    """
    if not drops.is_dir():
        raise DropsError(f"The drops folder {drops} does not exist.", "Name another with --drops or DROPS_DIR.")
    files = [
        DropFile(
            feed,
            path,
            below := path.relative_to(drops).as_posix(),
            pattern.date_in(below),
            pattern.has_day_in_name,
            pattern.hides(below),
        )
        for feed in sources.feeds
        for pattern in [sources.pattern(feed)]
        for path in pattern.files(drops)
    ]
    require_one_owner(file for file in files if not file.is_hidden)
    return files


def require_one_owner(files: Iterable[DropFile]) -> None:
    """End with an error when a file belongs to two feeds.

    Raises:
        SourcesError: one does.
    """
    owners: dict[Path, str] = {}
    for file in files:
        if (owner := owners.setdefault(file.path, file.feed)) != file.feed:
            raise SourcesError(
                f"{file.path} fits the file patterns of both {owner} and {file.feed}.",
                "Narrow one of them under 'files' in the sources file.",
            )


def find_unmatched(drops: Path, sources: Sources) -> list[str]:
    """The files that no pattern takes in the folders that the patterns reach, as paths below the drops folder, in order.

    Hidden files, files that are still being written (`*.part`) and the generator's lists of faults are nobody's loss.
    """
    patterns = [sources.pattern(feed) for feed in sources.feeds]
    if sources.trigger_pattern:
        patterns.append(sources.trigger_pattern)
    folders = {folder for pattern in patterns for folder in pattern.folders(drops)}
    found = {path.relative_to(drops) for folder in folders for path in folder.glob("*") if path.is_file()}
    return sorted(
        path.as_posix()
        for path in found
        if not any(pattern.matches(path.as_posix()) for pattern in patterns)
        and not any(map(is_no_delivery, path.parts))
    )


def fingerprint(path: Path) -> Fingerprint:
    """Hash a file.

    Raises:
        DropFileError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            stat = path.stat()
            begin = file.read(GZIP_TIME.stop)
            if begin.startswith(GZIP):
                begin = begin[: GZIP_TIME.start] + bytes(len(GZIP_TIME))
            digest = hashlib.sha256(begin)
            hashlib.file_digest(file, lambda: digest)
            return Fingerprint(digest.hexdigest(), stat.st_size, stat.st_mtime_ns)
    except OSError as error:
        raise DropFileError(f"{path} cannot be read: {error.strerror}.") from error


class Fingerprints(dict[Path, Fingerprint]):
    """Files and what they held when they were first asked for, or looked at since."""

    def __missing__(self, path: Path) -> Fingerprint:
        self[path] = fingerprint(path)
        return self[path]

    def look_again(self, path: Path) -> None:
        """Hash a file anew; one that cannot be read is left to whoever reads it."""
        with suppress(DropFileError):
            self[path] = fingerprint(path)


def content_hash(files: Iterable[tuple[str, str, str]]) -> str:
    """The hash of what a batch delivers: of the feed, the name and the sha256 of each file, in any order."""
    lines = sorted("\t".join(file) for file in files)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def alike(files: Iterable[DropFile]) -> list[DropFile]:
    """Files of a batch with one name, whose records could then not be told apart; bronze keeps no suffixes."""
    by_name, by_stem = defaultdict(list), defaultdict(list)
    for file in files:
        by_name[file.name].append(file)
        by_stem[file.feed, file.stem].append(file)
    return next((same for same in (*by_name.values(), *by_stem.values()) if len(same) > 1), [])
