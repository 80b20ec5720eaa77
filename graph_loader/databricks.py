"""The kinds of Databricks compute on which the connector cannot run, told apart before anything is tried."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lakegraph.runtime.spark import DATABRICKS_RUNTIME

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ACCESS_MODE = "spark.databricks.clusterUsageTags.dataSecurityMode"
# today's name and the older ones of access modes that keep a session away from its Java
SHARED_MODES = ("DATA_SECURITY_MODE_STANDARD", "USER_ISOLATION", "LEGACY_TABLE_ACL")
DEDICATED = "compute with dedicated (single user) access mode and a Databricks Runtime of 17 or later"


def unfit_compute(environ: Mapping[str, str], spark: "SparkSession | None") -> str | None:
    """Which Databricks compute this is, when it is one on which the connector cannot run; None when it is not.

    Args:
        environ: the environment variables.
        spark: the running session, if there is one.
    """
    runtime = environ.get(DATABRICKS_RUNTIME, "")
    # serverless environments give the version of their client in place of a runtime's
    if environ.get("IS_SERVERLESS", "").lower() == "true" or runtime.startswith("client."):
        return "serverless compute"
    if not runtime or spark is None:
        return None
    # a session without a Java of its own is what standard access mode gives, whatever the tags say
    if is_remote(spark) or spark.conf.get(ACCESS_MODE, "") in SHARED_MODES:
        return "compute with standard (shared) access mode"
    return None


def is_remote(spark: "SparkSession") -> bool:
    """Whether a session is one of Spark Connect, which has no Java of its own."""
    return type(spark).__module__.startswith(("pyspark.sql.connect.", "databricks.connect."))
