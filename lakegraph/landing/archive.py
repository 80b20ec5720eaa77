"""Landed files leave the drops folder for `<lake>/archive/<batch id>/`."""

import errno
import os
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from lakegraph.landing.drops import DropFile, DropFileError, Fingerprints
from lakegraph.landing.history import Delivery, VisibleBatch
from lakegraph.runtime.ops import sync_folder


def archive_files(archive: Path, batch_id: str, paths: Iterable[Path], prints: Fingerprints) -> list[Path]:
    """Move what is left of the files of a visible batch into its archive folder; one that lies there already is replaced.

    Args:
        archive: the folder of all archives.
        batch_id: the batch.
        paths: where its files lay.
        prints: what they held when they were read.

    Returns:
        Those that have been replaced since they were read, and stay: nobody has read what they hold now.

    Raises:
        DropFileError: a file cannot be moved; the batch stays landed, and landing again goes on from there.
    """
    folder = archive / batch_id
    folder.mkdir(parents=True, exist_ok=True)
    replaced = []
    for path in [path for path in paths if path.exists()]:
        try:
            if prints[path].still_fits(path):
                move_file(path, folder / path.name)
            else:
                replaced.append(path)
        except OSError as error:
            raise DropFileError(
                f"Batch {batch_id} is landed, but {path} cannot be moved to {folder}: {error.strerror}.",
                "Set 'archive: false' in the sources file where files must stay.",
            ) from error
    sync_folder(folder)
    return replaced


def unfinished_archives(
    archive: Path, files: Iterable[DropFile], visible: Iterable[VisibleBatch], prints: Fingerprints
) -> dict[str, list[Path]]:
    """What an interrupted landing left in the drops folder, by batch: files of visible ones that are not in the archive."""
    remaining = list(files)
    left: dict[str, list[Path]] = {}
    for batch in visible:
        for delivery in batch.deliveries:
            if (archive / batch.batch_id / delivery.source_file).exists():
                continue
            found = [file for file in remaining if _may_be(file, delivery, batch.batch_date)]
            for file in [file for file in found if prints[file.path].sha256 == delivery.file_hash][:1]:
                remaining.remove(file)
                left.setdefault(batch.batch_id, []).append(file.path)
    return left


def _may_be(file: DropFile, delivery: Delivery, batch_date: date) -> bool:
    """Whether a file lies where a batch's file lay; a name alone may be every day's, each in a folder of its own."""
    if delivery.path_in_drops is not None:
        return file.path_in_drops == delivery.path_in_drops
    return file.name == delivery.source_file and file.date in (None, batch_date)


def move_file(source: Path, target: Path) -> None:
    """Move a file, also to another file system, where it gets its name when it is whole.

    Raises:
        OSError: it cannot be moved.
    """
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        partial = target.with_name(f".{target.name}.partial")
        with source.open("rb") as read, partial.open("wb") as write:
            shutil.copyfileobj(read, write, 1 << 20)
            write.flush()
            os.fsync(write.fileno())
        shutil.copystat(source, partial)
        partial.replace(target)
        source.unlink()
