"""What a run came to, on the console."""

from lakegraph.pipeline.run import RunOutcome
from lakegraph.runtime.console import say
from lakegraph.runtime.neo4j_server import find_server
from lakegraph.runtime.settings import Settings
from lakegraph.runtime.warehouse import reading


def show_outcome(outcome: RunOutcome, settings: Settings) -> None:
    """Print the records of the landed batches, dbt's warnings, what the graph holds, and where it is."""
    from graph_loader.tables import show_report

    for line in ledger_lines(outcome, settings):
        say(line)
    warnings = outcome.builds[-1].statuses.get("warn", 0)
    if warnings:
        say(f"dbt warns {warnings} times; `gold.relationship_orphans` counts references that lead nowhere")
    show_report(outcome.graph)
    say(server_line(settings))


def ledger_lines(outcome: RunOutcome, settings: Settings) -> list[str]:
    """One line per batch that this run landed: how many records were read, are valid, are quarantined."""
    landed = [batch.batch_id for batch in outcome.landing.batches]
    if not landed:
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
