"""What a load refuses to start on: a connector, an option, a server, a database or a user that will not do."""

import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pytest

from graph_loader import constraints, cypher, rights, writer
from graph_loader.connection import Connection, GraphError, connect
from graph_loader.connector import known_options, require_connector
from graph_loader.manifest import read_graph
from graph_loader.operations import load, plan
from graph_loader.rights import require_rights, require_version
from lakegraph.runtime import neo4j_server
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.java import QUICK_START
from lakegraph.runtime.neo4j_target import Neo4jTarget
from tests.support.graph import connected, content, query
from tests.support.marts import edge, node

pytestmark = pytest.mark.slow

CUSTOMER_CONSTRAINT = "lakegraph_Customer_customer_id_5f91f1c3"


@pytest.fixture
def java(spark):
    """A session's Java, its class loader, and a maker of class loaders that see nothing but the given jars."""
    jvm = spark.sparkContext._jvm

    def loader(*jars):
        urls = spark.sparkContext._gateway.new_array(jvm.java.net.URL, len(jars))
        for position, jar in enumerate(jars):
            urls[position] = jvm.java.net.URL(jar.as_uri())
        return jvm.java.net.URLClassLoader(urls, None)

    return SimpleNamespace(jvm=jvm, own=jvm.java.lang.Thread.currentThread().getContextClassLoader(), loader=loader)


@pytest.fixture
def connector_settings(spark):
    """Sets the session's own settings for the connector, and takes them back."""
    given = []

    def set_to(name, value):
        given.append(name)
        spark.conf.set(name, value)

    yield set_to
    for name in given:
        spark.conf.unset(name)


def connector_jar(folder, scala: str, version: str):
    """What tells one connector's jar from another's."""
    jar = folder / f"connector_{scala}_{version}.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        archive.writestr("org/neo4j/spark/DataSource.class", b"")
        place = f"META-INF/maven/org.neo4j/neo4j-connector-apache-spark_{scala}/pom.properties"
        archive.writestr(place, f"groupId=org.neo4j\nversion={version}\n")
    return jar


def assert_untouched(target):
    assert query(target, "MATCH (n) RETURN n") == []
    assert query(target, "SHOW CONSTRAINTS") == []


def test_the_session_of_the_tests_has_a_connector_that_fits(java, spark):
    require_connector(java.jvm, java.own, spark.version, java.jvm.scala.util.Properties.versionNumberString())


def test_a_class_path_without_a_connector_is_told(java, spark):
    with pytest.raises(
        ConfigurationError,
        match=r"is not on the class path of the Spark session \(Spark 4.1.4, Scala 2.13\).*Add "
        "org.neo4j:neo4j-connector-apache-spark_2.13 to it",
    ):
        require_connector(java.jvm, java.loader(), "4.1.4", "2.13.17")


@pytest.mark.parametrize(
    ("scala", "version", "said"),
    [
        (
            "2.12",
            "5.0.3_for_spark_3",
            r"_2.12 5.0.3_for_spark_3, which is built for Scala 2.12. Replace it by .*_2.13\.",
        ),
        (
            "2.13",
            "4.0.0_for_spark_2.4",
            r"which is built for Spark 2. Replace it by a version of .*_2.13 that is for Spark 4",
        ),
    ],
)
def test_a_connector_for_another_scala_or_spark_is_told(java, tmp_path, scala, version, said):
    right = connector_jar(tmp_path, "2.13", "5.3.10_for_spark_3")
    wrong = connector_jar(tmp_path, scala, version)

    with pytest.raises(ConfigurationError, match=said):
        require_connector(java.jvm, java.loader(wrong), "4.1.4", "2.13.17")
    require_connector(java.jvm, java.loader(right), "4.1.4", "2.13.17")


def test_options_are_those_of_the_connector_itself(java):
    known = known_options(java.own)

    assert {"url", "database", "query", "labels", "batch.size", "transaction.retries", "relationship.keys"} <= known
    assert not {"basic", "", "transaction.retries.max"} & known
    assert len(known) == 60


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "neo4j.transaction.retires",
            r"no option 'transaction.retires' \(did you mean 'transaction.retries'\?\), and would",
        ),
        ("neo4j.script", r"sets `neo4j.script`, which would change what graph_loader reads or writes.*Remove it"),
        ("neo4j.partitions", r"sets `neo4j.partitions`, which would change"),
    ],
)
def test_a_setting_of_the_session_that_is_misspelled_or_meddles_stops_a_load(
    shop, empty_graph, connector_settings, name, said
):
    connector_settings(name, "3")

    with pytest.raises(ConfigurationError, match=said):
        load(shop.options)

    assert_untouched(empty_graph)


