"""What the graph holds, read back: Cypher that gives identities and values as they travel, Spark SQL that compares them. Pure."""

from enum import StrEnum

from graph_loader import cypher
from graph_loader.declarations import Declaration, EdgeDeclaration, NodeDeclaration
from graph_loader.spark_sql import (
    HASH,
    STATUS,
    Status,
    identity_names,
    identity_schema,
    literal,
    quoted,
    row_hash,
    travel_type,
)

# Whether all declared properties are of their types, the labels are there, and neither is left that has to go.
AS_DECLARED = "_as_declared"
COPIES, STATE = "_copies", "_state"
# The names under which the statements find their inputs.
CONTENTS, HELD, WANTED, KNOWN, PLANNED = "graph_contents", "graph_held", "graph_wanted", "graph_known", "graph_planned"


class State(StrEnum):
    """What a key in the graph or in a mart is.

    `drifted`: its values are not those that the last load wrote, and no plain load would write them again.
    `outdated`: its values are not the mart's, and the next load writes them.
    `stale`: a load wrote it, and the mart has it no more.
    `others`: no load wrote it, and no mart has it.
    """

    EQUAL = "equal"
    DRIFTED = "drifted"
    OUTDATED = "outdated"
    MISSING = "missing"
    STALE = "stale"
    OTHERS = "others"


def contents(declaration: Declaration, removed: tuple[str, ...] = (), labels_removed: tuple[str, ...] = ()) -> str:
    """The query that returns identity and values of each node of a label, or each edge of a type between its declared labels.

    A value of another type than declared is null, and `_as_declared` is false then.

    Args:
        removed: properties that the declaration had once; one that still has any of them is not as declared either.
        labels_removed: likewise, labels that nodes carried besides their own.
    """
    values = {column.name: f"key.{quoted(column.name)}" for column in declaration.values}
    fields = cypher.identity_fields(declaration)
    fields += [
        f"{cypher.sent(values[column.name], column.type)} AS {quoted(column.name)}" for column in declaration.values
    ]
    conditions = [f"{values[column.name]} IS :: {column.type}" for column in declaration.values]
    conditions += [f"key.{quoted(name)} IS NULL" for name in removed]
    if isinstance(declaration, NodeDeclaration):
        conditions += [f"key:{quoted(label)}" for label in declaration.labels]
    conditions += [f"NOT key:{quoted(label)}" for label in labels_removed]
    fields.append(f"{' AND '.join(conditions) or 'true'} AS {AS_DECLARED}")
    return f"MATCH {cypher.written_pattern(declaration)} RETURN {', '.join(fields)}"


def contents_schema(declaration: Declaration) -> str:
    """The Spark schema of what `contents` returns."""
    values = [f"{quoted(column.name)} {travel_type(column.type)}" for column in declaration.values]
    return ", ".join([identity_schema(declaration.identity), *values, f"{AS_DECLARED} boolean"])


def delete_copies(edge: EdgeDeclaration) -> str:
    """The statement that leaves one of the edges that an event identifies, and deletes the others."""
    return (
        f"{cypher.match_edge(edge)}\n"
        "WITH event, edge ORDER BY elementId(edge)\n"
        "WITH event, collect(edge) AS copies\n"
        "UNWIND tail(copies) AS copy\n"
        "DELETE copy"
    )


def held(declaration: Declaration) -> str:
    """The statement that makes one row per key of what `contents` returned, read as `graph_contents`.

    Returns:
        A query with the identity columns, `_hash` (null where the values are not as declared, or not the same in all nodes
        or edges with this key) and `_copies`, how many those are.
    """
    names = ", ".join(identity_names(declaration.identity))
    return (
        f"with hashed as (\n    select {names}, if({AS_DECLARED}, {row_hash(declaration)}, null) as {HASH} from {CONTENTS}\n)\n"
        f"select {names}, if(count({HASH}) = count(*) and min({HASH}) = max({HASH}), min({HASH}), null) as {HASH}, "
        f"count(*) as {COPIES} from hashed group by {names}"
    )


def held_schema(declaration: Declaration) -> str:
    """The Spark schema of what `held` gives."""
    return f"{identity_schema(declaration.identity)}, {HASH} binary, {COPIES} bigint"


def known_in_graph(declaration: Declaration) -> str:
    """The statement that gives the keys of the ledger (`graph_known`) that the graph has (`graph_held`), with its hashes."""
    names = identity_names(declaration.identity)
    return (
        f"select {', '.join(f'held.{name}' for name in names)}, held.{HASH} from {HELD} as held\n"
        f"left semi join {KNOWN} as known on {_same(names, 'held', 'known')}"
    )


