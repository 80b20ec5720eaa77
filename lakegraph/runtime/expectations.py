"""Great Expectations, as landing and the loader use it: a checkpoint per asset, plain result rows, Data Docs.

Nothing is sent anywhere, and no value of the data is kept: what a result tells of it are counts. The rows in the operational
table are the history; the Data Docs show the run that last built them.
"""

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib import import_module
from numbers import Number
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lakegraph.runtime.errors import ConfigurationError, LakegraphError

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite, ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context import EphemeralDataContext
    from great_expectations.expectations import Expectation

TABLE = "expectation_results"
Stage = Literal["drop", "graph"]
SEVERITIES = {"CRITICAL": "critical", "HIGH": "critical", "MEDIUM": "warning", "LOW": "info"}
# Results in the Data Docs, each of which takes a tenth of a second; and what fits into a file name with room to spare.
MOST_PAGES, LONGEST_NAME = 50, 100
COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0, "include_unexpected_rows": False}
# What a result may tell besides its bounds; the rest may hold values of the data.
COUNTS = ("element_count", "missing_count", "missing_percent", "unexpected_count", "unexpected_percent")
BRIEF_TURNS_S = 0.0005
_IMPORTING = threading.Lock()
POSITION, NOT_EVALUATED = "position", "could not be evaluated"


@dataclass(frozen=True)
class Expected:
    """An expectation and what it means when it fails.

    Attributes:
        make: makes the expectation, once Great Expectations is imported; without description, severity and meta.
        severity: CRITICAL, HIGH, MEDIUM or LOW.
        description: what is expected, in words; it stands in the Data Docs too.
        bound: the bound that was set, as text.
        checked: how many things were looked at, where the result itself does not count them.
        unexpected: how many of them are not as expected, where the result itself does not count them.
        observed: what was found, as text, where the result itself has no number for it.
        part: what of the asset it is about, such as a file of a batch; it is then named as the asset in the row.
        rule: what is made and with which arguments, where that is to be told from other expectations; as text.
    """

    make: "Callable[[], Expectation]"
    severity: str
    description: str
    bound: str = ""
    checked: int | None = None
    unexpected: int | None = None
    observed: str | None = None
    part: str | None = None
    rule: str = ""

    def __post_init__(self):
        if self.severity not in SEVERITIES:
            raise ConfigurationError(
                f"'{self.severity}' is no severity of an expectation.", f"vars.yml may say {', '.join(SEVERITIES)}."
            )


@dataclass(frozen=True)
class Asset:
    """Data and what is expected of it.

    Attributes:
        name: the graph mart, or the batch.
        frame: a pandas or a Spark DataFrame.
        expected: the expectations.
    """

    name: str
    frame: Any
    expected: Sequence[Expected]


class Expectations:
    """The expectations of one run: check, append the rows, and at the end build the Data Docs.

    Args:
        lake: the lake, which gets the Data Docs.
        stage: where in the way of the data they stand.
        run_id: the run.
    """

    def __init__(self, lake: Path, stage: Stage, run_id: str):
        self._lake, self._stage, self._run_id = lake, stage, run_id
        self._pages: deque[tuple[ExpectationSuite, Any, ExpectationSuiteValidationResult]] = deque(maxlen=MOST_PAGES)

    def check(self, assets: Iterable[Asset], batch_id: str | None = None) -> list[dict]:
        """Run a checkpoint over each asset.

        Args:
            assets: what to check; one of which nothing is expected is passed over.
            batch_id: the batch that they belong to, if any.

        Returns:
            A row of the operational table `expectation_results` per expectation, in their order; the caller appends them.
        """
        _import()
        from great_expectations.core.run_identifier import RunIdentifier

        checked_at = datetime.now(UTC)
        run = RunIdentifier(run_name=" ".join(filter(None, (self._run_id, batch_id))), run_time=checked_at)
        rows = []
        for asset in (asset for asset in assets if asset.expected):
            constants = {
                "run_id": self._run_id,
                "batch_id": batch_id,
                "stage": self._stage,
                "checked_at": checked_at.replace(tzinfo=None),
            }
            rows += [{**constants, **row} for row in self._check(asset, run)]
        return rows

    def build_data_docs(self) -> Path | None:
        """Write the Data Docs of what was checked, in place of the earlier ones; nothing when nothing was.

        Returns:
            Their first page.

        Raises:
            LakegraphError: they cannot be written.
        """
        if not self._pages:
            return None
        index = data_docs_index(self._lake, self._stage)
        context = _context(index.parent)
        for suite, key, result in self._pages:
            context.suites.add_or_update(suite)
            context.validation_results_store.set(key, result)
        try:
            context.build_data_docs()
        except OSError as error:
            raise LakegraphError(
                f"The Data Docs of what was checked cannot be written to {index.parent}: {error.strerror or error}.",
                f"The results are in the operational table {TABLE}.",
            ) from error
        return index

    def _check(self, asset: Asset, run: "RunIdentifier") -> list[dict]:
        context = _context()
        import great_expectations as gx

        name = _short(asset.name).replace(".", "_")
        suite = gx.ExpectationSuite(
            name=name, expectations=[_declared(one, position) for position, one in enumerate(asset.expected)]
        )
        batch = (
            _source(context, asset.frame)
            .add_dataframe_asset(_short(asset.name))
            .add_batch_definition_whole_dataframe(name)
        )
        validation = gx.ValidationDefinition(name=name, data=batch, suite=context.suites.add(suite))
        checkpoint = gx.Checkpoint(
            name=name,
            validation_definitions=[context.validation_definitions.add(validation)],
            result_format=COUNTS_ONLY,
        )
        ran = context.checkpoints.add(checkpoint).run(batch_parameters={"dataframe": asset.frame}, run_id=run)
        [(key, result)] = ran.run_results.items()
        rows = [_row(asset, one) for one in sorted(result.results, key=_position)]
        for one in result.results:
            _without_values(one)
        self._pages.append((suite, key, result))
        return rows


