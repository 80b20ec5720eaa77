"""The tasks of an installed wheel, called as a Databricks job calls them: in a process of their own, or on a cluster."""

import json
import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.engines.databricks.delta_spark import delta_settings

# As Databricks calls a python_wheel_task: the function is looked up by the name of its entry point, in whatever group. What the
# wheel does not require, and a cluster does not have for its Spark, is not there to be imported.
CALL = """
import re, sys
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions

from packaging.requirements import Requirement

name = sys.argv[1]

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

def call(entry_point, *parameters):
    sys.argv = [entry_point, *parameters]
    [found] = [found for found in distribution(name).entry_points if found.name == entry_point]
    found.load()()
"""
TASK = f"""{CALL}
call(*sys.argv[2:])
import lakegraph
print("returned", lakegraph.__file__)
"""
# The session is there before a task is called, and its tables are there as long as it is. A line of input is SQL or a task, and
# gets a line of JSON.
TASKS_AND_SQL = f"""{CALL}
import json, os
from contextlib import redirect_stdout
from io import StringIO
from traceback import format_exception_only

from pyspark.sql import SparkSession

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
spark = SparkSession.builder.getOrCreate()
for line in sys.stdin:
    asked = json.loads(line)
    if "sql" in asked:
        answer = [list(row) for row in spark.sql(asked["sql"]).collect()]
    else:
        error = None
        with redirect_stdout(StringIO()) as said:
            try:
                call(*asked["task"])
            except Exception as raised:
                error = format_exception_only(raised)[-1].rstrip()
        import lakegraph
        answer = dict(said=said.getvalue(), error=error, file=lakegraph.__file__)
    print(json.dumps(answer, default=str), file=answers, flush=True)
"""


@dataclass(frozen=True)
class Ended:
    """How a task on a cluster ended: what it printed, what it raised, and where its code lies."""

    said: str
    error: str | None
    file: str


class Cluster:
    """A process with a Spark session that has Delta and the Neo4j connector, in which a job's tasks are called.

    Args:
        python: the interpreter of the environment that the wheel is installed in.
        folder: where the process runs, and its tables lie.
        variables: the job's own of the environment.
    """

    def __init__(self, python: Path, folder: Path, **variables: str):
        settings = delta_settings(folder / "warehouse", heap="1g", others=("spark",))
        options = [option for name, value in settings.items() for option in ("--conf", f"{name}={value}")]
        session = {
            "DATABRICKS_RUNTIME_VERSION": "17.3",
            "PYSPARK_PYTHON": str(python),
            "PYSPARK_SUBMIT_ARGS": shlex.join(["--master", "local[2]", *options, "pyspark-shell"]),
            "SPARK_LOCAL_IP": "127.0.0.1",
        }
        self._command = [python, "-c", TASKS_AND_SQL, "lakegraph"]
        self._folder, self._env = folder, environment() | session | variables

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            self._command, cwd=self._folder, env=self._env, stdin=pipe, stdout=pipe, text=True
        )
        return self

    def __exit__(self, *_) -> None:
        self._process.stdin.close()
        self._process.wait()

    def sql(self, statement: str) -> list[list]:
        """The rows of a statement; times, dates and decimals are text."""
        return self._asked({"sql": statement})

    def task(self, entry_point: str, *parameters: str) -> Ended:
        """Call a task."""
        return Ended(**self._asked({"task": [entry_point, *parameters]}))

    def _asked(self, what: dict):
        self._process.stdin.write(f"{json.dumps(what)}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"The cluster's process ended with code {self._process.wait()}."
        return json.loads(answer)


def task(
    python: Path, place: Path, entry_point: str, *parameters: str, **variables: str
) -> subprocess.CompletedProcess:
    """A task in a process of its own."""
    command = [python, "-c", TASK, "lakegraph", entry_point, *parameters]
    env = environment() | variables
    return subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False)


def environment() -> dict[str, str]:
    """This process's, without what would lead to the repository, a server, or another lake."""
    ours = ("PYTHON", "LAKE", "DROPS", "DBT", "NEO4J", "SPARK", "PYSPARK", "DATABRICKS")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
