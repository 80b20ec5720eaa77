"""Spark SQL text out of declarations: a mart's rows as they travel, and what a load has to do with each. Pure.

One statement per label or type, because building the same plan call by call costs more than running it on a small mart.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from graph_loader.declarations import Declaration, EdgeDeclaration, Identity, NodeDeclaration
from graph_loader.types import Kind, PropertyType

LINEAGE = {"_source_file": "string", "_source_line": "bigint", "_batch_id": "string"}
HASH, STATUS, REASON, DETAIL = "_hash", "_status", "_reason", "_detail"
# the mart's word for values that no property can hold, where it has any
UNFIT = "_unfit"
# Neo4j indexes no more of a key
KEY_BYTES = 8_000
# The names under which the statement finds its inputs.
MART, KNOWN, FROM_KEYS, TO_KEYS = "graph_mart", "graph_known", "graph_from_keys", "graph_to_keys"

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


def difference(
    declaration: Declaration, has_known: bool, lineage: Sequence[str] = tuple(LINEAGE), has_unfit: bool = False
) -> str:
    """The statement that gives every row of a mart, and every row the ledger remembers, its status.

    It reads the mart as `graph_mart`; what the ledger remembers as `graph_known` (identity and `_hash`, null where the
    graph's state is unknown because a load was interrupted); and for edges the keys of the nodes at both ends as
    `graph_from_keys` and `graph_to_keys`.

    Args:
        has_known: whether the ledger remembers anything; without, there is no `graph_known`.
        lineage: the lineage columns that the mart has; the others are null.
        has_unfit: whether the mart has a column `_unfit`, with the reason why a row holds what no property can.

    Returns:
        A query with the columns of `declaration.identity` and `declaration.values`, the lineage columns, `_hash` (16 bytes of
        MD5 over the values with their names and types; a null counts as absent, as it does in the graph), `_status`, and for
        rejected rows `_reason` and `_detail`. Rows that only the ledger remembers have nothing but identity and status.
    """
    ctes = [
        ("travelling", _travelling(declaration, lineage, has_unfit)),
        ("hashed", f"select *, {_hash(declaration)} as {HASH} from travelling"),
        ("found", _found(declaration)),
        ("counted", _counted(declaration.identity)),
        ("reasoned", f"select *, {_reason(declaration, has_unfit)} as {REASON} from counted"),
        ("judged", f"select *, {_detail(declaration, has_unfit)} as {DETAIL} from reasoned"),
    ]
    text = ",\n".join(f"{name} as (\n    {query}\n)" for name, query in ctes)
    return f"with {text}\n{_compared(declaration) if has_known else _all_new(declaration)}"


def _travelling(declaration: Declaration, lineage: Sequence[str], has_unfit: bool) -> str:
    fields = [f"{_travel_key(item)} as {quoted(item.name)}" for item in declaration.identity]
    fields += [f"{_travel(column.name, column.type)} as {quoted(column.name)}" for column in declaration.values]
    fields += [f"cast({name if name in lineage else 'null'} as {kind}) as {name}" for name, kind in LINEAGE.items()]
    return f"select {', '.join([*fields, *[UNFIT] * has_unfit])} from {MART}"


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


def _hash(declaration: Declaration) -> str:
    values = ", ".join(
        f"{literal(f'{column.name}:{column.type}')}, {quoted(column.name)}" for column in declaration.values
    )
    if isinstance(declaration, NodeDeclaration) and declaration.labels:
        # so that another set of labels is a change of every row
        labels = f"{literal(':labels')}, {literal(':'.join(sorted(declaration.labels)))}"
        values = f"{labels}, {values}" if values else labels
    text = f"to_json(named_struct({values}))" if values else literal("{}")
    return f"unhex(md5({text}))"


def _found(declaration: Declaration) -> str:
    if not isinstance(declaration, EdgeDeclaration):
        return "select * from hashed"
    joins = ""
    for role, keys in (("from", FROM_KEYS), ("to", TO_KEYS)):
        own = [item for item in declaration.identity if item.role == role]
        fields = ", ".join(
            f"{quoted(f'_key_{item.property}')} as {quoted(f'_{role}_end_{item.property}')}" for item in own
        )
        match = " and ".join(
            f"hashed.{quoted(item.name)} = {role}_end.{quoted(f'_{role}_end_{item.property}')}" for item in own
        )
        joins += f"\n    left join (select {fields}, true as _{role}_found from {keys}) as {role}_end on {match}"
    return f"select hashed.*, _from_found, _to_found from hashed{joins}"


def _counted(identity: tuple[Identity, ...]) -> str:
    alike = f"partition by {', '.join(identity_names(identity))}"
    first = ", ".join([HASH, *(f"{name} nulls last" for name in LINEAGE)])
    return (
        f"select *, count(*) over ({alike}) as _copies, min({HASH}) over ({alike}) as _lowest, "
        f"max({HASH}) over ({alike}) as _highest, row_number() over ({alike} order by {first}) as _position from found"
    )


def _unsupported(declaration: Declaration) -> list[tuple[str, str]]:
    """Conditions under which a property cannot hold a value, and what to say of each."""
    found = []
    if lists := [column.name for column in declaration.values if column.type.is_list]:
        bad = ", ".join(f"if(exists({quoted(name)}, item -> item is null), {literal(name)}, null)" for name in lists)
        condition = " or ".join(f"exists({quoted(name)}, item -> item is null)" for name in lists)
        found.append((condition, f"concat('a null inside the list ', concat_ws(', ', {bad}))"))
    for item in declaration.identity:
        if item.type.kind is Kind.FLOAT:
            found.append((f"isnan({quoted(item.name)})", literal(f"{item.column} is NaN, which equals nothing")))
    texts = [item for item in declaration.identity if item.type.kind is Kind.STRING]
    if texts and not isinstance(declaration, EdgeDeclaration):
        size = " + ".join(f"octet_length({quoted(item.name)})" for item in texts)
        found.append((f"{size} > {KEY_BYTES}", literal(f"the key has more than {KEY_BYTES:,} bytes")))
    return found


def _reason(declaration: Declaration, has_unfit: bool) -> str:
    # an unfit value of a key is null here, but that is not what is wrong with it
    whens = [(Reason.UNSUPPORTED_VALUE, f"{UNFIT} is not null")] * has_unfit
    whens += [(Reason.NULL_KEY, " or ".join(f"{name} is null" for name in identity_names(declaration.identity)))]
    whens += [(Reason.UNSUPPORTED_VALUE, condition) for condition, _ in _unsupported(declaration)]
    if isinstance(declaration, EdgeDeclaration):
        whens += [(Reason.MISSING_FROM, "_from_found is null"), (Reason.MISSING_TO, "_to_found is null")]
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


def _all_new(declaration: Declaration) -> str:
    status = f"if({REASON} is null, {literal(Status.CREATED)}, {literal(Status.REJECTED)})"
    return f"select {', '.join([*identity_names(declaration.identity), *_rest(declaration)])}, {status} as {STATUS} from judged"


def _compared(declaration: Declaration) -> str:
    names = identity_names(declaration.identity)
    own = [f"coalesce(judged.{name}, known.{name}) as {name}" for name in names]
    rest = [f"judged.{name}" for name in _rest(declaration)]
    same = " and ".join(f"judged.{name} = known.{name}" for name in names)
    status = (
        f"case when judged._copies is null then {literal(Status.DELETED)} "
        f"when {REASON} is not null then {literal(Status.REJECTED)} "
        f"when known._is_known is null then {literal(Status.CREATED)} "
        f"when judged.{HASH} = known.{HASH} then {literal(Status.UNCHANGED)} "
        f"else {literal(Status.UPDATED)} end"
    )
    return (
        f"select {', '.join([*own, *rest])}, {status} as {STATUS} from judged\n"
        f"full outer join (select *, true as _is_known from {KNOWN}) as known on {same} and judged.{REASON} is null"
    )
