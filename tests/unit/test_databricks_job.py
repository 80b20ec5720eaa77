"""The job of docs/databricks.md names what there is."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest
import typer
import yaml

import graph_loader.cli
import lakegraph.cli

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COMMANDS = {"land": (lakegraph.cli.app, "land"), "load": (graph_loader.cli.app, "load")}


@pytest.fixture(scope="module")
def tasks() -> dict[str, dict]:
    text = (ROOT / "docs/databricks.md").read_text(encoding="utf-8")
    bundle = yaml.safe_load(re.search("```yaml\n(.*?)```", text, re.DOTALL)[1])
    return {task["task_key"]: task for task in bundle["resources"]["jobs"]["lakegraph"]["tasks"]}


def options(entry_point: str) -> set[str]:
    app, name = COMMANDS[entry_point]
    command = typer.main.get_command(app).commands[name]
    return {option for parameter in command.params for option in parameter.opts}


def test_dbt_runs_between_the_two_tasks_of_the_wheel(tasks):
    order = {key: [before["task_key"] for before in task.get("depends_on", [])] for key, task in tasks.items()}

    assert order == {"expose": [], "land": ["expose"], "build": ["land"], "load": ["build"]}
    assert [key for key, task in tasks.items() if "python_wheel_task" in task] == ["land", "load"]
    assert [key for key, task in tasks.items() if "dbt_task" in task] == ["expose", "build"]


@pytest.mark.parametrize("key", ["land", "load"])
def test_a_task_of_the_wheel_names_an_entry_point_and_its_options(tasks, key):
    task = tasks[key]["python_wheel_task"]

    # Databricks looks for the name in all groups
    groups = [PROJECT["scripts"], *PROJECT["entry-points"].values()]
    [target] = [group[task["entry_point"]] for group in groups if task["entry_point"] in group]
    module, function = target.split(":")
    assert task["package_name"] == PROJECT["name"]
    assert callable(getattr(importlib.import_module(module), function))
    assert {given for given in task["parameters"] if given.startswith("-")} <= options(task["entry_point"])


def test_the_job_takes_the_versions_that_are_locked(tasks):
    jars = (ROOT / "lakegraph/runtime/locks/spark.tsv").read_text(encoding="utf-8").splitlines()
    locked = {":".join(jar.split("\t")[:3]) for jar in jars}
    requirements = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()

    libraries = [library for task in tasks.values() for library in task["libraries"]]

    assert {library["maven"]["coordinates"] for library in libraries if "maven" in library} <= locked
    assert {library["pypi"]["package"] for library in libraries if "pypi" in library} <= set(requirements)
