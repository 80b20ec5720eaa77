"""Columns out of a name, a SQL type and what their declaration asks for."""

from graph_loader.declarations import Column
from graph_loader.types import ConversionError, UnsupportedTypeError, property_type


def column_of(
    name: str, data_type: str | None, adapter: str, wanted: str | None = None, description: str = ""
) -> Column:
    """A column with its property type; without one where its SQL type is unknown, or no property can hold it.

    Args:
        data_type: the SQL type as a contract or an engine writes it; None where nobody says it.
        adapter: the dbt adapter whose type it is.
        wanted: the conversion that the column's declaration asks for.
    """
    try:
        known = property_type(data_type, adapter, wanted) if data_type else None
    except (UnsupportedTypeError, ConversionError):
        known = None
    return Column(name, known, data_type, description, wanted)
