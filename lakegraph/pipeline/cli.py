"""`lakegraph run`, `docs` and `demo`."""

from pathlib import Path
from typing import Annotated

import typer

from lakegraph.runtime.options import Drops, Env, Json, Lake, Sources, Target


def run(
    drops: Drops = None,
    sources: Sources = None,
    lake: Lake = None,
    target: Target = None,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Land what is new, build batch by batch, load the graph, report."""
    import json

    from lakegraph.pipeline.run import run_pipeline
    from lakegraph.pipeline.summary import show_outcome
    from lakegraph.runtime.settings import settings

    given = settings(drops=drops, sources=sources, lake=lake, target=target, env=env)
    outcome = run_pipeline(given, quiet=as_json)
    if as_json:
        print(json.dumps(outcome.as_dict(), indent=2, default=str))
    else:
        show_outcome(outcome, given)
    if not outcome.complete:
        raise typer.Exit(1)


def batches(lake: Lake = None, as_json: Json = False) -> None:
    """List the batches that have landed, in the order in which they are applied, and which still wait."""
    import json
    from dataclasses import asdict

    from lakegraph.pipeline.batches import list_batches
    from lakegraph.runtime.console import say
    from lakegraph.runtime.settings import settings

    states = list_batches(settings(lake=lake))
    if as_json:
        print(json.dumps([asdict(state) for state in states], indent=2, default=str))
        return
    for state in states:
        say(f"{state.batch_id}  {state.batch_date}  {state.records_read or 0:>12,} records  {state.state}")
    if not states:
        say("No batch has landed")


def docs(
    lake: Lake = None,
    target: Target = None,
    site: Annotated[Path, typer.Option(help="Folder to write the site to.")] = Path("site"),
) -> None:
    """Write the documentation site: dbt's own pages, the drawing of the graph model and the data dictionary."""
    from lakegraph.pipeline.docs import write_site
    from lakegraph.runtime.console import say
    from lakegraph.runtime.settings import settings

    say(f"The site is in {write_site(settings(lake=lake, target=target), site)}")


def demo(drops: Drops = None, lake: Lake = None) -> None:
    """Walk the whole way on two generated days, and leave a Neo4j server with the graph."""
    from lakegraph.pipeline.demo import run_demo
    from lakegraph.runtime.settings import settings

    run_demo(settings(drops=drops, lake=lake))
