"""What goes wrong at a user's gives one clear line and a non-zero exit code, and never a stack trace."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lakegraph.runtime import ops

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def clean_drops(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean") / "drops"
    done = lakegraph("generate", "--drops", str(folder), "--start", "2025-01-15", "--days", "1", "--scale", "0.1")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def drops(clean_drops, tmp_path):
    return Path(shutil.copytree(clean_drops, tmp_path / "drops"))


def lakegraph(*arguments, **env):
    return subprocess.run(
        [sys.executable, "-m", *(["lakegraph", *arguments] if arguments[0] != "graph_loader" else arguments)],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )


def land(drops, lake):
    return lakegraph("land", "--drops", str(drops), "--lake", str(lake))


def assert_refused(done, *words):
    said = done.stdout + done.stderr
    assert done.returncode != 0, said
    assert "Traceback" not in said
    for word in words:
        assert word in said


def assert_nothing_landed(lake):
    assert ops.read(lake / "ops", "batches") == []


def test_a_missing_file_is_named(drops, tmp_path):
    (drops / "orders_2025_01_15.csv").unlink()

    assert_refused(land(drops, tmp_path / "lake"), "orders_2025_01_15.csv")
    assert_nothing_landed(tmp_path / "lake")


def test_an_empty_file_is_named(drops, tmp_path):
    (drops / "products_2025_01_15.csv").write_bytes(b"")

    assert_refused(land(drops, tmp_path / "lake"), "products_2025_01_15.csv", "empty")
    assert_nothing_landed(tmp_path / "lake")


def test_a_header_without_a_required_column_is_named(drops, tmp_path):
    file = drops / "orders_2025_01_15.csv"
    file.write_bytes(file.read_bytes().replace(b"order_amount", b"amount_of_order", 1))

    assert_refused(land(drops, tmp_path / "lake"), "orders_2025_01_15.csv", "order_amount")
    assert_nothing_landed(tmp_path / "lake")


def test_a_wrong_delimiter_is_suspected(drops, tmp_path):
    file = drops / "suppliers_2025_01_15.csv"
    file.write_bytes(file.read_bytes().replace(b",", b";"))

    assert_refused(land(drops, tmp_path / "lake"), "suppliers_2025_01_15.csv", "delimiter", ";")
    assert_nothing_landed(tmp_path / "lake")


def test_bad_records_are_set_aside_and_the_others_land(drops, tmp_path):
    file = drops / "suppliers_2025_01_15.csv"
    good = file.read_bytes().count(b"\n") - 1
    width = len(file.read_bytes().splitlines()[0].split(b","))
    extra = [
        b",".join([b"extra"] * (width + 1)),
        b",".join([b"short"] * (width - 1)),
        b",".join([b"S-byte", b"caf\xe9", *[b"x"] * (width - 2)]),
        b",".join([b"S-line", b'"two\nlines"', *[b""] * (width - 2)]),
    ]
    file.write_bytes(file.read_bytes() + b"\n".join(extra) + b"\n")

    done = land(drops, tmp_path / "lake")

    assert done.returncode == 0, done.stderr
    rejected = ops.read(tmp_path / "lake" / "ops", "rejected_records")
    assert [(row["source_line"] - good - 1, row["reason"]) for row in rejected] == [
        (1, "record.field_count"),
        (2, "record.field_count"),
        (3, "record.encoding"),
    ]
    files = {row["feed"]: row for row in ops.read(tmp_path / "lake" / "ops", "batch_files")}
    assert files["suppliers"]["records_landed"] == good + 1
    assert files["suppliers"]["records_read"] == good + 4


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> dict[str, str]:
    """The environment of a lake that was built before anything landed, for what fails before it is even read."""
    root = tmp_path_factory.mktemp("built")
    (root / "lake").mkdir()
    environment = {name: str(root / folder) for name, folder in (("LAKE_DIR", "lake"), ("DBT_TARGET_PATH", "target"))}
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "build", "--exclude-resource-type", "unit_test", "test"],
        cwd=ROOT,
        env={**os.environ, **environment, "DBT_LOG_PATH": str(root / "logs")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return environment


@pytest.mark.parametrize("command", ["load", "reconcile"])
def test_a_neo4j_that_is_down_is_named(command, built):
    down = {"NEO4J_URI": "bolt://127.0.0.1:1", "NEO4J_PASSWORD": "any"}

    done = lakegraph("graph_loader", command, "--lake", built["LAKE_DIR"], **built, **down)

    assert_refused(done, "127.0.0.1:1")


def test_a_wrong_password_is_told_and_not_shown(neo4j_server, built):
    wrong = {"NEO4J_URI": neo4j_server.uri, "NEO4J_PASSWORD": "not-the-word"}

    done = lakegraph("graph_loader", "load", "--lake", built["LAKE_DIR"], **built, **wrong)

    assert_refused(done, neo4j_server.uri, "NEO4J_PASSWORD")
    assert "not-the-word" not in done.stdout + done.stderr