def data_docs_index(lake: Path, stage: Stage) -> Path:
    """Where the first page of a stage's Data Docs is, once they have been built."""
    return lake / "great_expectations" / stage / "index.html"


def import_ahead(*before_it: str) -> threading.Thread:
    """Import Great Expectations in a thread of its own, so that it is there when the work before it is done.

    Args:
        before_it: other modules, imported there first. Ctrl-C, which comes to the main thread, cannot break off their import,
            half of which some extension modules do not survive.

    Returns:
        The thread, for those who would rather wait.
    """

    def imported() -> None:
        for module in before_it:
            import_module(module)
        before = sys.getswitchinterval()
        # the import seldom lets go of the interpreter by itself, and the work needs it often but briefly
        sys.setswitchinterval(BRIEF_TURNS_S)
        try:
            _import()
        finally:
            sys.setswitchinterval(before)

    thread = threading.Thread(target=imported, name="import of great_expectations", daemon=True)
    thread.start()
    return thread


def _import() -> None:
    # its modules import one another in circles: of two threads that import them at once, one would see them half-made
    with _IMPORTING:
        _quiet()
        import great_expectations.expectations  # noqa: F401


def _quiet() -> None:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.ERROR)


def _context(data_docs: Path | None = None) -> "EphemeralDataContext":
    _quiet()
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
    )
    if data_docs:
        config.data_docs_sites = {
            data_docs.name: {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(data_docs.resolve()),
                },
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "show_cta_footer": False},
            }
        }
    return gx.get_context(mode="ephemeral", project_config=config)


def _source(context: "EphemeralDataContext", frame: Any):
    if type(frame).__module__.startswith("pyspark."):
        # its own way of caching would evict what the caller has cached
        return context.data_sources.add_or_update_spark("spark", persist=False)
    return context.data_sources.add_or_update_pandas("measurements")


def _declared(expected: Expected, position: int) -> "Expectation":
    expectation = expected.make()
    expectation.severity = SEVERITIES[expected.severity]
    expectation.description = f"{expected.part}: {expected.description}" if expected.part else expected.description
    expectation.meta = {POSITION: position, "severity": expected.severity}
    return expectation


def _position(result: "ExpectationValidationResult") -> int:
    return result.expectation_config.meta[POSITION]


def _row(asset: Asset, result: "ExpectationValidationResult") -> dict:
    expected, found = asset.expected[_position(result)], result.result or {}
    unexpected = found.get("unexpected_count") if expected.unexpected is None else expected.unexpected
    return {
        "asset": expected.part or asset.name,
        "expectation": result.expectation_config.type,
        "severity": expected.severity,
        "success": bool(result.success),
        "description": expected.description,
        "expected": expected.bound,
        "observed": expected.observed or _observed(result, found, unexpected),
        "checked": found.get("element_count") if expected.checked is None else expected.checked,
        "unexpected": unexpected,
    }


def _observed(result: "ExpectationValidationResult", found: dict, unexpected: int | None) -> str:
    if _failed_to_run(result):
        return NOT_EVALUATED
    value = found.get("observed_value")
    if isinstance(value, Number) and not isinstance(value, bool):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if unexpected is not None:
        return str(unexpected)
    return "yes" if result.success else "no"


def _failed_to_run(result: "ExpectationValidationResult") -> bool:
    """Whether an exception came up; for expectations on several metrics there is one entry per metric."""
    info = result.exception_info or {}
    entries = [info] if "raised_exception" in info else info.values()
    return any(entry.get("raised_exception") for entry in entries)


def _without_values(result: "ExpectationValidationResult") -> None:
    found, failed = result.result or {}, _failed_to_run(result)
    # the Data Docs take either all of the counts or none
    kept = {name: found[name] for name in COUNTS if name in found} if "unexpected_percent" in found else {}
    if isinstance(found.get("observed_value"), Number):
        kept["observed_value"] = found["observed_value"]
    result.result = kept
    message = NOT_EVALUATED if failed else ""
    result.exception_info = {
        "raised_exception": failed,
        "exception_message": message,
        "exception_traceback": message,
    }


def _short(name: str) -> str:
    """A name that a page of the Data Docs can have; dots in it would become folders where it names a suite."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}~{sha256(name.encode()).hexdigest()[:8]}"
