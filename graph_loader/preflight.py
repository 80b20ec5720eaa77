"""What would end a load half-way, looked at before any mart is compared or anything is written."""

import os
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from graph_loader.connector import (
    ARTIFACT,
    SESSION_PREFIX,
    connector,
    known_options,
    overruled,
    require_built_for,
    require_connector,
    require_known_options,
)
from graph_loader.databricks import DEDICATED, is_remote, unfit_compute
from lakegraph.runtime.console import complain
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.spark import running_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# the first whose classic sessions tag and interrupt their jobs, by which a load that lost its lease is stopped
OLDEST_SPARK = (4, 0)
# by which PySpark makes a session of Spark Connect
CONNECT, API_MODE = ("SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED"), "SPARK_API_MODE"


def require_place(options: Collection[str], environ: Mapping[str, str] = os.environ) -> None:
    """End with an error when graph_loader cannot run where it is: on the session that runs, or on the Spark that it would start.

    Args:
        options: the names of the connector's options that the loader sets.
        environ: the environment variables.

    Raises:
        ConfigurationError: the compute, Spark, its Scala, or the connector will not do.
    """
    spark = running_session()
    if compute := unfit_compute(environ, spark):
        raise ConfigurationError(
            f"The Neo4j Spark Connector cannot run here: this is Databricks {compute}, where a job does not reach Spark's Java.",
            f"Run graph_loader on {DEDICATED}.",
        )
    if spark is None:
        _require_classic(environ)
        _require_installed(_spark_home(environ))
    else:
        require_session(spark, options)


def require_session(spark: "SparkSession", options: Collection[str]) -> None:
    """End with an error when a session cannot carry a load; asked again of the same session, it costs next to nothing.

    Settings by which no write would go are told, once.

    Args:
        spark: the session.
        options: the names of the connector's options that the loader sets.

    Raises:
        ConfigurationError: it has no Java, is too old, lacks the connector, has one for another Scala or Spark, or an option
            is none of the connector's.
    """
    if is_remote(spark):
        raise _remote("The Spark session is one", "SPARK_REMOTE")
    _require_spark(spark.version, "The Spark session")
    prefixed = (name for name in spark.conf.getAll if name.startswith(SESSION_PREFIX))
    _look_at(spark, frozenset(options), frozenset(name.removeprefix(SESSION_PREFIX) for name in prefixed))


@lru_cache(maxsize=1)
def _look_at(spark: "SparkSession", options: frozenset[str], session: frozenset[str]) -> None:
    jvm = spark.sparkContext._jvm
    # the one by which Spark itself looks for the classes of data sources
    loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    require_connector(jvm, loader, spark.version, jvm.scala.util.Properties.versionNumberString())
    require_known_options(known_options(loader), sorted(options), sorted(session))
    if ignored := ", ".join(f"`{SESSION_PREFIX}{name}`" for name in overruled(session)):
        complain(
            f"warning: The Spark session sets {ignored}, but graph_loader writes with values of its own. "
            "Remove what no other job of the session needs."
        )


def _require_classic(environ: Mapping[str, str]) -> None:
    """Look at what makes a new session one of Spark Connect."""
    asking = [name for name in CONNECT if name in environ]
    if environ.get(API_MODE, "").lower() == "connect":
        asking.append(API_MODE)
    if asking:
        raise _remote(f"The environment variable {asking[0]} asks for a session", asking[0])


def _remote(found: str, variable: str) -> ConfigurationError:
    return ConfigurationError(
        f"{found} of Spark Connect, and the Neo4j Spark Connector needs one with a Java of its own.",
        f"Unset {variable}, or run graph_loader where Spark's driver runs.",
    )


def _spark_home(environ: Mapping[str, str]) -> Path | None:
    """The folder of the Spark that a new session would start."""
    from importlib.util import find_spec

    if environ.get("SPARK_HOME"):
        return Path(environ["SPARK_HOME"])
    package = find_spec("pyspark")
    return Path(package.origin).parent if package else None


def _require_installed(home: Path | None) -> None:
    """Look at the names of an installed Spark's own jars (its version, its Scala, a connector), and at the connector's lock."""
    from lakegraph.runtime.jars import LOCKS, read_lock

    cores = home.glob("jars/spark-core_*.jar") if home else ()
    found = next(
        filter(None, (re.fullmatch(r"spark-core_([\d.]+)-([\d.]+).*\.jar", core.name) for core in cores)), None
    )
    if found is None:
        raise ConfigurationError(
            f"There is no Spark in {home}." if home else "There is no Spark: the package pyspark is not installed.",
            "Install pyspark as requirements.txt has it, and unset SPARK_HOME.",
        )
    scala, version = found.groups()
    _require_spark(version, f"Spark in {home}")
    ours = next(jar.artifact for jar in read_lock(LOCKS / "spark.tsv") if jar.artifact.startswith(ARTIFACT))
    if ours != f"{ARTIFACT}_{scala}":
        raise ConfigurationError(
            f"Spark in {home} runs on Scala {scala}, but graph_loader brings the connector {ours}.",
            "Install pyspark as requirements.txt has it, and unset SPARK_HOME.",
        )
    for jar in home.glob(f"jars/{ARTIFACT}_*.jar"):
        built_for, _, connector_version = jar.stem.removeprefix(f"{ARTIFACT}_").partition("-")
        require_built_for(connector(built_for, connector_version), f"Spark in {home}", version, scala)


def _require_spark(version: str, where: str) -> None:
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < OLDEST_SPARK:
        oldest = ".".join(map(str, OLDEST_SPARK))
        raise ConfigurationError(
            f"{where} is of version {version}, and graph_loader needs Spark {oldest} or later.",
            "Install pyspark as requirements.txt has it; on Databricks, use a Runtime of 17 or later.",
        )
