"""Rows that Spark keeps once they were read.

Delta looks up the files of a table by a job of its own whenever a statement names it, which on small tables takes longer than all
the rest."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# with what dbt-databricks writes before a MERGE
CHANGE = re.compile(
    r"(?:--[^\n]*\s+)*"
    r"(?:(?P<rows>insert\s+into|insert\s+overwrite|merge\s+into|delete\s+from|update)"
    r"|(?:create(?:\s+or\s+replace)?|replace|alter|drop|truncate)\s+table(?:\s+if(?:\s+not)?\s+exists)?)"
    r"\s+(?:table\s+)?(?P<table>[\w.`]+)",
    re.IGNORECASE,
)
LANDING = ("bronze", "ops")


def follow(spark: "SparkSession", sql: str) -> None:
    """After a statement: forget what was kept of the table that it changed, and keep its rows from the next time they are read.

    Args:
        spark: any session; all of them share what is kept.
        sql: the statement, which succeeded, without comments of the form `/* */`.
    """
    if changed := CHANGE.match(sql):
        _forget(spark, changed["table"])
        # a new table has no rows yet, and the adapter writes them next
        if changed["rows"]:
            spark.sql(f"cache lazy table {changed['table']}")


def follow_publication(spark: "SparkSession") -> None:
    """The same for all tables that landing publishes to, after it did."""
    for schema in LANDING:
        for _, table, is_temporary in spark.sql(f"show tables in {schema}").collect():
            # views of the session itself are listed in every schema
            if not is_temporary:
                _forget(spark, f"{schema}.{table}")
                spark.sql(f"cache lazy table {schema}.{table}")


def _forget(spark: "SparkSession", table: str) -> None:
    spark.sql(f"uncache table if exists {table}")
