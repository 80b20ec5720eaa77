"""Spark SQL text out of declarations: a mart's rows as they travel, and what a load has to do with each. Pure.

One statement per label or type, because building the same plan call by call costs more than running it on a small mart.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from graph_loader.declarations import (
    Column,
    Declaration,
    EdgeDeclaration,
    Identity,
    NodeDeclaration,
    OnMissingEnd,
)
from graph_loader.types import Kind, PropertyType

LINEAGE = {"_source_file": "string", "_source_line": "bigint", "_batch_id": "string"}
HASH, STATUS, REASON, DETAIL = "_hash", "_status", "_reason", "_detail"
# true for a row of the mart or a stub, null for what only the ledger remembers
IS_ROW = "_is_row"
# of a label that may have stubs: which rows are, and while they are found, the rows of the label's own mart
STUB, IS_STUB, OWN_ROWS = "_stub", "_is_stub", "own_rows"
# the mart's word for values that no property can hold, where it has any
UNFIT = "_unfit"
# Neo4j indexes no more of a key
KEY_BYTES = 8_000
# The names under which the statement finds its inputs.
MART, KNOWN, FROM_KEYS, TO_KEYS = "graph_mart", "graph_known", "graph_from_keys", "graph_to_keys"
# a mart that is looked through for repeated keys, while Spark may be comparing another one under its own name
LOOKED_THROUGH = "graph_looked_through"
# The parts of it that are read several times and usually give few rows: those of the keys that come more than once, and what
# is not exactly as the ledger remembers it.
ALIKE, UNSETTLED = "alike", "unsettled"
FEW = (ALIKE, UNSETTLED)
# what is said of copies of a row that is the only one of its key
_ALONE = (
    "cast(1 as bigint) as _copies, cast(null as binary) as _lowest, cast(null as binary) as _highest, 1 as _position"
)
# the name under which others find what the statement gave
DIFFERENCE = "graph_difference"

_TRAVEL_TYPES = {
    Kind.STRING: "string",
    Kind.INTEGER: "bigint",
    Kind.FLOAT: "double",
    Kind.BOOLEAN: "boolean",
    **dict.fromkeys(
        (
            Kind.DATE,
            Kind.LOCAL_DATETIME,
            Kind.ZONED_DATETIME,
            Kind.LOCAL_TIME,
            Kind.ZONED_TIME,
            Kind.DURATION,
        ),
        "string",
    ),
}


class Status(StrEnum):
    """What becomes of a row. All but `deleted` are rows of the mart; `deleted` are rows only the ledger remembers."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    DELETED = "deleted"


class Stub(StrEnum):
    """What a node without values that is made for edges was before."""

    # nothing, a stub, or nobody knows
    NEW = "new"
    # a node with values, whose row has gone
    EMPTIED = "emptied"


class Reason(StrEnum):
    """Why a row is rejected, in the order in which reasons are looked for."""

    NULL_KEY = "null_key"
    UNSUPPORTED_VALUE = "unsupported_value"
    MISSING_FROM = "missing_from"
    MISSING_TO = "missing_to"
    DUPLICATE_KEY = "duplicate_key"


def quoted(name: str) -> str:
    """A column name between backticks."""
    return f"`{name.replace('`', '``')}`"


