"""The wheel, built and installed into a fresh environment, does its tasks far from the repository, called as a job calls them."""

import json
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from email import message_from_string
from pathlib import Path

import duckdb
import pytest
import yaml
from neo4j.time import Date, DateTime

from lakegraph.landing.generate.operations import generate
from lakegraph.landing.generate.options import GenerateOptions
from lakegraph.runtime import ops
from lakegraph.runtime.java import QUICK_START
from tests.support.drops import KEYS
from tests.support.graph import counts, empty, query, store
from tests.support.marts import edge, model, node, write_manifest
from tests.support.wheel_tasks import Cluster, Ended, environment, task

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PACKAGES = ("lakegraph", "graph_loader")
NEEDED = ("setup.py", "pyproject.toml", "README.md", "LICENSE", "requirements-tasks.in", "vars.yml", "dbt_project.yml")
# what a declared type is on Databricks, and the design of its landing tables
TYPES = {
    "string": "string",
    "integer": "bigint",
    "decimal": "decimal(18,4)",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp_ntz",
}
_NTZ = "tblproperties ('delta.feature.timestampNtz' = 'supported')"
DESIGN = {"bronze": f"cluster by (_batch_id) {_NTZ}", "ops": _NTZ}
# the operational tables that are written with a batch, and never again
OF_BATCHES = ("batches", "batch_files", "rejected_records")
# of each graph mart the columns and the rows; the fourth purchase is of a customer who is in no mart
MARTS = {
    "node_customer": (
        {"customer_id": "string", "name": "string", "age": "bigint", "born": "date", "seen": "timestamp_ntz"},
        """('C1', 'Ann', 31, date '1994-01-02', timestamp_ntz '2025-01-15 08:30:00.25'),
        ('C2', 'Zoë "Z" O\\'Hara', null, null, null)""",
    ),
    "node_product": (
        {"product_id": "string", "price": "decimal(18,4)", "tags": "array<string>"},
        "('P1', 19.99, array('new', 'light')), ('P2', 250, array())",
    ),
    "edge_purchased": (
        {"customer_id": "string", "product_id": "string", "order_id": "string", "quantity": "bigint"},
        "('C1', 'P1', 'O1', 2), ('C1', 'P2', 'O2', 1), ('C2', 'P1', 'O3', 5), ('C9', 'P1', 'O4', 1)",
    ),
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The project's wheel, built without a network from a copy of what it is built from."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in NEEDED:
        shutil.copy(ROOT / name, source)
    for name in (*PACKAGES, "configs", "models/graph/questions"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    offline = ["--no-deps", "--no-index", "--disable-pip-version-check"]
    _run([sys.executable, "-m", "pip", "wheel", *offline, "--no-build-isolation", "-w", built, source])
    [wheel] = built.glob("lakegraph-*.whl")
    return wheel


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory) -> Path:
    """The interpreter of a fresh environment with the wheel; its requirements it borrows from the environment of the tests."""
    folder = tmp_path_factory.mktemp("venv")
    _run([sys.executable, "-m", "venv", "--without-pip", folder])
    python = folder / "bin/python"
    offline = ["--no-deps", "--no-index", "--disable-pip-version-check"]
    _run([sys.executable, "-m", "pip", "--python", python, "install", *offline, wheel])
    [site] = folder.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n")
    return python


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder outside the repository, with the drops of two dirty days."""
    place = tmp_path_factory.mktemp("place")
    generate(GenerateOptions(drops=place / "drops", start=date(2025, 1, 15), days=2, scale=0.05, dirt=0.02))
    shutil.copytree(place / "drops", place / "both days")
    (place / "later").mkdir()
    for file in (place / "drops").glob("*2025_01_16*"):
        file.rename(place / "later" / file.name)
    return place


@pytest.fixture(scope="module")
def cluster(python, place, neo4j_server) -> Iterator[Cluster]:
    """A cluster's own session, and the environment that the job of docs/databricks.md gives its tasks."""
    job = {"DBT_TARGET": "databricks", "DATABRICKS_CATALOG": "spark_catalog"}
    job |= {"NEO4J_URI": neo4j_server.uri, "NEO4J_USERNAME": neo4j_server.username}
    with Cluster(python, place, **job, NEO4J_PASSWORD=neo4j_server.password) as cluster:
        yield cluster


def test_the_wheel_holds_every_file_of_its_packages_and_what_they_read_of_the_project(wheel):
    packaged = [
        file.relative_to(ROOT)
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    ]
    read = [Path("dbt_project.yml"), Path("vars.yml"), *_below("configs/**/*.yml"), *_below("models/graph/questions/*")]

    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}

    expected = {file.as_posix(): file for file in packaged}
    expected |= {f"lakegraph/project/{file.as_posix()}": file for file in read}
    assert held.keys() == expected.keys()
    assert all(content == (ROOT / expected[name]).read_bytes() for name, content in held.items())


