"""A new ledger out of the graph, where the old one is lost, unreadable, or of another time."""

from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graph_loader import contents, cypher
from graph_loader.connection import Metadata
from graph_loader.declarations import Declaration, GraphDeclaration, NodeDeclaration
from graph_loader.guards import ALL
from graph_loader.ledger_state import Remembered, place, remember
from graph_loader.load_options import LoadOptions
from graph_loader.problems import did_you_mean
from graph_loader.progress import shown
from graph_loader.readback import Readback
from graph_loader.rejected import row_key
from graph_loader.relations import in_spark
from graph_loader.session import Session, open_session
from graph_loader.space import space_required
from graph_loader.spark_sql import HASH, identity_names
from graph_loader.trace import Trace
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.processing_log import logged_step, new_run_id

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

STEP = "rebuild_ledger"
SAMPLES = 3
_COUNTS = {
    "ours": "count_if(_is_ours)",
    "ours_in_graph": f"sum(if(_is_ours, {contents.COPIES}, 0))",
    "wanted": "count_if(_is_ours and _is_wanted)",
    "to_update": "count_if(_is_ours and _is_wanted and not _is_same)",
    "to_delete": "count_if(_is_ours and not _is_wanted)",
}


@dataclass(frozen=True)
class Claim:
    """What a rebuilt ledger remembers of a label or type, and what the next load does about it.

    Attributes:
        in_graph: nodes or edges in the graph under this label or type.
        ours: keys that the ledger remembers.
        others: nodes or edges that it leaves to others.
        unclaimed: of those, the ones that loads may have written and that no mart has; `samples` are some of them.
        to_create: rows of the mart that the graph lacks.
        to_update: rows of the mart that the graph has with other values.
        to_delete: keys that the ledger remembers and no mart has.
    """

    kind: str
    name: str
    in_graph: int
    ours: int
    others: int
    unclaimed: int
    to_create: int
    to_update: int
    to_delete: int
    samples: tuple[str, ...] = ()


def rebuild(options: LoadOptions, claim: Collection[str] = ()) -> tuple[Claim, ...]:
    """Write a new ledger from what the graph holds, so that the next load writes what differs and nothing else.

    The ledger remembers what is in the graph and in its mart, and what an older ledger of the same graph remembers and the
    graph still has. All else under a declared label or type may be others', and is left to them unless it is claimed.

    Args:
        claim: labels and types of which everything in the graph counts as written by loads; `all` for every one.

    Raises:
        ConfigurationError: the declarations or settings are wrong, or no model declares what is claimed.
        WarehouseError, GraphError, LedgerError, LeaseError: a part of the way is not to be had, or is another's.
    """
    run_id = new_run_id()
    with space_required(options.settings.lake), shown(not options.quiet) as progress, ExitStack() as log:

        def begun(batch_id: str | None) -> None:
            log.enter_context(logged_step(options.settings.ops, run_id, STEP, batch_id))

        unchecked = replace(options, expectations=False, repair=False)
        with open_session(unchecked, Trace(progress), write=True, run_id=run_id, begun=begun, rebuild=True) as session:
            _require_declared(session.graph, claim)
            return _rebuilt(session, claim)


def _require_declared(graph: GraphDeclaration, claim: Collection[str]) -> None:
    names = sorted({name for declaration in graph for name in declaration.names})
    for name in claim:
        if name != ALL and name not in names:
            raise ConfigurationError(
                f"--claim names '{name}', which no model declares{did_you_mean(name, names)}.",
                f"Declared are {', '.join(names)}; `{ALL}` is every one.",
            )


def _rebuilt(session: Session, claim: Collection[str]) -> tuple[Claim, ...]:
    ledger, attempt = session.ledger, session.plan.attempt
    entries: dict[str, Remembered] = {}
    claims = []
    wanted = [(step.declaration, step.entry) for step in session.plan.steps]
    for declaration, mart in (*wanted, *((declaration, None) for declaration in _undeclared(session))):
        everything = mart is not None and not {ALL, *declaration.names}.isdisjoint(claim)
        folder = f"{attempt.generation}/{STEP}-{len(entries)}"
        with session.trace.step(f"read {declaration.name}"):
            entry, counted = _claimed(session, declaration, mart, everything, folder)
        entries[entry.place] = entry
        claims.append(counted)
    session.lease.require()
    ledger.adopt(attempt, entries)
    session.lease.write_metadata(Metadata(ledger.state.ledger_id, attempt.generation, attempt.id))
    ledger.sweep()
    return tuple(claims)


