"""The whole way, once: land what is new, build batch by batch, load the graph."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from lakegraph.landing.operations import LandingResult, land
from lakegraph.pipeline.batches import BatchState, list_batches, waiting_batches
from lakegraph.pipeline.build_records import judged_batches
from lakegraph.pipeline.dbt import DbtError, DbtOutcome, DbtSession, log_file, target_folder
from lakegraph.pipeline.server import PendingServer, graph_server
from lakegraph.pipeline.steps import Steps
from lakegraph.runtime.processing_log import logged_step, new_run_id
from lakegraph.runtime.settings import Settings

if TYPE_CHECKING:
    from graph_loader.report import RunReport

# Unit tests check the project's code, not the data: they are for its developers.
DATA_ONLY = ("--exclude-resource-type", "unit_test")
ROW_LEVEL = ("--select", "tag:row_level", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
# The records of this many waiting batches are judged in one go; then their history is built batch by batch.
JUDGED_AT_ONCE = 50
JUDGE_AHEAD = ("--vars", f"{{judge_ahead: {JUDGED_AT_ONCE}}}")
# The batches of a backfill whose records have been judged with those of an earlier one: views stand already, tests follow
# with the last batch, and dbt's artifacts and its log would cost as much as the statements. What fails is built once more,
# as a whole, and then logged.
HISTORY_ONLY = (
    *("--select", "tag:by_batch", "--vars", "{history_only: true}"),
    *("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"),
    *("--no-write-json", "--log-level-file", "none", "--cache-selected-only"),
)
# everything after the gate but the history, which is as of the last applied batch
MARTS = ("--exclude", "path:models/staging", "resource_type:snapshot", *DATA_ONLY)
GATE = "admitted_batches"


@dataclass(frozen=True)
class Builds:
    """What a run built: dbt's outcomes in order, the batches that it applied, and the one that its verdict held back, if any."""

    outcomes: list[DbtOutcome]
    applied: list[BatchState]
    held: BatchState | None = None


@dataclass(frozen=True)
class RunOutcome:
    """What one run did: the batches landed, the dbt builds, and the loader's report.

    `graph` is None when it was not to be loaded, and when nothing has been built yet that could be.
    """

    landing: LandingResult
    builds: Builds
    graph: "RunReport | None"
    late: tuple[str, ...]
    seconds: dict[str, float]

    @property
    def complete(self) -> bool:
        """Whether nothing that was dropped had to be left behind."""
        return self.landing.complete and not self.builds.held and not self.late

    def as_dict(self) -> dict:
        """The outcome as plain values, for JSON."""
        return {
            "complete": self.complete,
            "landing": asdict(self.landing),
            "builds": [asdict(build) for build in self.builds.outcomes],
            "applied": [asdict(batch) for batch in self.builds.applied],
            "held": asdict(self.builds.held) if self.builds.held else None,
            "late": list(self.late),
            "graph": self.graph.as_dict() if self.graph else None,
            "seconds": self.seconds,
        }


def run_pipeline(
    settings: Settings, quiet: bool = False, load: bool = True, landing: LandingResult | None = None
) -> RunOutcome:
    """Walk the whole way; where no Neo4j is configured, the embedded target starts a local server, which then stays.

    Args:
        settings: where everything lies.
        quiet: print nothing.
        load: whether to load the graph; without it, no server is started either.
        landing: what was landed and told just before; None lands.

    Raises:
        LakegraphError: a step failed; the steps before it need not be repeated.
    """
    if not load:
        return walk(settings, None, quiet, landing)
    with graph_server(settings) as server:
        outcome = walk(settings, server, quiet, landing)
        server.keep()
    return outcome


