"""Runs, agreements and the graph model as tables on the console."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from graph_loader import cypher
from graph_loader.declarations import GraphDeclaration
from graph_loader.reconcile import Agreement
from graph_loader.report import RunReport

if TYPE_CHECKING:
    from rich.table import Table


def show_report(report: RunReport) -> None:
    """Print a run: a row per label and type, rejected rows by reason, and how long it took."""
    numbers = ("sent", "created", "updated", "unchanged", "rejected", "deleted", "in_graph")
    table = _table("", *numbers)
    for counts in report.counts:
        table.add_row(_shown(counts.kind, counts.name), *(_number(getattr(counts, number)) for number in numbers))
    _print(table)
    for counts in report.counts:
        for reason, rows in sorted(counts.rejected_by_reason.items()):
            print(f"{counts.name}: {rows:,} rejected, {reason}")
        if counts.left_to_others:
            print(f"{counts.name}: {counts.left_to_others:,} nodes left to others who use them")
    if report.expectations:
        print(report.expectations.summary)
    print(f"run {report.run_id} {report.status} in {report.seconds:.1f} s")


def show_agreements(agreements: Iterable[Agreement]) -> None:
    """Print a comparison of marts and graph."""
    numbers = ("expected", "in_graph", "missing", "stale", "surplus", "outdated", "others")
    table = _table("", *numbers, "agrees")
    for agreement in agreements:
        values = (_number(getattr(agreement, number)) for number in numbers)
        table.add_row(_shown(agreement.kind, agreement.name), *values, "yes" if agreement.agrees else "NO")
    _print(table)


def show_schema(graph: GraphDeclaration) -> None:
    """Print a graph model and its constraints."""
    table = _table("", left=("model", "key", "properties"))
    for declaration in graph:
        properties = ", ".join(f"{column.name} {column.type or '?'}" for column in declaration.properties)
        name = declaration.name
        if declaration.kind == "edge":
            name = f"{declaration.start.node}-{name}->{declaration.end.node}"
        table.add_row(_shown(declaration.kind, name), declaration.model.name, ", ".join(declaration.key), properties)
    _print(table)
    for node in graph.nodes:
        print(f"{cypher.constraint(node)};")


def _table(first: str, *right: str, left: tuple[str, ...] = ()) -> "Table":
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in (first, *left):
        table.add_column(name)
    for name in right:
        table.add_column(name.replace("_", " "), justify="right")
    return table


def _shown(kind: str, name: str) -> str:
    from rich.markup import escape

    return escape(f"({name})" if kind == "node" else f"[{name}]")


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _print(table: "Table") -> None:
    from rich.console import Console

    console = Console()
    # a log has no width: nothing may be cut off there
    console.print(table) if console.is_terminal else Console(width=200).print(table)
