"""Glue's tables: what Athena keeps there by itself and Trino does not."""

import re

GLUE_TYPES = [
    (r"varchar.*|char.*", "string"),
    (r"integer", "int"),
    (r"real", "float"),
    (r"timestamp.*", "timestamp"),
    (r"varbinary", "binary"),
]
# what of a table may be given back to Glue
UPDATABLE = (
    "Name",
    "Description",
    "Owner",
    "Retention",
    "StorageDescriptor",
    "PartitionKeys",
    "TableType",
    "Parameters",
    "ViewOriginalText",
    "ViewExpandedText",
)


class Catalog:
    """The tables of one Glue, by a boto3 client."""

    def __init__(self, glue):
        self.glue = glue

    def table(self, schema: str, name: str) -> dict | None:
        """A table as Glue describes it, or None."""
        try:
            return self.glue.get_table(DatabaseName=schema, Name=name)["Table"]
        except self.glue.exceptions.EntityNotFoundException:
            return None

    def is_iceberg(self, schema: str, name: str) -> bool:
        """Whether a table is there and is an Iceberg table."""
        table = self.table(schema, name)
        return bool(table) and table.get("Parameters", {}).get("table_type", "").upper() == "ICEBERG"

    def trino_name(self, schema: str, name: str) -> str:
        """A table as Trino's catalogs have it: each kind of table has a catalog of its own, which alone may alter it."""
        return f'{"iceberg" if self.is_iceberg(schema, name) else "awsdatacatalog"}."{schema}"."{name}"'

    def create(self, schema: str, table: dict) -> None:
        """Register a table."""
        self.glue.create_table(DatabaseName=schema, TableInput=table)

    def set_properties(self, schema: str, name: str, pairs: dict[str, str]) -> None:
        """Set properties of a table."""
        table = self._updatable(schema, name)
        table["Parameters"] = {**table.get("Parameters", {}), **pairs}
        self.glue.update_table(DatabaseName=schema, TableInput=table)

    def add_columns(self, schema: str, name: str, columns: list[tuple[str, str]]) -> None:
        """Add columns of Hive's types at the end of a table."""
        table = self._updatable(schema, name)
        table["StorageDescriptor"]["Columns"] += [{"Name": column, "Type": type} for column, type in columns]
        self.glue.update_table(DatabaseName=schema, TableInput=table)

    def set_view_columns(self, schema: str, name: str, columns: list[tuple[str, str]]) -> None:
        """Register a view's columns, given with Trino's types: Trino registers a single one that stands for all."""
        table = self._updatable(schema, name)
        table["StorageDescriptor"]["Columns"] = [{"Name": column, "Type": glue_type(type)} for column, type in columns]
        self.glue.update_table(DatabaseName=schema, TableInput=table)

    def add_partitions(self, schema: str, name: str, partitions: list[tuple[list[str], str]]) -> None:
        """Register partitions, each with its values and its location; those that are there stay as they are."""
        storage = self.table(schema, name)["StorageDescriptor"]
        inputs = [
            {"Values": values, "StorageDescriptor": {**storage, "Location": location}}
            for values, location in partitions
        ]
        found = self.glue.batch_create_partition(DatabaseName=schema, TableName=name, PartitionInputList=inputs)
        others = [
            error for error in found.get("Errors", []) if error["ErrorDetail"]["ErrorCode"] != "AlreadyExistsException"
        ]
        if others:
            raise RuntimeError(f"Glue did not register partitions of {schema}.{name}: {others[0]}")

    def _updatable(self, schema: str, name: str) -> dict:
        return {key: value for key, value in self.table(schema, name).items() if key in UPDATABLE}


def glue_type(trino_type: str) -> str:
    """The name that Glue has for a type of Trino's."""
    return next((glue for pattern, glue in GLUE_TYPES if re.fullmatch(pattern, trino_type)), trino_type)