def test_a_spark_that_others_have_started_is_looked_at_before_anything_is_written(
    shop, empty_graph, connector_settings
):
    connector_settings("neo4j.script", "RETURN 1")

    # no session is active in a thread that did not start it
    with ThreadPoolExecutor(1) as elsewhere:
        loading = elsewhere.submit(load, shop.options)
        with pytest.raises(ConfigurationError, match=r"sets `neo4j.script`"):
            loading.result()

    assert_untouched(empty_graph)


def test_a_setting_of_the_session_for_its_connections_goes_through(shop, connector_settings, capsys):
    connector_settings("neo4j.connection.timeout.msecs", "20000")
    connector_settings("neo4j.db.transaction.timeout", "60000")

    assert [counts.created for counts in load(shop.options).counts] == [3, 2, 5]
    assert "warning" not in capsys.readouterr().err


def test_a_setting_of_the_session_that_no_write_goes_by_is_told(shop, connector_settings, capsys):
    connector_settings("neo4j.transaction.retries", "9")
    connector_settings("neo4j.batch.size", "7")

    assert [counts.created for counts in load(shop.options).counts] == [3, 2, 5]
    assert capsys.readouterr().err == (
        "warning: The Spark session sets `neo4j.batch.size`, `neo4j.transaction.retries`, but graph_loader writes with "
        "values of its own. Remove what no other job of the session needs.\n"
    )


def test_an_option_of_our_own_that_is_misspelled_stops_a_load(shop, empty_graph, monkeypatch):
    real = writer.write_options
    misspelled = lambda *arguments: real(*arguments) | {"transaction.retries.max": "3"}  # noqa: E731
    monkeypatch.setattr("graph_loader.session.write_options", misspelled)

    with pytest.raises(
        ConfigurationError, match=r"no option 'transaction.retries.max' \(did you mean 'transaction.retries'"
    ):
        load(shop.options)

    assert_untouched(empty_graph)


def test_a_server_that_is_too_old_is_told(shop, monkeypatch):
    with connect(shop.options.neo4j) as connection:
        require_version(connection)
        monkeypatch.setattr(rights, "OLDEST", (5, 27))
        with pytest.raises(
            GraphError, match=r"is Neo4j/5\.26\.30, which is too old for graph_loader\. It needs 5\.27 or later"
        ):
            require_version(connection)


def test_trying_the_rights_leaves_nothing_behind(shop, empty_graph, monkeypatch):
    loop = edge("KNOWS", ("Customer", "customer_id"), ("Customer", "friend"))
    shop.make("edge_knows", loop, "select 'C1' as customer_id, 'C2' as friend, true as close")
    person = node("Customer", "customer_id") | {"labels": ["Person", "Party"]}
    shop.make("node_customer", person, "select 'C1' as customer_id, 'Ann' as name")
    query(empty_graph, cypher.metadata_constraint())
    query(empty_graph, "CREATE (:Customer {customer_id: 'C1'})-[:KNOWS]->(:Product {product_id: 7})")
    before = content(empty_graph)

    tried = []
    real = Connection.attempt
    monkeypatch.setattr(Connection, "attempt", lambda self, *a, **k: tried.append(a[0]) or real(self, *a, **k))
    with connect(empty_graph) as connection:
        require_rights(connection, read_graph(shop.manifest))

    assert [statement.split(" (")[0] for statement in tried] == [
        "CREATE",
        f"CREATE CONSTRAINT `{CUSTOMER_CONSTRAINT}` IF NOT EXISTS FOR",
    ]
    assert content(empty_graph) == before
    assert query(empty_graph, "SHOW CONSTRAINTS YIELD name") == [{"name": cypher.METADATA_CONSTRAINT}]
    assert query(empty_graph, "SHOW INDEXES YIELD name WHERE name CONTAINS 'Customer'") == []


def test_a_constraint_that_waits_for_an_open_transaction_is_told(shop, empty_graph, monkeypatch, capsys):
    load(shop.options)
    monkeypatch.setattr(constraints, "LONG_S", 0.2)
    shop.make("node_person", node("Person", "id"), "select 1 as id")
    said = []

    def wait_for_the_word() -> None:
        until = time.monotonic() + 60
        while "the key of Person unique" not in "".join(said) and time.monotonic() < until:
            said.append(capsys.readouterr().err)
            time.sleep(0.05)

    with connected(empty_graph) as driver, driver.session() as session, ThreadPoolExecutor() as pool:
        with session.begin_transaction() as theirs:
            theirs.run("CREATE (:Person {id: 2})").consume()
            loading = pool.submit(load, shop.options)
            wait_for_the_word()
            waited = not loading.done()
            theirs.rollback()
        report = loading.result()

    assert waited
    assert "somebody's open transaction on them (`SHOW TRANSACTIONS`)" in "".join(said)
    assert {row.name: row.created for row in report.counts}["Person"] == 1


