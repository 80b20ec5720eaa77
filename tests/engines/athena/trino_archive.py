"""Trino's files: fetched once by the project's lock of jars, of which only what the stand-in needs is unpacked."""

import os
import shutil
import tarfile
import tempfile
from pathlib import Path

from lakegraph.runtime.jars import ensure

WANTED = ("lib/", "plugin/hive/", "plugin/iceberg/")


def trino_home() -> Path:
    """The folder that holds Trino's `lib` and `plugin`; unpacked beside the archive when it is not there yet.

    Raises:
        JarError: the archive cannot be fetched, or is another than the lock names.
    """
    (archive,) = ensure("trino-server").glob("*.tar.gz")
    home = archive.parent.parent / f"{archive.parent.name}-unpacked"
    if not home.is_dir():
        with tempfile.TemporaryDirectory(prefix="trino-", dir=home.parent) as work:
            _unpack(archive, Path(work) / "home")
            try:
                os.rename(Path(work) / "home", home)
            except OSError:  # another process was as quick
                if not home.is_dir():
                    raise
    return home


def _unpack(archive: Path, home: Path) -> None:
    with tarfile.open(archive) as tar:
        destinations: dict[str, list[Path]] = {}
        members = tar.getmembers()
        for member in members:
            place = member.name.partition("/")[2]
            if place.startswith(WANTED) and (member.isfile() or member.islnk()):
                # most jars are links to the one copy of them, which may lie in a plugin that is not wanted
                destinations.setdefault(member.linkname if member.islnk() else member.name, []).append(home / place)
        for member in members:
            places = destinations.get(member.name) if member.isreg() else None
            if places:
                _write(tar, member, places)


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, places: list[Path]) -> None:
    first, *others = places
    first.parent.mkdir(parents=True, exist_ok=True)
    with tar.extractfile(member) as content, first.open("wb") as file:
        shutil.copyfileobj(content, file)
    for other in others:
        other.parent.mkdir(parents=True, exist_ok=True)
        os.link(first, other)
