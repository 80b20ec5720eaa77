"""Stubs: nodes without values, made for edges whose ends no accepted row is (`on_missing_end: create`). SQL text, pure.

A stub is a row of its label's own step, so whatever holds for rows holds for it: it is created once, the row that brings the
node later updates it, and when no edge needs it any more it is deleted.
"""

from collections.abc import Iterable, Sequence

from graph_loader.declarations import EdgeDeclaration, NodeDeclaration, OnMissingEnd
from graph_loader.judging_sql import judging
from graph_loader.spark_sql import (
    DETAIL,
    HASH,
    IS_ROW,
    IS_STUB,
    LINEAGE,
    OWN_ROWS,
    REASON,
    identity_names,
    quoted,
    row_hash,
    travel_type,
)

# the view of the mart of an edge that makes stubs, with its position at the end
STUB_MART = "graph_stub_mart_"


def edges_that_make(node: NodeDeclaration, edges: Iterable[EdgeDeclaration]) -> list[EdgeDeclaration]:
    """The edges for which stubs of a label are made."""
    return [
        edge
        for edge in edges
        if edge.on_missing_end is OnMissingEnd.CREATE and node.label in (edge.start.node, edge.end.node)
    ]


def stubs(node: NodeDeclaration, edges: Sequence[tuple[EdgeDeclaration, bool]]) -> list[tuple[str, str]]:
    """The parts of the difference of a label that add its stubs to the rows of its own mart.

    It reads the mart of each edge as `graph_stub_mart_` with the edge's position. A row of it makes a stub of an end when
    nothing but the end is wrong with it: an edge that is rejected anyway needs none.

    Args:
        edges: those that `edges_that_make` gives, and whether the mart of each has a column `_unfit`.

    Returns:
        Names and queries; the last one, `judged`, has a column that says which rows are stubs.
    """
    keys = identity_names(node.identity)
    ctes = [("accepted", f"select {', '.join(keys)} from {OWN_ROWS} where {REASON} is null")]
    wanted = []
    for position, (edge, has_unfit) in enumerate(edges):
        for role in _roles(node, edge):
            prefix = f"stub_{position}_{role}_"
            names = [quoted(f"_{role}_{name}") for name in node.key]
            match = " and ".join(
                f"{prefix}hashed.{name} = accepted.{key}" for name, key in zip(names, keys, strict=True)
            )
            found = (
                f"select {prefix}hashed.*, true as _found_from, true as _found_to from {prefix}hashed "
                f"left anti join accepted on {match}"
            )
            ctes += judging(edge, (), has_unfit, mart=f"{STUB_MART}{position}", found=found, prefix=prefix)
            fields = ", ".join(f"{name} as {key}" for name, key in zip(names, keys, strict=True))
            wanted.append(f"select {fields} from {prefix}judged where {REASON} is null")
    values = [f"cast(null as {travel_type(column.type)}) as {quoted(column.name)}" for column in node.values]
    lineage = [f"cast(null as {kind}) as {name}" for name, kind in LINEAGE.items()]
    empty = f"select distinct {', '.join([*keys, *values])} from ({' union all '.join(wanted)})"
    judged = [f"{row_hash(node)} as {HASH}", f"cast(null as string) as {REASON}", f"cast(null as string) as {DETAIL}"]
    fields = ", ".join([*keys, *(quoted(column.name) for column in node.values), *LINEAGE, HASH, REASON, DETAIL])
    return [
        *ctes,
        ("stubs", f"select *, {', '.join([*lineage, *judged])} from ({empty})"),
        (
            "judged",
            f"select {fields}, {IS_ROW}, false as {IS_STUB} from {OWN_ROWS}\n    union all\n"
            f"    select {fields}, true, true from stubs",
        ),
    ]


def _roles(node: NodeDeclaration, edge: EdgeDeclaration) -> list[str]:
    ends = {"from": edge.start, "to": edge.end}
    return [role for role, end in ends.items() if end.node == node.label]