def test_the_wheel_leaves_a_cluster_its_own_spark(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        required = message_from_string(archive.read(name).decode()).get_all("Requires-Dist")

    assert {"numpy", "pyarrow"} <= set(required)
    assert not [line for line in required if line.startswith(("pyspark", "dbt", "setuptools"))]


def test_the_task_land_lands_a_drop(python, place):
    done = task(python, place, "land", "--drops", "drops", "--lake", "lake")

    assert done.returncode == 0, done.stderr
    assert _came_from(done) == python.parent.parent
    [batch] = ops.read(place / "lake/ops", "batches")
    files = ops.read(place / "lake/ops", "batch_files")
    assert batch["batch_id"] == "batch_2025_01_15_001"
    assert batch["records_landed"] > 500
    assert batch["records_rejected"] > 0
    assert len(files) == batch["files"] == len(list((place / "lake/bronze").glob("*/*/*.parquet")))


def test_the_task_land_lands_on_the_cluster_s_spark(python, place):
    session = {
        "DATABRICKS_RUNTIME_VERSION": "17.3",
        "PYSPARK_PYTHON": str(python),
        "PYSPARK_SUBMIT_ARGS": f"--master local[2] --driver-memory 1g --driver-java-options {' '.join(QUICK_START)} "
        "--conf spark.ui.enabled=false pyspark-shell",
        "SPARK_LOCAL_IP": "127.0.0.1",
    }

    done = task(python, place, "land", "--on-spark", "--drops", "later", "--lake", "lake on spark", **session)

    assert done.returncode == 0, done.stderr
    assert _came_from(done) == python.parent.parent
    [batch] = ops.read(place / "lake on spark/ops", "batches")
    rejected = ops.read(place / "lake on spark/ops", "rejected_records")
    assert batch["batch_id"] == "batch_2025_01_16_001"
    assert batch["records_rejected"] == len(rejected) > 0


def test_the_task_land_fails_when_a_batch_is_left_behind(python, place, tmp_path):
    trigger = {
        "trigger_id": "early",
        "batch_date": "2025-01-20",
        "data_files_ready": True,
        "expected_files": ["orders_2025_01_20.csv"],
    }
    (tmp_path / "trigger_2025_01_20.json").write_text(json.dumps(trigger))

    done = task(python, place, "land", "--drops", str(tmp_path), "--lake", "another lake")

    assert done.returncode == 1
    assert "waits: early: " in done.stdout
    assert done.stderr.splitlines()[-1] == (
        "lakegraph.tasks.TaskError: The task land ended with exit code 1. What it printed before says why."
    )


@pytest.mark.parametrize("given", [("land", "--help"), ("load", "plan", "--help")])
def test_a_task_that_has_nothing_to_fail_at_returns(given, python, place):
    done = task(python, place, *given)

    assert done.returncode == 0, done.stderr
    assert "--lake" in done.stdout
    assert _came_from(done) == python.parent.parent


def test_the_task_load_says_what_it_lacks(python, place):
    customer = model("node_customer", node("Customer", "customer_id"), {"customer_id": "string"})
    write_manifest(place / "manifest.json", customer, adapter="databricks")

    without_manifest = task(python, place, "load", "--lake", "lake")
    without_server = task(python, place, "load", "--lake", "lake", "--manifest", "manifest.json")

    assert (without_manifest.returncode, without_server.returncode) == (1, 1)
    assert "manifest.json" in without_manifest.stderr.splitlines()[-1]
    assert without_server.stderr.splitlines()[-1] == (
        "lakegraph.runtime.errors.ConfigurationError: No Neo4j to talk to: NEO4J_URI is not set and no local server runs. "
        "Set NEO4J_URI, NEO4J_USERNAME and NEO4J_PASSWORD, or run `lakegraph neo4j start`."
    )


def test_the_task_land_publishes_into_the_tables_of_the_cluster_s_session(cluster, python, place, tmp_path):
    lake, tables = tmp_path / "lake", _landing_tables()
    _make_landing_tables(cluster, tables)
    shutil.copytree(place / "both days", tmp_path / "drops")
    land = ("land", "--on-spark", "--publish", "--drops", str(tmp_path / "drops"), "--lake", str(lake))

    first = cluster.task(*land)
    published, landed = _published(cluster, tables), _landed(lake, tables)
    commits = _commits_of_batches(place)
    second = cluster.task(*land)

    assert (first.error, second.error) == (None, None)
    assert _environment_of(first.file) == python.parent.parent
    batches = ["batch_2025_01_15_001", "batch_2025_01_16_001"]
    assert first.said.splitlines()[-2:] == [f"published {batch}" for batch in batches]
    assert {name: len(rows) for name, rows in published.items()} == {name: len(rows) for name, rows in landed.items()}
    assert published == landed
    filled = {"batches", "batch_files", "rejected_records", "expectation_results", "processing_log"}
    assert {name for name, rows in landed.items() if rows} == {
        *(f"bronze.{feed}" for feed in KEYS),
        *(f"ops.{table}" for table in filled),
    }
    assert second.said.splitlines()[-1] == "Nothing new has landed."
    assert min(commits.values()) > 1
    assert _commits_of_batches(place) == commits


def test_the_task_land_lands_and_fails_where_it_has_no_table_to_publish_to(cluster, place, tmp_path):
    for schema in ("bronze", "ops"):
        cluster.sql(f"drop schema if exists {schema} cascade")
    shutil.copytree(place / "both days", tmp_path / "drops")

    ended = cluster.task("land", "--publish", "--drops", str(tmp_path / "drops"), "--lake", str(tmp_path / "lake"))

    number = len(_landing_tables())
    assert ended.error == (
        f"lakegraph.landing.publication.PublishError: There is no table bronze.customers to publish to ({number} of {number} "
        "are missing). Make them: `dbt run-operation expose_landing --target databricks`."
    )
    assert len(ops.read(tmp_path / "lake/ops", "batches")) == 2


def test_the_task_load_makes_the_graph_equal_to_marts_of_the_cluster_s_session_and_then_writes_nothing(
    cluster, neo4j_server, python, tmp_path
):
    empty(neo4j_server)
    lake = tmp_path / "lake"
    load = ("load", "--lake", str(lake), "--manifest", str(_graph_marts(cluster, tmp_path)), "--json")

    first = cluster.task(*load)
    written = store(neo4j_server)
    second = cluster.task(*load)

    assert (first.error, second.error) == (None, None)
    assert _environment_of(first.file) == python.parent.parent

    assert query(neo4j_server, "MATCH (c:Customer) RETURN c ORDER BY c.customer_id") == [
        {
            "c": {
                "customer_id": "C1",
                "name": "Ann",
                "age": 31,
                "born": Date(1994, 1, 2),
                "seen": DateTime(2025, 1, 15, 8, 30, 0, 250_000_000),
            }
        },
        {"c": {"customer_id": "C2", "name": 'Zoë "Z" O\'Hara'}},
    ]
    assert query(neo4j_server, "MATCH (p:Product) RETURN p ORDER BY p.product_id") == [
        {"p": {"product_id": "P1", "price": 19.99, "tags": ["new", "light"]}},
        {"p": {"product_id": "P2", "price": 250.0, "tags": []}},
    ]
    purchases = "MATCH (c)-[r:PURCHASED]->(p) RETURN c.customer_id AS c, p.product_id AS p, properties(r) AS r"
    assert query(neo4j_server, f"{purchases} ORDER BY r.order_id") == [
        {"c": "C1", "p": "P1", "r": {"order_id": "O1", "quantity": 2}},
        {"c": "C1", "p": "P2", "r": {"order_id": "O2", "quantity": 1}},
        {"c": "C2", "p": "P1", "r": {"order_id": "O3", "quantity": 5}},
    ]
    assert counts(neo4j_server) == {"Customer": 2, "Product": 2, "PURCHASED": 3}

    assert _changes(first) == {"Customer": (2, 0, 0, 0), "Product": (2, 0, 0, 0), "PURCHASED": (3, 0, 0, 1)}
    assert _changes(second) == {"Customer": (0, 0, 0, 0), "Product": (0, 0, 0, 0), "PURCHASED": (0, 0, 0, 1)}
    assert _without_metadata(store(neo4j_server)) == _without_metadata(written)
    assert [row["reason"] for row in ops.read(lake / "ops", "graph_rejected_rows")] == ["missing_from"] * 2

    ledger = lake / "ledger/lakegraph"
    pointer = json.loads((ledger / "pointer.json").read_text(encoding="utf-8"))
    assert query(neo4j_server, "MATCH (m:LakegraphMetadata) RETURN m.ledger_id AS id, m.lease_owner AS owner") == [
        {"id": pointer["ledger_id"], "owner": None}
    ]
    assert {name: _keys(ledger / entry["folder"]) for name, entry in pointer["entries"].items()} == {
        "node:Customer": [("C1",), ("C2",)],
        "node:Product": [("P1",), ("P2",)],
        "edge:PURCHASED": [("C1", "P1", "O1"), ("C1", "P2", "O2"), ("C2", "P1", "O3")],
    }


@pytest.mark.parametrize("script", ["lakegraph", "graph_loader"])
def test_the_commands_are_there_as_well(script, python, place):
    done = subprocess.run(
        [python.parent / script, "--help"], cwd=place, env=environment(), capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "Usage: " in done.stdout


def _came_from(done: subprocess.CompletedProcess) -> Path:
    """The environment out of which the task's code came, of a task that returned."""
    word, file = done.stdout.splitlines()[-1].split(" ", 1)
    assert word == "returned"
    return _environment_of(file)


def _environment_of(file: str) -> Path:
    return next(folder for folder in Path(file).parents if folder.name == "lib").parent


def _landing_tables() -> dict[str, dict[str, str]]:
    """The tables that `dbt run-operation expose_landing` makes on Databricks for landing, with the types of their columns."""
    declared = yaml.safe_load((ROOT / "vars.yml").read_text(encoding="utf-8"))["vars"]
    text = {"type": "string"}
    tables = {
        f"bronze.{feed}": dict.fromkeys(about["columns"], text) | declared["lineage"]
        for feed, about in declared["feeds"].items()
    }
    tables |= {f"ops.{table}": columns for table, columns in declared["ops_tables"].items()}
    return {
        name: {column: TYPES[about["type"]] for column, about in columns.items()} for name, columns in tables.items()
    }


def _make_landing_tables(cluster: Cluster, tables: dict[str, dict[str, str]]) -> None:
    for schema, design in DESIGN.items():
        cluster.sql(f"create schema if not exists {schema}")
        for name, columns in tables.items():
            if name.startswith(f"{schema}."):
                cluster.sql(f"create or replace table {name} ({_ddl(columns)}) using delta {design}")


def _ddl(columns: dict[str, str]) -> str:
    return ", ".join(f"{column} {data_type}" for column, data_type in columns.items())


def _published(cluster: Cluster, tables: dict[str, dict]) -> dict[str, list[str]]:
    """All rows of the cluster's tables, as text."""
    return {name: _as_text(cluster.sql(f"select {', '.join(columns)} from {name}")) for name, columns in tables.items()}


def _landed(lake: Path, tables: dict[str, dict]) -> dict[str, list[str]]:
    """The same of a lake's files."""
    found = {}
    for name, columns in tables.items():
        files = [str(file) for file in (lake / name.replace(".", "/")).rglob("*.parquet")]
        query = f"select {', '.join(columns)} from read_parquet({files}, union_by_name = true)"
        found[name] = _as_text(duckdb.sql(query).fetchall() if files else [])
    return found


def _as_text(rows: Iterable[Sequence]) -> list[str]:
    return sorted(json.dumps(list(row), default=str) for row in rows)


def _commits_of_batches(place: Path) -> dict[str, int]:
    """How often something was written to each table that only new batches are written to."""
    tables = {*(f"bronze.db/{feed}" for feed in KEYS), *(f"ops.db/{table}" for table in OF_BATCHES)}
    return {table: len(list((place / "warehouse" / table / "_delta_log").glob("*.json"))) for table in tables}


def _graph_marts(cluster: Cluster, folder: Path) -> Path:
    """Make graph marts in the cluster's session; gives back the manifest that declares them."""
    declared = {
        "node_customer": node("Customer", "customer_id"),
        "node_product": node("Product", "product_id"),
        "edge_purchased": edge("PURCHASED", ("Customer", "customer_id"), ("Product", "product_id"), "order_id"),
    }
    cluster.sql("create schema if not exists graph_ready")
    models = []
    for name, graph in declared.items():
        columns, rows = MARTS[name]
        cluster.sql(f"create or replace table graph_ready.{name} ({_ddl(columns)}) using delta")
        cluster.sql(f"insert into graph_ready.{name} values {rows}")
        models.append(model(name, graph, columns) | {"relation_name": f"`spark_catalog`.`graph_ready`.`{name}`"})
    return write_manifest(folder / "target/manifest.json", *models, adapter="databricks")


def _changes(ended: Ended) -> dict[str, tuple[int, ...]]:
    """What a load says that it created, updated, deleted and rejected, by label and type."""
    what = ("created", "updated", "deleted", "rejected")
    return {row["name"]: tuple(row[name] for name in what) for row in json.loads(ended.said)["counts"]}


def _without_metadata(graph: dict[str, list[str]]) -> dict[str, list[str]]:
    """A database's content without the loader's own node."""
    return graph | {"nodes": [node for node in graph["nodes"] if "LakegraphMetadata" not in node]}


def _keys(folder: Path) -> list[tuple]:
    """The identities that a ledger remembers of a label or type."""
    return duckdb.sql(f"select * exclude (_hash) from '{folder}/*.parquet' order by all").fetchall()


def _below(pattern: str) -> list[Path]:
    return [file.relative_to(ROOT) for file in ROOT.glob(pattern)]


def _run(command: list) -> None:
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
