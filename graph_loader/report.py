"""The record of one run: what the console, the JSON file and the operational tables all show."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from graph_loader.inspection import Inspection
from graph_loader.plan import Plan
from graph_loader.reconcile import Agreement
from graph_loader.spark_sql import Status
from graph_loader.trace import Timing, effort

REPORTS = "reports"
# how a run ends; where others run the import, it has only written the files
SUCCEEDED, FAILED, FILES_WRITTEN = "succeeded", "failed", "files_written"


@dataclass(frozen=True)
class Counts:
    """One label or type: sent = created + updated + unchanged + rejected, of the rows of its mart.

    Attributes:
        deleted: what left its mart; after an interrupted load, rows that it may never have written count too.
        in_graph: nodes or edges in the graph afterwards, without those of others; None when the run did not get there.
        left_to_others: nodes that lost our label and properties but stay, for others use them.
        rejected_by_reason: reason to rows.
        stubs_created, stubs_updated, stubs_unchanged: nodes without a row, made for edges whose end is in no mart. One that
            is updated had values before, or nobody knows whether a load that broke off wrote it.
        repaired: of the rows sent, those that others had changed or deleted in the graph; None when nobody looked.
        copies_deleted: edges that were there more than once, beyond the first.
        migration: what becomes of earlier rows because the declaration has changed, in sentences.
    """

    model: str
    kind: str
    name: str
    sent: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    deleted: int
    in_graph: int | None = None
    left_to_others: int = 0
    rejected_by_reason: dict[str, int] = field(default_factory=dict)
    repaired: int | None = None
    copies_deleted: int = 0
    stubs_created: int = 0
    stubs_updated: int = 0
    stubs_unchanged: int = 0
    migration: tuple[str, ...] = ()

    @property
    def stubs(self) -> int:
        """Nodes without a row that the graph is to hold."""
        return self.stubs_created + self.stubs_updated + self.stubs_unchanged


@dataclass
class RunReport:
    """One run. It fills while the run goes on, so that a failed one tells how far it came."""

    run_id: str
    graph_id: str
    configuration: dict
    started_at: datetime
    finished_at: datetime | None = None
    status: str = "running"
    error: str | None = None
    counts: tuple[Counts, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    # None when nothing was checked
    expectations: Inspection | None = None
    timings: tuple[Timing, ...] = ()
    # of a load by import files, per label or type: rows that no file carries whole
    after_import: dict[str, int] = field(default_factory=dict)

    def finish(self, status: str, timings: Iterable[Timing], error: BaseException | None = None) -> None:
        """Close the record."""
        self.finished_at = now()
        self.status = status
        self.error = f"{type(error).__name__}: {error}" if error else None
        self.timings = tuple(timings)

    @property
    def seconds(self) -> float:
        """How long the run took."""
        return ((self.finished_at or now()) - self.started_at).total_seconds()

    def as_dict(self) -> dict:
        """The record as JSON holds it; times are ISO text in UTC."""
        data = asdict(self)
        for timing, record in zip(self.timings, data["timings"], strict=True):
            record["rows_per_second"] = timing.rows_per_second
        data["started_at"] = self.started_at.isoformat()
        data["finished_at"] = self.finished_at.isoformat() if self.finished_at else None
        whole = effort(self.timings)
        return data | {"seconds": self.seconds, "rows_written": whole.rows_written, "retries": whole.retries}

    def as_json(self) -> str:
        """The record as JSON text."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False)


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def counted(
    plan: Plan, agreements: tuple[Agreement, ...] = (), left_to_others: dict[str, int] | None = None
) -> tuple[Counts, ...]:
    """The counts of a plan, and of the graph after it."""
    in_graph = {(agreement.kind, agreement.name): agreement.in_graph for agreement in agreements}
    return tuple(
        Counts(
            model=step.declaration.model.name,
            kind=step.declaration.kind,
            name=step.declaration.name,
            sent=step.tally.sent,
            created=step.tally.of_mart(Status.CREATED),
            updated=step.tally.of_mart(Status.UPDATED),
            unchanged=step.tally.of_mart(Status.UNCHANGED),
            rejected=step.tally[Status.REJECTED],
            deleted=step.tally[Status.DELETED],
            in_graph=in_graph.get((step.declaration.kind, step.declaration.name)),
            left_to_others=(left_to_others or {}).get(step.declaration.name, 0)
            if step.declaration.kind == "node"
            else 0,
            rejected_by_reason=step.tally.by_reason,
            repaired=step.repair.rows if step.repair else None,
            copies_deleted=step.repair.surplus if step.repair else 0,
            migration=step.migration,
            **{f"stubs_{status}": rows for status, rows in step.tally.stubs.items()},
        )
        for step in plan.steps
    )


def record(report: RunReport, ops: Path) -> None:
    """Write a finished report as `<ops>/reports/<run id>.json` and append it to `graph_row_counts` and `graph_runs`.

    The row of the run comes last: whoever sees it finds its counts.
    """
    from lakegraph.runtime.ops import append

    file = ops / REPORTS / f"{report.run_id}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_text(report.as_json(), encoding="utf-8")
    partial.replace(file)
    if report.counts:
        columns = (
            "model kind name sent created updated unchanged rejected deleted in_graph stubs_created stubs_updated stubs_unchanged"
        ).split()
        rows = [
            {column: getattr(count, column) for column in columns} | {"run_id": report.run_id} | _effort(report, count)
            for count in report.counts
        ]
        append(ops, "graph_row_counts", report.run_id, rows)
    whole = effort(report.timings)
    row = {
        "run_id": report.run_id,
        "graph_id": report.graph_id,
        "started_at": report.started_at.replace(tzinfo=None),
        "finished_at": report.finished_at.replace(tzinfo=None),
        "duration_seconds": _decimal(report.seconds),
        "status": report.status,
        "error": report.error,
        "rows_written": whole.rows_written,
        "retries": whole.retries,
        "report": report.as_json(),
    }
    append(ops, "graph_runs", report.run_id, [row])


def _effort(report: RunReport, counts: Counts) -> dict:
    own = effort(timing for timing in report.timings if (timing.kind, timing.name) == (counts.kind, counts.name))
    return {"seconds": _decimal(own.seconds), "rows_written": own.rows_written, "retries": own.retries}


def _decimal(seconds: float) -> Decimal:
    return Decimal(str(round(seconds, 4)))
