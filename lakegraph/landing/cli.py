"""`lakegraph land` and `lakegraph publish`."""

from typing import Annotated

import typer

from lakegraph.runtime.options import Drops, Json, Lake, Sources


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
    catalog: Annotated[
        str, typer.Option(envvar="DATABRICKS_CATALOG", help="Catalog of the schemas bronze and ops.")
    ] = "main",
) -> None:
    """On Databricks: append what has landed to the Delta tables bronze.<feed> and ops.<table>, each batch once."""
    from pyspark.sql import SparkSession

    from lakegraph.landing.delta import publish as publish_lake
    from lakegraph.runtime.console import say
    from lakegraph.runtime.settings import settings

    spark = SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
    published = publish_lake(settings(lake=lake).lake, spark, catalog)
    say("\n".join(f"published {batch}" for batch in published) or "Nothing new has landed.")
