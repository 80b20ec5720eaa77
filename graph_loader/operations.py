"""What the commands do, without their arguments: load, reconcile, and the schema."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graph_loader import cypher
from graph_loader.connection import Connection, Metadata, connect
from graph_loader.declarations import GraphDeclaration
from graph_loader.execution import execute
from graph_loader.ledger import Ledger, open_ledger
from graph_loader.ledger_state import LedgerState, fits, may_start_anew, mismatch
from graph_loader.manifest import read_graph
from graph_loader.marts import open_marts
from graph_loader.plan import Plan, planned
from graph_loader.progress import shown
from graph_loader.reconcile import Agreement, GraphDiffersError, reconcile
from graph_loader.rejected import rejected_rows
from graph_loader.report import RunReport, counted, now, record
from graph_loader.spark_sql import Status
from graph_loader.trace import Trace
from graph_loader.tuning import tuned
from graph_loader.writer import BATCH_ROWS, RETRIES, Writer
from lakegraph.runtime.errors import ConfigurationError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from lakegraph.runtime.neo4j_target import Neo4jTarget
    from lakegraph.runtime.settings import Settings

DEFAULT_GRAPH_ID = "lakegraph"


@dataclass(frozen=True)
class LoadOptions:
    """What a run works on.

    Attributes:
        settings: the lake and the environment.
        manifest: dbt's manifest.
        graph_id: names the ledger and the graph it belongs to.
        neo4j: the database; None takes it from the environment or the local server.
        batch_rows: rows in one transaction.
        quiet: show no progress on standard error.
    """

    settings: "Settings"
    manifest: Path
    graph_id: str = DEFAULT_GRAPH_ID
    neo4j: "Neo4jTarget | None" = None
    batch_rows: int = BATCH_ROWS
    quiet: bool = False


@dataclass(frozen=True)
class _Session:
    """Everything a run holds open."""

    spark: "SparkSession"
    connection: Connection
    ledger: Ledger
    writer: Writer
    trace: Trace
    plan: Plan
    graph: GraphDeclaration


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
            with _session(options, trace, write=True) as session:
                report.counts = counted(session.plan)
                _record_rejected(session.plan, report.run_id, options.settings.ops)
                before = session.ledger.state
                left = execute(
                    session.plan,
                    options.graph_id,
                    session.graph,
                    session.ledger,
                    session.connection,
                    session.writer,
                    trace,
                )
                report.agreements = _reconciled(session, before, loaded=True)
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
    with shown(not options.quiet) as progress, _session(options, Trace(progress), write=False) as session:
        agreements = _reconciled(session, session.ledger.state, loaded=False)
        session.ledger.sweep()
    return agreements


def require_agreement(agreements: tuple[Agreement, ...]) -> None:
    """End with an error unless all agree.

    Raises:
        GraphDiffersError: a label or type differs from its mart.
    """
    if not all(agreement.agrees for agreement in agreements):
        raise GraphDiffersError(agreements)


@contextmanager
def _session(options: LoadOptions, trace: Trace, write: bool) -> Iterator[_Session]:
    """The marts compared with the ledger, ready to be written; opened from what fails fast to what takes long."""
    from lakegraph.runtime.neo4j_target import resolve_target

    graph = read_graph(options.manifest)
    target = options.neo4j or resolve_target(options.settings)
    with ExitStack() as stack:
        connection = stack.enter_context(connect(target))
        with trace.step("read marts"):
            marts = stack.enter_context(open_marts(graph, options.settings.warehouse, _spark))
        ledger = stack.enter_context(open_ledger(options.settings.ledger / options.graph_id))
        _claim(ledger, connection, marts.graph, options.graph_id, write)
        with trace.step("start Spark"):
            spark = _spark()
        stack.enter_context(tuned(spark, sum(marts.rows.values())))
        plan = stack.enter_context(planned(spark, marts, ledger, trace))
        writer = Writer(spark, target, options.batch_rows)
        yield _Session(spark, connection, ledger, writer, trace, plan, marts.graph)


def _spark() -> "SparkSession":
    from lakegraph.runtime.spark import spark_session

    return spark_session("graph_loader")


def _claim(ledger: Ledger, connection: Connection, graph: GraphDeclaration, graph_id: str, write: bool) -> None:
    """Make sure that ledger and graph are each other's; begin a new ledger where that loses nothing."""
    metadata = connection.metadata(graph_id)
    if fits(ledger.state, metadata):
        return
    empty = all(connection.count(cypher.count(declaration)) == 0 for declaration in graph)
    if not may_start_anew(ledger.state, metadata, empty):
        raise mismatch(graph_id, ledger.state, metadata, str(ledger.folder))
    ledger.start_anew(save=write)
    if write:
        connection.write_metadata(graph_id, Metadata(ledger.state.ledger_id, ledger.state.generation))


def _reconciled(session: _Session, before: LedgerState, loaded: bool) -> tuple[Agreement, ...]:
    return reconcile(
        session.spark, session.plan, before, loaded, session.ledger, session.connection, session.writer, session.trace
    )


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
