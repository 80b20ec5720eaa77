"""Runs dbt commands one after another in one process: `python -m lakegraph.pipeline.dbt_worker`.

Each line of standard input is a command as JSON, its `arguments` and the `environment` that is set from it on; each is answered
by one line of JSON on standard output. The project is parsed once, which is what makes a backfill of many batches quick.
Between two commands the embedded warehouse is closed, so that others can read it.
"""

import gc
import json
import os
import sys
import time
from typing import IO

from lakegraph.runtime.processes import die_with_parent

BUILDING = ("build", "run", "snapshot")


def main() -> None:
    """Answer commands until standard input ends or the process that started this one dies."""
    die_with_parent()
    # what dbt prints must not come between the answers
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    runner = _Runner()
    for line in sys.stdin:
        command = json.loads(line)
        os.environ |= command["environment"]
        _answer(answers, runner.run(command["arguments"]))
    gc.unfreeze()


class _Runner:
    """dbt, with the project as it was parsed for the first build."""

    def __init__(self):
        self._manifest = None

    def run(self, arguments: list[str]) -> dict:
        """What became of a command: its nodes, and dbt's own words where it could not even begin."""
        from dbt.cli.main import dbtRunner

        begin = time.monotonic()
        if arguments[0] in BUILDING and self._manifest is None:
            target = next(arguments[at : at + 2] for at, word in enumerate(arguments) if word == "--target")
            parsed = self.run(["parse", *target])
            if not parsed["success"]:
                return parsed
        manifest = self._manifest if arguments[0] in BUILDING else None
        # said for the console alone, `--log-level` would silence the log file too
        levels = {"--log-level": "none", "--log-level-file": "debug"}
        unsaid = [word for name, level in levels.items() if name not in arguments for word in (name, level)]
        done = dbtRunner(manifest=manifest).invoke([*unsaid, *arguments])
        if arguments[0] == "parse" and done.success:
            self._manifest = done.result
            # hundreds of thousands of objects that stay: no later collection has to walk over them
            gc.freeze()
        _close_warehouse()
        return _outcome(done, begin, with_rows=arguments[0] == "show")


def _outcome(done, begin: float, with_rows: bool) -> dict:
    results = getattr(done.result, "results", None) or []
    return {
        "success": done.success,
        "seconds": time.monotonic() - begin,
        "exception": str(done.exception) if done.exception else None,
        "results": [
            {"unique_id": _id(result), "status": str(result.status), "message": result.message}
            | (_rows(result) if with_rows else {})
            for result in results
            if hasattr(result, "status")
        ],
    }


def _id(result) -> str:
    return result.node.unique_id if getattr(result, "node", None) else result.unique_id


def _rows(result) -> dict:
    """The rows of a query; one that failed has none."""
    table = result.agate_table
    return {} if table is None else {"rows": [dict(row.items()) for row in table.rows]}


def _close_warehouse() -> None:
    module = sys.modules.get("dbt.adapters.duckdb.connections")
    if module:
        module.DuckDBConnectionManager.close_all_connections()
        gc.collect()


def _answer(answers: IO[str], answer: dict) -> None:
    # a query's numbers and times are no JSON
    answers.write(json.dumps(answer, default=str) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