def _undeclared(session: Session) -> list[Declaration]:
    """What the replaced ledger remembers and no model declares any more: the next load deletes it."""
    remembered = session.ledger.replaced.remembered() if session.ledger.replaced else {}
    declared = {place(item.kind, item.name) for item in session.graph}
    return [entry.declaration() for name, entry in remembered.items() if name not in declared]


def _claimed(
    session: Session, declaration: Declaration, mart: Remembered | None, everything: bool, folder: str
) -> tuple[Remembered, Claim]:
    """The ledger's entry of a label or type, staged, and its counts; `mart` names the rows that the graph is to hold."""
    ledger = session.ledger
    earlier = _earlier(session, declaration)
    is_comparable = _is_comparable(session, declaration, earlier)
    names = {column.name for column in declaration.properties}
    removed = tuple(sorted({name for entry in earlier for name in entry.properties} - names))
    labels = {*declaration.labels} if isinstance(declaration, NodeDeclaration) else set()
    labels_removed = tuple(sorted({label for entry in earlier for label in entry.labels} - labels))
    total = session.connection.count(cypher.count(declaration))
    read_back = Readback(session.engine, session.writer, ledger)
    held = read_back.held(declaration, removed, labels_removed, f"{folder}-graph")
    if mart and earlier and not is_comparable and not _has_identities(declaration, held):
        # nothing was written under the declared key yet: what the former one vouches for, the next load migrates
        entry, counted = _claimed(session, earlier[-1].declaration(), None, False, folder)
        return entry, replace(counted, to_create=mart.rows)
    nothing = held.selectExpr(*identity_names(declaration.identity), HASH).limit(0)
    wanted = ledger.rows(session.spark, mart).frame if mart else nothing
    known = ledger.known(session.engine, declaration, ledger.replaced).frame if is_comparable else nothing
    held.createOrReplaceTempView(contents.HELD)
    wanted.createOrReplaceTempView(contents.WANTED)
    known.createOrReplaceTempView(contents.KNOWN)
    rows = ledger.keep(session.spark.sql(contents.claimed(declaration, everything)), f"{folder}-claimed")
    found = rows.selectExpr(*(f"coalesce({count}, 0) as {name}" for name, count in _COUNTS.items())).first()
    # of the wanted rows that are missing, nobody knows which were to be stubs
    stubs = max(0, mart.stubs - (mart.rows - found["wanted"])) if mart else 0
    entry = remember(declaration, folder, found["ours"], stubs)
    # what was declared once is removed from the rows that still have it
    entry = replace(
        entry,
        properties={name: kind for old in earlier for name, kind in old.properties.items()} | entry.properties,
        labels=[*entry.labels, *labels_removed],
    )
    ledger.stage(session.engine, entry, in_spark(rows), "_is_ours")
    unclaimed, samples = _unclaimed(declaration, rows)
    return entry, Claim(
        declaration.kind,
        declaration.name,
        total,
        found["ours"],
        total - found["ours_in_graph"],
        unclaimed,
        (mart.rows if mart else 0) - found["wanted"],
        found["to_update"],
        found["to_delete"],
        samples,
    )


def _earlier(session: Session, declaration: Declaration) -> list[Remembered]:
    """What the replaced ledger says of a label or type."""
    if session.ledger.replaced is None:
        return []
    return [entry for entry in session.ledger.replaced.sources(place(declaration.kind, declaration.name)) if entry]


def _is_comparable(session: Session, declaration: Declaration, earlier: list[Remembered]) -> bool:
    """Whether the rows of the replaced ledger are there and are identified as now."""
    now = remember(declaration, "", 0).identity()
    return bool(earlier) and all(entry.identity() == now and session.ledger.has_rows(entry) for entry in earlier)


def _has_identities(declaration: Declaration, held: "DataFrame") -> bool:
    """Whether the graph holds anything that has the declared key, and ends with theirs."""
    typed = " and ".join(f"{name} is not null" for name in identity_names(declaration.identity))
    return not held.where(typed).isEmpty()


def _unclaimed(declaration: Declaration, rows: "DataFrame") -> tuple[int, tuple[str, ...]]:
    """Keys of declared types that the ledger leaves to others: how many, and the lowest of them."""
    typed = " and ".join(f"{name} is not null" for name in identity_names(declaration.identity))
    left = rows.where(f"{typed} and not _is_ours").selectExpr(f"{row_key(declaration)} as row_key")
    return left.count(), tuple(row["row_key"] for row in left.orderBy("row_key").take(SAMPLES))
