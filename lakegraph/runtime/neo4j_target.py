"""Which Neo4j a command talks to."""

from dataclasses import dataclass, field

from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.secrets import find_secret, secret
from lakegraph.runtime.settings import Settings


@dataclass(frozen=True)
class Neo4jTarget:
    """A database of a Neo4j server and how to log in; the password never shows in its text form."""

    uri: str
    username: str
    password: str = field(repr=False)
    database: str = "neo4j"


def resolve_target(settings: Settings) -> Neo4jTarget:
    """The server of NEO4J_URI, NEO4J_USERNAME, NEO4J_PASSWORD and NEO4J_DATABASE, else the local one that runs.

    Raises:
        ConfigurationError: no address is set and no local server runs, or the password is missing.
    """
    uri = find_secret("NEO4J_URI", settings.env)
    if uri:
        return Neo4jTarget(
            uri=uri,
            username=find_secret("NEO4J_USERNAME", settings.env) or "neo4j",
            password=secret("NEO4J_PASSWORD", settings.env),
            database=find_secret("NEO4J_DATABASE", settings.env) or "neo4j",
        )
    from lakegraph.runtime.neo4j_server import find_server

    server = find_server(settings.neo4j_home)
    if server is None:
        raise ConfigurationError(
            "No Neo4j to talk to: NEO4J_URI is not set and no local server runs.",
            "Set NEO4J_URI, NEO4J_USERNAME and NEO4J_PASSWORD, or run `lakegraph neo4j start`.",
        )
    return Neo4jTarget(uri=server.uri, username=server.user, password=server.password)
