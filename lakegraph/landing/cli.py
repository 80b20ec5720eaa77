"""`lakegraph land` and `lakegraph publish`."""

from typing import TYPE_CHECKING, Annotated

import typer

from lakegraph.runtime.options import Drops, Json, Lake, Sources, Target

if TYPE_CHECKING:
    from lakegraph.landing.executor import Executor
    from lakegraph.runtime.settings import Settings


Catalog = Annotated[
    str, typer.Option(envvar="DATABRICKS_CATALOG", help="Databricks: catalog of the schemas bronze and ops.")
]
Address = Annotated[
    str, typer.Option("--to", envvar="ATHENA_LAKE_DIR", metavar="S3", help="Athena: where the lake lies on S3.")
]


def land(
    drops: Drops = None,
    sources: Sources = None,
    lake: Lake = None,
    on_spark: Annotated[
        bool,
        typer.Option(
            "--on-spark",
            envvar="LAKEGRAPH_ON_SPARK",
            help="Read and write the files by tasks of Spark, the cluster's own session or a local one.",
        ),
    ] = False,
    publish_too: Annotated[
        bool,
        typer.Option(
            "--publish", help="Afterwards do what `lakegraph publish` does, also when a batch was left behind."
        ),
    ] = False,
    target: Target = None,
    catalog: Catalog = "main",
    address: Address = "",
    as_json: Json = False,
) -> None:
    """Land every batch that is complete: read, check, keep every record as text, archive the files.

    Exits with 1 when a batch had to be left behind.
    """
    import json
    from dataclasses import asdict

    from lakegraph.landing.operations import land as land_drops
    from lakegraph.runtime.console import say
    from lakegraph.runtime.settings import settings

    given = settings(drops=drops, sources=sources, lake=lake, target=target)
    if publish_too:
        _require_published(given)
    result = land_drops(given, executor=_spark_executor() if on_spark else None)
    if not as_json:
        say(result.summary())
    published = _published(given, catalog, address) if publish_too else None
    if as_json:
        also = {} if published is None else {"published": published}
        print(json.dumps({"complete": result.complete, **asdict(result), **also}, indent=2, default=str))
    elif published is not None:
        say(_told(published))
    if not result.complete:
        raise typer.Exit(1)


def publish(
    lake: Lake = None,
    target: Target = None,
    catalog: Catalog = "main",
    address: Address = "",
) -> None:
    """Bring what has landed to where the target's warehouse reads it, each batch once: Delta tables, or files on S3."""
    from lakegraph.runtime.console import say
    from lakegraph.runtime.settings import settings

    given = settings(lake=lake, target=target)
    _require_published(given)
    say(_told(_published(given, catalog, address)))


def _published(given: "Settings", catalog: str, address: str) -> list[str]:
    if given.target.startswith("databricks"):
        from pyspark.sql import SparkSession

        from lakegraph.landing.delta import publish as publish_to_delta

        spark = SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
        return publish_to_delta(given.lake, spark, catalog)
    from lakegraph.landing.s3 import publish as publish_to_s3

    return publish_to_s3(given.lake, address)


def _told(published: list[str]) -> str:
    return "\n".join(f"published {batch}" for batch in published) or "Nothing new has landed."


def _require_published(given: "Settings") -> None:
    from lakegraph.runtime.errors import ConfigurationError

    if not given.is_published:
        raise ConfigurationError(
            f"The target {given.target} reads what has landed from the lake itself.",
            "Only databricks and athena need it published (--target, DBT_TARGET).",
        )


def _spark_executor() -> "Executor":
    from lakegraph.landing.spark_executor import SparkExecutor
    from lakegraph.runtime.spark import spark_session

    return SparkExecutor(spark_session("lakegraph land"))
