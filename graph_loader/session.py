"""What a run holds open: connections, the ledger, and the marts compared with it."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from graph_loader import cypher
from graph_loader.bulk_checks import is_empty, require_bulk
from graph_loader.catalogs import table_format
from graph_loader.connection import Connection, GraphError, Metadata, connect
from graph_loader.dbt_records import DbtRecords, ModelResult
from graph_loader.declarations import GraphDeclaration
from graph_loader.engines import Engine, engine_of
from graph_loader.inspection import PendingInspection, inspected
from graph_loader.lease import Lease, leased
from graph_loader.ledger import Ledger, open_ledger
from graph_loader.ledger_state import LedgerState, fits, may_start_anew, mismatch, shared_labels
from graph_loader.load_options import LoadOptions
from graph_loader.manifest import read_graph
from graph_loader.marts import open_marts
from graph_loader.plan import Plan, planned
from graph_loader.preflight import require_place, require_session
from graph_loader.readback import Readback
from graph_loader.renewal import copied_aside, renewed
from graph_loader.rights import require_rights, require_version
from graph_loader.strategy import tasks_at_once
from graph_loader.trace import Trace
from graph_loader.tuning import is_large, tuned
from graph_loader.writer import Writer, write_options
from lakegraph.runtime.console import complain
from lakegraph.runtime.expectations import import_ahead

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True)
class Session:
    """Everything a run works with.

    Attributes:
        graph_id: names the ledger and the graph it belongs to.
        graph: the declarations, with the columns that the marts really have.
        plan: the marts compared with the ledger.
        model_results: how the latest build of each mart ended.
        tasks: how many writes may run at once.
        inspection: the check of the marts, of a load that asks for one.
        lease: the lease on the graph, of a load.
    """

    graph_id: str
    graph: GraphDeclaration
    plan: Plan
    engine: Engine
    connection: Connection
    ledger: Ledger
    writer: Writer
    trace: Trace
    model_results: dict[str, ModelResult]
    tasks: int
    inspection: PendingInspection | None = None
    lease: Lease | None = None

    @property
    def spark(self) -> "SparkSession":
        """The Spark session."""
        return self.engine.spark


@contextmanager
def open_session(
    options: LoadOptions,
    trace: Trace,
    write: bool,
    run_id: str | None = None,
    begun: Callable[[str | None], None] = lambda batch_id: None,
    rebuild: bool = False,
) -> Iterator[Session]:
    """Everything for a run, opened in order from what fails fast to what takes long.

    Args:
        write: whether a new ledger may be begun where there is none that fits the graph.
        run_id: the run under which expectations on the marts are checked; None checks none.
        begun: told, once the settings have proved right, which batch the marts are as of.
        rebuild: whether the ledger is to be written anew from the graph; the marts are compared with nothing then.

    Raises:
        ConfigurationError: the declarations or settings are wrong.
        WarehouseError, GraphError, LedgerError, LeaseError: a part of the way is not to be had, or is another's.
    """
    from lakegraph.runtime.neo4j_target import resolve_target

    graph = read_graph(options.manifest)
    if run_id and options.expectations:
        import_ahead()
    target = options.neo4j or resolve_target(options.settings)
    connector_options = write_options(target, "", options.batch_rows, options.retries).keys()
    require_place(connector_options)
    with ExitStack() as stack:
        connection = stack.enter_context(connect(target))
        require_version(connection)
        warehouse, spark_of_marts = options.settings.warehouse, partial(_spark, graph.adapter)
        records = DbtRecords(options.manifest, graph.adapter, warehouse, spark_of_marts)
        with trace.step("read marts"):
            # before the marts: a build that ends in between makes them newer, never worse, than their result says
            results = records.model_results()
            marts = stack.enter_context(open_marts(graph, warehouse, spark_of_marts))
            batch_id = records.batch_as_of()
        begun(batch_id)
        ledger = stack.enter_context(open_ledger(options.settings.ledger / options.graph_id, graph, rebuild, not write))
        lease, labels = None, own_labels(marts.graph, ledger.state)
        _require_own_labels(connection, options.graph_id, labels)
        if write:
            if not rebuild:
                # a graph that is not ours must not even get our metadata
                _require_ours(options, ledger, connection, marts.graph)
            require_rights(connection, marts.graph)
            lease = stack.enter_context(leased(connection, options.graph_id, run_id))
            lease.claim_labels(labels)
            if not rebuild:
                ledger.reload()
        if rebuild:
            ledger = renewed(ledger, connection.metadata(options.graph_id))
        elif not _belongs(ledger, connection, marts.graph, options.graph_id):
            ledger = stack.enter_context(_begun_anew(ledger, lease))
        with trace.step("start Spark"):
            spark = _spark(graph.adapter, is_large(marts.all_rows))
        require_session(spark, connector_options)
        if lease:
            stack.enter_context(_ended_with(lease, spark, run_id))
        stack.enter_context(tuned(spark, marts.all_rows))
        inspection = None
        if run_id and options.expectations:
            inspection = stack.enter_context(
                inspected(spark, graph, marts, ledger.state, options.settings, run_id, batch_id, trace)
            )
        engine = stack.enter_context(engine_of(graph.adapter, spark))
        writer = Writer(spark, target, options.batch_rows, options.retries)
        read_back = None
        if options.repair or any(attempt.repair for attempt in ledger.state.pending):
            read_back = Readback(engine, writer, ledger)
        plan = stack.enter_context(
            planned(engine, marts, ledger, trace, options.allow_deletes, options.allow_rejects, read_back)
        )
        yield Session(
            options.graph_id,
            marts.graph,
            plan,
            engine,
            connection,
            ledger,
            writer,
            trace,
            results,
            options.tasks or tasks_at_once(spark),
            inspection,
            lease,
        )


def _spark(adapter: str, for_long: bool = True) -> "SparkSession":
    from lakegraph.runtime.spark import spark_session

    return spark_session("graph_loader", for_long=for_long, table_format=partial(table_format, adapter))


@contextmanager
def _ended_with(lease: Lease, spark: "SparkSession", run_id: str) -> Iterator[None]:
    """Have the Spark jobs that this thread starts in the block end when the lease is lost."""
    spark.addTag(run_id)
    lease.when_lost(lambda: spark.interruptTag(run_id))
    try:
        yield
    except Exception:
        # a job that was ended because the lease is lost tells that instead
        with suppress(GraphError):
            lease.require(waits=False)
        raise
    finally:
        spark.removeTag(run_id)


@contextmanager
def _begun_anew(ledger: Ledger, lease: Lease | None) -> Iterator[Ledger]:
    """An empty ledger: in the place of one that does not fit, or, without a lease, for this run alone."""
    if lease:
        if ledger.state and ledger.state.remembered():
            aside = copied_aside(ledger.folder)
            complain(
                f"warning: The ledger in {ledger.folder} is of another graph, or of this one before it was emptied. "
                f"A new one begins; the old one is in {aside}. If this is the wrong graph, put it back."
            )
        ledger.start_anew()
        lease.write_metadata(Metadata(ledger.state.ledger_id, ledger.state.generation))
        yield ledger
        return
    with tempfile.TemporaryDirectory(prefix="graph-ledger-") as scratch:
        yield Ledger(Path(scratch), LedgerState("none"))


def own_labels(graph: GraphDeclaration, state: LedgerState | None) -> list[str]:
    """The labels by which nodes are found that models declare or loads have written; edges lie between those."""
    remembered = state.remembered().values() if state else ()
    return sorted({node.label for node in graph.nodes} | {entry.name for entry in remembered if entry.kind == "node"})


def _require_own_labels(connection: Connection, graph_id: str, labels: list[str]) -> None:
    if found := connection.graph_of_labels(graph_id, labels):
        raise shared_labels(graph_id, *found)


def _require_ours(options: LoadOptions, ledger: Ledger, connection: Connection, graph: GraphDeclaration) -> None:
    if options.bulk:
        require_bulk(connection, graph, ledger.state, options.graph_id)
    _belongs(ledger, connection, graph, options.graph_id)


def _belongs(ledger: Ledger, connection: Connection, graph: GraphDeclaration, graph_id: str) -> bool:
    """Whether ledger and graph are each other's; False where a new ledger would lose nothing.

    Raises:
        LedgerError: they are not, and a new ledger would disown what the graph holds.
    """
    metadata = connection.metadata(graph_id)
    if fits(ledger.state, metadata):
        return True
    empty = _holds_nothing(connection, graph, ledger.state, metadata, graph_id)
    if not may_start_anew(ledger.state, metadata, empty):
        raise mismatch(graph_id, ledger.state, metadata, str(ledger.folder))
    return False


def _holds_nothing(
    connection: Connection,
    graph: GraphDeclaration,
    state: LedgerState | None,
    metadata: Metadata | None,
    graph_id: str,
) -> bool:
    """Whether the graph has nothing that a ledger may know of."""
    if metadata and metadata.is_written:
        # nobody here knows which labels the ledger remembers that the graph belongs to
        return is_empty(connection, graph_id)
    remembered = state.remembered().values() if state else ()
    known = [*graph, *(entry.declaration() for entry in remembered)]
    return all(connection.count(cypher.count(declaration)) == 0 for declaration in known)
