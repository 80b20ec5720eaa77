"""What graph_loader refuses to start on: Databricks compute, an installed Spark, a session of Spark Connect."""

from contextlib import nullcontext

import pytest

from graph_loader import connector, preflight
from graph_loader.connector import overruled
from graph_loader.databricks import ACCESS_MODE, unfit_compute
from graph_loader.preflight import require_place, require_session
from graph_loader.writer import write_options
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.neo4j_target import Neo4jTarget

CLUSTER = {"DATABRICKS_RUNTIME_VERSION": "17.3"}
SERVERLESS, SHARED = "serverless compute", "compute with standard (shared) access mode"


def session(module: str = "pyspark.sql.session", **conf: str):
    """A stand-in for a Spark session: no Databricks is to be had here. Its class and its settings are all that is asked."""
    kind = type("SparkSession", (), {"__module__": module, "conf": conf, "version": "4.0.0"})
    return kind()


@pytest.mark.parametrize(
    ("environ", "spark", "expected"),
    [
        ({}, None, None),
        ({}, session(), None),
        (CLUSTER, None, None),
        (CLUSTER, session(**{ACCESS_MODE: "SINGLE_USER"}), None),
        (CLUSTER, session(**{ACCESS_MODE: "DATA_SECURITY_MODE_DEDICATED"}), None),
        (CLUSTER, session(), None),
        (CLUSTER, session(**{ACCESS_MODE: "USER_ISOLATION"}), SHARED),
        (CLUSTER, session(**{ACCESS_MODE: "DATA_SECURITY_MODE_STANDARD"}), SHARED),
        (CLUSTER, session("pyspark.sql.connect.session"), SHARED),
        ({"DATABRICKS_RUNTIME_VERSION": "client.4.1"}, None, SERVERLESS),
        (CLUSTER | {"IS_SERVERLESS": "TRUE"}, session("pyspark.sql.connect.session"), SERVERLESS),
    ],
)
def test_databricks_compute_is_told_apart(environ, spark, expected):
    assert unfit_compute(environ, spark) == expected


def test_databricks_compute_that_will_not_do_is_refused_with_the_one_that_will(monkeypatch):
    monkeypatch.setattr(preflight, "running_session", lambda: session(**{ACCESS_MODE: "USER_ISOLATION"}))

    with pytest.raises(ConfigurationError) as caught:
        require_place([], CLUSTER)

    assert str(caught.value) == (
        "The Neo4j Spark Connector cannot run here: this is Databricks compute with standard (shared) access mode, where a job "
        "does not reach Spark's Java. Run graph_loader on compute with dedicated (single user) access mode and a Databricks "
        "Runtime of 17 or later."
    )


def test_a_session_of_spark_connect_is_refused():
    with pytest.raises(ConfigurationError, match=r"one of Spark Connect.*Unset SPARK_REMOTE"):
        require_session(session("pyspark.sql.connect.session"), [])


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"SPARK_REMOTE": "sc://there:15002"}, "SPARK_REMOTE"),
        ({"SPARK_REMOTE": "local"}, "SPARK_REMOTE"),
        ({"SPARK_CONNECT_MODE_ENABLED": "1"}, "SPARK_CONNECT_MODE_ENABLED"),
        ({"SPARK_API_MODE": "Connect"}, "SPARK_API_MODE"),
    ],
)
def test_a_session_of_spark_connect_is_refused_before_it_is_made(monkeypatch, environ, said):
    monkeypatch.setattr(preflight, "running_session", lambda: None)

    with pytest.raises(ConfigurationError, match=rf"{said} asks for .* Spark Connect.*Unset {said}, or run"):
        require_place([], environ)


def test_a_classic_session_is_none_of_spark_connect_before_it_is_made(monkeypatch):
    monkeypatch.setattr(preflight, "running_session", lambda: None)

    require_place([], {"SPARK_API_MODE": "classic"})


def test_a_session_that_is_too_old_is_refused():
    spark = session()
    spark.version = "3.5.2"

    with pytest.raises(
        ConfigurationError, match=r"The Spark session is of version 3\.5\.2, and graph_loader needs Spark 4\.0 or later"
    ):
        require_session(spark, [])


@pytest.mark.parametrize(
    ("core", "said"),
    [
        (
            "spark-core_2.12-3.5.1.jar",
            r"is of version 3\.5\.1, and graph_loader needs Spark 4\.0 or later\. Install pyspark",
        ),
        (
            "spark-core_2.12-4.0.1.jar",
            r"runs on Scala 2\.12, but graph_loader brings the connector .*_2\.13\. Install pyspark",
        ),
        ("scala-library-2.13.17.jar", r"There is no Spark in .*unset SPARK_HOME"),
    ],
)
def test_an_installed_spark_that_will_not_do_is_refused_before_it_is_started(tmp_path, monkeypatch, core, said):
    monkeypatch.setattr(preflight, "running_session", lambda: None)
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / core).touch()

    with pytest.raises(ConfigurationError, match=said):
        require_place([], {"SPARK_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("jar", "said"),
    [
        (
            "neo4j-connector-apache-spark_2.12-5.0.3_for_spark_3.jar",
            r"spark_2\.12 5\.0\.3_for_spark_3, which is built for Scala 2\.12\. Replace it by .*_2\.13\.",
        ),
        (
            "neo4j-connector-apache-spark_2.13-4.0.0_for_spark_2.4.jar",
            r"which is built for Spark 2\. Replace it by a version of .*_2\.13 that is for Spark 4",
        ),
        ("neo4j-connector-apache-spark_2.13-5.3.10_for_spark_3.jar", None),
    ],
)
def test_an_installed_spark_with_a_connector_that_does_not_fit_is_refused_before_it_is_started(
    tmp_path, monkeypatch, jar, said
):
    monkeypatch.setattr(preflight, "running_session", lambda: None)
    (tmp_path / "jars").mkdir()
    for name in ("spark-core_2.13-4.1.4.jar", jar):
        (tmp_path / "jars" / name).touch()

    with pytest.raises(ConfigurationError, match=said) if said else nullcontext():
        require_place([], {"SPARK_HOME": str(tmp_path)})


def test_the_spark_of_the_requirements_will_do(monkeypatch):
    monkeypatch.setattr(preflight, "running_session", lambda: None)

    require_place([], {})


def test_without_pyspark_there_is_none(monkeypatch):
    monkeypatch.setattr(preflight, "running_session", lambda: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(ConfigurationError, match="pyspark is not installed"):
        require_place([], {})


def test_no_setting_that_the_loader_sets_itself_passes_as_the_sessions_own():
    ours = write_options(Neo4jTarget("bolt://there", "neo4j", "word"), "RETURN 1", 5, 3)
    # where and as whom every use of the connector logs in, and what it asks
    tuned = sorted(ours.keys() - {"url", "database", "query"} - {name for name in ours if name.startswith("auth")})

    assert overruled(ours.keys()) == tuned
    assert not [name for name in tuned if name.startswith(connector.SESSION_FAMILIES)]
    assert overruled(["db.transaction.timeout", "connection.timeout.msecs", "url"]) == []
