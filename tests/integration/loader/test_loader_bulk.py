"""The first load by import files: the same graph and the same ledger as a normal load, wherever it breaks off."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from graph_loader import import_files, operations
from graph_loader.bulk_checks import BulkRefusedError
from graph_loader.cli import app
from graph_loader.connection import RETRY_S
from graph_loader.inspection import UnfitMartsError
from graph_loader.ledger import Ledger
from graph_loader.operations import load, write_import_files
from graph_loader.problems import DeclarationError
from lakegraph.runtime import neo4j_import, neo4j_swap, ops
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.jars import ensure
from lakegraph.runtime.java import QUICK_START, java
from lakegraph.runtime.neo4j_import import ImportFailedError
from lakegraph.runtime.neo4j_server import LocalNeo4j, Neo4jServerError, find_server, stop_server
from lakegraph.runtime.neo4j_supervisor import JVM_OPTIONS
from lakegraph.runtime.neo4j_target import Neo4jTarget
from lakegraph.runtime.settings import settings
from tests.support.crashes import STAGES as CRASHES
from tests.support.crashes import Crash, crash_at
from tests.support.dirty_marts import DIRT, make_dirty
from tests.support.graph import counts, query
from tests.support.marts import Marts, node

pytestmark = pytest.mark.slow

TABLES = ("graph_runs", "graph_row_counts", "graph_rejected_rows")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The home of a server of this module's own, which loads may restart."""
    home = tmp_path_factory.mktemp("bulk") / "neo4j"
    start(home)
    yield home
    stop_server(home)


def start(home: Path) -> None:
    LocalNeo4j.start(home, heap="512m", page_cache="64m", java_options=QUICK_START).keep()


def target_of(home: Path) -> Neo4jTarget:
    server = find_server(home)
    return Neo4jTarget(server.uri, server.user, server.password)


@pytest.fixture
def empty(home, spark) -> Neo4jTarget:
    """The module's server with nothing in its database."""
    target = target_of(home)
    query(target, "MATCH (n) DETACH DELETE n")
    for kind in ("CONSTRAINT", "INDEX"):
        for row in query(
            target,
            f"SHOW {kind}ES YIELD name, type WHERE type <> 'LOOKUP'" if kind == "INDEX" else f"SHOW {kind}S YIELD name",
        ):
            query(target, f"DROP {kind} `{row['name']}`")
    return target


def dump(target: Neo4jTarget) -> tuple[Counter, Counter, list]:
    """All nodes and relationships with labels, types and the exact values and types of their properties; the constraints."""
    described = (
        "[k IN keys({0}) | [k, valueType({0}[k]), CASE WHEN valueType({0}[k]) STARTS WITH 'LIST' "
        "THEN [item IN {0}[k] | toString(item)] ELSE toString({0}[k]) END]]"
    )
    ours = "NOT n:LakegraphMetadata"
    nodes = query(
        target, f"MATCH (n) WHERE {ours} RETURN elementId(n) AS id, labels(n) AS l, {described.format('n')} AS p"
    )
    edges = query(
        target,
        f"MATCH (a)-[r]->(b) RETURN elementId(a) AS a, elementId(b) AS b, type(r) AS t, {described.format('r')} AS p",
    )
    shown = {row["id"]: (tuple(sorted(row["l"])), repr(sorted(row["p"]))) for row in nodes}
    constraints = query(target, "SHOW CONSTRAINTS YIELD name, type, labelsOrTypes, properties RETURN * ORDER BY name")
    metadata = query(target, "MATCH (n:LakegraphMetadata) RETURN keys(n) AS k, n.graph_id AS id, n.generation AS g")
    return (
        Counter(shown.values()),
        Counter((shown[row["a"]], row["t"], repr(sorted(row["p"])), shown[row["b"]]) for row in edges),
        [*map(repr, constraints), *(repr((sorted(row["k"]), row["id"], row["g"])) for row in metadata)],
    )


def ledger_rows(marts: Marts) -> dict[str, Counter]:
    """What the ledger remembers: identity and hash of every row, per label and type."""
    folder = marts.lake / "ledger" / "lakegraph"
    state = json.loads((folder / "pointer.json").read_text())
    assert state["pending"] == [] or state["pending"] == ()
    return {
        name: Counter(map(repr, duckdb.sql(f"select * from '{folder / entry['folder']}/*.parquet'").fetchall()))
        for name, entry in state["entries"].items()
    }


def told(marts: Marts, table: str) -> list[dict]:
    """What loads wrote down, but for what differs from run to run."""
    varying = ("run_id", "seconds", "retries", "started_at", "finished_at", "duration_seconds", "report")
    rows = ops.read(marts.options.settings.ops, table)
    return sorted(({name: value for name, value in row.items() if name not in varying} for row in rows), key=repr)