def double(declaration: Declaration) -> str:
    """The statement that gives the keys of a load's rows (`graph_planned`) that the graph (`graph_held`) has more than once."""
    names = identity_names(declaration.identity)
    return (
        f"select {', '.join(f'held.{name}' for name in names)} from {HELD} as held\n"
        f"left semi join {_accepted()} as planned on {_same(names, 'held', 'planned')}\n"
        f"where {COPIES} > 1"
    )


def repaired(declaration: Declaration) -> str:
    """The statement that counts what a load sets right that a plain one would leave, out of its rows (`graph_planned`).

    Returns:
        A query with one row: `repaired`, the rows that the graph does not hold as the last load left them, and `surplus`,
        the copies beyond the first.
    """
    columns = ", ".join(identity_names(declaration.identity))
    return (
        f"select count_if(known.{HASH} = planned.{HASH} and ({STATUS} <> {literal(Status.UNCHANGED)} or {COPIES} > 1)) "
        f"as repaired, coalesce(sum({COPIES} - 1), 0) as surplus\n"
        f"from {_accepted()} as planned\n"
        f"left join {KNOWN} as known using ({columns})\n"
        f"left join {HELD} as held using ({columns})"
    )


def compared(declaration: Declaration, loaded: bool) -> str:
    """The statement that gives each key in the graph (`graph_held`) or in the mart (`graph_wanted`) its state.

    What loads have written is read as `graph_known`: identity columns, and the `_hash` that was written last.

    Args:
        loaded: whether the mart has just been loaded, so that nothing can be outdated.

    Returns:
        A query with the identity columns, `_copies` and `_state`.
    """
    names = identity_names(declaration.identity)
    columns = ", ".join(names)
    unwritten = "true" if loaded else f"known.{HASH} = wanted.{HASH}"
    whens = [
        (State.MISSING, f"wanted._is_wanted and {COPIES} is null"),
        (State.EQUAL, f"wanted._is_wanted and held.{HASH} = wanted.{HASH}"),
        (State.DRIFTED, f"wanted._is_wanted and {unwritten}"),
        (State.OUTDATED, "wanted._is_wanted"),
        (State.STALE, "known._is_known"),
    ]
    cases = " ".join(f"when {condition} then {literal(state)}" for state, condition in whens)
    return (
        f"select {columns}, coalesce({COPIES}, 0) as {COPIES}, case {cases} else {literal(State.OTHERS)} end as {STATE}\n"
        f"from {HELD} as held\n"
        f"full outer join (select *, true as _is_wanted from {WANTED}) as wanted using ({columns})\n"
        f"left join (select *, true as _is_known from {KNOWN}) as known using ({columns})"
    )


def claimed(declaration: Declaration, everything: bool) -> str:
    """The statement that says of each key in the graph (`graph_held`) whether a rebuilt ledger counts it as written by loads.

    It does when the mart has it (`graph_wanted`), or a ledger that is replaced (`graph_known`).

    Args:
        everything: whether all keys count, but those of other types than declared.

    Returns:
        A query with the identity columns, `_hash`, `_copies`, `_is_ours`, `_is_wanted` and `_is_same`: whether the values are
        the mart's. What the mart does not have goes, or was rejected because of its ends; its hash is null, so that the next
        load takes none of it for settled.
    """
    names = identity_names(declaration.identity)
    columns = ", ".join(names)
    typed = " and ".join(f"{name} is not null" for name in names)
    ours = "true" if everything else "(_is_wanted is not null or _is_known is not null)"
    return (
        f"select {columns}, if(_is_wanted, held.{HASH}, null) as {HASH}, {COPIES}, {typed} and {ours} as _is_ours, "
        "_is_wanted is not null as _is_wanted, "
        f"coalesce(held.{HASH} = wanted.{HASH}, false) as _is_same\n"
        f"from {HELD} as held\n"
        f"left join (select *, true as _is_wanted from {WANTED}) as wanted using ({columns})\n"
        f"left join (select {columns}, true as _is_known from {KNOWN}) as known using ({columns})"
    )


def _accepted() -> str:
    statuses = ", ".join(map(literal, (Status.CREATED, Status.UPDATED, Status.UNCHANGED)))
    return f"(select * from {PLANNED} where {STATUS} in ({statuses}))"


def _same(names: list[str], left: str, right: str) -> str:
    return " and ".join(f"{left}.{name} = {right}.{name}" for name in names)
