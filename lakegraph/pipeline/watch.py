"""`lakegraph watch`: runs the pipeline whenever something arrives, until it is stopped."""

import signal
import time
import traceback
from collections.abc import Callable, Set
from pathlib import Path

from lakegraph.landing.operations import land
from lakegraph.landing.sources import load_sources
from lakegraph.pipeline.arrivals import Arrivals
from lakegraph.pipeline.batches import Decisions, waiting_batches
from lakegraph.pipeline.build_records import has_unfinished_build, last_applied_at
from lakegraph.pipeline.run import run_pipeline
from lakegraph.pipeline.steps import Steps
from lakegraph.pipeline.summary import show_outcome
from lakegraph.pipeline.watching import POLL_S, FolderWatch
from lakegraph.runtime import ops
from lakegraph.runtime.console import complain, say
from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.expectations import import_ahead
from lakegraph.runtime.interrupts import interrupted_by, require_uninterrupted, was_interrupted
from lakegraph.runtime.settings import Settings

# events can get lost; a file that arrived without one is found within this time
LOOK_AGAIN_S = 10
# how soon the folder is looked at again while a file may still grow
GROWING_S = 0.1
FIRST_RETRY_S, LAST_RETRY_S = 30, 900


def watch(settings: Settings, poll: float | None = None, load: bool = True) -> None:
    """Take in what lies in the drops folder, then whatever arrives there; returns when Ctrl-C or SIGTERM comes.

    A run that fails or leaves something behind is told, and watching goes on. A run that is under way is interrupted; the next
    one makes it good.

    Args:
        settings: where everything lies.
        poll: compare the folder with itself every so many seconds, where its file system has no events.
        load: whether the graph is loaded too.

    Raises:
        ConfigurationError: the sources file or the drops folder will not do.
    """
    arrivals = Arrivals(settings.drops, load_sources(settings.sources))
    arrivals.look(unfinished=False)
    imports = import_ahead("duckdb", "pyarrow.parquet", *["graph_loader.operations"] * load)
    folder = FolderWatch(settings.drops, arrivals.nested, poll)
    try:
        with interrupted_by(signal.SIGINT), interrupted_by(signal.SIGTERM), folder as changes:
            if changes.lacks_events:
                complain(f"{settings.drops} gives no events ({changes.lacks_events}); looking every {POLL_S} s instead")
            # no trigger must wait for them; what arrives meanwhile is noticed
            imports.join()
            say(f"watching {settings.drops} for {arrivals.awaited}; Ctrl-C stops")
            follow(arrivals, changes.wait, PipelineRuns(settings, load, arrivals.expect), Decisions(settings).came)
    except BaseException as error:
        if not was_interrupted(error):
            raise
    say("stopped")


def follow(
    arrivals: Arrivals,
    wait: Callable[[float], None],
    run: Callable[[], bool],
    decided: Callable[[], bool] = lambda: False,
) -> None:
    """Run whenever something has arrived whole or been decided, and again after a while when a run failed; never returns.

    Args:
        arrivals: what has arrived.
        wait: returns when something may have changed, at the latest after the seconds that it is given.
        run: takes in what lies there; says whether nothing was left behind.
        decided: whether a batch was released or rejected since the last time.

    Raises:
        DropsError: the drops folder has gone.
    """
    # what lies there at the start is taken in as well
    unfinished, retry_at, patience = True, time.monotonic(), FIRST_RETRY_S
    while True:
        require_uninterrupted()
        found = arrivals.look(unfinished)
        overdue = retry_at is not None and time.monotonic() >= retry_at
        if found.growing:
            wait(GROWING_S)
            continue
        # always asked, so that a decision that this run takes in starts no other
        if not any((decided(), found.ready, overdue)):
            wait(LOOK_AGAIN_S)
            continue
        arrivals.take()
        try:
            unfinished, retry_at, patience = not run(), None, FIRST_RETRY_S
        except Exception as error:
            if was_interrupted(error):
                raise
            _tell(error, patience)
            unfinished, retry_at, patience = True, time.monotonic() + patience, min(2 * patience, LAST_RETRY_S)


class PipelineRuns:
    """Runs of the pipeline on one lake, each of which goes no further than there is something new.

    Args:
        settings: where everything lies.
        load: whether the graph is loaded too.
        expect: is told which files triggers expect that have not come.
    """

    def __init__(self, settings: Settings, load: bool, expect: Callable[[Set[Path]], None]):
        self._settings = settings
        self._load = load
        self._expect = expect
        # whether an earlier run did not go all the way; asked by the first run, which tells when it cannot be known
        self._behind: bool | None = None

    def __call__(self) -> bool:
        """Land what is complete and, when there is something to build, build and load; says whether nothing was left behind.

        Raises:
            LakegraphError: a step failed; the steps before it need not be repeated.
        """
        steps = Steps()
        with steps.step("land"):
            landing = land(self._settings)
        self._expect(landing.expected)
        steps.tell(landing.summary())
        if self._behind is None:
            self._behind = has_unfinished_build(self._settings) or (self._load and graph_is_behind(self._settings))
        self._behind = self._behind or bool(landing.batches) or bool(waiting_batches(self._settings))
        if self._behind:
            outcome = run_pipeline(self._settings, load=self._load, landing=landing)
            self._behind = False
            show_outcome(outcome, self._settings)
            return outcome.complete
        return landing.complete


def graph_is_behind(settings: Settings) -> bool:
    """Whether a batch has been applied since the last load that succeeded was begun."""
    applied = last_applied_at(settings)
    loads = [run["started_at"] for run in ops.read(settings.ops, "graph_runs") if run["status"] == "succeeded"]
    return bool(applied) and (not loads or max(loads) < applied)


def _tell(error: Exception, patience: float) -> None:
    said = str(error) if isinstance(error, LakegraphError) else f"{type(error).__name__}: {error}"
    if not isinstance(error, LakegraphError):
        traceback.print_exc()
    complain(f"error: {said.rstrip('.')}. The next attempt is in {patience} s, or when a file arrives.")
