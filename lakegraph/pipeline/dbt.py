"""Runs dbt in a process of its own, and says in one sentence what failed."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Self

from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.project import project_root
from lakegraph.runtime.settings import Settings

WORKER = "lakegraph.pipeline.dbt_worker"
SHOWN_FAILURES = 3
SHOWN_LINES = 4
FAILED = ("error", "fail", "runtime error")


class DbtError(LakegraphError):
    """A dbt command failed.

    Attributes:
        failed: the names of the nodes that did.
    """

    def __init__(self, message: str, hint: str = "", failed: tuple[str, ...] = ()):
        super().__init__(message, hint)
        self.failed = failed


@dataclass(frozen=True)
class DbtOutcome:
    """What a dbt command did: how many nodes ended in each status, and how long it took."""

    command: str
    statuses: dict[str, int]
    seconds: float


class DbtProcess:
    """A process that runs dbt commands one after another; it starts with the first, and parses the project once.

    Args:
        module: what it runs.
    """

    def __init__(self, module: str = WORKER):
        self._module = module
        self._worker: subprocess.Popen | None = None
        self._unread = 0
        self._said = TemporaryFile("w+", errors="replace")

    def ask(self, arguments: list[str], environment: dict[str, str]) -> dict:
        """What became of a command: `success`, `seconds`, `exception` as text, and `results`, a list per node.

        Args:
            arguments: the command and its options, as on the command line.
            environment: variables that are set from this command on.
        """
        self.begin(arguments, environment)
        try:
            lines = [self._worker.stdout.readline() for _ in range(self._unread)]
        finally:
            self._unread = 0
        if lines[-1]:
            return json.loads(lines[-1])
        code = self._worker.wait()
        self._worker = None
        self._said.seek(0)
        said = self._said.read() or f"its process ended with code {code}"
        return {"success": False, "results": [], "exception": said, "seconds": 0.0}

    def begin(self, arguments: list[str], environment: dict[str, str]) -> None:
        """Have a command run, and what becomes of it thrown away; the next one waits for it.

        Args:
            arguments: the command and its options, as on the command line.
            environment: variables that are set from this command on.
        """
        worker = self._worker = self._worker or self._start()
        # one that has ended is noticed when its answer does not come
        with suppress(BrokenPipeError):
            worker.stdin.write(json.dumps({"arguments": arguments, "environment": environment}) + "\n")
            worker.stdin.flush()
        self._unread += 1

    def close(self, at_once: bool = False) -> None:
        """End the process.

        Args:
            at_once: also in the middle of a command.
        """
        if self._worker is not None:
            if at_once:
                self._worker.terminate()
            with suppress(BrokenPipeError):
                self._worker.stdin.close()
            self._worker.wait()
        self._said.close()

    def _start(self) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", self._module],
            cwd=project_root(),
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(
                    path for path in (os.environ.get("PYTHONPATH"), _package_folder()) if path
                ),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )


class DbtSession:
    """dbt commands on one lake, target and environment, one after another, in a process of their own."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._process = DbtProcess()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_) -> None:
        # interrupted: a build may have long to go
        self._process.close(at_once=bool(kind) and not issubclass(kind, Exception))

    def parse_ahead(self) -> None:
        """Have the project parsed while other work goes on; trouble with it is told by the next command."""
        self._process.begin(["parse", *self._target()], self._environment())

    def run(self, *arguments: str) -> DbtOutcome:
        """Run a dbt command on the project.

        Args:
            arguments: the command and its options, as on the command line.

        Raises:
            DbtError: it failed; the message names the first nodes that did, with what dbt says of them.
        """
        answer = self._process.ask([*arguments, *self._target()], self._environment())
        return outcome_of(f"dbt {' '.join(arguments)}", answer)

    def show(self, query: str) -> list[dict]:
        """The rows of a query on the target's warehouse.

        Args:
            query: in SQL with Jinja, as in a model.

        Raises:
            DbtError: it failed.
        """
        answer = self._process.ask(["show", "--inline", query, "--limit", "-1", *self._target()], self._environment())
        outcome_of("dbt show", answer)
        return answer["results"][0]["rows"]

    def _target(self) -> list[str]:
        return ["--target", self._settings.target]

    def _environment(self) -> dict[str, str]:
        # DuckDB makes its file, but not the folder around it
        self._settings.lake.mkdir(parents=True, exist_ok=True)
        return {"LAKE_DIR": str(self._settings.lake.resolve()), "LAKEGRAPH_ENV": self._settings.env}


def outcome_of(command: str, answer: dict) -> DbtOutcome:
    """What a command did, from the answer of its process.

    Args:
        command: the command, for the message.
        answer: what `DbtProcess.ask` gave.

    Raises:
        DbtError: it failed; the message names the first nodes that did, with what dbt says of them.
    """
    if not answer["success"]:
        failed = [result for result in answer["results"] if result["status"] in FAILED]
        trouble = _told(failed) if failed else _reason(answer["exception"])
        raise DbtError(
            f"`{command}` failed: {trouble}.",
            f"See {log_file()}.",
            tuple(_name(result) for result in failed),
        )
    statuses: dict[str, int] = {}
    for result in answer["results"]:
        statuses[result["status"]] = statuses.get(result["status"], 0) + 1
    return DbtOutcome(command, statuses, round(answer["seconds"], 3))


def dbt(settings: Settings, *arguments: str) -> DbtOutcome:
    """Run one dbt command on the project; see `DbtSession.run`.

    Raises:
        DbtError: it failed.
    """
    with DbtSession(settings) as session:
        return session.run(*arguments)


def log_file() -> str:
    """Where dbt logs: DBT_LOG_PATH, else logs/ in the project."""
    return f"{os.environ.get('DBT_LOG_PATH', 'logs')}/dbt.log"


def target_folder() -> Path:
    """Where dbt leaves its manifest and results: DBT_TARGET_PATH, else target/ in the project."""
    return project_root() / os.environ.get("DBT_TARGET_PATH", "target")


def _package_folder() -> str:
    return str(Path(__file__).resolve().parents[2])


def _name(result: dict) -> str:
    return result["unique_id"].split(".")[2]


def _told(failed: list[dict]) -> str:
    said = [f"{_name(result)}: {' '.join((result['message'] or '').split())}" for result in failed]
    more = f" (and {len(said) - SHOWN_FAILURES} more)" if len(said) > SHOWN_FAILURES else ""
    return "; ".join(said[:SHOWN_FAILURES]).rstrip(".") + more


def _reason(exception: str | None) -> str:
    lines = [line.strip() for line in (exception or "").splitlines() if line.strip()]
    return " ".join(lines[:SHOWN_LINES]).rstrip(".") or "dbt said nothing"
