"""Databricks SQL on open Spark: nearly all of it runs as it comes, and what does not is named here, one deviation each.

A deviation is `logged` (not executed, for open Spark has nothing of the kind), `rewritten` (said in open Spark's words) or
`emulated` (answered from Spark's own catalogue). A statement that open Spark refuses and that is not here fails.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow as pa

from tests.engines.databricks.descriptions import described_as_json
from tests.engines.databricks.information_schema import with_information_schema
from tests.engines.databricks.journal import Entry
from tests.engines.databricks.kept_rows import follow

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LOGGED = {
    "table tags": r"alter \w+ \S+ (un)?set tags\b",
    "column tags": r"alter \w+ \S+ alter column \S+ (un)?set tags\b",
    "grants": r"(grant|revoke|show grants)\b",
    "key of an existing table": r"alter table \S+ add constraint \S+ (primary|foreign) key\b",
}
KEYS_IN_A_TABLE = re.compile(
    r",\s*(constraint\s+\S+\s+)?(primary|foreign)\s+key\s*\([^)]*\)"
    r"(\s*references\s+\S+(\s*\([^)]*\))?)?(\s+(no)?rely)?",
    re.IGNORECASE,
)
DESCRIBE_AS_JSON = re.compile(r"describe\s+table\s+extended\s+(\S+)\s+as\s+json", re.IGNORECASE)
COMMENT_ON_COLUMN = re.compile(r"comment\s+on\s+column\s+(\S+)\.(\S+)\s+is\s+(.*)", re.IGNORECASE | re.DOTALL)
CREATE_TABLE = re.compile(r"create\s+(or\s+replace\s+)?table\b", re.IGNORECASE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def carry_out(spark: "SparkSession", sql: str, entry: Entry) -> "DataFrame | pa.Table":
    """The result of a statement: Spark's rows, or a table of texts that stands in for them.

    Args:
        spark: the session that it belongs to.
        sql: the statement.
        entry: takes the names of its deviations.
    """
    sql = COMMENT.sub("", sql).strip().removesuffix(";").rstrip()
    for name, pattern in LOGGED.items():
        if re.match(pattern.replace(" ", r"\s+"), sql, re.IGNORECASE):
            entry.deviations.append(f"logged: {name}")
            return pa.table({})
    if described := DESCRIBE_AS_JSON.fullmatch(sql):
        entry.deviations.append("emulated: describe as json")
        return described_as_json(spark, described.group(1))
    for name, rewrite in REWRITES.items():
        rewritten = rewrite(spark, sql)
        if rewritten != sql:
            entry.deviations.append(name)
            sql = rewritten
    result = spark.sql(sql)
    follow(spark, sql)
    return result


def _comment_on_column(_: "SparkSession", sql: str) -> str:
    return COMMENT_ON_COLUMN.sub(r"alter table \1 alter column \2 comment \3", sql)


def _without_keys(_: "SparkSession", sql: str) -> str:
    return KEYS_IN_A_TABLE.sub("", sql) if CREATE_TABLE.match(sql) else sql


REWRITES: dict[str, Callable[["SparkSession", str], str]] = {
    "emulated: information schema": with_information_schema,
    "rewritten: comment on column": _comment_on_column,
    "logged: key of a new table": _without_keys,
}
