"""The demonstration: two generated days, the whole way, and a graph to look at."""

import datetime as dt

from graph_loader.connection import connect
from graph_loader.questions import ask, find_question
from graph_loader.tables import show_answer, show_report
from lakegraph.landing.generate.operations import GenerateOptions, generate
from lakegraph.pipeline.run import walk
from lakegraph.pipeline.server import graph_server
from lakegraph.pipeline.steps import Steps
from lakegraph.pipeline.summary import ledger_lines, server_line
from lakegraph.runtime import ops
from lakegraph.runtime.console import say
from lakegraph.runtime.errors import LakegraphError
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
        for line in ledger_lines(outcome, settings):
            say(line)
        show_report(outcome.graph)
        with connect(resolve_target(settings)) as connection:
            for question in map(find_question, QUESTIONS):
                say()
                show_answer(ask(connection, question, question.values()))
        server.keep()
    say(server_line(settings))


def _refuse_foreign_lake(settings: Settings, options: GenerateOptions) -> None:
    own = {f"batch_{options.start + dt.timedelta(days=day):%Y_%m_%d}_001" for day in range(options.days)}
    foreign = [batch["batch_id"] for batch in ops.read(settings.ops, "batches") if batch["batch_id"] not in own]
    if foreign:
        raise DemoError(
            f"The lake {settings.lake} holds batches that are not the demonstration's, such as {foreign[0]}.",
            "Run it beside them: make demo LAKE_DIR=build/demo-lake DROPS_DIR=build/demo-drops.",
        )
