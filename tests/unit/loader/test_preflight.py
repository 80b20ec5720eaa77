"""What graph_loader refuses to start on: Databricks compute, an installed Spark, a session of Spark Connect."""

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
    monkeypatch.setattr(preflight, "_running", lambda: session(**{ACCESS_MODE: "USER_ISOLATION"}))

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
    monkeypatch.setattr(preflight, "_running", lambda: None)
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / core).touch()

    with pytest.raises(ConfigurationError, match=said):
        require_place([], {"SPARK_HOME": str(tmp_path)})


def test_the_spark_of_the_requirements_will_do(monkeypatch):
    monkeypatch.setattr(preflight, "_running", lambda: None)

    require_place([], {})


def test_without_pyspark_there_is_none(monkeypatch):
    monkeypatch.setattr(preflight, "_running", lambda: None)
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