def beside(marts: Marts, root: Path, home: Path) -> Marts:
    """The same marts in a lake of their own, whose local server has its home elsewhere."""
    other = Marts(root, target_of(home))
    (other.lake / "neo4j").symlink_to(home)
    if (marts.lake / "warehouse.duckdb").exists():
        shutil.copy(marts.lake / "warehouse.duckdb", other.lake)
        other.manifest.parent.mkdir()
        shutil.copy(marts.manifest, other.manifest)
    other.options = replace(other.options, bulk=True)
    return other


def test_a_bulk_load_gives_the_graph_the_constraints_and_the_ledger_of_a_normal_one(tmp_path, empty_graph, home, empty):
    normal = Marts(tmp_path / "normal", empty_graph)
    make_dirty(normal)
    imported = beside(normal, tmp_path / "bulk", home)

    usual, report = load(normal.options), load(imported.options)

    mine, theirs = dump(empty_graph), dump(empty)
    assert [len(part) for part in mine] == [len(part) for part in theirs]
    assert mine == theirs
    assert ledger_rows(imported) == ledger_rows(normal)
    assert report.counts == usual.counts
    assert {one.name: (one.in_graph, one.agrees) for one in report.agreements} == {
        one.name: (one.in_graph, one.agrees) for one in usual.agreements
    }
    # an empty list, a list of one empty text, an item that is the list's delimiter, no room; one key comes twice
    odd = [i for i, text in enumerate(DIRT) if text and text != "null" and (i % 2 == 0 or i % 3 == 0 or text == "\x1f")]
    assert report.after_import["Dirty"] == len([*odd, ""])
    assert report.as_dict()["rows_written"] == usual.as_dict()["rows_written"]
    assert [told(imported, table) for table in TABLES] == [told(normal, table) for table in TABLES]

    assert len(told(imported, "graph_rejected_rows")) == 3
    imported.options = replace(imported.options, bulk=False)
    assert {(one.created, one.updated, one.deleted) for one in load(imported.options).counts} == {(0, 0, 0)}
    # nothing is left but the empty store that was replaced
    assert [child.name for child in neo4j_swap.side_home(home).iterdir()] == ["replaced"]


SHOP = (("Customer", 3), ("PURCHASED", 5), ("Product", 2))


@pytest.fixture
def imported(shop, tmp_path, home, empty) -> Marts:
    """The shop, to be loaded in bulk into the module's server."""
    return beside(shop, tmp_path / "bulk", home)


def created(report) -> dict[str, int]:
    return {row.name: row.created for row in report.counts}


@pytest.fixture(scope="module")
def usual() -> list:
    """What a normal load makes of the shop; it is loaded once."""
    return []


def assert_right(usual: list, shop: Marts, imported: Marts) -> None:
    """The graph and the ledger are as a normal load of the shop makes them."""
    if not usual:
        load(shop.options)
        usual += [dump(shop.options.neo4j), ledger_rows(shop)]
    (nodes, edges, schema), rows = usual
    found, found_edges, found_schema = dump(imported.options.neo4j)
    # the last one is the metadata, whose generation counts the loads
    assert (found, found_edges, found_schema[:-1]) == (nodes, edges, schema[:-1])
    assert ledger_rows(imported) == rows


