"""What the commands do, without their arguments."""

import uuid
from pathlib import Path

from graph_loader.execution import execute
from graph_loader.plan import Plan
from graph_loader.progress import shown
from graph_loader.reconcile import Agreement, GraphDiffersError, reconcile
from graph_loader.rejected import rejected_rows
from graph_loader.report import RunReport, counted, now, record
from graph_loader.session import DEFAULT_GRAPH_ID, LoadOptions, open_session
from graph_loader.spark_sql import Status
from graph_loader.trace import Trace
from graph_loader.writer import RETRIES
from lakegraph.runtime.errors import ConfigurationError

__all__ = ["DEFAULT_GRAPH_ID", "LoadOptions", "compare", "load", "require_agreement"]


def load(options: LoadOptions) -> RunReport:
    """Make the graph equal to its marts, and record the run whether it succeeds or fails.

    Returns:
        The report; `counts` holds a record per label and type.

    Raises:
        ConfigurationError: the declarations or settings are wrong; nothing was touched.
        WarehouseError, GraphError, LedgerError: a part of the way is not to be had, or is another's.
        GraphDiffersError: the graph does not hold what the marts say, after everything was written.
    """
    report = _new_report(options)
    with shown(not options.quiet) as progress:
        trace = Trace(progress)
        try:
            with open_session(options, trace, write=True) as session:
                report.counts = counted(session.plan)
                _record_rejected(session.plan, report.run_id, options.settings.ops)
                before = session.ledger.state
                left = execute(session)
                report.agreements = reconcile(session, before, loaded=True)
                report.counts = counted(session.plan, report.agreements, left)
                session.ledger.sweep()
                require_agreement(report.agreements)
        except ConfigurationError:
            # nothing was begun, and the lake may not even be the right one
            raise
        except BaseException as error:
            report.finish("failed", trace.timings, error)
            record(report, options.settings.ops)
            raise
    report.finish("succeeded", trace.timings)
    record(report, options.settings.ops)
    return report


def compare(options: LoadOptions) -> tuple[Agreement, ...]:
    """Compare the graph with the marts as they are now, and change nothing.

    Raises:
        ConfigurationError, WarehouseError, GraphError, LedgerError: as for `load`.
    """
    with shown(not options.quiet) as progress, open_session(options, Trace(progress), write=False) as session:
        agreements = reconcile(session, session.ledger.state, loaded=False)
        session.ledger.sweep()
    return agreements


def require_agreement(agreements: tuple[Agreement, ...]) -> None:
    """End with an error unless all agree.

    Raises:
        GraphDiffersError: a label or type differs from its mart.
    """
    if not all(agreement.agrees for agreement in agreements):
        raise GraphDiffersError(agreements)


def _record_rejected(plan: Plan, run_id: str, ops: Path) -> None:
    from lakegraph.runtime.ops import append

    if any(step.tally[Status.REJECTED] for step in plan.steps):
        append(ops, "graph_rejected_rows", run_id, ({"run_id": run_id} | row for row in rejected_rows(plan)))


def _new_report(options: LoadOptions) -> RunReport:
    started = now()
    configuration = {
        "manifest": str(options.manifest),
        "lake": str(options.settings.lake),
        "target": options.settings.target,
        "env": options.settings.env,
        "batch_rows": options.batch_rows,
        "retries": RETRIES,
    }
    return RunReport(f"{started:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}", options.graph_id, configuration, started)
