"""Entry points of the wheel for jobs: they take their options from sys.argv, return when all went well, and raise otherwise.

Databricks calls them inside a process of its own: ending it, even with exit code 0, would count as a failure there.
"""

import sys
from collections.abc import Callable

from lakegraph.runtime.errors import LakegraphError


class TaskError(LakegraphError):
    """A task did not do all that it was to do."""


def land() -> None:
    """`lakegraph land` with the options of the job.

    Raises:
        LakegraphError: something could not be landed, or a batch had to be left behind.
    """
    from lakegraph.cli import app

    _run("land", lambda: app(["land", *sys.argv[1:]], prog_name="lakegraph"))


def load() -> None:
    """`python -m graph_loader` with the options of the job; without a command it loads.

    Raises:
        LakegraphError: the graph could not be loaded.
    """
    from graph_loader.cli import run

    _run("load", run)


def _run(task: str, command: Callable[[], None]) -> None:
    try:
        command()
    except SystemExit as end:
        if end.code:
            raise TaskError(
                f"The task {task} ended with exit code {end.code}.", "What it printed before says why."
            ) from None
