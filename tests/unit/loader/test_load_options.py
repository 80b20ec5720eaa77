"""What names a graph and its loads."""

import errno
import fcntl
import getpass
import os
import shutil
from pathlib import Path

import pytest

from graph_loader.declarations import GraphDeclaration
from graph_loader.ledger import open_ledger
from graph_loader.ledger_state import LedgerError
from graph_loader.load_options import LoadOptions
from graph_loader.owner import this_owner
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.settings import settings


@pytest.mark.parametrize("graph_id", ["", ".", "..", "a/b", "/tmp", "-x", "a b", "a\n"])
def test_a_graph_id_that_is_no_folder_of_its_own_is_refused(tmp_path, graph_id):
    with pytest.raises(ConfigurationError, match="--graph-id takes"):
        LoadOptions(settings(lake=tmp_path), tmp_path / "manifest.json", graph_id)


@pytest.mark.parametrize("graph_id", ["lakegraph", "prod-2", "shop.eu", "größe"])
def test_other_graph_ids_are_taken(tmp_path, graph_id):
    assert LoadOptions(settings(lake=tmp_path), tmp_path / "manifest.json", graph_id).graph_id == graph_id


@pytest.mark.parametrize("name", ["lake[1]", "lake*", "a{b}", "what?"])
def test_a_lake_whose_path_reads_as_a_pattern_is_refused(tmp_path, name):
    with pytest.raises(ConfigurationError, match="found by pattern"):
        settings(lake=tmp_path / name)


def test_an_owner_without_a_name_is_told_by_number(monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)

    assert this_owner().startswith(f"{os.getuid()}@")


def test_a_ledger_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "ledger").touch()

    graph = GraphDeclaration((), ())
    with (
        pytest.raises(LedgerError, match="cannot be opened: Not a directory"),
        open_ledger(tmp_path / "ledger" / "x", graph),
    ):
        pass


@pytest.mark.parametrize("has_locks", [True, False])
def test_a_run_that_only_reads_and_cannot_lock_stages_apart_and_sweeps_nothing(tmp_path, monkeypatch, has_locks):
    def flock(handle, operation):
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    if not has_locks:
        monkeypatch.setattr(fcntl, "flock", flock)
    folder, graph = tmp_path / "ledger" / "g", GraphDeclaration((), ())
    with open_ledger(folder, graph) as ledger:
        ledger.start_anew()
        assert ledger.staging(1) == "1"
        of_a_load = folder / "1" / "0"
        of_a_load.mkdir(parents=True)
    with open_ledger(folder, graph, reads_only=True) as ledger:
        apart = folder / ledger.staging(1)
        (apart / "1").mkdir(parents=True)
        ledger.sweep()
        assert (apart.parent == folder, of_a_load.is_dir()) == (has_locks, not has_locks)

    assert [child.name for child in folder.parent.iterdir()] == ["g"]
    with open_ledger(folder, graph) as ledger:
        # of a load, whose lease keeps others away
        ledger.sweep()
    assert not of_a_load.exists()


def test_a_sweep_leaves_what_is_no_generation_alone(tmp_path):
    folder, graph = tmp_path / "ledger" / "g", GraphDeclaration((), ())
    with open_ledger(folder, graph) as ledger:
        ledger.start_anew()
        # a copy that its user has made, also one that is named by its day
        for copy in ("backup", "20261130"):
            (folder / copy / "1" / "0").mkdir(parents=True)
            shutil.copy(folder / "pointer.json", folder / copy)
        (folder / "notes").mkdir()
        before = set(folder.rglob("*"))
        (folder / "1" / "0").mkdir(parents=True)

        ledger.sweep()

    assert set(folder.rglob("*")) == before
