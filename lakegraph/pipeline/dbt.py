"""Runs dbt as its users do, in a process of its own, and says in one sentence what failed."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.project import project_root
from lakegraph.runtime.settings import Settings

SHOWN_FAILURES = 3
SHOWN_LINES = 4


class DbtError(LakegraphError):
    """A dbt command failed."""


@dataclass(frozen=True)
class DbtOutcome:
    """What a dbt command did: how many nodes ended in each status, and how long it took."""

    command: str
    statuses: dict[str, int]
    seconds: float


def dbt(settings: Settings, *arguments: str) -> DbtOutcome:
    """Run a dbt command on the project.

    Args:
        settings: the lake and the dbt target.
        arguments: the command and its options, as on the command line.

    Raises:
        DbtError: it failed; the message names the first nodes that did, with what dbt says of them.
    """
    # DuckDB makes its file, but not the folder around it
    settings.lake.mkdir(parents=True, exist_ok=True)
    results_file = target_folder() / "run_results.json"
    results_file.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", *arguments, "--target", settings.target],
        cwd=project_root(),
        env={**os.environ, "LAKE_DIR": str(settings.lake.resolve())},
        capture_output=True,
        text=True,
        check=False,
    )
    command = f"dbt {' '.join(arguments)}"
    results = json.loads(results_file.read_text(encoding="utf-8")) if results_file.is_file() else {"results": []}
    if done.returncode != 0:
        trouble = _trouble(results["results"], done.stdout + done.stderr)
        raise DbtError(f"`{command}` failed: {trouble}.", f"See {os.environ.get('DBT_LOG_PATH', 'logs')}/dbt.log.")
    statuses: dict[str, int] = {}
    for result in results["results"]:
        statuses[result["status"]] = statuses.get(result["status"], 0) + 1
    return DbtOutcome(command, statuses, results.get("elapsed_time", 0.0))


def target_folder() -> Path:
    """Where dbt leaves its manifest and results: DBT_TARGET_PATH, else target/ in the project."""
    return project_root() / os.environ.get("DBT_TARGET_PATH", "target")


def _trouble(results: list[dict], output: str) -> str:
    failed = [result for result in results if result["status"] in ("error", "fail", "runtime error")]
    if not failed:
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        # what follows dbt's announcement is the reason; without one, its last words are
        announced = [number for number, line in enumerate(lines) if "Encountered an error" in line]
        told = lines[announced[0] + 1 :][:SHOWN_LINES] if announced else lines[-SHOWN_LINES:]
        return " ".join(told).rstrip(".") or "dbt said nothing"
    said = [f"{result['unique_id'].split('.')[2]}: {' '.join((result['message'] or '').split())}" for result in failed]
    more = f" (and {len(said) - SHOWN_FAILURES} more)" if len(said) > SHOWN_FAILURES else ""
    return "; ".join(said[:SHOWN_FAILURES]).rstrip(".") + more
