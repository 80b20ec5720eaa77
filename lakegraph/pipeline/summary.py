"""What a run came to, on the console."""

from rich.console import Console
from rich.markup import escape

from lakegraph.pipeline.batches import BatchState
from lakegraph.pipeline.run import RunOutcome
from lakegraph.runtime.console import printable, say
from lakegraph.runtime.neo4j_server import find_server
from lakegraph.runtime.settings import Settings
from lakegraph.runtime.warehouse import reading


def show_outcome(outcome: RunOutcome, settings: Settings) -> None:
    """Print the records of the landed batches, what was warned of, what the graph holds, and where it is."""
    from graph_loader.tables import show_report

    for line in ledger_lines(outcome, settings):
        say(line)
    warnings = outcome.builds.outcomes[-1].statuses.get("warn", 0) if outcome.builds.outcomes else 0
    if warnings:
        say(f"dbt warns {warnings} times; `gold.relationship_orphans` counts references that lead nowhere")
    for line in warned_lines(outcome):
        say(f"[yellow]{escape(line)}[/yellow]")
    if outcome.graph:
        show_report(outcome.graph)
        say(server_line(settings))
    if held := outcome.builds.held:
        say(f"[red]{escape(held_line(held))}[/red]")
    if outcome.late:
        say(f"[red]Left out because they came late (`late_batches: refuse`): {', '.join(outcome.late)}[/red]")


def warned_lines(outcome: RunOutcome) -> list[str]:
    """One line per batch that this run applied although its verdict is FAIL, for the policy only warns: which, and why."""
    return [
        f"Batch {batch.batch_id} is let in although its verdict is FAIL ({batch.reason}): `verdict.policy` in vars.yml only "
        "warns in this environment. See gold.validation_results."
        for batch in outcome.builds.applied
        if batch.only_warned
    ]


def held_line(held: BatchState) -> str:
    """Which batch is held back, why, and what can be done."""
    return (
        f"Batch {held.batch_id} is held back, and those after it: its verdict is {held.verdict} ({held.reason}). "
        f"See gold.validation_results, then `lakegraph batches release {held.batch_id}` or "
        f"`lakegraph batches reject {held.batch_id}`."
    )


def ledger_lines(outcome: RunOutcome, settings: Settings) -> list[str]:
    """One line per batch that this run landed: how many records were read, are valid, are quarantined."""
    landed = [batch.batch_id for batch in outcome.landing.batches]
    if not landed or not outcome.builds.outcomes:
        return []
    query = """
        select batch_id, sum(records_read)::bigint, sum(records_valid)::bigint, sum(records_quarantined)::bigint
        from gold.batch_ledger where batch_id in (select unnest(?)) group by batch_id order by batch_id
    """
    with reading(settings.warehouse) as warehouse:
        rows = warehouse.execute(query, [landed]).fetchall()
    return [
        f"{batch}: {read:,} records read = {valid:,} valid + {quarantined:,} quarantined (`gold.quarantined_records`)"
        for batch, read, valid, quarantined in rows
    ]


def server_line(settings: Settings) -> str:
    """Where the graph is open, and how its local server is stopped."""
    server = find_server(settings.neo4j_home)
    if server is None:
        return "The graph is in the Neo4j that NEO4J_URI names"
    return (
        f"The graph is open at [bold]{server.uri}[/bold], user {server.user}, password in {server.password_file}; "
        "`lakegraph neo4j stop` stops its server"
    )


def show_batches(batches: list[BatchState]) -> None:
    """Print a table of batches."""
    from rich.table import Column, Table

    if not batches:
        say("There is no batch")
        return
    table = Table("batch", "date", Column("records", justify="right"), "state", "verdict", "reason", box=None)
    for batch in batches:
        verdict = f"{batch.verdict} ({batch.score})" if batch.verdict else ""
        records = "" if batch.records_read is None else f"{batch.records_read:,}"
        day = str(batch.batch_date or "")
        reason = escape(printable(batch.reason or ""))
        table.add_row(escape(printable(batch.batch_id)), day, records, batch.state, verdict, reason)
    Console(highlight=False).print(table)
