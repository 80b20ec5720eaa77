"""`lakegraph land` and `lakegraph publish`."""

from typing import Annotated

import typer

from lakegraph.runtime.options import Drops, Json, Lake, Sources, Target


def land(drops: Drops = None, sources: Sources = None, lake: Lake = None, as_json: Json = False) -> None:
    """Land every batch that is complete: read, check, keep every record as text, archive the files.

    Exits with 1 when a batch had to be left behind.
    """
    import json
    from dataclasses import asdict

    from lakegraph.landing.operations import land as land_drops
    from lakegraph.runtime.console import say
    from lakegraph.runtime.settings import settings

    result = land_drops(settings(drops=drops, sources=sources, lake=lake))
    if as_json:
        print(json.dumps({"complete": result.complete, **asdict(result)}, indent=2, default=str))
    else:
        say(result.summary())
    if not result.complete:
        raise typer.Exit(1)


def publish(
    lake: Lake = None,
    target: Target = None,
    catalog: Annotated[
        str, typer.Option(envvar="DATABRICKS_CATALOG", help="Databricks: catalog of the schemas bronze and ops.")
    ] = "main",
    address: Annotated[
        str, typer.Option("--to", envvar="ATHENA_LAKE_DIR", metavar="S3", help="Athena: where the lake lies on S3.")
    ] = "",
) -> None:
    """Bring what has landed to where the target's warehouse reads it, each batch once: Delta tables, or files on S3."""
    from lakegraph.runtime.console import say
    from lakegraph.runtime.errors import ConfigurationError
    from lakegraph.runtime.settings import settings

    given = settings(lake=lake, target=target)
    if given.target.startswith("databricks"):
        from pyspark.sql import SparkSession

        from lakegraph.landing.delta import publish as publish_to_delta

        spark = SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
        published = publish_to_delta(given.lake, spark, catalog)
    elif given.target.startswith("athena"):
        from lakegraph.landing.s3 import publish as publish_to_s3

        published = publish_to_s3(given.lake, address)
    else:
        raise ConfigurationError(
            f"The target {given.target} reads what has landed from the lake itself.",
            "Only databricks and athena need it published (--target, DBT_TARGET).",
        )
    say("\n".join(f"published {batch}" for batch in published) or "Nothing new has landed.")
