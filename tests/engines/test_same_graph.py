"""The same graph marts in DuckDB, as Delta tables and as Iceberg tables in Glue: each is loaded into the same graph."""

import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from lakegraph.runtime.project import project_root
from tests.engines.athena import moto_server
from tests.engines.same_graph.marts import CHANGES, RECORDS, make_marts
from tests.support.graph import empty
from tests.support.marts import SCHEMA

pytestmark = pytest.mark.soak

BUCKET = "lakegraph"
ADAPTERS = ("duckdb", "databricks", "athena")
OTHERS = ADAPTERS[1:]
# all of them are loaded, from the tables that the adapters make, in the tests of the two engines
SOME = ("node_customer", "node_product", "edge_purchased")


@pytest.fixture(scope="module")
def marts(tmp_path_factory):
    return make_marts(tmp_path_factory.mktemp("same_graph"), SOME)


@pytest.fixture(scope="module")
def aws():
    """Glue with an empty database, and S3: the variables by which AWS's clients find them."""
    server = moto_server.start()
    try:
        url = "http://{}:{}".format(*server.get_host_and_port())
        own = {"endpoint_url": url, "region_name": moto_server.REGION, **moto_server.CREDENTIALS}
        boto3.client("s3", **own).create_bucket(Bucket=BUCKET)
        for schema in (SCHEMA, *(schema for schema, _ in RECORDS)):
            place = {"Name": schema, "LocationUri": f"s3://{BUCKET}/{schema}"}
            boto3.client("glue", **own).create_database(DatabaseInput=place)
        yield {
            "AWS_ENDPOINT_URL": url,
            "AWS_REGION": moto_server.REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            **{name.upper(): value for name, value in moto_server.CREDENTIALS.items()},
        }
    finally:
        server.stop()


@pytest.fixture(scope="module")
def told(marts, aws, neo4j_server, tmp_path_factory) -> dict[str, dict]:
    """By adapter, what the three loads counted and what the graph held after each, and what came of the fourth."""
    found = {}
    for adapter in ADAPTERS:
        folder = tmp_path_factory.mktemp(adapter)
        empty(neo4j_server)
        task = {
            "adapter": adapter,
            "manifest": str(marts.manifests[adapter]),
            # only DuckDB's marts are in the lake
            "lake": str(marts.lake if adapter == "duckdb" else folder / "lake"),
            "files": str(marts.files),
            "changes": marts.changes,
            "failure": marts.failure,
            "neo4j": {name: getattr(neo4j_server, name) for name in ("uri", "username", "password")},
        }
        (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
        if adapter == "athena":
            _run("write", folder, aws)
        _run("load", folder, aws if adapter == "athena" else {})
        found[adapter] = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def loads(told) -> dict[str, list[dict]]:
    """By adapter, what the three loads counted and what the graph held after each."""
    return {adapter: found["loads"] for adapter, found in told.items()}


@pytest.mark.parametrize("adapter", OTHERS)
@pytest.mark.parametrize("part", ["nodes", "edges"])
@pytest.mark.parametrize("after", [0, 2])
def test_the_graph_is_that_of_duckdb(loads, adapter, part, after):
    expected, found = (set(loads[name][after]["graph"][part]) for name in ("duckdb", adapter))

    assert sorted(found - expected)[:3] == sorted(expected - found)[:3] == []
    assert len(loads[adapter][after]["graph"][part]) == len(loads["duckdb"][after]["graph"][part])


@pytest.mark.parametrize("adapter", OTHERS)
def test_each_load_counts_as_duckdbs(loads, adapter):
    assert [load["counts"] for load in loads[adapter]] == [load["counts"] for load in loads["duckdb"]]


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_second_load_writes_nothing_and_a_third_the_changed_rows_alone(loads, adapter):
    first, second, third = loads[adapter]

    for name, (created, updated, unchanged, rejected, deleted) in first["counts"].items():
        assert (updated, unchanged, deleted) == (0, 0, 0)
        assert second["counts"][name] == [0, 0, created, rejected, 0]
        changed = int(name in CHANGES)
        assert third["counts"][name] == [0, changed, created - changed, rejected, 0]
    assert second["graph"] == first["graph"]
    for part, changed in (("nodes", 2), ("edges", 1)):
        # an edge is told with the nodes at its ends, of which some have changed
        new = {line.partition("]->")[0].partition("-[")[2] or line for line in third["graph"][part]}
        old = {line.partition("]->")[0].partition("-[")[2] or line for line in first["graph"][part]}
        assert len(new - old) == len(old - new) == changed


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_mart_whose_latest_build_failed_takes_nothing_away(told, adapter):
    refusal = told[adapter]["refusal"]

    assert "1 of" in refusal and "the latest build of model node_customer ended with error at 20" in refusal


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_loads_are_logged_for_the_batch_that_the_marts_are_as_of(told, marts, adapter):
    # DuckDB's lake holds the steps of landing too
    assert told[adapter]["batches"][-4:] == [marts.batch] * 4


def test_the_graph_holds_what_it_should(loads):
    # equality of three empty graphs would say nothing
    first, _, third = loads["duckdb"]
    created = {name: counts[0] for name, counts in first["counts"].items()}
    assert len(created) == len(SOME) + 2
    assert min(created.values()) > 0 and created["Value"] == 2 and created["OTHER"] == 2
    assert len(first["graph"]["nodes"]) + len(first["graph"]["edges"]) == sum(created.values())
    assert any(counts[3] for counts in first["counts"].values())
    values = [line for line in first["graph"]["nodes"] if line.startswith("(Value ")]
    for told in (
        "zero :: FLOAT NOT NULL = -0.0",
        "price :: FLOAT NOT NULL = -1234567.89",
        "tags :: LIST<STRING NOT NULL> NOT NULL = ['a', '', 'ö,[]']",
        "at :: LOCAL DATETIME NOT NULL = neo4j.time.DateTime(2024, 3, 31, 2, 30, 0, 123456000)",
        "day :: DATE NOT NULL = neo4j.time.Date(1500, 3, 1)",
        "flag :: BOOLEAN NOT NULL = False",
    ):
        assert any(told in line for line in values), (told, values)
    assert any("name :: STRING NOT NULL = 'Someone Else'" in line for line in third["graph"]["nodes"])


def _run(step: str, folder: Path, variables: dict[str, str]) -> None:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.engines.same_graph.leg", step, folder],
        cwd=project_root(),
        env={**outside, **variables, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-5000:]
