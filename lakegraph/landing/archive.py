"""Landed files leave the drops folder for `<lake>/archive/<batch id>/`."""

import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from lakegraph.landing.drops import DropFile, DropFileError, Fingerprints
from lakegraph.landing.history import VisibleBatch
from lakegraph.runtime.ops import sync_folder


def archive_files(archive: Path, batch_id: str, paths: Iterable[Path]) -> None:
    """Move what is left of the files of a visible batch into its archive folder; one that lies there already is replaced.

    Raises:
        DropFileError: a file cannot be moved; the batch stays landed, and landing again goes on from there.
    """
    folder = archive / batch_id
    folder.mkdir(parents=True, exist_ok=True)
    for path in (path for path in paths if path.exists()):
        try:
            _move(path, folder / path.name)
        except OSError as error:
            raise DropFileError(
                f"Batch {batch_id} is landed, but {path} cannot be moved to {folder}: {error.strerror}.",
                "Set 'archive: false' in the sources file where files must stay.",
            ) from error
    sync_folder(folder)


def finish_archives(
    archive: Path, files: Iterable[DropFile], visible: Iterable[VisibleBatch], prints: Fingerprints
) -> None:
    """Move what an interrupted landing left in the drops folder: files of visible batches that are not yet in the archive."""
    by_name = {file.name: file.path for file in files}
    for batch in visible:
        for name in by_name.keys() & batch.hashes.keys():
            in_archive = (archive / batch.batch_id / name).exists()
            if not in_archive and prints[by_name[name]].sha256 == batch.hashes[name]:
                archive_files(archive, batch.batch_id, [by_name.pop(name)])


def _move(source: Path, target: Path) -> None:
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
