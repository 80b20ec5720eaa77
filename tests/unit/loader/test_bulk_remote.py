"""Of a folder for import files, only what earlier calls wrote there is ever deleted, whoever asks for it and however late."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from graph_loader import bulk_remote
from graph_loader.bulk_remote import order_import
from graph_loader.load_options import LoadOptions
from graph_loader.operations import write_import_files
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.settings import settings

PART = "part-00000-8d4b2f0e-77c6-4c3a-a1ad-2f6f3d9a0c11-c000.txt"
# what the two engines write, what is left of a write that broke off, and what the import tool writes where it is run
WRITTEN = [
    "metadata/header.csv",
    "metadata/part-0",
    "node-0/header.csv",
    "node-0/part-0",
    f"edge-12/{PART}",
    f"edge-12/.{PART}.crc",
    "edge-12/_SUCCESS",
    "edge-12/._SUCCESS.crc",
    "edge-12/_started_4711",
    f"edge-13/_temporary/0/_temporary/attempt_202611302018_0007_m_000000_7/{PART}",
    "import.report",
]


class Reached(Exception):
    """The files would be written now."""


@pytest.fixture
def session(monkeypatch):
    """One of an empty database; the writing of files ends with an error."""

    def write_files(_, folder, **__):
        assert list(folder.iterdir()) == []
        raise Reached

    monkeypatch.setattr(bulk_remote, "is_to_be_imported", lambda *_: True)
    monkeypatch.setattr(bulk_remote, "write_files", write_files)
    lease, ledger = SimpleNamespace(require=lambda: None), SimpleNamespace(state=None)
    return SimpleNamespace(lease=lease, ledger=ledger, connection=None, graph_id="shop")


def fill(folder: Path, *files: str) -> None:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(file)


def everything(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if not file.is_dir())


def test_what_has_come_into_the_folder_in_the_meantime_stays(session, tmp_path):
    fill(tmp_path, "letter")

    with pytest.raises(ConfigurationError, match="other things than import files: letter"):
        order_import(session, tmp_path)

    assert everything(tmp_path) == ["letter"]


def test_import_files_of_an_earlier_call_go(session, tmp_path):
    fill(tmp_path, *WRITTEN)

    with pytest.raises(Reached):
        order_import(session, tmp_path)


@pytest.mark.parametrize(
    "foreign",
    [
        "backups/day-1/store.dump",
        "metadata/notes.txt",
        "metadata/part-1",
        "node-0/backup/part-0",
        "node-0/notes.txt",
        "node-x/part-0",
        "edge-12/_temporary/notes.txt",
    ],
)
def test_anything_else_beside_import_files_is_named_and_all_stays(session, tmp_path, foreign):
    fill(tmp_path, *WRITTEN, foreign)

    with pytest.raises(ConfigurationError, match="other things than import files: ") as refused:
        order_import(session, tmp_path)

    named = refused.value.message.rpartition(": ")[2].removesuffix(".")
    assert foreign == named or foreign.startswith(f"{named}/")
    assert everything(tmp_path) == sorted([*WRITTEN, foreign])


def test_a_link_is_not_followed_and_stays(session, tmp_path):
    fill(tmp_path / "elsewhere", "part-0")
    fill(tmp_path / "files", "metadata/header.csv")
    (tmp_path / "files" / "node-0").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ConfigurationError, match="other things than import files: node-0"):
        order_import(session, tmp_path / "files")

    assert everything(tmp_path / "elsewhere") == ["part-0"]


def test_files_that_only_look_like_import_files_stay(session, tmp_path):
    # the metadata of every call is the first to be written and the last to go
    fill(tmp_path, "node-0/header.csv", "node-0/part-0")

    with pytest.raises(ConfigurationError, match=r"other things than import files: node-0/part-0"):
        order_import(session, tmp_path)

    assert everything(tmp_path) == ["node-0/header.csv", "node-0/part-0"]


@pytest.mark.parametrize("gone", range(1, len(WRITTEN)))
def test_a_folder_that_was_being_emptied_is_emptied_by_the_next_call(session, tmp_path, monkeypatch, gone):
    fill(tmp_path, *WRITTEN)
    real, calls = os.unlink, iter(range(len(WRITTEN)))

    def unlink(*arguments, **options):
        if next(calls) == gone:
            raise Reached
        real(*arguments, **options)

    with monkeypatch.context() as planted, pytest.raises(Reached):
        planted.setattr(os, "unlink", unlink)
        order_import(session, tmp_path)
    assert len(everything(tmp_path)) == len(WRITTEN) - gone

    with pytest.raises(Reached):
        order_import(session, tmp_path)


def test_a_folder_that_is_a_mount_is_emptied_and_stays(session, tmp_path, monkeypatch):
    fill(tmp_path / "mount", *WRITTEN)
    real = os.rmdir

    def rmdir(place, **options):
        if Path(place) == tmp_path / "mount":
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(place))
        real(place, **options)

    monkeypatch.setattr(os, "rmdir", rmdir)

    for _ in range(2):
        with pytest.raises(Reached):
            order_import(session, tmp_path / "mount")


def test_what_cannot_be_deleted_is_told(session, tmp_path, monkeypatch):
    fill(tmp_path, *WRITTEN)

    def unlink(place, **_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))

    monkeypatch.setattr(os, "unlink", unlink)

    with pytest.raises(ConfigurationError, match=r"edge-12/.* cannot be used for import files: Permission denied"):
        order_import(session, tmp_path)


@pytest.mark.parametrize("folder", ["file", "file/below", "file/far/below"])
def test_a_file_in_place_of_the_folder_is_told_before_anything_starts(tmp_path, folder):
    fill(tmp_path, "file")
    options = LoadOptions(settings(lake=tmp_path / "lake"), tmp_path / "manifest.json")

    with pytest.raises(ConfigurationError, match=rf"{tmp_path}/file is a file, .*Name another folder"):
        write_import_files(options, tmp_path / folder)

    assert everything(tmp_path) == ["file"]


def test_a_folder_that_cannot_be_written_is_told_before_anything_starts(tmp_path, monkeypatch):
    options = LoadOptions(settings(lake=tmp_path / "lake"), tmp_path / "manifest.json")
    monkeypatch.setattr(os, "access", lambda place, mode: place != tmp_path)

    with pytest.raises(ConfigurationError, match="cannot be used for import files: Permission denied"):
        write_import_files(options, tmp_path / "files")
