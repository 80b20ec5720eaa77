"""Runs, agreements, the graph model and answers as tables on the console."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from graph_loader import cypher
from graph_loader.answers import Answer, Format, as_text
from graph_loader.declarations import GraphDeclaration, OnMissingEnd
from graph_loader.ledger_state import REBUILD
from graph_loader.preview import Preview
from graph_loader.rebuild import Claim
from graph_loader.reconcile import Agreement
from graph_loader.rejected import in_words
from graph_loader.report import Counts, RunReport
from graph_loader.schema import type_of
from graph_loader.spark_sql import between_colons
from lakegraph.runtime.console import printable

if TYPE_CHECKING:
    from rich.table import Table

# a log has no width: nothing may be cut off there
LOG_WIDTH = 1_000_000


def show_report(report: RunReport) -> None:
    """Print a run: a row per label and type, rejected rows by reason, and how long it took."""
    numbers = ("sent", "created", "updated", "unchanged", "rejected", "deleted", "in_graph")
    table = _table("", *numbers)
    for counts in report.counts:
        table.add_row(_shown(counts.kind, counts.name), *(_number(getattr(counts, number)) for number in numbers))
    _print(table)
    for counts in report.counts:
        _show_migration(counts)
        for reason, rows in sorted(counts.rejected_by_reason.items()):
            print(f"{counts.name}: {rows:,} rejected, {reason}")
        if counts.stubs:
            print(f"{counts.name}: {_stubs(counts)}")
        if counts.left_to_others:
            print(f"{counts.name}: {counts.left_to_others:,} nodes left to others who use them")
        if counts.repaired:
            print(f"{counts.name}: {counts.repaired:,} {counts.kind}s repaired, which others had changed or deleted")
        if counts.copies_deleted:
            print(f"{counts.name}: {counts.copies_deleted:,} copies of edges deleted")
    for name, rows in report.after_import.items():
        print(f"{name}: {rows:,} written after the import, for import files do not carry them whole")
    if report.expectations:
        print(report.expectations.summary)
    print(f"run {report.run_id} {report.status} in {report.seconds:.1f} s")


def show_preview(preview: Preview) -> None:
    """Print what a load would do: rows, writes and rejected rows per label and type, constraints, and what forbids it."""
    numbers = ("sent", "created", "updated", "unchanged", "rejected", "deleted")
    table = _table("", *numbers, "tasks")
    for change in preview.changes:
        counts = change.counts
        values = (_number(getattr(counts, number)) for number in numbers)
        table.add_row(_shown(counts.kind, counts.name), *values, str(change.tasks))
    _print(table)
    for change in preview.changes:
        if change.counts.created or change.counts.updated:
            print(f"{change.counts.name}: {change.strategy}, {change.tasks} at once, {change.writes}: {change.why}")
    for statement in (*preview.constraints_created, *preview.constraints_dropped):
        print(f"{statement};")
    for change in preview.changes:
        _show_migration(change.counts)
        if change.on_missing_end not in (None, OnMissingEnd.REJECT):
            print(f"{change.counts.name}: on a missing end {change.on_missing_end}")
        if change.counts.stubs:
            print(printable(f"{change.counts.name}: {_stubs(change.counts)}, such as {'; '.join(change.stubs)}"))
        for sample in change.rejected:
            print(f"{change.counts.name}: {sample.rows:,} rejected, {sample.reason}, such as")
            for row in sample.samples:
                print(printable(f"  {in_words(row)}"))
    for block in preview.blocks:
        print(f"refused: {block}. If it is meant to be so: {block.override}.")


def _show_migration(counts: Counts) -> None:
    for sentence in counts.migration:
        print(f"{counts.name}: {sentence}")


def show_agreements(agreements: Iterable[Agreement]) -> None:
    """Print a comparison of marts and graph."""
    agreements = tuple(agreements)
    numbers = ("expected", "in_graph", "missing", "stale", "surplus", "outdated", "drifted", "others")
    table = _table("", *numbers, "agrees")
    for agreement in agreements:
        values = (_number(getattr(agreement, number)) for number in numbers)
        table.add_row(_shown(agreement.kind, agreement.name), *values, "yes" if agreement.agrees else "NO")
    _print(table)
    for agreement in agreements:
        for sample in agreement.samples:
            print(printable(f"{agreement.name}: {sample.differs}, such as {'; '.join(sample.keys)}"))


def show_claims(claims: tuple[Claim, ...]) -> None:
    """Print what a rebuilt ledger remembers, and what the next load does about it."""
    numbers = ("in_graph", "ours", "others", "to_create", "to_update", "to_delete")
    table = _table("", *numbers)
    for claim in claims:
        values = (_number(getattr(claim, number)) for number in numbers)
        table.add_row(_shown(claim.kind, claim.name), *values)
    _print(table)
    for claim in claims:
        if claim.unclaimed:
            samples = printable("; ".join(claim.samples))
            print(
                f"{claim.name}: {claim.unclaimed:,} that no mart has count as others', such as {samples}. "
                f"If loads wrote them: `{REBUILD} --claim {claim.name}`, and the next load deletes them."
            )
    print("The ledger is rebuilt; `python -m graph_loader` loads what differs.")


def show_schema(graph: GraphDeclaration) -> None:
    """Print a graph model and its constraints."""
    from rich.markup import escape

    table = _table("", left=("model", "key", "properties"))
    for declaration in graph:
        properties = ", ".join(f"{column.name} {type_of(column)}" for column in declaration.properties)
        if declaration.kind == "node":
            name = ":".join(map(between_colons, (declaration.label, *declaration.labels)))
        else:
            name = f"{declaration.start.node}-{declaration.type}->{declaration.end.node}"
        table.add_row(
            _shown(declaration.kind, name), declaration.model.name, ", ".join(declaration.key), escape(properties)
        )
    _print(table)
    for edge in graph.edges:
        if edge.on_missing_end is not OnMissingEnd.REJECT:
            print(f"{edge.name}: on a missing end {edge.on_missing_end}")
    for node in graph.nodes:
        print(f"{cypher.constraint(node)};")


def print_answer(answer: Answer, shown_as: Format) -> None:
    """Print an answer in a format; JSON and CSV hold its rows alone."""
    match shown_as:
        case Format.JSON:
            print(answer.as_json())
        case Format.CSV:
            print(answer.as_csv(), end="")
        case Format.TABLE:
            show_answer(answer)


def show_answer(answer: Answer) -> None:
    """Print a question and its answer, whole: what is too long for a terminal's column goes on below."""
    from rich.text import Text

    print(answer.question)
    table = _empty_table()
    for position, name in enumerate(answer.columns):
        numbers = all(_is_number(row[position]) for row in answer.rows if row[position] is not None)
        table.add_column(Text(name), justify="right" if numbers and answer.rows else "left", overflow="fold")
    for row in answer.rows:
        # as Text, for what a value holds is no markup
        table.add_row(*(Text(_readable(value)) for value in row))
    _print(table)
    if not answer.rows:
        print("no rows")


