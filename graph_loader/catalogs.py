"""Where Spark finds the marts of a warehouse: what a session of one's own needs, and under which catalog they are."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from graph_loader.databricks import DEDICATED
from graph_loader.spark_sql import quoted
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.iceberg import CATALOG, iceberg

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from graph_loader.declarations import Model
    from lakegraph.runtime.spark import TableFormat

_PREFIX = "spark.sql.catalog."
_GLUE = "org.apache.iceberg.aws.glue.GlueCatalog"


def table_format(adapter: str, environ: Mapping[str, str] = os.environ) -> "TableFormat | None":
    """What a local session needs to read the marts of a dbt adapter; None for nothing.

    Args:
        environ: the environment variables.

    Raises:
        ConfigurationError: only a session of Databricks reads them, or their region is not known.
    """
    if adapter == "databricks":
        raise ConfigurationError(
            "The graph marts are Databricks tables, and no Spark session that reads them runs here.",
            f"Run graph_loader on {DEDICATED}.",
        )
    return iceberg(environ) if adapter == "athena" else None


def spark_name(model: "Model", spark: "SparkSession") -> str:
    """A model's relation as a session's SQL names it.

    Raises:
        ConfigurationError: the session has no catalog for Athena's.
    """
    if not model.catalog:
        return model.relation
    return f"{quoted(glue_catalog(spark.conf.getAll, model.catalog))}.{model.relation}"


def glue_catalog(settings: Mapping[str, str], name: str) -> str:
    """The catalog of a session that stands for a data catalog of Athena: the one of its name, whatever it is, or, for
    `awsdatacatalog`, the only one over AWS Glue.

    Args:
        settings: the session's.
        name: Athena's name of the catalog; letter case does not count.

    Raises:
        ConfigurationError: there is none, or several would do.
    """
    catalogs = [key.removeprefix(_PREFIX) for key in settings if key.startswith(_PREFIX)]
    catalogs = sorted(catalog for catalog in catalogs if "." not in catalog)
    if named := [catalog for catalog in catalogs if catalog.lower() == name.lower()]:
        return named[0]
    over_glue = [catalog for catalog in catalogs if _is_over_glue(settings, catalog)]
    if name.lower() == CATALOG and len(over_glue) == 1:
        return over_glue[0]
    several = f" (of {', '.join(over_glue)}, none has the name)" if over_glue else ""
    raise ConfigurationError(
        f"The Spark session has no catalog for Athena's data catalog {name}{several}.",
        f"Give it one of that name, `{_PREFIX}{name}`, by Iceberg's GlueCatalog (docs/athena.md).",
    )


def _is_over_glue(settings: Mapping[str, str], catalog: str) -> bool:
    own = f"{_PREFIX}{catalog}."
    return settings.get(f"{own}catalog-impl") == _GLUE or settings.get(f"{own}type") == "glue"
