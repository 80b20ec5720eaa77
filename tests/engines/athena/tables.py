"""The statements that make tables: Hive's DDL, Iceberg's DDL and CREATE TABLE AS, as Athena writes them."""

import re

from tests.engines.athena.catalog import Catalog
from tests.engines.athena.errors import AthenaRefusal
from tests.engines.athena.sql_text import NAME, bracketed, list_items, properties, schema_and_table

HIVE_TYPES = {"varchar": "string", "integer": "int"}
TRINO_TYPES = {
    "string": "varchar",
    "int": "integer",
    "float": "real",
    "timestamp": "timestamp(6)",
    "binary": "varbinary",
}
HADOOP = "org.apache.hadoop"
FORMATS = {
    "parquet": (
        f"{HADOOP}.hive.ql.io.parquet.MapredParquetInputFormat",
        f"{HADOOP}.hive.ql.io.parquet.MapredParquetOutputFormat",
        f"{HADOOP}.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    ),
    "text": (
        f"{HADOOP}.mapred.TextInputFormat",
        f"{HADOOP}.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        f"{HADOOP}.hive.serde2.lazy.LazySimpleSerDe",
    ),
}


def columns_of(text: str, types: dict[str, str]) -> list[tuple[str, str]]:
    """Names and types of a list of columns, the types by the names that `types` gives them."""
    columns = []
    for item in list_items(text):
        found = re.match(r'[`"]?(\w+)[`"]?\s+(.+?)(\s+comment\s+\'.*\')?$', item, re.I | re.S)
        type = found[2].strip().lower()
        columns.append((found[1].lower(), types.get(type, type)))
    return columns


def create_hive_table(sql: str, schema: str | None, catalog: Catalog) -> None:
    """CREATE EXTERNAL TABLE: registers the table in Glue.

    Raises:
        AthenaRefusal: it has no LOCATION, or is there already.
    """
    head = re.match(r"create\s+external\s+table\s+(if\s+not\s+exists\s+)?" + NAME + r"\s*\(", sql, re.I)
    database, table = schema_and_table(head[2], schema)
    body, tail = bracketed(sql, head.end() - 1)
    location = re.search(r"location\s+'([^']+)'", tail, re.I)
    if not location:
        raise AthenaRefusal("FAILED: SemanticException: missing LOCATION")
    if catalog.table(database, table):
        if head[1]:
            return
        raise AthenaRefusal(f"FAILED: Execution Error: AlreadyExistsException: Table {table} already exists.")
    form = FORMATS["parquet" if re.search(r"stored\s+as\s+parquet", tail, re.I) else "text"]
    serde = re.search(r"row\s+format\s+serde\s+'([^']+)'", tail, re.I)
    partitioned = re.search(r"partitioned\s+by\s*\(", tail, re.I)
    keys = columns_of(bracketed(tail, partitioned.end() - 1)[0], HIVE_TYPES) if partitioned else []
    catalog.create(
        database,
        {
            "Name": table,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE", **_table_properties(tail)},
            "PartitionKeys": [{"Name": name, "Type": type} for name, type in keys],
            "StorageDescriptor": {
                "Columns": [{"Name": name, "Type": type} for name, type in columns_of(body, HIVE_TYPES)],
                "Location": location[1],
                "InputFormat": form[0],
                "OutputFormat": form[1],
                "SerdeInfo": {
                    "SerializationLibrary": serde[1] if serde else form[2],
                    "Parameters": {"serialization.format": "1"},
                },
            },
        },
    )


def create_iceberg_table(sql: str, schema: str | None) -> str:
    """CREATE TABLE … TBLPROPERTIES ('table_type'='ICEBERG'), as Trino writes it.

    Raises:
        AthenaRefusal: it is no Iceberg table, or has no LOCATION.
    """
    head = re.match(r"create\s+table\s+(if\s+not\s+exists\s+)?" + NAME + r"\s*\(", sql, re.I)
    database, table = schema_and_table(head[2], schema)
    body, tail = bracketed(sql, head.end() - 1)
    location = re.search(r"location\s+'([^']+)'", tail, re.I)
    if _table_properties(tail).get("table_type", "").lower() != "iceberg" or not location:
        raise AthenaRefusal("FAILED: SemanticException: a table that is not EXTERNAL must be ICEBERG with a LOCATION")
    columns = ", ".join(f'"{name}" {type}' for name, type in columns_of(body, TRINO_TYPES))
    partitioned = re.search(r"partitioned\s+by\s*\(", tail, re.I)
    options = [f"location = '{location[1].rstrip('/')}'"]
    if partitioned:
        keys = ", ".join(f"'{item.replace('`', '')}'" for item in list_items(bracketed(tail, partitioned.end() - 1)[0]))
        options.append(f"partitioning = array[{keys}]")
    return f'create table {head[1] or ""}iceberg."{database}"."{table}" ({columns}) with ({", ".join(options)})'


def create_table_as(sql: str, schema: str | None) -> tuple[str, str | None]:
    """CREATE TABLE … AS, as Trino writes it.

    Returns:
        The statement, and for an Iceberg table the query whose types are to be looked at, else None.

    Raises:
        AthenaRefusal: its properties contradict each other.
    """
    head = re.match(r"create\s+table\s+(if\s+not\s+exists\s+)?" + NAME + r"\s*(with\s*\()?", sql, re.I)
    database, table = schema_and_table(head[2], schema)
    given, rest = {}, sql[head.end() :]
    if head[3]:
        body, rest = bracketed(sql, head.end() - 1)
        for item in list_items(body):
            key, value = item.split("=", 1)
            given[key.strip().lower()] = value.strip()
    is_iceberg = given.pop("table_type", "'hive'").strip("'").lower() == "iceberg"
    is_external = given.pop("is_external", "true").lower() != "false"
    if is_iceberg and is_external:
        raise AthenaRefusal("GENERIC_USER_ERROR: Iceberg tables need is_external=false")
    if is_iceberg and "location" not in given:
        raise AthenaRefusal("GENERIC_USER_ERROR: Iceberg CTAS needs location")
    query = re.sub(r"^\s*as\b", "", rest, count=1, flags=re.I).strip()
    options = ", ".join(f"{key} = {value}" for key, value in _trino_properties(given).items())
    target = f'{"iceberg" if is_iceberg else "awsdatacatalog"}."{database}"."{table}"'
    statement = f"create table {head[1] or ''}{target}{f' with ({options})' if options else ''} as {query}"
    return statement, query if is_iceberg else None


def _trino_properties(given: dict[str, str]) -> dict[str, str]:
    renamed = {}
    for key, value in given.items():
        if key == "write_compression" or re.match(r"(optimize|vacuum)_", key):
            continue
        renamed["csv_separator" if key == "field_delimiter" else key] = value.upper() if key == "format" else value
    return renamed


def _table_properties(tail: str) -> dict[str, str]:
    found = re.search(r"tblproperties\s*\(", tail, re.I)
    return properties(bracketed(tail, found.end() - 1)[0]) if found else {}
