"""The expectations on the graph marts, checked while the marts are compared with the ledger, and what their verdict means."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph_loader.declarations import Declaration, GraphDeclaration
from graph_loader.engines import engine_of
from graph_loader.expectations import expected_of, inspected_frame
from graph_loader.ledger_state import LedgerState, place
from graph_loader.marts import Marts
from graph_loader.trace import Trace
from graph_loader.verified import Verified
from lakegraph.runtime.console import complain
from lakegraph.runtime.errors import ConfigurationError, LakegraphError
from lakegraph.runtime.expectations import SEVERITIES, TABLE
from lakegraph.runtime.ops import append
from lakegraph.runtime.project import project_vars

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from lakegraph.runtime.settings import Settings

SHOWN_FAILURES = 3
POLICIES = ("warn", "block")


@dataclass(frozen=True)
class Failure:
    """An expectation that a mart does not keep; it tells counts, never values."""

    model: str
    severity: str
    description: str
    observed: str
    checked: int | None
    unexpected: int | None

    def __str__(self) -> str:
        counted = self.checked and self.unexpected is not None
        found = f"{self.unexpected:,} of {self.checked:,} are not" if counted else f"found: {self.observed}"
        return f"{self.model}: {self.description} ({self.severity}; {found})"


@dataclass(frozen=True)
class Inspection:
    """What the marts were found to be.

    Attributes:
        checked: how many expectations were checked.
        failed: those that are not kept, worst first.
        blocks: whether the environment's policy forbids the load.
    """

    checked: int
    failed: tuple[Failure, ...]
    blocks: bool

    @property
    def summary(self) -> str:
        """One line for the console."""
        if not self.failed:
            return f"{self.checked} expectations on the graph marts, all kept"
        return f"{self.checked} expectations on the graph marts, {len(self.failed)} not kept: {self.told}"

    @property
    def told(self) -> str:
        """The worst failures, in one line."""
        more = f"; and {len(self.failed) - SHOWN_FAILURES} more" if len(self.failed) > SHOWN_FAILURES else ""
        return "; ".join(map(str, self.failed[:SHOWN_FAILURES])) + more


class UnfitMartsError(LakegraphError):
    """The graph marts do not keep what is expected of them, and the environment's policy blocks."""

    def __init__(self, inspection: Inspection, env: str):
        super().__init__(
            f"Nothing was written to the graph, for the marts are not as expected: {inspection.told}.",
            f"Mend them and build again; or, where they are meant to be so, `python -m graph_loader --no-expectations`, "
            "with `--allow-deletes NAME` for a mart that is meant to be empty "
            f"(`verdict.policy` in vars.yml blocks in the environment {env}).",
        )
        self.inspection = inspection


class PendingInspection:
    """A check of the marts that may still be going on."""

    def __init__(self, found: Future[Inspection], data_docs: Future):
        self._found = found
        self._data_docs = data_docs

    def found(self) -> Inspection:
        """What was found, once the check is through."""
        return self._found.result()

    def finish(self) -> None:
        """Wait for the Data Docs; that they cannot be written is told, and no reason to fail."""
        try:
            self._data_docs.result()
        except LakegraphError as error:
            complain(f"warning: {error}")


@contextmanager
def inspected(
    spark: "SparkSession",
    declared: GraphDeclaration,
    marts: Marts,
    ledger: LedgerState,
    settings: "Settings",
    run_id: str,
    batch_id: str | None,
    trace: Trace,
) -> Iterator[PendingInspection]:
    """Check the marts in a thread of its own: Great Expectations keeps Python busy, and comparing keeps Java busy.

    Args:
        declared: the graph as the manifest has it, with the types of the contracts.
        marts: the marts as the warehouse has them.
        ledger: what is known to be in the graph.
        settings: the lake that gets the results and the Data Docs, and the environment.
        run_id: the run under which the results are kept.
        batch_id: the batch that the marts are as of, if known.
        trace: times the check.

    Raises:
        ConfigurationError: what vars.yml says of expectations or of the policy will not do.
    """
    from lakegraph.runtime.expectations import Asset, Expectations

    blocking = blocking_severities(settings.env)
    expectations = Expectations(settings.lake, "graph", run_id)
    declarations = {item.model.name: item for item in marts.graph}
    suites = {item.model.name: expected_of(item, _known_rows(ledger, item)) for item in declared}

    def check() -> Inspection:
        verified = Verified(settings.lake / "great_expectations" / "verified.json")
        rows = []
        # an engine of its own, for it is in another thread than the comparison
        with trace.step("check expectations"), engine_of(declared.adapter, spark) as engine:
            for name, suite in suites.items():
                fingerprint = marts.fingerprints.get(name)
                found = verified.recall(name, fingerprint, suite)
                if found is None:
                    with inspected_frame(declarations[name], marts, engine) as frame:
                        found = expectations.check([Asset(name, frame, suite)], batch_id)
                    verified.remember(name, fingerprint, suite, found)
                rows += [row | {"run_id": run_id, "batch_id": batch_id} for row in found]
        verified.save()
        append(settings.ops, TABLE, f"graph.{run_id}", rows)
        return _inspection(rows, blocking)

    with ThreadPoolExecutor(1, "expectations") as pool:
        found = pool.submit(check)
        try:
            yield PendingInspection(found, pool.submit(expectations.build_data_docs))
        finally:
            pool.shutdown(cancel_futures=True)


def require_fit(inspection: Inspection, env: str) -> None:
    """End with an error when the policy forbids to load such marts.

    Raises:
        UnfitMartsError: a failed expectation is of a severity that makes a verdict FAIL, and the environment blocks.
    """
    if inspection.blocks:
        raise UnfitMartsError(inspection, env)


def blocking_severities(env: str) -> frozenset[str]:
    """The severities whose failure stops a load in an environment: none where `verdict.policy` in vars.yml only warns.

    Raises:
        ConfigurationError: the policy is neither warn nor block.
    """
    verdict = project_vars()["verdict"]
    policy = verdict["policy"].get(env, "block")
    if policy not in POLICIES:
        raise ConfigurationError(
            f"`verdict.policy` in vars.yml says '{policy}' for the environment {env}.", "Use warn or block."
        )
    return frozenset(verdict["fails_on"] if policy == "block" else ())


def _known_rows(ledger: LedgerState, declared: Declaration) -> int:
    sources = ledger.sources(place(declared.kind, declared.name))
    return max((source.rows - source.stubs for source in sources if source), default=0)


def _inspection(rows: list[dict], blocking: frozenset[str]) -> Inspection:
    worst_first = sorted(
        (row for row in rows if not row["success"]), key=lambda row: list(SEVERITIES).index(row["severity"])
    )
    columns = ("severity", "description", "observed", "checked", "unexpected")
    failed = tuple(Failure(row["asset"], *(row[column] for column in columns)) for row in worst_first)
    return Inspection(len(rows), failed, any(failure.severity in blocking for failure in failed))
