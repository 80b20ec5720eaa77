"""What a load has to do: the rows of a mart and those that the ledger remembers, with their status, and counted.

A load that does not repair leaves out the rows that stay as they are, but for stubs, and only counts them.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from graph_loader import difference_sql, judging_sql, stub_sql
from graph_loader.declarations import Declaration, EdgeDeclaration
from graph_loader.engines import Engine
from graph_loader.ledger_state import REBUILD
from graph_loader.marts import Marts
from graph_loader.relations import Relation
from graph_loader.spark_sql import DIFFERENCE, LINEAGE, REASON, STATUS, STUB, UNFIT, Status, Stub
from lakegraph.runtime.errors import LakegraphError


class LostRowsError(LakegraphError):
    """The rows of a mart and what was decided on them do not add up, so nothing is written: the ledger has lost rows, or the
    program is at fault."""


@dataclass(frozen=True)
class Tally:
    """How many rows have which status, and how many were rejected for which reason.

    Attributes:
        by_status: rows of the mart, stubs among them, and rows that only the ledger remembers.
        by_reason: rejected rows.
        stubs: stubs by status; they are in `by_status` as well.
        emptied: stubs that were nodes with values before.
    """

    by_status: dict[str, int] = field(default_factory=dict)
    by_reason: dict[str, int] = field(default_factory=dict)
    stubs: dict[str, int] = field(default_factory=dict)
    emptied: int = 0

    def __getitem__(self, status: Status) -> int:
        return self.by_status.get(status, 0)

    @property
    def sent(self) -> int:
        """Rows of the mart."""
        return sum(self.by_status.values()) - self[Status.DELETED] - sum(self.stubs.values())

    def of_mart(self, status: Status) -> int:
        """Rows with a status, without stubs."""
        return self[status] - self.stubs.get(status, 0)

    @property
    def accepted(self) -> int:
        """Rows that the graph is to hold."""
        return self[Status.CREATED] + self[Status.UPDATED] + self[Status.UNCHANGED]

    @property
    def accepted_rows(self) -> int:
        """Rows of the mart that the graph is to hold, without stubs."""
        return self.accepted - sum(self.stubs.values())

    @property
    def changes(self) -> int:
        """Rows that the graph has to be touched for."""
        return self[Status.CREATED] + self[Status.UPDATED] + self[Status.DELETED]


def difference(
    engine: Engine,
    declaration: Declaration,
    marts: Marts,
    known: Relation | None,
    node_keys: Callable[[str], Relation],
    changes_only: bool = False,
    settles: bool = False,
    labels_before: Collection[tuple[str, ...]] = (),
) -> Relation:
    """The rows of a mart against what the ledger remembers, as `difference_sql.difference` describes them, kept by the engine.

    Args:
        known: identity columns and `_hash` of what the ledger remembers; None when that is nothing.
        node_keys: gives the identity columns of the nodes that a label will have after the load.
        changes_only: leave out the mart's own rows that stay as they are.
        settles: leave out first what is exactly as the ledger remembers it, see `difference_sql.difference`.
        labels_before: the further labels under which earlier loads made stubs.
    """
    model, spark = declaration.model, engine.spark
    inputs = {judging_sql.MART: marts.read(spark, model)}
    if known is not None:
        inputs[judging_sql.KNOWN] = known
    stubs = ()
    if isinstance(declaration, EdgeDeclaration):
        inputs[judging_sql.FROM_KEYS] = node_keys(declaration.start.node)
        inputs[judging_sql.TO_KEYS] = node_keys(declaration.end.node)
    elif makers := stub_sql.edges_that_make(declaration, marts.graph.edges):
        inputs |= {
            f"{stub_sql.STUB_MART}{position}": marts.read(spark, edge.model) for position, edge in enumerate(makers)
        }
        stubs = stub_sql.stubs(declaration, [(edge, UNFIT in marts.columns(edge.model)) for edge in makers])
    columns = marts.columns(model)
    lineage = [name for name in columns if name in LINEAGE]
    has_known, has_unfit = known is not None, UNFIT in columns
    has_repeats = not engine.runs_here or marts.has_repeats(engine, declaration)
    statement = difference_sql.difference(
        declaration, has_known, lineage, has_unfit, stubs, changes_only, has_repeats, settles, labels_before
    )
    return engine.kept(statement, difference_sql.difference_schema(declaration, bool(stubs)), inputs)


def tally(
    engine: Engine,
    declaration: Declaration,
    difference: Relation,
    mart_rows: int,
    has_stubs: bool,
    known_rows: int | None = None,
) -> Tally:
    """Count a difference, and make sure that every row of the mart is in it.

    Args:
        mart_rows: the rows of the mart, as the warehouse counted them.
        has_stubs: whether the difference says which rows are stubs.
        known_rows: how many rows the ledger remembers, where the difference leaves out those that stay as they are: all that
            neither change nor go.

    Raises:
        LostRowsError: created, updated, unchanged and rejected rows are not as many as the warehouse counted.
    """
    by_status: dict[str, int] = {}
    by_reason: dict[str, int] = {}
    stubs: dict[str, int] = {}
    emptied = 0
    columns = ", ".join([STATUS, REASON, *[STUB] * has_stubs])
    statement = f"select {columns}, count(*) as rows from {DIFFERENCE} group by {columns}"
    for row in engine.fetched(statement, {DIFFERENCE: difference}):
        by_status[row[STATUS]] = by_status.get(row[STATUS], 0) + row["rows"]
        if row[REASON]:
            by_reason[row[REASON]] = row["rows"]
        if row.get(STUB):
            stubs[row[STATUS]] = stubs.get(row[STATUS], 0) + row["rows"]
            emptied += row["rows"] if row[STUB] == Stub.EMPTIED else 0
    if known_rows is not None:
        others = by_status.get(Status.UPDATED, 0) + by_status.get(Status.DELETED, 0)
        by_status[Status.UNCHANGED] = known_rows - others
    counted = Tally(by_status, by_reason, stubs, emptied)
    if counted.sent != mart_rows:
        raise LostRowsError(
            f"Model {declaration.model.name} has {mart_rows:,} rows, but {counted.sent:,} were decided on.",
            f"Nothing was written. Where files of the ledger have been lost: `{REBUILD}`; else please report this.",
        )
    return counted
