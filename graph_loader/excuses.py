"""What a load that broke off was allowed, and the load that ends it therefore is: the same rows, not as many others."""

from graph_loader.declarations import Declaration
from graph_loader.engines import Engine
from graph_loader.guards import is_among
from graph_loader.ledger import Ledger
from graph_loader.ledger_state import LedgerState, Remembered, place, remember
from graph_loader.relations import Relation
from graph_loader.spark_sql import DIFFERENCE, HASH, STATUS, STUB, Status, empty_hash, identity_names, literal

# under which a statement finds what an attempt was to leave
_MEANT = "graph_meant"
# and, with a number at its end, what was there before it
_BEFORE = "graph_before_"


def excused_deletes(
    engine: Engine, ledger: Ledger, declaration: Declaration, rows: Relation, some_emptied: bool = False
) -> int:
    """How many of the rows that go were to go in an attempt that was allowed to delete any number of them; of several, in one.

    Args:
        rows: with the identity columns and `_status`, and `_stub` where some are emptied.
        some_emptied: whether nodes stay as stubs whose rows go; they count as well.
    """
    state, name = ledger.state, place(declaration.kind, declaration.name)
    sources = state.sources(name, remember(declaration, "", 0))
    found = [0]
    for position, attempt in enumerate(state.pending, start=1):
        meant, before = sources[position], [source for source in sources[:position] if source]
        # under another identity, none of its rows can be told from others
        is_told = meant is not None or attempt.entries.get(name) is None
        is_there = before and all(ledger.has_rows(entry) for entry in [*before, meant] if entry)
        if is_told and is_there and is_among(declaration, attempt.allowed_deletes):
            meant_to_go = _meant_to_go(engine, ledger, declaration, rows, before, meant)
            if some_emptied and meant:
                meant_to_go += _meant_to_be_emptied(engine, ledger, declaration, rows, before, meant)
            found.append(meant_to_go)
    return max(found)


def excused_rejects(state: LedgerState, declaration: Declaration) -> int:
    """How many rows of a mart attempts set aside that were allowed any number; of several, the most."""
    name = place(declaration.kind, declaration.name)
    allowed = (attempt for attempt in state.pending if is_among(declaration, attempt.allowed_rejects))
    return max((attempt.rejects.get(name, 0) for attempt in allowed), default=0)


def _meant_to_go(
    engine: Engine,
    ledger: Ledger,
    declaration: Declaration,
    rows: Relation,
    before: list[Remembered],
    meant: Remembered | None,
) -> int:
    names = ", ".join(identity_names(declaration.identity))
    inputs = {f"{_BEFORE}{number}": ledger.rows(engine.spark, entry) for number, entry in enumerate(before)}
    known = " union all ".join(f"select {names} from {one}" for one in inputs)
    # a row that came only later was never to go
    statement = (
        f"select count(*) as rows from (select {names} from {DIFFERENCE} where {STATUS} = {literal(Status.DELETED)}) as gone "
        f"left semi join ({known}) as known on {_same(declaration, 'known')}"
    )
    inputs[DIFFERENCE] = rows
    if meant:
        inputs[_MEANT] = ledger.rows(engine.spark, meant)
        statement += f" left anti join {_MEANT} on {_same(declaration, _MEANT)}"
    [counted] = engine.fetched(statement, inputs)
    return counted["rows"]


def _meant_to_be_emptied(
    engine: Engine,
    ledger: Ledger,
    declaration: Declaration,
    rows: Relation,
    before: list[Remembered],
    meant: Remembered,
) -> int:
    names = ", ".join(identity_names(declaration.identity))
    inputs = {f"{_BEFORE}{number}": ledger.rows(engine.spark, entry) for number, entry in enumerate(before)}
    held = " union all ".join(
        f"select {names} from {one} where {HASH} <> {empty_hash(entry.labels)}"
        for one, entry in zip(inputs, before, strict=True)
    )
    statement = (
        f"select count(*) as rows from (select {names} from {DIFFERENCE} where {STUB} is not null) as gone "
        f"left semi join ({held}) as held on {_same(declaration, 'held')} "
        f"left semi join (select {names} from {_MEANT} where {HASH} = {empty_hash(meant.labels)}) as empty "
        f"on {_same(declaration, 'empty')}"
    )
    [counted] = engine.fetched(statement, inputs | {DIFFERENCE: rows, _MEANT: ledger.rows(engine.spark, meant)})
    return counted["rows"]


def _same(declaration: Declaration, other: str) -> str:
    return " and ".join(f"gone.{name} = {other}.{name}" for name in identity_names(declaration.identity))