def test_an_edition_without_a_needed_constraint_is_told(empty_graph):
    with connect(empty_graph) as connection:
        for requirement in ("IS NODE KEY", "IS NOT NULL", "IS :: STRING"):
            with pytest.raises(
                GraphError, match=r"refuses .* requires Neo4j Enterprise Edition\. Use the Enterprise Edition"
            ):
                connection.attempt(f"CREATE CONSTRAINT FOR (n:Thing) REQUIRE n.id {requirement}")


@pytest.mark.parametrize(
    ("name", "of", "said"),
    [
        # on the key of a mart, the plan tells it
        (
            "others",
            "(n:LakegraphMetadata) ON (n.graph_id)",
            r"an index \(.* cannot be created .* Drop that index \(`SHOW",
        ),
        (
            cypher.METADATA_CONSTRAINT,
            "(n:Thing) ON (n.id)",
            r"an index called '.*'\. Names that begin .* drop it, or make",
        ),
        (CUSTOMER_CONSTRAINT, "(n:Thing) ON (n.id)", r"an index called '.*'\. Names that begin .* drop it, or make"),
    ],
)
def test_an_index_in_the_place_of_a_constraint_is_told_with_what_to_do(shop, empty_graph, name, of, said):
    query(empty_graph, f"CREATE INDEX {name} FOR {of}")
    try:
        with pytest.raises(GraphError, match=said) as caught:
            load(shop.options)
        assert "\n" not in str(caught.value)
        assert content(empty_graph) == ([], [])
    finally:
        query(empty_graph, f"DROP INDEX {name}")

    assert [counts.created for counts in load(shop.options).counts] == [3, 2, 5]


def test_an_error_of_a_trial_that_is_no_refusal_says_nothing(empty_graph):
    query(empty_graph, "CREATE CONSTRAINT FOR (n:Thing) REQUIRE n.id IS UNIQUE")
    query(empty_graph, "CREATE (:Thing {id: 1})")

    with connect(empty_graph) as connection:
        connection.attempt("CREATE (:Thing {id: 1})")

    assert query(empty_graph, "MATCH (n:Thing) RETURN count(n) AS nodes") == [{"nodes": 1}]


def test_a_user_who_must_change_the_password_is_told(shop, empty_graph):
    query(empty_graph, "CREATE USER eve SET PASSWORD 'first-word' SET PASSWORD CHANGE REQUIRED")
    try:
        with pytest.raises(GraphError, match=r"refuses .* is not allowed\. .*ALTER CURRENT USER SET PASSWORD"):
            load(shop.with_options(neo4j=replace(empty_graph, username="eve", password="first-word")))
    finally:
        query(empty_graph, "DROP USER eve")


def test_a_database_that_is_read_only_is_told_before_the_marts_are_compared(shop, tmp_path, monkeypatch):
    real = neo4j_server._write_configuration

    def read_only(home, *arguments):
        real(home, *arguments)
        with (home / "conf" / "neo4j.conf").open("a") as configuration:
            configuration.write("server.databases.read_only=neo4j\n")

    # a database that is read-only from the first cannot be made
    neo4j_server.LocalNeo4j.start(tmp_path / "server", heap="256m", page_cache="64m", java_options=QUICK_START).stop()
    monkeypatch.setattr(neo4j_server, "_write_configuration", read_only)
    with neo4j_server.LocalNeo4j.start(
        tmp_path / "server", heap="256m", page_cache="64m", java_options=QUICK_START
    ) as running:
        server = running.server
        options = shop.with_options(neo4j=Neo4jTarget(server.uri, server.user, server.password))

        with connect(options.neo4j) as connection, pytest.raises(GraphError, match="read-only mode"):
            require_rights(connection, read_graph(shop.manifest))
        with pytest.raises(GraphError) as caught:
            load(options)
        found = plan(options)

    assert str(caught.value) == (
        f"Neo4j at {server.uri} refuses a statement: No write operations are allowed on this database. The database is in "
        "read-only mode on this Neo4j instance. Make it writable (`ALTER DATABASE neo4j SET ACCESS READ WRITE`, or "
        "`server.databases.read_only` in neo4j.conf)."
    )
    assert [change.counts.created for change in found.changes] == [3, 2, 5]
