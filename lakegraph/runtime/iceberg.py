"""What a local Spark session needs for Athena's tables: Iceberg's Spark runtime, and a catalog over AWS Glue and S3.

No setting holds a login: Iceberg asks AWS's own chain for one (variables, profile, role), in Spark's Java.
"""

from collections.abc import Mapping

from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.spark import TableFormat

LOCK = "iceberg"
# Athena's own name for an account's Glue catalog, as dbt's profiles write it
CATALOG = "awsdatacatalog"
# the first that is set says the region: profiles/profiles.yml asks them in the same order
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


def iceberg(environ: Mapping[str, str]) -> TableFormat:
    """Iceberg's tables in AWS Glue, under a catalog named `awsdatacatalog`.

    Args:
        environ: the environment variables, of which AWS's own say the region and, where it is not Amazon's, the endpoint.

    Raises:
        ConfigurationError: neither they nor AWS's profile say the region.
    """
    settings = {
        "": "org.apache.iceberg.spark.SparkCatalog",
        ".catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
        ".io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        ".client.region": _region(environ),
        # a process that loads more than once is to see what was built in between
        ".cache-enabled": "false",
    }
    if glue := _endpoint("GLUE", environ):
        settings[".glue.endpoint"] = glue
    if s3 := _endpoint("S3", environ):
        # a host of one's own seldom has a name for each bucket
        settings |= {".s3.endpoint": s3, ".s3.path-style-access": "true"}
    return TableFormat(LOCK, {f"spark.sql.catalog.{CATALOG}{name}": value for name, value in settings.items()})


def _region(environ: Mapping[str, str]) -> str:
    """The region by AWS's variables, else that of the profile, which lies in a file of the user's."""
    if named := [environ[name] for name in REGION_VARIABLES if environ.get(name)]:
        return named[0]
    from boto3.session import Session
    from botocore.exceptions import BotoCoreError

    try:
        region = Session().region_name
    except BotoCoreError as error:
        raise ConfigurationError(f"AWS's profile cannot be read: {error}.", "Set AWS_REGION, or mend it.") from error
    if not region:
        raise ConfigurationError(
            "No AWS region is set, neither by a variable nor in AWS's profile.", "Set AWS_REGION to that of the marts."
        )
    return region


def _endpoint(service: str, environ: Mapping[str, str]) -> str | None:
    """The endpoint of a service as AWS's own clients find it in the environment; None for Amazon's."""
    if environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    return environ.get(f"AWS_ENDPOINT_URL_{service}") or environ.get("AWS_ENDPOINT_URL") or None
