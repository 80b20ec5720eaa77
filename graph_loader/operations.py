"""What the commands do, without their arguments."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from graph_loader.bulk import load_bulk
from graph_loader.bulk_checks import is_to_be_imported
from graph_loader.bulk_folder import require_usable
from graph_loader.bulk_remote import ImportOrder, order_import
from graph_loader.deep import reconcile_deep
from graph_loader.execution import execute
from graph_loader.guards import Block, Limits, blocks, declared_limits, require_unblocked, unknown_names
from graph_loader.inspection import require_fit
from graph_loader.load_options import LoadOptions
from graph_loader.missing_ends import forbidden_missing_ends
from graph_loader.preview import Preview, preview
from graph_loader.progress import shown
from graph_loader.reconcile import Agreement, GraphDiffersError, reconcile
from graph_loader.rejected import rejected_rows
from graph_loader.report import FAILED, FILES_WRITTEN, SUCCEEDED, RunReport, counted, now, record
from graph_loader.session import Session, open_session
from graph_loader.space import is_full, space_required
from graph_loader.spark_sql import Status
from graph_loader.trace import Trace
from graph_loader.unusable_keys import unusable_keys
from lakegraph.runtime.console import complain
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.processing_log import logged_step, new_run_id

if TYPE_CHECKING:
    from lakegraph.runtime.neo4j_server import Server


def load(options: LoadOptions) -> RunReport:
    """Make the graph equal to its marts, and record the run whether it succeeds or fails.

    Returns:
        The report; `counts` holds a record per label and type.

    Raises:
        ConfigurationError: the declarations or settings are wrong; nothing was touched.
        WarehouseError, GraphError, LedgerError, LeaseError: a part of the way is not to be had, or is another's.
        UnfitMartsError: the marts are not as expected, and the environment's policy blocks; nothing was written.
        BlockedLoadError: more would be deleted or left out than is allowed; nothing was written.
        GraphDiffersError: the graph does not hold what the marts say, after everything was written.
        NoSpaceError: a disk is full; the next load goes on from there.
        BulkRefusedError, Neo4jServerError: import files cannot fill the database, or the import failed.
    """
    server = _local_server(options) if options.bulk else None
    limits = options.limits or declared_limits()
    with (
        _recorded(options, "load", SUCCEEDED) as run,
        open_session(options, run.trace, write=True, run_id=run.report.run_id, begun=run.begun) as session,
    ):
        report = run.report
        run.planned(session)
        with_import = server and is_to_be_imported(session.connection, session.ledger.state, session.graph_id)
        if server and not with_import:
            complain(
                f"{session.connection.address} holds what a load that broke off has written: "
                "this one goes on from there, without an import."
            )

        def require_fit_marts() -> None:
            if session.inspection:
                report.expectations = session.inspection.found()
                require_fit(report.expectations, options.settings.env)

        if not with_import:
            require_fit_marts()
        require_unblocked(_blocks(session, limits, options))
        before, left = session.ledger.state, {}
        if with_import:
            # the import tool need not wait for what the marts are found to be, but the graph must
            report.after_import = load_bulk(session, server, require_fit_marts)
        else:
            left = execute(session)
        compared = reconcile_deep if session.plan.attempt.repair else reconcile
        report.agreements = compared(session, before, loaded=True)
        # what another load writes meanwhile is no fault of this one
        session.lease.require()
        report.counts = counted(session.plan, report.agreements, left)
        session.ledger.sweep()
        if session.inspection:
            session.inspection.finish()
        require_agreement(report.agreements)
    return report


def is_local(options: LoadOptions) -> bool:
    """Whether the graph is in the local server of the lake, which a load with import files can restart."""
    return _find_server(options) is not None


def write_import_files(options: LoadOptions, folder: Path) -> ImportOrder:
    """Write the import files of a first load for a server that others run; they import, and the next load ends what this began.

    The run is recorded like that of a load.

    Args:
        folder: where the files go; those of an earlier call are deleted.

    Raises:
        ConfigurationError: the folder is a file, cannot be written or holds something else, or a declaration or setting is wrong.
        LakegraphError: as for `load`; nothing was written to the graph.
    """
    limits = options.limits or declared_limits()
    require_usable(folder)
    with (
        _recorded(options, "write_import_files", FILES_WRITTEN) as run,
        open_session(options, run.trace, write=True, run_id=run.report.run_id, begun=run.begun) as session,
    ):
        run.planned(session)
        if session.inspection:
            run.report.expectations = session.inspection.found()
            require_fit(run.report.expectations, options.settings.env)
        require_unblocked(_blocks(session, limits, options))
        order = order_import(session, folder)
        run.report.after_import = order.after_import
        session.ledger.sweep()
        if session.inspection:
            session.inspection.finish()
    return order


def compare(options: LoadOptions, deep: bool = False) -> tuple[Agreement, ...]:
    """Compare the graph with the marts as they are now, and change nothing.

    Args:
        deep: compare the values of all nodes and edges too, which reads the whole graph.

    Raises:
        ConfigurationError, WarehouseError, GraphError, LedgerError: as for `load`.
    """
    with (
        space_required(options.settings.lake),
        shown(not options.quiet) as progress,
        open_session(options, Trace(progress), write=False) as session,
    ):
        compared = reconcile_deep if deep else reconcile
        agreements = compared(session, session.ledger.state, loaded=False)
        session.ledger.sweep()
    return agreements


def plan(options: LoadOptions) -> Preview:
    """Tell what a load would do, and change nothing. Expectations on the marts are checked by the load alone.

    Raises:
        ConfigurationError, WarehouseError, GraphError, LedgerError: as for `load`.
    """
    limits = options.limits or declared_limits()
    with (
        space_required(options.settings.lake),
        shown(not options.quiet) as progress,
        open_session(options, Trace(progress), write=False) as session,
    ):
        found = preview(session, _blocks(session, limits, options))
        session.ledger.sweep()
    return found


def _local_server(options: LoadOptions) -> "Server":
    server = _find_server(options)
    if server is None:
        raise ConfigurationError(
            f"The graph is not in the local server of {options.settings.lake}, which alone can be restarted by a load.",
            "`python -m graph_loader load --bulk` writes import files for any other.",
        )
    return server


def _find_server(options: LoadOptions) -> "Server | None":
    from lakegraph.runtime.neo4j_import import local_server
    from lakegraph.runtime.neo4j_target import resolve_target

    return local_server(options.neo4j or resolve_target(options.settings), options.settings.neo4j_home)


def _blocks(session: Session, limits: Limits, options: LoadOptions) -> tuple[Block, ...]:
    for option, given in (("--allow-deletes", options.allow_deletes), ("--allow-rejects", options.allow_rejects)):
        for wrong in unknown_names(session.plan, given):
            complain(f"warning: {option} names {wrong}.")
    guarded = blocks(session.plan, session.model_results, limits, options.allow_deletes, options.allow_rejects)
    return (*guarded, *forbidden_missing_ends(session.plan), *unusable_keys(session))


def require_agreement(agreements: tuple[Agreement, ...]) -> None:
    """End with an error unless all agree.

    Raises:
        GraphDiffersError: a label or type differs from its mart.
    """
    if not all(agreement.agrees for agreement in agreements):
        raise GraphDiffersError(agreements)


class _Run:
    """A run that is being recorded."""

    def __init__(self, report: RunReport, trace: Trace, ops: Path, step: str, log: ExitStack):
        self.report, self.trace = report, trace
        self._ops, self._step, self._log = ops, step, log

    def begun(self, batch_id: str | None) -> None:
        """Write down that it goes on, once the settings have proved right."""
        self._entry = self._log.enter_context(logged_step(self._ops, self.report.run_id, self._step, batch_id))

    def planned(self, session: Session) -> None:
        """Write down what it is about to do, rejected rows included."""
        from lakegraph.runtime.ops import append

        plan, report, entry = session.plan, self.report, self._entry
        report.configuration["neo4j"] = session.connection.address
        report.counts = counted(plan)
        entry.records_read = sum(count.sent for count in report.counts)
        entry.records_quarantined = sum(count.rejected for count in report.counts)
        entry.records_valid = entry.records_read - entry.records_quarantined
        if any(step.tally[Status.REJECTED] for step in plan.steps):
            rejected = ({"run_id": report.run_id} | row for row in rejected_rows(plan))
            append(self._ops, "graph_rejected_rows", report.run_id, rejected)


@contextmanager
def _recorded(options: LoadOptions, step: str, ended: str) -> Iterator[_Run]:
    """Record a run whether it succeeds or fails.

    Args:
        step: what the processing log calls it.
        ended: its status when it succeeds.
    """
    report, settings = _new_report(options), options.settings
    with space_required(settings.lake), shown(not options.quiet) as progress, ExitStack() as log:
        trace = Trace(progress)
        try:
            yield _Run(report, trace, settings.ops, step, log)
        except ConfigurationError:
            # nothing was begun, and the lake may not even be the right one
            raise
        except BaseException as error:
            report.finish(FAILED, trace.timings, error)
            with _unless_full():
                record(report, settings.ops)
            raise
    report.finish(ended, trace.timings)
    with space_required(settings.lake):
        record(report, settings.ops)


@contextmanager
def _unless_full() -> Iterator[None]:
    """Record what can be recorded: what went wrong first is what the user must see."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise


def _new_report(options: LoadOptions) -> RunReport:
    configuration = {
        "manifest": str(options.manifest),
        "lake": str(options.settings.lake),
        "target": options.settings.target,
        "env": options.settings.env,
        "batch_rows": options.batch_rows,
        "expectations": options.expectations,
        "allow_deletes": sorted(options.allow_deletes),
        "allow_rejects": sorted(options.allow_rejects),
        "repair": options.repair,
        "bulk": options.bulk,
        "tasks": options.tasks,
        "retries": options.retries,
    }
    return RunReport(new_run_id(), options.graph_id, configuration, now())
