"""The Neo4j Spark Connector as a Spark session has it: whether it is there, for which Scala and Spark, and its options."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graph_loader.problems import did_you_mean
from lakegraph.runtime.errors import ConfigurationError

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject, JVMView

FORMAT = "org.neo4j.spark.DataSource"
ARTIFACT = "neo4j-connector-apache-spark"
# the Scala lines that the connector was ever published for
SCALA_LINES = ("2.11", "2.12", "2.13")
# Spark lines on which a connector runs that was built for another; each was tried
ALSO_RUNS_ON = {"3": {"4"}}
# their names go on with whatever a way to log in, Graph Data Science or APOC takes
OPEN_FAMILIES = ("authentication.", "gds.", "apoc.")
# what a session may set for every statement: how to connect and how long to wait, never what is read or written
SESSION_FAMILIES = ("authentication.", "connection.", "encryption.", "db.transaction.")
SESSION_NAMES = ("url", "database")
# what other jobs may need there, but the loader sets itself for every write
OVERRULED = ("batch.size", "transaction.codes.fail", "transaction.retries", "transaction.retry.timeout")
SESSION_PREFIX = "neo4j."


@dataclass(frozen=True)
class Connector:
    """A connector on a class path: the Scala line that it was built for, its version, and its Spark line where that is known."""

    scala: str
    version: str
    spark: str | None

    def __str__(self) -> str:
        return f"{ARTIFACT}_{self.scala} {self.version}"


def find_connectors(jvm: "JVMView", loader: "JavaObject") -> tuple[Connector, ...]:
    """The connectors that a Java class loader sees; one that was packed anew under other names is not among them.

    Args:
        jvm: a session's Java.
        loader: the class loader, such as a session's own.
    """
    found = []
    for scala in SCALA_LINES:
        resource = loader.getResource(f"META-INF/maven/org.neo4j/{ARTIFACT}_{scala}/pom.properties")
        if resource is not None:
            found.append(connector(scala, _version(jvm, resource)))
    return tuple(found)


def connector(scala: str, version: str) -> Connector:
    """The connector that was built for a Scala line, by its version, such as `5.3.10_for_spark_3`."""
    line = re.search(r"_for_spark_(\d+)", version)
    return Connector(scala, version, line[1] if line else None)


def require_connector(jvm: "JVMView", loader: "JavaObject", spark_version: str, scala_version: str) -> None:
    """End with an error unless a class loader sees a connector that runs on this Spark.

    Args:
        jvm: a session's Java.
        loader: its class loader.
        spark_version: Spark's own, such as `4.1.4`.
        scala_version: that of the Scala which Spark runs on, such as `2.13.17`.

    Raises:
        ConfigurationError: there is none, or it was built for another Scala or Spark.
    """
    scala = ".".join(scala_version.split(".")[:2])
    here = f"the Spark session (Spark {spark_version}, Scala {scala})"
    if loader.getResource(f"{FORMAT.replace('.', '/')}.class") is None:
        raise ConfigurationError(
            f"The Neo4j Spark Connector is not on the class path of {here}.",
            f"Add {_fitting(scala)} to it "
            "(on Databricks: the cluster's libraries; elsewhere: spark.jars or spark.jars.packages).",
        )
    for found in find_connectors(jvm, loader):
        require_built_for(found, here, spark_version, scala)


def require_built_for(found: Connector, here: str, spark_version: str, scala: str) -> None:
    """End with an error unless a connector was built for a Scala and a Spark, or runs on that Spark all the same.

    Args:
        found: the connector.
        here: whose class path it is on, in words.
        spark_version: Spark's own, such as `4.1.4`.
        scala: the line of the Scala which Spark runs on, such as `2.13`.

    Raises:
        ConfigurationError: it was built for another one.
    """
    major = spark_version.partition(".")[0]
    if found.scala != scala:
        raise ConfigurationError(
            f"The Neo4j Spark Connector on the class path of {here} is {found}, which is built for Scala {found.scala}.",
            f"Replace it by {_fitting(scala)}.",
        )
    if found.spark and major != found.spark and major not in ALSO_RUNS_ON.get(found.spark, ()):
        raise ConfigurationError(
            f"The Neo4j Spark Connector on the class path of {here} is {found}, which is built for Spark {found.spark}.",
            f"Replace it by a version of {_fitting(scala)} that is for Spark {major}.",
        )


def _fitting(scala: str) -> str:
    return f"org.neo4j:{ARTIFACT}_{scala}"


def known_options(loader: "JavaObject") -> frozenset[str]:
    """The names of all options that a class loader's connector reads, as its own classes have them."""
    options = _singleton(loader, "Neo4jOptions")
    # the defaults beside them are values
    names = [field.get(options) for field in _constants(options) if not field.getName().startswith("DEFAULT_")]
    kinds = _singleton(loader, "QueryType").values().mkString(",").lower().split(",")
    return frozenset(name for name in (*names, *kinds) if name)


def require_known_options(known: Collection[str], given: Iterable[str], session: Collection[str]) -> None:
    """End with an error when a name is none of the connector's options: it would pass it over without a word.

    Args:
        known: the connector's options.
        given: names that the loader sets.
        session: names that the Spark session sets for every use of the connector, without their `neo4j.`.

    Raises:
        ConfigurationError: one is unknown, or a session's setting would change what is read or written.
    """
    lower = {name.lower() for name in known}
    for name, setting in (*((name, name) for name in given), *((name, f"{SESSION_PREFIX}{name}") for name in session)):
        if name.lower() not in lower and not name.startswith(OPEN_FAMILIES):
            raise ConfigurationError(
                f"The Neo4j Spark Connector has no option '{name}'{did_you_mean(name, known)}, and would ignore it.",
                f"Correct or remove the setting `{setting}`.",
            )
    for name in session:
        if name not in (*SESSION_NAMES, *OVERRULED) and not name.startswith(SESSION_FAMILIES):
            raise ConfigurationError(
                f"The Spark session sets `{SESSION_PREFIX}{name}`, which would change what graph_loader reads or writes.",
                "Remove it from the session; settings of the connection and of transactions may stay.",
            )


def overruled(session: Collection[str]) -> list[str]:
    """The settings of a session by which no write goes, for the loader sets them itself.

    Args:
        session: names that the Spark session sets for every use of the connector, without their `neo4j.`.
    """
    return sorted(name for name in session if name in OVERRULED)


def _version(jvm: "JVMView", resource: "JavaObject") -> str:
    properties = jvm.java.util.Properties()
    stream = resource.openStream()
    try:
        properties.load(stream)
    finally:
        stream.close()
    return properties.getProperty("version") or ""


def _singleton(loader: "JavaObject", name: str) -> "JavaObject":
    return loader.loadClass(f"org.neo4j.spark.util.{name}$").getField("MODULE$").get(None)


def _constants(singleton: "JavaObject") -> Iterable[Any]:
    for field in singleton.getClass().getDeclaredFields():
        if field.getType().getName() == "java.lang.String":
            field.setAccessible(True)
            yield field