# where the load ends, whether the database is imported by then, and whether the next load is one in bulk
STAGES = {
    "before the swap": (crash_at(neo4j_import, "put_in_place"), False, False),
    "before the ledger": (crash_at(Ledger, "commit"), True, True),
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_bulk_load_that_breaks_off_is_ended_by_the_next_load(shop, imported, empty, usual, monkeypatch, stage):
    plant, is_imported, in_bulk = STAGES[stage]
    with monkeypatch.context() as planted, pytest.raises(Crash):
        plant(planted)
        load(imported.options)
    held = counts(empty)

    report = load(replace(imported.options, bulk=in_bulk))

    assert held == (dict(SHOP) if is_imported else {})
    # what is there already is found to be so, and not written again
    assert created(report) == ({name: 0 for name, _ in SHOP} if is_imported else dict(SHOP))
    assert all(one.agrees for one in report.agreements)
    assert_right(usual, shop, imported)


def test_a_server_killed_during_the_swap_opens_the_import_when_it_starts(
    shop, imported, home, empty, usual, monkeypatch
):
    real, killed = os.kill, []

    def kill(number: int, _) -> None:
        real(number, signal.SIGKILL)
        killed.append(time.monotonic())
        # as if it had come so far
        neo4j_swap.accept(home)

    with monkeypatch.context() as planted, pytest.raises(Neo4jServerError, match="lakegraph neo4j start"):
        planted.setattr(os, "kill", kill)
        load(imported.options)
    # nobody waits for a server that is known to be gone, as a statement does
    assert time.monotonic() - killed[0] < RETRY_S

    start(home)

    assert counts(empty) == dict(SHOP)
    assert created(load(imported.options)) == {name: 0 for name, _ in SHOP}
    assert_right(usual, shop, imported)


def test_marts_that_are_not_as_expected_stop_an_import_before_the_swap(imported, empty, home):
    checked = replace(imported.options, expectations=True, settings=settings(lake=imported.lake, env="prod"))

    with pytest.raises(UnfitMartsError, match="HIGH; 4 of 12 are not"):
        load(checked)

    assert counts(empty) == {}
    assert {child.name for child in neo4j_swap.side_home(home).iterdir()} <= {neo4j_swap.REPLACED}
    assert query(empty, "SHOW CONSTRAINTS YIELD labelsOrTypes AS l WHERE 'Customer' IN l") == []


def test_what_an_import_would_lose_is_refused_before_anything_is_written(imported, empty, monkeypatch):
    query(empty, "CREATE INDEX theirs FOR (n:Theirs) ON (n.x)")
    with pytest.raises(BulkRefusedError, match="would lose: theirs"):
        load(imported.options)
    query(empty, "DROP INDEX theirs")
    query(empty, "CREATE (:Theirs {x: 1})")
    with pytest.raises(BulkRefusedError, match="is not empty"):
        load(imported.options)
    query(empty, "MATCH (n:Theirs) DELETE n")
    assert not (imported.lake / "ledger" / "lakegraph" / "pointer.json").exists()

    with monkeypatch.context() as planted, pytest.raises(BulkRefusedError, match="was written to while"):
        planted.setattr(neo4j_import, "import_store", lambda *_: query(empty, "CREATE (:Theirs {x: 1})"))
        load(imported.options)
    assert counts(empty) == {"Theirs": 1}
    query(empty, "MATCH (n:Theirs) DELETE n")
    with monkeypatch.context() as planted, pytest.raises(ImportFailedError, match="gave up: Not an integer"):
        planted.setattr(import_files, "_header_type", lambda _: "long")
        load(imported.options)
    assert counts(empty) == {}
    assert created(load(imported.options)) == dict(SHOP)
    with pytest.raises(BulkRefusedError, match="is not empty"):
        load(imported.options)
    query(empty, "MATCH (n) WHERE NOT n:LakegraphMetadata DETACH DELETE n")
    with pytest.raises(BulkRefusedError, match="--repair"):
        load(imported.options)


def test_what_others_put_beside_a_first_load_that_broke_off_is_refused_and_the_load_itself_is_ended(
    imported, empty, monkeypatch, capsys
):
    plain = replace(imported.options, bulk=False)
    # the ledger knows of the attempt, the graph not yet: all that it holds is others'
    with monkeypatch.context() as planted, pytest.raises(Crash):
        CRASHES["before the graph knows of the attempt"](planted)
        load(plain)
    query(empty, "CREATE (:Customer {customer_id: 'C1'})")
    with pytest.raises(BulkRefusedError, match=r"is not empty.*: it holds a node labelled Customer\. Use"):
        load(imported.options)
    query(empty, "MATCH (n:Customer) DELETE n")
    with monkeypatch.context() as planted, pytest.raises(Crash):
        CRASHES["between nodes and edges"](planted)
        load(plain)
    # with another label, with none, with that of loads of another graph, and between the nodes that the load has written
    for theirs, told in (
        ("(t:Theirs {x: 1})", "a node labelled Theirs"),
        ("(t)", "a node without a label"),
        ("(:LakegraphMetadata {graph_id: 'another'})", "a node labelled LakegraphMetadata"),
    ):
        query(empty, f"CREATE {theirs}")
        before = counts(empty)
        with pytest.raises(BulkRefusedError, match=rf"is not empty, .*: it holds {told}\. Use"):
            load(imported.options)
        assert counts(empty) == before
        query(empty, "MATCH (n) WHERE n.x = 1 OR n.graph_id = 'another' OR labels(n) = [] DELETE n")
    query(empty, "MATCH (a:Customer {customer_id: 'C1'}), (b:Product {product_id: 'P1'}) CREATE (a)-[:THEIRS]->(b)")
    with pytest.raises(BulkRefusedError, match="it holds an edge of type THEIRS"):
        load(imported.options)
    query(empty, "MATCH ()-[r:THEIRS]->() DELETE r")
    capsys.readouterr()

    report = load(imported.options)

    assert "an import" in capsys.readouterr().err
    assert counts(empty) == dict(SHOP)
    assert all(one.agrees and not one.others for one in report.agreements)


def test_what_comes_into_an_empty_database_during_the_plan_is_refused(imported, empty, monkeypatch):
    def planned(*_):
        query(empty, "CREATE (:Theirs {x: 1})")

    with monkeypatch.context() as planted, pytest.raises(BulkRefusedError, match="a node labelled Theirs"):
        planted.setattr(operations._Run, "planned", planned)
        load(imported.options)

    assert counts(empty) == {"Theirs": 1}


def test_a_name_that_no_header_carries_is_refused(imported):
    imported.make("node_odd", node("Odd", "id"), 'select 1 as id, 2 as "x(y)"')

    with pytest.raises(DeclarationError, match=r"columns.x\(y\): no import file can carry this name"):
        load(imported.options)


def test_a_server_elsewhere_gets_files_a_command_and_the_next_load(shop, home, empty, tmp_path, monkeypatch):
    shop.make("node_list", node("List", "id"), "select 1 as id, []::varchar[] as none")
    elsewhere = beside(shop, tmp_path / "elsewhere", home)
    # the lake has no server of its own
    (elsewhere.lake / "neo4j").unlink()
    with pytest.raises(ConfigurationError, match="not in the local server"):
        load(elsewhere.options)
    given = {"URI": empty.uri, "USERNAME": empty.username, "PASSWORD": empty.password}
    for name, value in given.items():
        monkeypatch.setenv(f"NEO4J_{name}", value)
    folder = tmp_path / "files, for (them)"
    line = ["load", "--bulk", "--bulk-folder", folder, "--lake", elsewhere.lake, "--manifest", elsewhere.manifest]
    line += ["--no-expectations", "--allow-rejects", "all", "--json"]

    # the second time, the files of the first are replaced
    told = [CliRunner().invoke(app, list(map(str, line)), catch_exceptions=False) for _ in range(2)]

    order = json.loads(told[1].stdout)
    assert counts(empty) == {}
    runs = sorted(ops.read(elsewhere.options.settings.ops, "graph_runs"), key=lambda run: run["started_at"])
    # the load of a server that is not the lake's own was refused before it began
    assert [(run["status"], run["rows_written"], run["error"]) for run in runs] == [("files_written", 10, None)] * 2
    kept = json.loads(runs[1]["report"])
    assert (kept["after_import"], kept["configuration"]["neo4j"]) == ({"List": 1}, f"{empty.uri}/neo4j")
    counted = [
        row for row in ops.read(elsewhere.options.settings.ops, "graph_row_counts") if row["run_id"] == kept["run_id"]
    ]
    assert [(row["name"], row["sent"], row["created"], row["rejected"], row["in_graph"]) for row in counted] == [
        ("Customer", 3, 3, 0, None),
        ("List", 1, 1, 0, None),
        ("Product", 2, 2, 0, None),
        ("PURCHASED", 12, 5, 7, None),
    ]
    rejected = [
        row
        for row in ops.read(elsewhere.options.settings.ops, "graph_rejected_rows")
        if row["run_id"] == kept["run_id"]
    ]
    assert Counter(row["reason"] for row in rejected) == {
        "missing_from": 2,
        "missing_to": 1,
        "null_key": 1,
        "duplicate_key": 3,
    }
    assert (order["folder"], order["after_import"]) == (str(folder), {"List": 1})
    tool, *arguments = shlex.split(order["command"])
    assert tool == "neo4j-admin"
    stop_server(home)
    admin = [java(), *JVM_OPTIONS, "-cp", f"{ensure('neo4j-server')}/*", "org.neo4j.cli.AdminTool", *arguments]
    env = {**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")}
    subprocess.run(admin, cwd=folder, env=env, check=True, capture_output=True)
    start(home)
    assert counts(empty) == {**dict(SHOP), "List": 1}
    with pytest.raises(BulkRefusedError, match="goes on from there"):
        write_import_files(elsewhere.options, folder)
    refused = max(ops.read(elsewhere.options.settings.ops, "graph_runs"), key=lambda run: run["started_at"])
    assert (refused["status"], refused["error"].split(":")[0]) == ("failed", "BulkRefusedError")

    report = load(replace(elsewhere.options, bulk=False))

    assert {row.name: (row.created, row.updated, row.unchanged) for row in report.counts} == {
        **{name: (0, 0, rows) for name, rows in SHOP},
        "List": (0, 1, 0),
    }
    assert [(one.agrees, one.drifted) for one in report.agreements] == [(True, 0)] * 4
    assert query(empty, "MATCH (n:List) RETURN n.none AS none") == [{"none": []}]
    assert len(query(empty, "SHOW CONSTRAINTS")) == 4


def test_a_folder_with_other_things_in_it_is_left_alone(shop, home, empty, tmp_path):
    elsewhere = beside(shop, tmp_path / "elsewhere", home)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter").touch()

    with pytest.raises(ConfigurationError, match="other things"):
        write_import_files(elsewhere.options, tmp_path / "taken")

    assert (tmp_path / "taken" / "letter").exists()
    assert [ops.read(elsewhere.options.settings.ops, table) for table in TABLES] == [[]] * 3
