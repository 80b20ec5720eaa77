"""The wheel, built and installed into a fresh environment, does its tasks far from the repository, called as a job calls them."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from datetime import date
from email import message_from_string
from pathlib import Path

import pytest

from lakegraph.landing.generate.operations import generate
from lakegraph.landing.generate.options import GenerateOptions
from lakegraph.runtime import ops
from lakegraph.runtime.java import QUICK_START
from tests.support.marts import model, node, write_manifest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PACKAGES = ("lakegraph", "graph_loader")
NEEDED = ("setup.py", "pyproject.toml", "README.md", "LICENSE", "requirements-tasks.in", "vars.yml", "dbt_project.yml")
# As Databricks calls a python_wheel_task: the function is looked up by the name of its entry point, in whatever group. What the
# wheel does not require, and a cluster does not have for its Spark, is not there to be imported.
JOB = """
import re, sys
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions

from packaging.requirements import Requirement

name, entry_point, *parameters = sys.argv[1:]

def normal(name):
    return re.sub("[-_.]+", "-", name).lower()

seen, left = {("pyspark", ""), ("py4j", "")}, [(name, "")]
while left:
    asked = left.pop()
    if asked in seen:
        continue
    seen.add(asked)
    try:
        requirements = map(Requirement, distribution(asked[0]).requires or ())
    except PackageNotFoundError:
        continue
    for needed in requirements:
        if needed.marker is None or needed.marker.evaluate({"extra": asked[1]}):
            left += [(normal(needed.name), extra) for extra in ("", *needed.extras)]
required, owners = {found for found, _ in seen}, packages_distributions()

class Installed(PathFinder):
    @classmethod
    def find_spec(cls, module, path=None, target=None):
        if module in owners and not {normal(owner) for owner in owners[module]} & required:
            return None
        return super().find_spec(module, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Installed
sys.argv = [entry_point, *parameters]
[found] = [found for found in distribution(name).entry_points if found.name == entry_point]
found.load()()
import lakegraph
print("returned", lakegraph.__file__)
"""


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
    (place / "later").mkdir()
    for file in (place / "drops").glob("*2025_01_16*"):
        file.rename(place / "later" / file.name)
    return place


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
    done = _task(python, place, "land", "--drops", "drops", "--lake", "lake")

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

    done = _task(python, place, "land", "--on-spark", "--drops", "later", "--lake", "lake on spark", **session)

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

    done = _task(python, place, "land", "--drops", str(tmp_path), "--lake", "another lake")

    assert done.returncode == 1
    assert "waits: early: " in done.stdout
    assert done.stderr.splitlines()[-1] == (
        "lakegraph.tasks.TaskError: The task land ended with exit code 1. What it printed before says why."
    )


@pytest.mark.parametrize("given", [("land", "--help"), ("load", "plan", "--help")])
def test_a_task_that_has_nothing_to_fail_at_returns(given, python, place):
    done = _task(python, place, *given)

    assert done.returncode == 0, done.stderr
    assert "--lake" in done.stdout
    assert _came_from(done) == python.parent.parent


def test_the_task_load_says_what_it_lacks(python, place):
    customer = model("node_customer", node("Customer", "customer_id"), {"customer_id": "string"})
    write_manifest(place / "manifest.json", customer, adapter="databricks")

    without_manifest = _task(python, place, "load", "--lake", "lake")
    without_server = _task(python, place, "load", "--lake", "lake", "--manifest", "manifest.json")

    assert (without_manifest.returncode, without_server.returncode) == (1, 1)
    assert "manifest.json" in without_manifest.stderr.splitlines()[-1]
    assert without_server.stderr.splitlines()[-1] == (
        "lakegraph.runtime.errors.ConfigurationError: No Neo4j to talk to: NEO4J_URI is not set and no local server runs. "
        "Set NEO4J_URI, NEO4J_USERNAME and NEO4J_PASSWORD, or run `lakegraph neo4j start`."
    )


@pytest.mark.parametrize("script", ["lakegraph", "graph_loader"])
def test_the_commands_are_there_as_well(script, python, place):
    done = subprocess.run(
        [python.parent / script, "--help"], cwd=place, env=_environment(), capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "Usage: " in done.stdout


def _task(
    python: Path, place: Path, entry_point: str, *parameters: str, **variables: str
) -> subprocess.CompletedProcess:
    command = [python, "-c", JOB, "lakegraph", entry_point, *parameters]
    env = _environment() | variables
    return subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False)


def _environment() -> dict[str, str]:
    """This process's, without what would lead to the repository, a server, or another lake."""
    ours = ("PYTHON", "LAKE", "DROPS", "DBT", "NEO4J", "SPARK", "PYSPARK", "DATABRICKS")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _came_from(done: subprocess.CompletedProcess) -> Path:
    """The environment out of which the task's code came, of a task that returned."""
    word, file = done.stdout.splitlines()[-1].split(" ", 1)
    assert word == "returned"
    return next(folder for folder in Path(file).parents if folder.name == "lib").parent


def _below(pattern: str) -> list[Path]:
    return [file.relative_to(ROOT) for file in ROOT.glob(pattern)]


def _run(command: list) -> None:
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
