"""A folder for import files is emptied only where it holds import files, whoever asks for it and however late."""

from types import SimpleNamespace

import pytest

from graph_loader import bulk_remote
from graph_loader.bulk_remote import order_import
from lakegraph.runtime.errors import ConfigurationError


class Reached(Exception):
    """The files would be written now."""


@pytest.fixture
def session(monkeypatch):
    """One of an empty database; the writing of files ends with an error."""

    def write_files(_, folder, **__):
        assert list(folder.iterdir()) == []
        raise Reached

    monkeypatch.setattr(bulk_remote, "is_empty", lambda *_: True)
    monkeypatch.setattr(bulk_remote, "write_files", write_files)
    return SimpleNamespace(lease=SimpleNamespace(require=lambda: None), connection=None, graph_id="shop")


def test_what_has_come_into_the_folder_in_the_meantime_stays(session, tmp_path):
    (tmp_path / "letter").touch()

    with pytest.raises(ConfigurationError, match="other things than import files"):
        order_import(session, tmp_path)

    assert (tmp_path / "letter").exists()


def test_import_files_of_an_earlier_call_go(session, tmp_path):
    (tmp_path / "metadata").mkdir()
    (tmp_path / "metadata" / "header.csv").touch()

    with pytest.raises(Reached):
        order_import(session, tmp_path)
