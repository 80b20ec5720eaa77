"""The demonstration: two generated days, the whole way, and a graph to look at."""

import datetime as dt

from rich.console import Console
from rich.table import Table

from lakegraph.landing.generate.operations import GenerateOptions, generate
from lakegraph.pipeline.questions import Answer, ask
from lakegraph.pipeline.run import walk
from lakegraph.pipeline.server import graph_server
from lakegraph.pipeline.steps import Steps
from lakegraph.runtime import ops
from lakegraph.runtime.console import say
from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.neo4j_server import find_server
from lakegraph.runtime.neo4j_target import resolve_target
from lakegraph.runtime.settings import Settings

FIRST_DAY = dt.date(2025, 1, 15)
DAYS = 2
DIRT = 0.01
QUESTIONS = ("best_customers", "bought_together", "fragile_suppliers")


class DemoError(LakegraphError):
    """The demonstration would mix its own data with somebody else's."""


def run_demo(settings: Settings) -> None:
    """Generate two days of drops, land, build and load them, and show what the graph now holds.

    The Neo4j server stays when all went well; otherwise it is stopped.

    Raises:
        DemoError: the lake holds batches that are not the demonstration's.
        LakegraphError: a step failed.
    """
    options = GenerateOptions(drops=settings.drops, start=FIRST_DAY, days=DAYS, dirt=DIRT)
    _refuse_foreign_lake(settings, options)
    with graph_server(settings) as server:
        steps = Steps()
        with steps.step(f"generate {DAYS} days of drops in {settings.drops}"):
            generate(options)
        outcome = walk(settings, server)
        target = resolve_target(settings)
        console = Console(highlight=False)
        console.print(_graph_table(outcome.graph))
        for name in QUESTIONS:
            console.print(_answer_table(ask(target, name)))
        server.keep()
    say(f"The graph is open at [bold]{target.uri}[/bold], user {target.username}{_password_place(settings)}")
    say("Stop the server with: .venv/bin/lakegraph neo4j stop")


def _refuse_foreign_lake(settings: Settings, options: GenerateOptions) -> None:
    own = {f"batch_{options.start + dt.timedelta(days=day):%Y_%m_%d}_001" for day in range(options.days)}
    foreign = [batch["batch_id"] for batch in ops.read(settings.ops, "batches") if batch["batch_id"] not in own]
    if foreign:
        raise DemoError(
            f"The lake {settings.lake} holds batches that are not the demonstration's, such as {foreign[0]}.",
            "Run it beside them: make demo LAKE_DIR=build/demo-lake DROPS_DIR=build/demo-drops.",
        )


def _password_place(settings: Settings) -> str:
    server = find_server(settings.neo4j_home)
    return f", password in {server.password_file}" if server else ""


def _graph_table(report) -> Table:
    table = Table(title="In the graph now", title_justify="left")
    for column in ("", "label or type"):
        table.add_column(column)
    for column in ("created", "updated", "unchanged", "rejected", "deleted", "in graph"):
        table.add_column(column, justify="right")
    for count in report.counts:
        numbers = (count.created, count.updated, count.unchanged, count.rejected, count.deleted, count.in_graph)
        table.add_row(count.kind, count.name, *(f"{number:,}" for number in numbers))
    return table


def _answer_table(answer: Answer) -> Table:
    table = Table(title=answer.question, title_justify="left")
    for column in answer.columns:
        table.add_column(column)
    for row in answer.rows:
        table.add_row(*(f"{value:,}" if isinstance(value, (int, float)) else str(value) for value in row))
    return table
