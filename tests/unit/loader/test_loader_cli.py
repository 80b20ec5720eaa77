"""The command line, without a server."""

import json
import statistics
import subprocess
import sys
import time

import pytest

from tests.support.marts import edge, model, node, write_manifest


def graph_loader(*arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "graph_loader", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.alone
def test_help_answers_within_half_a_second():
    seconds = []
    for _ in range(5):
        started = time.monotonic()
        done = graph_loader("--help")
        seconds.append(time.monotonic() - started)
        assert done.returncode == 0
        assert all(command in done.stdout for command in ("load", "reconcile", "schema"))

    assert statistics.median(seconds) < 0.5


def test_without_a_command_it_loads(tmp_path):
    missing = tmp_path / "manifest.json"

    for arguments in (["--manifest", missing], ["load", "--manifest", missing]):
        done = graph_loader(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            f"error: There is no dbt manifest at {missing}. "
            "Run `dbt build` (or `dbt parse`) first, or name one with --manifest.\n"
        )


def test_wrong_declarations_are_listed_with_exit_code_2_and_no_stack_trace(tmp_path):
    manifest = write_manifest(
        tmp_path / "manifest.json", model("node_a", {"node": "A"}), model("node_b", {"key": ["id"]})
    )

    done = graph_loader("schema", "--manifest", manifest)

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: The graph declarations have 2 problems:",
        "  models/graph/_graph.yml: model node_a: config.meta.graph.key: is missing",
        "  models/graph/_graph.yml: model node_b: config.meta.graph: says neither `node` nor `edge`: a model is one of them",
    ]


def test_schema_shows_the_model_of_the_graph(tmp_path):
    manifest = write_manifest(
        tmp_path / "manifest.json",
        model(
            "node_person", node("Person", "id") | {"labels": ["Party"]}, {"id": "varchar", "home": "struct<a: int[]>"}
        ),
        model("edge_knows", edge("KNOWS", ("Person", "a"), ("Person", "b")), {"a": "varchar", "b": "varchar"}),
    )

    shown = graph_loader("schema", "--manifest", manifest)
    as_json = json.loads(graph_loader("schema", "--manifest", manifest, "--json").stdout)

    assert "(Person:Party)" in shown.stdout
    assert "id STRING, home STRING (struct<a: int[]> as json)" in shown.stdout
    assert "Person-KNOWS->Person" in shown.stdout
    assert as_json["nodes"][0]["properties"] == [
        {"name": "id", "type": "STRING", "sql_type": "varchar", "conversion": None, "description": "The id."},
        {
            "name": "home",
            "type": "STRING",
            "sql_type": "struct<a: int[]>",
            "conversion": "json",
            "description": "The home.",
        },
    ]
    assert as_json["nodes"][0]["labels"] == ["Party"]
    assert as_json["edges"][0]["from"] == {"node": "Person", "columns": ["a"]}
    assert as_json["nodes"][0]["constraint"].endswith("FOR (node:`Person`) REQUIRE (node.`id`) IS UNIQUE")


def test_options_of_reconcile_that_contradict_each_other_are_told():
    both = graph_loader("reconcile", "--deep", "--rebuild-ledger")
    alone = graph_loader("reconcile", "--claim", "all")

    assert (both.returncode, alone.returncode) == (2, 2)
    assert both.stderr == "error: --deep and --rebuild-ledger exclude each other. Rebuild first, then compare.\n"
    assert alone.stderr == "error: --claim says what a new ledger remembers. Give --rebuild-ledger with it.\n"