def _empty_table() -> "Table":
    from rich.table import Table

    return Table(box=None, header_style="bold", pad_edge=False)


def _table(first: str, *right: str, left: tuple[str, ...] = ()) -> "Table":
    table = _empty_table()
    for name in (first, *left):
        table.add_column(name)
    for name in right:
        table.add_column(name.replace("_", " "), justify="right")
    return table


def _stubs(counts: Counts) -> str:
    parts = {"created": counts.stubs_created, "updated": counts.stubs_updated, "unchanged": counts.stubs_unchanged}
    said = ", ".join(f"{rows:,} {status}" for status, rows in parts.items() if rows)
    return f"{counts.stubs:,} stubs for edges whose end is in no mart ({said})"


def _shown(kind: str, name: str) -> str:
    from rich.markup import escape

    return escape(f"({name})" if kind == "node" else f"[{name}]")


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _readable(value: Any) -> str:
    if _is_number(value):
        return f"{value:,}"
    # a list is a line for each of its parts, and a value keeps its own lines
    text = "\n".join(map(as_text, value)) if isinstance(value, list) else as_text(value)
    return "\n".join(map(printable, text.split("\n")))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _print(table: "Table") -> None:
    from rich.console import Console

    console = Console()
    console.print(table) if console.is_terminal else Console(width=LOG_WIDTH).print(table)
