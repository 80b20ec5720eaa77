"""What a local Spark session needs for Athena's tables: Iceberg's Spark runtime, and a catalog over AWS Glue and S3.

No setting holds a login: Iceberg asks AWS's own chain for one (variables, profile, role), in Spark's Java.
"""

from collections.abc import Mapping

from lakegraph.runtime.spark import TableFormat

LOCK = "iceberg"
# Athena's own name for an account's Glue catalog, as dbt's profiles write it
CATALOG = "awsdatacatalog"
# where dbt builds when AWS_REGION is not set: profiles/profiles.yml has the same
REGION = "eu-central-1"


def iceberg(environ: Mapping[str, str]) -> TableFormat:
    """Iceberg's tables in AWS Glue, under a catalog named `awsdatacatalog`.

    Args:
        environ: the environment variables, of which AWS's own say the region and, where it is not Amazon's, the endpoint.
    """
    settings = {
        "": "org.apache.iceberg.spark.SparkCatalog",
        ".catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
        ".io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        ".client.region": environ.get("AWS_REGION") or REGION,
        # a process that loads more than once is to see what was built in between
        ".cache-enabled": "false",
    }
    if glue := _endpoint("GLUE", environ):
        settings[".glue.endpoint"] = glue
    if s3 := _endpoint("S3", environ):
        # a host of one's own seldom has a name for each bucket
        settings |= {".s3.endpoint": s3, ".s3.path-style-access": "true"}
    return TableFormat(LOCK, {f"spark.sql.catalog.{CATALOG}{name}": value for name, value in settings.items()})


def _endpoint(service: str, environ: Mapping[str, str]) -> str | None:
    """The endpoint of a service as AWS's own clients find it in the environment; None for Amazon's."""
    if environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    return environ.get(f"AWS_ENDPOINT_URL_{service}") or environ.get("AWS_ENDPOINT_URL") or None
