"""The parts of a statement that say of every row of a mart whether it is rejected, and why. SQL text in Spark's words, pure."""

from collections.abc import Sequence

from graph_loader.declarations import Declaration, EdgeDeclaration, Identity, OnMissingEnd
from graph_loader.spark_sql import (
    DETAIL,
    HASH,
    IS_ROW,
    LINEAGE,
    REASON,
    UNFIT,
    Reason,
    identity_names,
    literal,
    quoted,
    row_hash,
    travel_type,
)
from graph_loader.types import Kind, PropertyType

# Neo4j indexes no more bytes of a key
KEY_BYTES = 8_000
# The names under which the statement finds its inputs.
MART, KNOWN, FROM_KEYS, TO_KEYS = "graph_mart", "graph_known", "graph_from_keys", "graph_to_keys"
# The parts of it that are read several times and usually give few rows: those of the keys that come more than once, and what
# is not exactly as the ledger remembers it.
ALIKE, UNSETTLED = "alike", "unsettled"
FEW = (ALIKE, UNSETTLED)
# what is said of copies of a row that is the only one of its key
_ALONE = (
    "cast(1 as bigint) as _copies, cast(null as binary) as _lowest, cast(null as binary) as _highest, 0 as _unfit_copies, "
    "1 as _position"
)
# whether copies of a row differ, one that cannot be held whole from those that can
_CONFLICT = "(_lowest <> _highest or _unfit_copies > 0)"


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
            (f"{prefix}counted", _counted(declaration, has_unfit, f"{prefix}found", f"{prefix}{ALIKE}")),
        ]
    return [
        (f"{prefix}travelling", travelling_rows(declaration, lineage, has_unfit, mart)),
        (f"{prefix}hashed", f"select *, {row_hash(declaration)} as {HASH} from {prefix}travelling"),
        *(_settled(declaration, has_unfit) if settles else []),
        (f"{prefix}found", found or _found(declaration, "fresh" if settles else "hashed")),
        *counted,
        (f"{prefix}reasoned", f"select *, {reason} as {REASON} from {prefix}counted"),
        (f"{prefix}judged", f"select *, {detail} as {DETAIL}, true as {IS_ROW} from {prefix}reasoned"),
    ]


def travelling_rows(declaration: Declaration, lineage: Sequence[str], has_unfit: bool, mart: str) -> str:
    """The query that gives the rows of a mart, a view, as they travel; lineage that it does not have is null."""
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


def _settled(declaration: Declaration, has_unfit: bool) -> list[tuple[str, str]]:
    """The parts that tell rows of the mart from those that the ledger remembers exactly so: what is left over on either side."""
    names = identity_names(declaration.identity)
    unfit = _unfit(declaration, has_unfit)
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


def _unfit(declaration: Declaration, has_unfit: bool) -> str:
    """The condition of rows that no property can hold whole, or nothing where there are none. Their hash does not tell them
    from others: an empty list has that of one with a null in it."""
    return " or ".join([f"{UNFIT} is not null"] * has_unfit + [condition for condition, _ in _unsupported(declaration)])


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
    names = identity_names(identity)
    fields = ", ".join(f"{name} as _alike_{place}" for place, name in enumerate(names))
    return f"select {fields} from {travelling} group by {', '.join(names)} having count(*) > 1"


def _counted(declaration: Declaration, has_unfit: bool, found: str, alike: str) -> str:
    """Rows with how many there are of their key: only the few that are not alone in it are put in order."""
    names, unfit = identity_names(declaration.identity), _unfit(declaration, has_unfit)
    same = " and ".join(f"{name} = _alike_{place}" for place, name in enumerate(names))
    first = ", ".join([HASH, *(f"{name} nulls last" for name in LINEAGE)])
    one = f"partition by {', '.join(names)}"
    several = (
        f"count(*) over ({one}) as _copies, min({HASH}) over ({one}) as _lowest, max({HASH}) over ({one}) as _highest, "
        f"{f'max(if({unfit}, 1, 0)) over ({one})' if unfit else 0} as _unfit_copies, "
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
    whens.append((Reason.DUPLICATE_KEY, f"_copies > 1 and ({_CONFLICT} or _position > 1)"))
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
    texts.append((Reason.DUPLICATE_KEY, f"if({_CONFLICT}, {conflict}, {repeat})"))
    return f"case {REASON} {' '.join(f'when {literal(reason)} then {text}' for reason, text in texts)} end"
