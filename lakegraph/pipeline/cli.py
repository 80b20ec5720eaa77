"""`lakegraph run`, `watch`, `batches`, `docs`, `demo` and `prepare`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from lakegraph.runtime.options import Drops, Env, Json, Lake, Sources, Target

NoLoad = Annotated[bool, typer.Option("--no-load", help="Land and build only; leave the graph alone.")]


def run(
    drops: Drops = None,
    sources: Sources = None,
    lake: Lake = None,
    target: Target = None,
    env: Env = None,
    no_load: NoLoad = False,
    as_json: Json = False,
) -> None:
    """Land what is new, build batch by batch, load the graph, report."""
    import json

    from lakegraph.pipeline.run import run_pipeline
    from lakegraph.pipeline.summary import show_outcome
    from lakegraph.runtime.settings import settings

    given = settings(drops=drops, sources=sources, lake=lake, target=target, env=env)
    outcome = run_pipeline(given, quiet=as_json, load=not no_load)
    if as_json:
        print(json.dumps(outcome.as_dict(), indent=2, default=str))
    else:
        show_outcome(outcome, given)
    if not outcome.complete:
        raise typer.Exit(1)


def watch(
    drops: Drops = None,
    sources: Sources = None,
    lake: Lake = None,
    target: Target = None,
    env: Env = None,
    no_load: NoLoad = False,
    poll: Annotated[
        float | None,
        typer.Option(
            "--poll",
            min=0.1,
            metavar="SECONDS",
            help="Look every so many seconds instead of waiting for events, as on a network share.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run whenever a trigger arrives (without triggers: any file of a feed), until Ctrl-C or SIGTERM.

    What lies there at the start is taken in too. A run that fails or leaves something behind is told, and watching goes on.
    Start it again after a change of the sources file.
    """
    from lakegraph.pipeline.watch import watch as watch_drops
    from lakegraph.runtime.settings import settings

    given = settings(drops=drops, sources=sources, lake=lake, target=target, env=env)
    watch_drops(given, poll, load=not no_load)


batches = typer.Typer(help="List the batches; release, reject or replay one.", invoke_without_command=True)


@batches.callback()
def list_all(context: typer.Context, lake: Lake = None, target: Target = None, as_json: Json = False) -> None:
    """List the batches in the order in which they are applied, then those that did not land, each with its state and reason."""
    import json
    from dataclasses import asdict

    from lakegraph.pipeline.batches import list_batches
    from lakegraph.pipeline.not_landed import batches_not_landed
    from lakegraph.pipeline.summary import show_batches
    from lakegraph.runtime.settings import settings

    if context.invoked_subcommand:
        return
    given = settings(lake=lake, target=target)
    states = [*list_batches(given), *batches_not_landed(given)]
    if as_json:
        print(json.dumps([asdict(state) for state in states], indent=2, default=str))
    else:
        show_batches(states)


BatchId = Annotated[str, typer.Argument(metavar="ID", help="The batch.", show_default=False)]
Reason = Annotated[str | None, typer.Option("--reason", help="Why, for those who come later.", show_default=False)]


@batches.command()
def release(batch_id: BatchId, reason: Reason = None, lake: Lake = None, target: Target = None) -> None:
    """Let a batch through that its verdict holds back, or bring a rejected one back; the next run applies it."""
    _decide(batch_id, "release", reason, lake, target)


@batches.command()
def reject(batch_id: BatchId, reason: Reason = None, lake: Lake = None, target: Target = None) -> None:
    """Leave a batch out that is not applied yet; the next run goes on with those after it."""
    _decide(batch_id, "reject", reason, lake, target)


@batches.command()
def replay(batch_id: BatchId, lake: Lake = None, target: Target = None) -> None:
    """Have an applied batch and all after it wait again: the next run judges them, and makes their history, by today's rules."""
    from lakegraph.pipeline.batches import replay as replay_from
    from lakegraph.runtime.console import say
    from lakegraph.runtime.settings import settings

    for again in replay_from(settings(lake=lake, target=target), batch_id):
        say(f"{again}: waits again for `lakegraph run` (or `dbt build`)")


def _decide(
    batch_id: str, decision: Literal["release", "reject"], reason: str | None, lake: Path | None, target: str | None
) -> None:
    from lakegraph.pipeline.batches import decide
    from lakegraph.runtime.console import say
    from lakegraph.runtime.settings import settings

    given = settings(lake=lake, target=target)
    decide(given, batch_id, decision, reason)
    does = "goes on without it" if decision == "reject" else "applies it"
    build = "`dbt build` after `lakegraph publish`" if given.is_published else "`lakegraph run` (or `dbt build`)"
    say(f"{batch_id}: {decision}; the next {build} {does}")


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


def prepare() -> None:
    """Fetch all jars, and have Java keep what it learns of their classes: later starts take half as long.

    Nothing needs this first. It pays in an image, on a build machine, or where loads run often.
    """
    from lakegraph.pipeline.prepare import prepare as prepare_machine
    from lakegraph.runtime.console import say

    say("Neo4j and Spark are ready" if prepare_machine() else "Neo4j and Spark have been ready before")