def walk(
    settings: Settings, server: PendingServer | None, quiet: bool = False, landing: LandingResult | None = None
) -> RunOutcome:
    """Land what is new, apply the waiting batches in order, and make the graph equal to the marts.

    A batch that waits or is refused is left behind, with what landing says of it; the others go on. One that its verdict
    holds back stops those after it; marts and graph are then as of the batch before it.

    Args:
        settings: where everything lies.
        server: the Neo4j server, which may still be starting; None leaves the graph alone.
        quiet: print nothing.
        landing: what was landed and told just before; None lands.

    Raises:
        LakegraphError: a step failed; the steps before it need not be repeated.
    """
    steps = Steps(quiet)
    with DbtSession(settings) as dbt:
        dbt.parse_ahead()
        if landing is None:
            with steps.step("land"):
                landing = land(settings)
            steps.tell(landing.summary())
        builds = _build_with(dbt, settings, steps)
    late = tuple(batch.batch_id for batch in list_batches(settings) if batch.state == "late")
    if server is None or not builds.outcomes:
        return RunOutcome(landing, builds, None, late, steps.seconds)
    from graph_loader.load_options import LoadOptions
    from graph_loader.operations import load

    with steps.step("wait for Neo4j"):
        server.wait()
    with steps.step("load the graph"):
        graph = load(LoadOptions(settings=settings, manifest=target_folder() / "manifest.json", quiet=quiet))
    return RunOutcome(landing, builds, graph, late, steps.seconds)


def build_waiting(settings: Settings, steps: Steps) -> Builds:
    """Apply the waiting batches in order: history batch by batch, everything else once, with the last one.

    dbt itself takes the oldest that waits, so a batch that lands meanwhile finds its place, and a late one brings those
    after it back into the queue.

    Args:
        settings: where everything lies.
        steps: tells and times the builds.

    Returns:
        What was built, the batches that were applied, and the one that its verdict held back, if any.

    Raises:
        DbtError: a build failed; its batch and the later ones still wait.
    """
    with DbtSession(settings) as dbt:
        return _build_with(dbt, settings, steps)


def _build_with(dbt: DbtSession, settings: Settings, steps: Steps) -> Builds:
    outcomes: list[DbtOutcome] = []
    judged: frozenset[str] = frozenset()
    settled = {batch.batch_id for batch in _applied(settings)}
    waiting = waiting_batches(settings)
    while True:
        history_only = len(waiting) > 1 and waiting[0] in judged
        try:
            outcomes.append(_build_next(dbt, waiting, settings, steps, history_only))
        except DbtError as error:
            held = _held_batch(settings) if GATE in error.failed else None
            if held:
                outcomes += _build_marts(dbt, settings, steps)
                return Builds(outcomes, _applied(settings, settled), held)
            if not history_only:
                raise
            # an older batch may have come meanwhile; what is wrong otherwise is told, and logged, by a build of its own
            judged, waiting = frozenset(), waiting_batches(settings)
            continue
        left = waiting_batches(settings)
        # those after a late one are applied once more
        settled -= set(left)
        # an older one that came meanwhile was taken first
        if waiting and left == waiting:
            if not history_only:
                raise DbtError(
                    f"dbt built without an error, but did not apply batch {waiting[0]}.",
                    f"See what {log_file()} says of the batch.",
                )
            judged = frozenset()
        elif len(waiting) <= 1 and not left:
            return Builds(outcomes, _applied(settings, settled))
        elif not history_only:
            judged = judged_batches(settings)
        waiting = left


def _build_next(
    dbt: DbtSession, waiting: list[str], settings: Settings, steps: Steps, history_only: bool
) -> DbtOutcome:
    # dbt logs its own steps at the end, which one that is killed does not live to see
    with logged_step(settings.ops, new_run_id(), "build", waiting[0] if waiting else None):
        if len(waiting) <= 1:
            with steps.step(f"build {waiting[0]}" if waiting else "build"):
                return dbt.run("build", *DATA_ONLY)
        with steps.step(f"build {waiting[0]}, history only; behind it: {len(waiting) - 1}"):
            return dbt.run("build", *(HISTORY_ONLY if history_only else (*ROW_LEVEL, *JUDGE_AHEAD)))


def _applied(settings: Settings, without: Collection[str] = ()) -> list[BatchState]:
    return [batch for batch in list_batches(settings) if batch.state == "applied" and batch.batch_id not in without]


def _held_batch(settings: Settings) -> BatchState | None:
    return next((batch for batch in list_batches(settings) if batch.state == "held"), None)


def _build_marts(dbt: DbtSession, settings: Settings, steps: Steps) -> list[DbtOutcome]:
    """The marts as of the last batch that was let through, which an earlier build may have left to its successor."""
    if not _applied(settings):
        return []
    with steps.step("build the marts as of the batch before"):
        return [dbt.run("build", *MARTS)]
