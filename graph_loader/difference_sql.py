"""The statement that compares a mart with what the ledger remembers. SQL text in Spark's words, pure.

One statement per label or type, because building the same plan call by call costs more than running it on a small mart.
"""

from collections.abc import Collection, Iterable, Sequence

from graph_loader.declarations import Declaration
from graph_loader.judging_sql import KNOWN, judging, travelling_rows
from graph_loader.spark_sql import (
    DETAIL,
    HASH,
    IS_ROW,
    IS_STUB,
    LINEAGE,
    OWN_ROWS,
    REASON,
    STATUS,
    STUB,
    Status,
    Stub,
    empty_hash,
    identity_names,
    identity_schema,
    literal,
    quoted,
    travel_type,
)

# a mart that is looked through for repeated keys, while Spark may be comparing another one under its own name
LOOKED_THROUGH = "graph_looked_through"


def difference_schema(declaration: Declaration, has_stubs: bool) -> str:
    """The Spark schema of what the statement of `difference` returns."""
    values = [f"{quoted(column.name)} {travel_type(column.type)}" for column in declaration.values]
    lineage = [f"{name} {kind}" for name, kind in LINEAGE.items()]
    texts = [f"{name} string" for name in (REASON, DETAIL, STATUS, *[STUB] * has_stubs)]
    return ", ".join([identity_schema(declaration.identity), *values, *lineage, f"{HASH} binary", *texts])


def difference(
    declaration: Declaration,
    has_known: bool,
    lineage: Sequence[str] = tuple(LINEAGE),
    has_unfit: bool = False,
    stubs: Sequence[tuple[str, str]] = (),
    changes_only: bool = False,
    has_repeats: bool = True,
    settles: bool = False,
    labels_before: Collection[tuple[str, ...]] = (),
) -> str:
    """The statement that gives every row of a mart, and every row the ledger remembers, its status.

    It reads the mart as `graph_mart`; what the ledger remembers as `graph_known` (identity and `_hash`, null where the
    graph's state is unknown because a load was interrupted); and for edges the keys of the nodes at both ends as
    `graph_from_keys` and `graph_to_keys`.

    Args:
        has_known: whether the ledger remembers anything; without, there is no `graph_known`.
        lineage: the lineage columns that the mart has; the others are null.
        has_unfit: whether the mart has a column `_unfit`, with the reason why a row holds what no property can.
        stubs: what `stub_sql.stubs` gives; adds the column `_stub`, a `Stub` for stubs and null for the mart's own rows.
        changes_only: leave out the mart's own rows that stay as they are, which usually are nearly all.
        has_repeats: whether keys may come more than once; `repeats` finds it out.
        settles: leave out the rows that are exactly as the ledger remembers them before anything else is looked at, where no
            keys are repeated: right where the nodes at the ends of all edges that it remembers are there still, and quick
            where most rows are so.
        labels_before: the further labels under which earlier loads made stubs, whose hash was another one then.

    Returns:
        A query with the columns of `declaration.identity` and `declaration.values`, the lineage columns, `_hash` (16 bytes of
        MD5 over the values with their names and types; a null counts as absent, as it does in the graph), for rejected rows
        `_reason` and `_detail`, and `_status`. Rows that only the ledger remembers have nothing but identity and status.
    """
    settles = settles and has_known and changes_only and not has_repeats and not stubs
    ctes = judging(declaration, lineage, has_unfit, has_repeats=has_repeats, settles=settles)
    if stubs:
        ctes = [*ctes[:-1], (OWN_ROWS, ctes[-1][1]), *stubs]
    text = _with(ctes)
    if not has_known:
        return f"{text}\n{_all_new(declaration, bool(stubs))}"
    changed = f"\nwhere {STATUS} <> {literal(Status.UNCHANGED)}" + f" or {STUB} is not null" * bool(stubs)
    compared = _compared(declaration, bool(stubs), "remembered" if settles else KNOWN, labels_before)
    return f"{text}\n{compared}" + changed * changes_only


def repeats(declaration: Declaration, lineage: Sequence[str] = tuple(LINEAGE), has_unfit: bool = False) -> str:
    """The statement that gives a row when a key comes more than once in a mart, which it reads as `graph_looked_through`.

    Args:
        lineage: the lineage columns that the mart has.
        has_unfit: whether the mart has a column `_unfit`.
    """
    names = identity_names(declaration.identity)
    whole = " and ".join(f"{name} is not null" for name in names)
    travelling = _with([("travelling", travelling_rows(declaration, lineage, has_unfit, LOOKED_THROUGH))])
    return (
        f"{travelling}\nselect 1 as found from travelling where {whole} group by {', '.join(names)} "
        "having count(*) > 1 limit 1"
    )


def _with(ctes: Iterable[tuple[str, str]]) -> str:
    return "with " + ",\n".join(f"{name} as (\n    {query}\n)" for name, query in ctes)


def _rest(declaration: Declaration) -> list[str]:
    return [*(quoted(column.name) for column in declaration.values), *LINEAGE, HASH, REASON, DETAIL]


def _all_new(declaration: Declaration, has_stubs: bool) -> str:
    status = f"if({REASON} is null, {literal(Status.CREATED)}, {literal(Status.REJECTED)})"
    stub = f", if({IS_STUB}, {literal(Stub.NEW)}, null) as {STUB}" if has_stubs else ""
    fields = ", ".join([*identity_names(declaration.identity), *_rest(declaration)])
    return f"select {fields}, {status} as {STATUS}{stub} from judged"


def _compared(declaration: Declaration, has_stubs: bool, known: str, labels_before: Collection[tuple[str, ...]]) -> str:
    names = identity_names(declaration.identity)
    own = [f"coalesce(judged.{name}, known.{name}) as {name}" for name in names]
    rest = [f"judged.{name}" for name in _rest(declaration)]
    same = " and ".join(f"judged.{name} = known.{name}" for name in names)
    status = (
        f"case when judged.{IS_ROW} is null then {literal(Status.DELETED)} "
        f"when {REASON} is not null then {literal(Status.REJECTED)} "
        f"when known._is_known is null then {literal(Status.CREATED)} "
        f"when judged.{HASH} = known.{HASH} then {literal(Status.UNCHANGED)} "
        f"else {literal(Status.UPDATED)} end"
    )
    empty = [f"judged.{HASH}", *map(empty_hash, sorted(labels_before))]
    valued = " and ".join(f"known.{HASH} <> {one}" for one in empty)
    emptied = f"if({valued}, {literal(Stub.EMPTIED)}, {literal(Stub.NEW)})"
    stub = f", if({IS_STUB}, {emptied}, null) as {STUB}" if has_stubs else ""
    told = [*names, *_rest(declaration), STATUS, *[STUB] * has_stubs]
    return (
        f"select {', '.join(told)} from (\n"
        f"select {', '.join([*own, *rest])}, {status} as {STATUS}{stub} from judged\n"
        f"full outer join (select *, true as _is_known from {known}) as known on {same} and judged.{REASON} is null\n)"
    )
