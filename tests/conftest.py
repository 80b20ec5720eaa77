"""Real parts that many tests share."""

import pytest

from lakegraph.runtime.neo4j_target import Neo4jTarget


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory):
    """A real Neo4j server of this test session: a Neo4jTarget."""
    from lakegraph.runtime.neo4j_server import LocalNeo4j

    with LocalNeo4j.start(tmp_path_factory.mktemp("neo4j"), heap="512m", page_cache="128m") as running:
        yield Neo4jTarget(running.server.uri, running.server.user, running.server.password)


@pytest.fixture(scope="session")
def spark():
    """A real Spark session with the Neo4j connector."""
    from lakegraph.runtime.spark import spark_session

    session = spark_session("lakegraph tests")
    yield session
    session.stop()
