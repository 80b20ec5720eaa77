"""`lakegraph neo4j start|stop|status`: a local Neo4j server."""

import json
from typing import Annotated

import typer

from lakegraph.runtime.console import say
from lakegraph.runtime.options import Json, Lake

neo4j = typer.Typer(help="A local Neo4j server, from Maven jars, on a free loopback port.", no_args_is_help=True)

NOT_RUNNING = 3


@neo4j.command()
def start(
    lake: Lake = None,
    heap: Annotated[str, typer.Option(help="Heap of the server's Java process.")] = "1g",
) -> None:
    """Start the server; it stays until `lakegraph neo4j stop`."""
    from lakegraph.runtime.neo4j_server import LocalNeo4j, find_server
    from lakegraph.runtime.settings import settings

    home = settings(lake=lake).neo4j_home
    server = find_server(home)
    if server is None:
        with LocalNeo4j.start(home, heap=heap) as started:
            server = started.keep()
    say(f"Neo4j answers at {server.uri}, user {server.user}, password in {server.password_file}")


@neo4j.command()
def stop(lake: Lake = None) -> None:
    """Stop the server; its data stay."""
    from lakegraph.runtime.neo4j_server import stop_server
    from lakegraph.runtime.settings import settings

    stopped = stop_server(settings(lake=lake).neo4j_home)
    say(f"Stopped the Neo4j server at {stopped.uri}" if stopped else "No local Neo4j server runs")


@neo4j.command()
def status(lake: Lake = None, as_json: Json = False) -> None:
    """Say whether the server runs, where, and which file holds its password (exit code 3 when it does not run)."""
    from lakegraph.runtime.neo4j_server import find_server
    from lakegraph.runtime.settings import settings

    server = find_server(settings(lake=lake).neo4j_home)
    if as_json:
        details = {"uri": server.uri, "user": server.user, "password_file": server.password_file} if server else {}
        print(json.dumps({"running": server is not None, **details}, indent=2))
    elif server:
        say(f"Neo4j answers at {server.uri}, user {server.user}, password in {server.password_file}")
    else:
        say("No local Neo4j server runs")
    if server is None:
        raise typer.Exit(NOT_RUNNING)
