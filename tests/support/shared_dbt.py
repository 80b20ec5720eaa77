"""One dbt process for all tests of a session: starting dbt and parsing the project takes as long as building the marts."""

import atexit
import os
from functools import cache

from lakegraph.pipeline.dbt import DbtProcess

# writing down every statement takes a seventh of a build's time
LITTLE_LOGGED = ("--log-level-file", "warn")


class SharedDbt(DbtProcess):
    """Runs the dbt commands of many lakes, each in the environment that its test has set, and outlives them all."""

    def ask(self, arguments: list[str], environment: dict[str, str]) -> dict:
        # what an earlier command was given must not be left in the process
        own = {name: os.environ.get(name, default) for name, default in _DEFAULTS.items()}
        return super().ask([*arguments, *LITTLE_LOGGED], own | environment)

    def said(self, arguments: list[str], environment: dict[str, str]) -> tuple[bool, str]:
        """Run a command as on the command line: whether it succeeded, and what it printed."""
        self._said.seek(0)
        self._said.truncate()
        answer = self.ask([*arguments, "--log-level", "info", "--no-use-colors"], environment)
        self._said.seek(0)
        return answer["success"], self._said.read() + (answer["exception"] or "")

    def begin(self, arguments: list[str], environment: dict[str, str]) -> None:
        if arguments[0] != "parse":
            super().begin(arguments, environment)

    def close(self, at_once: bool = False) -> None:
        """Leave it to the tests that follow."""


_DEFAULTS = {"LAKEGRAPH_ENV": "dev", "DBT_TARGET": "dev", "DBT_TARGET_PATH": "target", "DBT_LOG_PATH": "logs"}


@cache
def shared_dbt() -> SharedDbt:
    """The process; it ends with the session."""
    process = SharedDbt()
    atexit.register(DbtProcess.close, process)
    return process
