"""What a machine needs once, made ahead of its first run: jars, and archives of what Java learns of their classes.

`python -m lakegraph.pipeline.prepare OPTION_OF_JAVA ...` is the Spark session from which such an archive is made.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from lakegraph.runtime.class_archive import archived, recorded
from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.jars import ensure
from lakegraph.runtime.neo4j_server import LocalNeo4j, Server
from lakegraph.runtime.neo4j_supervisor import LOCK
from lakegraph.runtime.project import project_root
from lakegraph.runtime.spark import ARCHIVE


class PrepareError(LakegraphError):
    """The machine cannot be prepared."""


def prepare() -> bool:
    """Fetch the jars, and start Neo4j and Spark once to make their archives.

    Returns:
        Whether there was anything to do.

    Raises:
        JarError: a jar cannot be had.
        ConfigurationError: there is no Java that serves.
        Neo4jServerError, PrepareError: Neo4j or Spark does not start.
    """
    for name in (LOCK, ARCHIVE):
        ensure(name)
    if archived(LOCK) and archived(ARCHIVE):
        return False
    with (
        tempfile.TemporaryDirectory(prefix="lakegraph-prepare-") as folder,
        recorded(LOCK) as server_options,
        LocalNeo4j.start(Path(folder) / "neo4j", heap="512m", page_cache="64m", java_options=server_options) as neo4j,
        recorded(ARCHIVE) as spark_options,
    ):
        _run_spark(neo4j.server, spark_options)
    return True


def _run_spark(server: Server, java_options: list[str]) -> None:
    login = {"NEO4J_URI": server.uri, "NEO4J_USERNAME": server.user, "NEO4J_PASSWORD": server.password}
    done = subprocess.run(
        [sys.executable, "-m", "lakegraph.pipeline.prepare", *java_options],
        cwd=project_root(),
        env={**os.environ, **login},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PrepareError(
            f"Spark does not start or does not reach Neo4j: {done.stderr.strip().splitlines()[-1:] or 'it said nothing'}.",
            "Check the Java runtime (17 to 21) and the memory that is free.",
        )


def _try_spark(java_options: list[str]) -> None:
    """What a load does in Spark, with a few rows: Parquet, a join, writing to Neo4j and reading back."""
    from graph_loader.writer import Writer
    from lakegraph.runtime.neo4j_target import resolve_target
    from lakegraph.runtime.settings import settings
    from lakegraph.runtime.spark import spark_session

    spark = spark_session("prepare", java_options=java_options)
    with tempfile.TemporaryDirectory() as folder:
        spark.range(8).selectExpr("id", "cast(id as string) as name", "id % 3 as kind").write.parquet(f"{folder}/rows")
        rows = spark.read.parquet(f"{folder}/rows")
        kinds = rows.groupBy("kind").count()
        joined = rows.join(kinds, "kind").sortWithinPartitions("id").localCheckpoint()
        writer = Writer(spark, resolve_target(settings()))
        writer.write(joined, "MERGE (n:Prepared {id: event.id}) SET n += {name: event.name}", 2)
        writer.read("MATCH (n:Prepared) RETURN n.id AS id", "id bigint").collect()
    gateway = spark.sparkContext._gateway
    spark.stop()
    gateway.shutdown()
    # Java writes the archive when it ends, which it does once nobody can ask it for anything any more
    gateway.proc.stdin.close()
    gateway.proc.wait()


if __name__ == "__main__":
    _try_spark(sys.argv[1:])
