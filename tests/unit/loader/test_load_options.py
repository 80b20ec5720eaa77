"""What names a graph and its loads."""

import getpass
import os
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
