"""What is to be done for a statement of Athena's: which statements Trino executes, or what changes in Glue alone."""

import re
from dataclasses import dataclass, field, replace

from tests.engines.athena import rules, tables
from tests.engines.athena.catalog import Catalog
from tests.engines.athena.errors import AthenaRefusal
from tests.engines.athena.sql_text import NAME, list_items, properties, schema_and_table

HIVE_DDL = re.compile(
    r"(create\s+external\s+table|(create|drop)\s+(schema|database)|drop\s+table|alter\s+(table|database)|msck|describe|show)\b"
    r"|create\s+table\s+(if\s+not\s+exists\s+)?[\w.`]+\s*\(",
    re.I,
)
PARTITION = re.compile(r"partition\s*\(([^)]*)\)\s*location\s+'([^']+)'", re.I)


@dataclass(frozen=True)
class Plan:
    """How a statement is executed.

    Attributes:
        kind: DDL, DML or UTILITY, as Athena classes it.
        statements: what Trino executes, one after the other.
        iceberg_query: a query whose columns are to be written to an Iceberg table.
        view: schema and name of the view that it makes.
        deviation: what kind of statement is not executed as it came, and whether in other words or in Glue alone; None for one
            that is executed as it came.
    """

    kind: str
    statements: list[str] = field(default_factory=list)
    iceberg_query: str | None = None
    view: tuple[str, str] | None = None
    deviation: str | None = None


def plan(sql: str, schema: str | None, catalog: Catalog) -> Plan:
    """How a statement without comments is executed; what concerns Glue alone is done here.

    Args:
        sql: the statement.
        schema: the schema of names that have none.
        catalog: the tables that there are.

    Raises:
        AthenaRefusal: Athena would not execute it.
    """
    planned = _planned(sql, schema, catalog)
    return replace(planned, deviation=_deviation(sql, planned.statements))


def _deviation(sql: str, statements: list[str]) -> str | None:
    if statements == [sql]:
        return None
    altered = re.match(rf"alter\s+table\s+{NAME}\s+(\w+)", sql, re.I)
    words = ["alter", "table", altered[2]] if altered else sql.split(maxsplit=2)[:2]
    return f"{'in other words' if statements else 'in Glue alone'}: {' '.join(words).lower()}"


def _planned(sql: str, schema: str | None, catalog: Catalog) -> Plan:
    is_hive = bool(HIVE_DDL.match(sql))
    rules.check_statement(sql)
    rules.check_quotes(sql, is_hive)
    if is_hive:
        return _hive_ddl(sql, schema, catalog)
    rules.check_functions(sql)
    if re.match(r"create\s+table\b", sql, re.I):
        statement, query = tables.create_table_as(sql, schema)
        return Plan("DML", [statement], iceberg_query=query)
    if found := re.match(r"create\s+(?:or\s+replace\s+)?view\s+" + NAME, sql, re.I):
        return Plan("DDL", [sql], view=schema_and_table(found[1], schema))
    if found := re.match(r"drop\s+view\s+(if\s+exists\s+)?" + NAME + "$", sql, re.I):
        return Plan("DDL", [f"drop view {found[1] or ''}{catalog.trino_name(*schema_and_table(found[2], schema))}"])
    if found := re.match(
        r"optimize\s+" + NAME + r"\s+rewrite\s+data\s+using\s+bin_pack\s*(where.*)?$", sql, re.I | re.S
    ):
        target = catalog.trino_name(*schema_and_table(found[1], schema))
        return Plan("DML", [f"alter table {target} execute optimize {found[2] or ''}"])
    if found := re.match(r"vacuum\s+" + NAME, sql, re.I):
        target = catalog.trino_name(*schema_and_table(found[1], schema))
        return Plan("DML", [f"alter table {target} execute expire_snapshots(retention_threshold => '7d')"])
    return Plan("UTILITY" if re.match(r"explain\b", sql, re.I) else "DML", [sql])


