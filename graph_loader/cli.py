"""The commands of `python -m graph_loader`: arguments only; without a command it loads."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from graph_loader.answers import Format
from graph_loader.bulk_options import Bulk, BulkFolder, require_one_way
from graph_loader.load_options import DEFAULT_GRAPH_ID, LoadOptions
from graph_loader.repair_options import Claim, Deep, RebuildLedger, Repair, require_one
from lakegraph.runtime.options import Env, Json, Lake, Target

DEFAULT_COMMAND = "load"
HELP = ("--help", "-h")

app = typer.Typer(
    name="graph_loader",
    help="Keeps a Neo4j graph equal to the graph marts of a dbt project. Without a command it loads.",
    add_completion=False,
    pretty_exceptions_enable=False,
    # drawing the help would take longer than everything else in it
    rich_markup_mode=None,
    context_settings={"help_option_names": list(HELP)},
)

Manifest = Annotated[
    Path | None,
    typer.Option("--manifest", help="dbt's manifest (target/manifest.json of the project).", show_default=False),
]
NoExpectations = Annotated[
    bool,
    typer.Option(
        "--no-expectations",
        help="Load marts that are not as expected. One that is meant to be empty needs --allow-deletes as well.",
    ),
]
AllowDeletes = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-deletes",
        metavar="NAME",
        help="A label or type of which any number may be deleted; may be given several times, `all` for every one.",
        show_default=False,
    ),
]
AllowRejects = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-rejects",
        metavar="NAME",
        help="A label or type of whose mart any number of rows may be rejected; likewise.",
        show_default=False,
    ),
]
GraphId = Annotated[str, typer.Option("--graph-id", help="Names the ledger and the graph that it belongs to.")]


def run() -> None:
    """Run the command line."""
    arguments = sys.argv[1:]
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in HELP):
        arguments = [DEFAULT_COMMAND, *arguments]
    app(arguments, prog_name="python -m graph_loader")


@app.command()
def load(
    lake: Lake = None,
    target: Target = None,
    env: Env = None,
    manifest: Manifest = None,
    graph_id: GraphId = DEFAULT_GRAPH_ID,
    no_expectations: NoExpectations = False,
    allow_deletes: AllowDeletes = None,
    repair: Repair = False,
    allow_rejects: AllowRejects = None,
    bulk: Bulk = False,
    bulk_folder: BulkFolder = None,
    as_json: Json = False,
) -> None:
    """Make the graph equal to its marts: check them, write what changed, delete what has gone, reconcile, report."""
    from graph_loader import operations
    from graph_loader.tables import show_report

    require_one_way(bulk, bulk_folder, repair)
    options = _options(lake, target, env, manifest, graph_id, allow_deletes, allow_rejects)
    options = replace(options, expectations=not no_expectations, repair=repair, bulk=bulk)
    if bulk and not operations.is_local(options):
        order = operations.write_import_files(options, bulk_folder or options.settings.import_files / graph_id)
        print(order.as_json() if as_json else order)
        return
    report = operations.load(options)
    if as_json:
        print(report.as_json())
    else:
        show_report(report)


@app.command()
def plan(
    lake: Lake = None,
    target: Target = None,
    env: Env = None,
    manifest: Manifest = None,
    graph_id: GraphId = DEFAULT_GRAPH_ID,
    allow_deletes: AllowDeletes = None,
    repair: Repair = False,
    allow_rejects: AllowRejects = None,
    as_json: Json = False,
) -> None:
    """Show what a load would do, per label and type, and change nothing; fails when a guard would refuse the load.

    What is expected of the marts is checked by the load alone.
    """
    from graph_loader import operations
    from graph_loader.tables import show_preview

    options = _options(lake, target, env, manifest, graph_id, allow_deletes, allow_rejects)
    found = operations.plan(replace(options, repair=repair))
    if as_json:
        print(found.as_json())
    else:
        show_preview(found)
    if found.blocks:
        raise typer.Exit(1)


@app.command()
def reconcile(
    lake: Lake = None,
    target: Target = None,
    env: Env = None,
    manifest: Manifest = None,
    graph_id: GraphId = DEFAULT_GRAPH_ID,
    deep: Deep = False,
    rebuild_ledger: RebuildLedger = False,
    claim: Claim = None,
    as_json: Json = False,
) -> None:
    """Compare every label and type with its mart, change nothing, and fail on any difference."""
    import json
    from dataclasses import asdict

    from graph_loader import operations
    from graph_loader.rebuild import rebuild
    from graph_loader.tables import show_agreements, show_claims

    require_one(deep, rebuild_ledger, claim)
    if rebuild_ledger:
        claims = rebuild(_options(lake, target, env, manifest, graph_id), frozenset(claim or ()))
        print(json.dumps([asdict(found) for found in claims], indent=2)) if as_json else show_claims(claims)
        return
    agreements = operations.compare(_options(lake, target, env, manifest, graph_id), deep)
    if as_json:
        print(json.dumps([asdict(agreement) | {"agrees": agreement.agrees} for agreement in agreements], indent=2))
    else:
        show_agreements(agreements)
    operations.require_agreement(agreements)


@app.command()
def schema(manifest: Manifest = None, as_json: Json = False) -> None:
    """Check the declarations; show labels, types, properties and constraints. Needs neither warehouse nor Neo4j."""
    import json

    from graph_loader.manifest import read_graph
    from graph_loader.schema import described
    from graph_loader.tables import show_schema

    graph = read_graph(_manifest(manifest))
    if as_json:
        print(json.dumps(described(graph), indent=2, ensure_ascii=False))
    else:
        show_schema(graph)


@app.command()
def query(
    name: Annotated[str | None, typer.Argument(help="The question's name.", show_default=False)] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            metavar="NAME=VALUE",
            help="A value that the question takes; may be given several times.",
            show_default=False,
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the questions, or NAME, with their parameters.")] = False,
    shown_as: Annotated[
        Format | None, typer.Option("--format", help="How to print the answer (table).", show_default=False)
    ] = None,
    lake: Lake = None,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Ask the graph a question of models/graph/questions; the graph is only read."""
    from graph_loader.questions import QuestionError, all_questions, answered, catalogue, find_question
    from graph_loader.tables import print_answer
    from lakegraph.runtime.settings import settings

    if as_json and shown_as not in (None, Format.JSON):
        raise QuestionError(f"--json and --format {shown_as} exclude each other.", "Give one of them.")
    if listed:
        answer = catalogue([find_question(name)] if name else all_questions())
    elif name:
        answer = answered(name, param or (), settings(lake=lake, env=env))
    else:
        raise QuestionError("No question is named.", "`python -m graph_loader query --list` shows which there are.")
    print_answer(answer, Format.JSON if as_json else shown_as or Format.TABLE)


def _options(
    lake: Path | None,
    target: str | None,
    env: str | None,
    manifest: Path | None,
    graph_id: str,
    allow_deletes: list[str] | None = None,
    allow_rejects: list[str] | None = None,
) -> LoadOptions:
    from lakegraph.runtime.settings import settings

    given = settings(lake=lake, target=target, env=env)
    deletes, rejects = frozenset(allow_deletes or ()), frozenset(allow_rejects or ())
    return LoadOptions(given, _manifest(manifest), graph_id, allow_deletes=deletes, allow_rejects=rejects)


def _manifest(given: Path | None) -> Path:
    from lakegraph.runtime.project import project_root

    return given or project_root() / os.environ.get("DBT_TARGET_PATH", "target") / "manifest.json"
