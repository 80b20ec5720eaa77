"""Tables of the warehouse as Spark has them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from graph_loader.catalogs import spark_name
from graph_loader.declarations import Model
from graph_loader.spark_sql import quoted
from lakegraph.runtime.warehouse import WarehouseError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

# the conditions by which Spark says that there is nothing of a name
_MISSING = ("TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND")


def spark_table(model: Model, session: "SparkSession") -> "DataFrame | None":
    """The rows of a model or source; None where it has no relation that Spark can read.

    Raises:
        ConfigurationError: the session has no catalog for Athena's.
        WarehouseError: there is one, or nobody can say whether there is, and it cannot be read.
    """
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import AnalysisException

    name = spark_name(model, session)
    try:
        table = session.table(name)
        # what is wrong with it shows when it is first asked for something
        table.schema  # noqa: B018
    except AnalysisException as error:
        if error.getCondition() in _MISSING:
            return None
        raise _unreadable(model, name, str(error)) from error
    except Py4JJavaError as error:
        # a catalog's own errors: no login, no right, nobody at an endpoint
        raise _unreadable(model, name, str(error.java_exception.getMessage())) from error
    return table


def collected(model: Model, table: "DataFrame", columns: Sequence[str]) -> "list[Row]":
    """Some columns of all rows of a model or source that has few.

    Raises:
        WarehouseError: they cannot be read.
    """
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        return table.select(*map(quoted, columns)).collect()
    except PySparkException as error:
        raise _unreadable(model, model.relation, str(error)) from error
    except Py4JJavaError as error:
        raise _unreadable(model, model.relation, str(error.java_exception.getMessage())) from error


def kind_of(model: Model) -> str:
    """What a model's relation has to be for Spark to read it, in words."""
    return "Iceberg table" if model.catalog else "relation"


def _unreadable(model: Model, name: str, reason: str) -> WarehouseError:
    return WarehouseError(
        f"The {kind_of(model)} {name} of model {model.name} cannot be read: {reason.splitlines()[0].rstrip('.')}.",
        "Check the catalog's region, endpoints and login (docs/athena.md)."
        if model.catalog
        else "If a right is missing, grant SELECT on it to who runs the load.",
    )