def _hive_ddl(sql: str, schema: str | None, catalog: Catalog) -> Plan:
    if re.match(r"create\s+external\s+table", sql, re.I):
        tables.create_hive_table(sql, schema, catalog)
        return Plan("DDL")
    if re.match(r"create\s+table", sql, re.I):
        return Plan("DDL", [tables.create_iceberg_table(sql, schema)])
    pattern = r"(create|drop)\s+(?:schema|database)\s+(if\s+(?:not\s+)?exists\s+)?" + NAME + r"(.*)$"
    if found := re.match(pattern, sql, re.I | re.S):
        database = found[3].split(".")[-1].strip("`")
        cascade = " cascade" if "cascade" in found[4].lower() else ""
        return Plan("DDL", [f'{found[1]} schema {found[2] or ""}awsdatacatalog."{database}"{cascade}'])
    if found := re.match(r"drop\s+table\s+(if\s+exists\s+)?" + NAME + "$", sql, re.I):
        return Plan("DDL", [f"drop table {found[1] or ''}{catalog.trino_name(*schema_and_table(found[2], schema))}"])
    if found := re.match(r"alter\s+table\s+" + NAME + r"\s+(.*)$", sql, re.I | re.S):
        return _alter(schema_and_table(found[1], schema), found[2].strip(), schema, catalog)
    if found := re.match(r"msck\s+repair\s+table\s+" + NAME, sql, re.I):
        database, table = schema_and_table(found[1], schema)
        return Plan("DDL", [f"call awsdatacatalog.system.sync_partition_metadata('{database}', '{table}', 'FULL')"])
    if re.match(r"(show|describe)\b", sql, re.I):
        return Plan("UTILITY", [sql.replace("`", '"')])
    raise AthenaRefusal("FAILED: ParseException: cannot recognize " + sql[:60])


def _alter(table: tuple[str, str], action: str, schema: str | None, catalog: Catalog) -> Plan:
    target = catalog.trino_name(*table)
    if found := re.match(r"rename\s+to\s+" + NAME, action, re.I):
        database, name = schema_and_table(found[1], schema)
        return Plan("DDL", [f'alter table {target} rename to {target.split(".")[0]}."{database}"."{name}"'])
    if found := re.match(r"add\s+columns?\s*\((.*)\)$", action, re.I | re.S):
        if not catalog.is_iceberg(*table):
            catalog.add_columns(*table, tables.columns_of(found[1], tables.HIVE_TYPES))
            return Plan("DDL")
        columns = tables.columns_of(found[1], tables.TRINO_TYPES)
        return Plan("DDL", [f'alter table {target} add column "{name}" {type}' for name, type in columns])
    if re.match(r"add\s+(if\s+not\s+exists\s+)?partition\b", action, re.I):
        partitions = [
            ([item.split("=", 1)[1].strip().strip("'").replace("''", "'") for item in list_items(values)], location)
            for values, location in PARTITION.findall(action)
        ]
        catalog.add_partitions(*table, partitions)
        return Plan("DDL")
    if found := re.match(r"drop\s+column\s+(\S+)", action, re.I):
        return Plan("DDL", [f'alter table {target} drop column "{found[1].strip("`")}"'])
    if found := re.match(r"change\s+column\s+(\S+)\s+(\S+)\s+(.+)$", action, re.I):
        old, new, type = found[1].strip("`"), found[2].strip("`"), found[3].strip().lower()
        if old != new:
            return Plan("DDL", [f'alter table {target} rename column "{old}" to "{new}"'])
        type = tables.TRINO_TYPES.get(type, type)
        return Plan("DDL", [f'alter table {target} alter column "{new}" set data type {type}'])
    if found := re.match(r"set\s+tblproperties\s*\((.*)\)$", action, re.I | re.S):
        catalog.set_properties(*table, properties(found[1]))
        return Plan("DDL")
    raise AthenaRefusal("FAILED: ParseException: unsupported ALTER: " + action[:60])
