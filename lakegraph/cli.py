"""The commands of `lakegraph`: arguments only; what they do lies in the packages they call."""

import typer

from lakegraph.landing.cli import land, publish
from lakegraph.landing.generate.cli import generate
from lakegraph.pipeline.cli import batches, demo, docs, prepare, run, watch
from lakegraph.runtime.neo4j_cli import neo4j

app = typer.Typer(
    name="lakegraph",
    help="From files dropped in a lakehouse to a property graph that equals them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(generate)
app.command()(land)
app.command()(publish)
app.command()(run)
app.command()(watch)
app.command()(docs)
app.command()(demo)
app.command()(prepare)
app.add_typer(batches, name="batches")
app.add_typer(neo4j, name="neo4j")
