"""The whole way, once: land what is new, build batch by batch, load the graph."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from lakegraph.landing.operations import LandingResult, land
from lakegraph.pipeline.batches import waiting_batches
from lakegraph.pipeline.dbt import DbtError, DbtOutcome, dbt, target_folder
from lakegraph.pipeline.server import PendingServer, graph_server
from lakegraph.pipeline.steps import Steps
from lakegraph.runtime.settings import Settings

if TYPE_CHECKING:
    from graph_loader.report import RunReport

# Unit tests check the project's code, not the data: they are for its developers.
DATA_ONLY = ("--exclude-resource-type", "unit_test")
# cautious: a test that also reads a mart waits for the build that makes the marts
HISTORY_ONLY = ("--select", "tag:row_level", "--indirect-selection", "cautious")


@dataclass(frozen=True)
class RunOutcome:
    """What one run did: the batches landed, the dbt builds, and the loader's report."""

    landing: LandingResult
    builds: list[DbtOutcome]
    graph: "RunReport"
    seconds: dict[str, float]

    @property
    def complete(self) -> bool:
        """Whether nothing that was dropped had to be left behind."""
        return not (self.landing.waiting or self.landing.refused)

    def as_dict(self) -> dict:
        """The outcome as plain values, for JSON."""
        return {
            "complete": self.complete,
            "landing": asdict(self.landing),
            "builds": [asdict(build) for build in self.builds],
            "graph": self.graph.as_dict(),
            "seconds": self.seconds,
        }


def run_pipeline(settings: Settings, quiet: bool = False) -> RunOutcome:
    """Walk the whole way; where no Neo4j is configured, the embedded target starts a local server, which then stays.

    Raises:
        LakegraphError: a step failed; the steps before it need not be repeated.
    """
    with graph_server(settings) as server:
        outcome = walk(settings, server, quiet)
        server.keep()
    return outcome


def walk(settings: Settings, server: PendingServer, quiet: bool = False) -> RunOutcome:
    """Land what is new, apply the waiting batches in order, and make the graph equal to the marts.

    A batch that waits or is refused is left behind, with what landing says of it; the others go on.

    Args:
        settings: where everything lies.
        server: the Neo4j server, which may still be starting.
        quiet: print nothing.

    Raises:
        LakegraphError: a step failed; the steps before it need not be repeated.
    """
    from graph_loader.operations import LoadOptions, load

    steps = Steps(quiet)
    with steps.step("land"):
        landing = land(settings)
    steps.tell(landing.summary())
    builds = build_waiting(settings, steps)
    with steps.step("wait for Neo4j"):
        server.wait()
    with steps.step("load the graph"):
        graph = load(LoadOptions(settings=settings, manifest=target_folder() / "manifest.json", quiet=quiet))
    return RunOutcome(landing, builds, graph, steps.seconds)


def build_waiting(settings: Settings, steps: Steps) -> list[DbtOutcome]:
    """Apply the waiting batches in order: history batch by batch, everything else once, with the last one.

    dbt itself takes the oldest that waits, so a batch that lands meanwhile finds its place.

    Raises:
        DbtError: a build failed; its batch and the later ones still wait.
    """
    builds = []
    while len(waiting := waiting_batches(settings)) > 1:
        with steps.step(f"build {waiting[0]}, history only; behind it: {len(waiting) - 1}"):
            builds.append(dbt(settings, "build", *HISTORY_ONLY, *DATA_ONLY))
        _require_progress(waiting[0], settings)
    with steps.step(f"build {waiting[0]}" if waiting else "build"):
        builds.append(dbt(settings, "build", *DATA_ONLY))
    if waiting:
        _require_progress(waiting[0], settings)
    return builds


def _require_progress(batch: str, settings: Settings) -> None:
    if batch in waiting_batches(settings):
        raise DbtError(
            f"dbt built without an error, but did not apply batch {batch}.", "See what its log says of the batch."
        )
