"""The information schema of Unity Catalog, from Spark's own catalogue: its views are written into each statement as values.

It does not model: privileges, tags and keys (those views are empty), and the catalogues of others.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CATALOG = "spark_catalog"
REFERENCE = re.compile(r"`?\w+`?\s*\.\s*`?information_schema`?\s*\.\s*`?(\w+)`?", re.IGNORECASE)
SCHEMA_ASKED = re.compile(r"table_schema\s*=\s*'([^']+)'", re.IGNORECASE)
TABLE_ASKED = re.compile(r"table_name\s*=\s*'([^']+)'", re.IGNORECASE)
COLUMNS = {
    "tables": "table_catalog table_schema table_name table_type data_source_format table_owner comment last_altered",
    "views": "table_catalog table_schema table_name view_definition",
    "columns": "table_catalog table_schema table_name column_name is_nullable full_data_type comment",
    "table_tags": "catalog_name schema_name table_name tag_name tag_value",
    "column_tags": "catalog_name schema_name table_name column_name tag_name tag_value",
    "table_constraints": "table_catalog table_schema table_name constraint_catalog constraint_schema constraint_name"
    " constraint_type",
    "key_column_usage": "table_catalog table_schema table_name constraint_catalog constraint_schema constraint_name"
    " column_name ordinal_position",
    "referential_constraints": "constraint_catalog constraint_schema constraint_name unique_constraint_catalog"
    " unique_constraint_schema unique_constraint_name",
    "column_masks": "table_catalog table_schema table_name column_name mask_name using_columns",
    "row_filters": "table_catalog table_schema table_name filter_name target_columns",
}


def with_information_schema(spark: "SparkSession", sql: str) -> str:
    """A statement with the rows of the information schema in place of the references to it.

    Raises:
        KeyError: it refers to a view that nobody has needed yet.
    """

    def view(reference: re.Match) -> str:
        name = reference.group(1).lower()
        columns = COLUMNS[name].split()
        rows = ", ".join(
            f"({', '.join(map(_literal, row))})"
            for row in _rows(spark, name, SCHEMA_ASKED.findall(sql), TABLE_ASKED.findall(sql) or ["*"])
        )
        if not rows:
            return f"(select {', '.join(f'cast(null as string) as {column}' for column in columns)} where false)"
        return f"(select * from values {rows} as _ ({', '.join(columns)}))"

    return REFERENCE.sub(view, sql)


def _rows(spark: "SparkSession", name: str, schemas: list[str], tables: list[str]) -> Iterator[tuple]:
    if name not in ("tables", "views", "columns"):
        return
    catalog = spark._jsparkSession.sessionState().catalog()
    for schema in schemas:
        if not catalog.databaseExists(schema):
            continue
        identifiers = catalog.listTables(schema, "|".join(tables), False)
        for at in range(identifiers.size()):
            table = catalog.getTableMetadata(identifiers.apply(at))
            here = (CATALOG, schema, table.identifier().table())
            if name == "tables":
                provider = _value(table.provider())
                kind = table.tableType().name()
                yield *here, kind, provider and provider.upper(), table.owner(), _value(table.comment()), None
            elif name == "views":
                if table.tableType().name() == "VIEW":
                    yield *here, _value(table.viewText())
            else:
                for field in spark.table(f"`{schema}`.`{here[2]}`").schema.fields:
                    nullable = "YES" if field.nullable else "NO"
                    yield *here, field.name, nullable, field.dataType.simpleString(), field.metadata.get("comment")


def _value(option) -> str | None:
    return option.get() if option.isDefined() else None


def _literal(text: str | None) -> str:
    escaped = (text or "").replace("\\", "\\\\").replace("'", "\\'")
    return "cast(null as string)" if text is None else f"'{escaped}'"