def literal(text: str) -> str:
    """A text as a string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def travel_type(kind: PropertyType) -> str:
    """The type in which values of a property travel and in which the ledger keeps keys; times travel as text."""
    return f"array<{_TRAVEL_TYPES[kind.kind]}>" if kind.is_list else _TRAVEL_TYPES[kind.kind]


def identity_names(identity: Iterable[Identity]) -> list[str]:
    """The quoted names of what identifies a row."""
    return [quoted(item.name) for item in identity]


def identity_schema(identity: Iterable[Identity]) -> str:
    """The Spark schema of what identifies a row."""
    return ", ".join(f"{quoted(item.name)} {travel_type(item.type)}" for item in identity)


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
    compared = _compared(declaration, bool(stubs), "remembered" if settles else KNOWN)
    return f"{text}\n{compared}" + changed * changes_only


def repeats(declaration: Declaration, lineage: Sequence[str] = tuple(LINEAGE), has_unfit: bool = False) -> str:
    """The statement that gives a row when a key comes more than once in a mart, which it reads as `graph_looked_through`.

    Args:
        lineage: the lineage columns that the mart has.
        has_unfit: whether the mart has a column `_unfit`.
    """
    names = identity_names(declaration.identity)
    whole = " and ".join(f"{name} is not null" for name in names)
    travelling = _with([("travelling", _travelling(declaration, lineage, has_unfit, LOOKED_THROUGH))])
    return (
        f"{travelling}\nselect 1 as found from travelling where {whole} group by {', '.join(names)} "
        "having count(*) > 1 limit 1"
    )


def _with(ctes: Iterable[tuple[str, str]]) -> str:
    return "with " + ",\n".join(f"{name} as (\n    {query}\n)" for name, query in ctes)


def judging(
    declaration: Declaration,
    lineage: Sequence[str],
    has_unfit: bool,
    mart: str = MART,
    found: str | None = None,
    prefix: str = "",
    has_repeats: bool = True,
    settles: bool = False,
) -> list[tuple[str, str]]:
    """The parts of a statement, names and queries, that give every row of a mart a reason and a detail if it is rejected.

    Args:
        lineage: the lineage columns that the mart has; the others are null.
        has_unfit: whether the mart has a column `_unfit`.
        mart: the view of the mart.
        found: the query that says of each row of `hashed` whether its ends are there; None looks them up.
        prefix: comes before each name. The last one is `judged`.
        has_repeats: whether keys may come more than once.
        settles: leave out the rows that are exactly as the ledger remembers them; what it remembers besides is `remembered`.
            Of the statement's own mart alone, whose parts have no prefix.
    """
    reason, detail = _reason(declaration, has_unfit), _detail(declaration, has_unfit)
    counted = [(f"{prefix}counted", f"select *, {_ALONE} from {prefix}found")]
    if has_repeats:
        counted = [
            (f"{prefix}{ALIKE}", _alike(declaration.identity, f"{prefix}travelling")),
            (f"{prefix}counted", _counted(declaration.identity, f"{prefix}found", f"{prefix}{ALIKE}")),
        ]
    return [
        (f"{prefix}travelling", _travelling(declaration, lineage, has_unfit, mart)),
        (f"{prefix}hashed", f"select *, {row_hash(declaration)} as {HASH} from {prefix}travelling"),
        *(_settled(declaration, has_unfit) if settles else []),
        (f"{prefix}found", found or _found(declaration, "fresh" if settles else "hashed")),
        *counted,
        (f"{prefix}reasoned", f"select *, {reason} as {REASON} from {prefix}counted"),
        (f"{prefix}judged", f"select *, {detail} as {DETAIL}, true as {IS_ROW} from {prefix}reasoned"),
    ]


def _travelling(declaration: Declaration, lineage: Sequence[str], has_unfit: bool, mart: str) -> str:
    fields = [f"{_travel_key(item)} as {quoted(item.name)}" for item in declaration.identity]
    fields += [f"{_travel(column.name, column.type)} as {quoted(column.name)}" for column in declaration.values]
    fields += [f"cast({name if name in lineage else 'null'} as {kind}) as {name}" for name, kind in LINEAGE.items()]
    return f"select {', '.join([*fields, *[UNFIT] * has_unfit])} from {mart}"


def _travel_key(item: Identity) -> str:
    value = _travel(item.column, item.type)
    # a negative zero equals zero in SQL, but not in an index of Neo4j
    return f"if({value} = 0, 0D, {value})" if item.type.kind is Kind.FLOAT else value


def _travel(name: str, kind: PropertyType) -> str:
    if kind.kind not in (Kind.LOCAL_DATETIME, Kind.ZONED_DATETIME):
        return f"cast({quoted(name)} as {travel_type(kind)})"
    if kind.is_list:
        return f"transform({quoted(name)}, item -> {_time_text('item', kind.kind)})"
    return _time_text(quoted(name), kind.kind)


def _time_text(value: str, kind: Kind) -> str:
    text = f"replace(cast({value} as string), ' ', 'T')"
    return f"concat({text}, 'Z')" if kind is Kind.ZONED_DATETIME else text


def row_hash(declaration: Declaration) -> str:
    """The hash of a row's values as they travel, each under its property's name and type, and of its labels: 16 bytes of MD5.

    How a float reads as text is the engine's own: hashes of one engine are compared with one another only.
    """
    parts = [_hashed(column) for column in declaration.values]
    if isinstance(declaration, NodeDeclaration) and declaration.labels:
        # so that another set of labels is a change of every row
        parts.insert(0, literal(f":{':'.join(sorted(declaration.labels))}"))
    text = f"concat_ws(',', {', '.join(parts)})" if parts else literal("")
    return f"unhex(md5({text}))"


def _hashed(column: Column) -> str:
    """A value with its name, type and length, so that no two rows read alike; null, which `concat_ws` leaves out, for null."""
    name, is_float = quoted(column.name), column.type.kind is Kind.FLOAT
    text = f"array_join(transform({name}, item -> {_sized('item', is_float)}), ',')"
    if not column.type.is_list:
        text = _sized(name, is_float)
    return f"concat({literal(f'{column.name}:{column.type}=')}, {text})"


def _sized(value: str, is_float: bool) -> str:
    # Neo4j takes 0.0 and -0.0 for the same, and leaves the one where the other is set
    text = f"cast({f'if({value} = 0, 0D, {value})' if is_float else value} as string)"
    return f"concat(cast(length({text}) as string), ':', {text})"


def _settled(declaration: Declaration, has_unfit: bool) -> list[tuple[str, str]]:
    """The parts that tell rows of the mart from those that the ledger remembers exactly so: what is left over on either side."""
    names = identity_names(declaration.identity)
    # what was accepted once may have the hash of what no property can hold: an empty list that of one with a null in it
    unfit = " or ".join(
        [f"{UNFIT} is not null"] * has_unfit + [condition for condition, _ in _unsupported(declaration)]
    )
    settled = f"if({unfit}, null, {HASH})" if unfit else HASH
    known = ", ".join([*(f"{name} as _known_{place}" for place, name in enumerate(names)), f"{HASH} as _known_hash"])
    same = " and ".join([*(f"{name} = _known_{place}" for place, name in enumerate(names)), "_settled = _known_hash"])
    again = ", ".join([*(f"_known_{place} as {name}" for place, name in enumerate(names)), f"_known_hash as {HASH}"])
    return [
        (
            UNSETTLED,
            f"select * from (select *, {settled} as _settled, true as _is_mart from hashed) as hashed\n"
            f"    full outer join (select {known}, true as _is_remembered from {KNOWN}) as known on {same}\n"
            "    where _is_mart is null or _is_remembered is null",
        ),
        ("fresh", f"select * from {UNSETTLED} where _is_mart"),
        ("remembered", f"select {again} from {UNSETTLED} where _is_remembered"),
    ]


def _found(declaration: Declaration, rows: str) -> str:
    if not isinstance(declaration, EdgeDeclaration):
        return f"select * from {rows}"
    joins = ""
    for role, keys in (("from", FROM_KEYS), ("to", TO_KEYS)):
        own = [item for item in declaration.identity if item.role == role]
        fields = ", ".join(
            f"{quoted(f'_key_{item.property}')} as {quoted(f'_end_{role}_{item.property}')}" for item in own
        )
        match = " and ".join(
            f"{rows}.{quoted(item.name)} = {role}_end.{quoted(f'_end_{role}_{item.property}')}" for item in own
        )
        joins += f"\n    left join (select {fields}, true as _found_{role} from {keys}) as {role}_end on {match}"
    return f"select {rows}.*, _found_from, _found_to from {rows}{joins}"


def _alike(identity: tuple[Identity, ...], travelling: str) -> str:
    names = ", ".join(identity_names(identity))
    return f"select {names} from {travelling} group by {names} having count(*) > 1"


def _counted(identity: tuple[Identity, ...], found: str, alike: str) -> str:
    """Rows with how many there are of their key: only the few that are not alone in it are put in order."""
    names = identity_names(identity)
    same = " and ".join(f"{found}.{name} = {alike}.{name}" for name in names)
    first = ", ".join([HASH, *(f"{name} nulls last" for name in LINEAGE)])
    one = f"partition by {', '.join(f'{found}.{name}' for name in names)}"
    several = (
        f"count(*) over ({one}) as _copies, min({HASH}) over ({one}) as _lowest, max({HASH}) over ({one}) as _highest, "
        f"row_number() over ({one} order by {first}) as _position"
    )
    return (
        f"select {found}.*, {_ALONE} from {found} left anti join {alike} on {same}\n    union all\n"
        f"    select {found}.*, {several} from {found} join {alike} on {same}"
    )


def _unsupported(declaration: Declaration) -> list[tuple[str, str]]:
    """Conditions under which a property cannot hold a value, and what to say of each."""
    found = []
    if lists := [column.name for column in declaration.values if column.type.is_list]:
        has_null = {name: f"size(filter({quoted(name)}, item -> item is null)) > 0" for name in lists}
        bad = ", ".join(f"if({condition}, {literal(name)}, null)" for name, condition in has_null.items())
        condition = " or ".join(has_null.values())
        found.append((condition, f"concat('a null inside the list ', concat_ws(', ', {bad}))"))
    for item in declaration.identity:
        if item.type.kind is Kind.FLOAT:
            found.append((f"isnan({quoted(item.name)})", literal(f"{item.column} is NaN, which equals nothing")))
    for key, said in _node_keys(declaration):
        if texts := [item for item in key if item.type.kind is Kind.STRING]:
            size = " + ".join(f"octet_length(encode({quoted(item.name)}, 'utf-8'))" for item in texts)
            found.append((f"{size} > {KEY_BYTES}", literal(f"{said} has more than {KEY_BYTES:,} bytes")))
    return found


def _node_keys(declaration: Declaration) -> list[tuple[list[Identity], str]]:
    """The keys of the nodes that a row may make, with what they are called."""
    if not isinstance(declaration, EdgeDeclaration):
        return [(list(declaration.identity), "the key")]
    if declaration.on_missing_end is not OnMissingEnd.CREATE:
        return []
    ends = (("from", declaration.start), ("to", declaration.end))
    return [
        ([item for item in declaration.identity if item.role == role], f"the key of {end.node}") for role, end in ends
    ]


def _reason(declaration: Declaration, has_unfit: bool) -> str:
    # an unfit value of a key is null here, but that is not what is wrong with it
    whens = [(Reason.UNSUPPORTED_VALUE, f"{UNFIT} is not null")] * has_unfit
    whens += [(Reason.NULL_KEY, " or ".join(f"{name} is null" for name in identity_names(declaration.identity)))]
    whens += [(Reason.UNSUPPORTED_VALUE, condition) for condition, _ in _unsupported(declaration)]
    if isinstance(declaration, EdgeDeclaration):
        whens += [(Reason.MISSING_FROM, "_found_from is null"), (Reason.MISSING_TO, "_found_to is null")]
    # of identical rows the first one stays, of conflicting ones none
    whens.append((Reason.DUPLICATE_KEY, "_copies > 1 and (_lowest <> _highest or _position > 1)"))
    return f"case {' '.join(f'when {condition} then {literal(reason)}' for reason, condition in whens)} end"


def _detail(declaration: Declaration, has_unfit: bool) -> str:
    nulls = (f"if({quoted(item.name)} is null, {literal(item.column)}, null)" for item in declaration.identity)
    texts = [(Reason.NULL_KEY, f"concat(concat_ws(', ', {', '.join(nulls)}), ' is null')")]
    unsupported = [(f"{UNFIT} is not null", UNFIT)] * has_unfit + _unsupported(declaration)
    if unsupported:
        whens = " ".join(f"when {condition} then {text}" for condition, text in unsupported)
        told = unsupported[0][1] if len(unsupported) == 1 else f"case {whens} end"
        texts.append((Reason.UNSUPPORTED_VALUE, told))
    if isinstance(declaration, EdgeDeclaration):
        for reason, role, end in (
            (Reason.MISSING_FROM, "from", declaration.start),
            (Reason.MISSING_TO, "to", declaration.end),
        ):
            own = (item for item in declaration.identity if item.role == role)
            pairs = (f"{literal(f'{item.property} = ')}, {quoted(item.name)}" for item in own)
            parts = ", ', ', ".join(pairs)
            texts.append((reason, f"concat({literal(f'no {end.node} with ')}, {parts})"))
    conflict, repeat = literal("rows with this key have different values"), literal("the same row comes more than once")
    texts.append((Reason.DUPLICATE_KEY, f"if(_lowest <> _highest, {conflict}, {repeat})"))
    return f"case {REASON} {' '.join(f'when {literal(reason)} then {text}' for reason, text in texts)} end"


def _rest(declaration: Declaration) -> list[str]:
    return [*(quoted(column.name) for column in declaration.values), *LINEAGE, HASH, REASON, DETAIL]


def _all_new(declaration: Declaration, has_stubs: bool) -> str:
    status = f"if({REASON} is null, {literal(Status.CREATED)}, {literal(Status.REJECTED)})"
    stub = f", if({IS_STUB}, {literal(Stub.NEW)}, null) as {STUB}" if has_stubs else ""
    fields = ", ".join([*identity_names(declaration.identity), *_rest(declaration)])
    return f"select {fields}, {status} as {STATUS}{stub} from judged"


def _compared(declaration: Declaration, has_stubs: bool, known: str) -> str:
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
    emptied = f"if(known.{HASH} <> judged.{HASH}, {literal(Stub.EMPTIED)}, {literal(Stub.NEW)})"
    stub = f", if({IS_STUB}, {emptied}, null) as {STUB}" if has_stubs else ""
    told = [*names, *_rest(declaration), STATUS, *[STUB] * has_stubs]
    return (
        f"select {', '.join(told)} from (\n"
        f"select {', '.join([*own, *rest])}, {status} as {STATUS}{stub} from judged\n"
        f"full outer join (select *, true as _is_known from {known}) as known on {same} and judged.{REASON} is null\n)"
    )
