"""What Athena refuses and Trino 476 would do. Each rule raises Athena's own error.

The limit of 100 partitions per write is not here: Trino has the same limit per writer, and trino_server.py lets every
statement have one writer, so that Trino counts as Athena does and reports with the same words.
"""

import re
from collections.abc import Iterable

from tests.engines.athena.errors import AthenaRefusal, InvalidRequest
from tests.engines.athena.sql_text import without_literals

STATEMENT_BYTES = 262_144

# Came to Trino after the version that Athena's engine 3 grew from, and are not in its list of functions.
MISSING_FUNCTIONS = frozenset(
    """
    ai_analyze_sentiment ai_classify ai_extract ai_fix_grammar ai_gen ai_mask ai_translate any_value array_first array_last
    cosine_distance dot_product euclidean_distance from_iso8601_timestamp_nanos_tz json_table random_string
    theta_sketch_union version
    """.split()
)
# Statements that Trino has and Athena's parser does not know.
MISSING_STATEMENTS = re.compile(
    r"(?:truncate\s+table|with\s+function|comment\s+on|create\s+or\s+replace\s+table|refresh|call|grant|revoke|set\s+session"
    r"|start\s+transaction|commit|rollback|create\s+materialized\s+view|analyze)\b",
    re.I,
)


def check_size(sql: str) -> None:
    """A statement has at most 262,144 bytes.

    Raises:
        InvalidRequest: it has more.
    """
    if len(sql.encode()) > STATEMENT_BYTES:
        raise InvalidRequest(
            "1 validation error detected: Value at 'queryString' failed to satisfy constraint: Member must have length "
            f"less than or equal to {STATEMENT_BYTES}"
        )


def check_statement(sql: str) -> None:
    """A statement is one that Athena's parser knows, and alone.

    Raises:
        AthenaRefusal: it is not.
    """
    if MISSING_STATEMENTS.match(sql):
        raise AthenaRefusal(
            f"FAILED: ParseException line 1:0 cannot recognize input near '{' '.join(sql.split()[:3])}'"
        )
    if ";" in re.sub(r'"[^"]*"', "", without_literals(sql)):
        raise AthenaRefusal("Only one sql statement is allowed. Got: " + sql[:80])


def check_quotes(sql: str, is_hive: bool) -> None:
    """Names are quoted by backticks in Hive's DDL, by double quotes elsewhere.

    Raises:
        AthenaRefusal: by the other ones.
    """
    text = without_literals(sql)
    if is_hive and '"' in text:
        raise AthenaRefusal("FAILED: ParseException line 1:0 mismatched input '\"' expecting a name")
    if not is_hive and "`" in re.sub(r'"[^"]*"', "", text):
        raise AthenaRefusal(
            "line 1:1: backquoted identifiers are not supported; use double quotes to quote identifiers"
        )


def check_functions(sql: str) -> None:
    """Every function is one that Athena has.

    Raises:
        AthenaRefusal: Trino has it, but Athena's engine 3 does not.
    """
    called = {name.lower() for name in re.findall(r"\b([a-z_]\w*)\s*\(", without_literals(sql), re.I)}
    if missing := sorted(called & MISSING_FUNCTIONS):
        raise AthenaRefusal(f"FUNCTION_NOT_FOUND: line 1:1: Function '{missing[0]}' not registered")


def check_precision(columns: Iterable[tuple[str, str]]) -> None:
    """The timestamps of a new Iceberg table have microseconds, also those within other types; newer Trino would cast others
    silently. What is written to a table that is there is cast to its types, by Athena as by Trino.

    Args:
        columns: names and Trino's types of what a new table is made of.

    Raises:
        AthenaRefusal: one has another precision.
    """
    for _, type in columns:
        for digits, zone in re.findall(r"\btimestamp\((\d+)\)( with time zone)?", type):
            if digits != "6":
                raise AthenaRefusal(
                    f"NOT_SUPPORTED: Timestamp precision ({digits}) not supported for Iceberg. "
                    f'Use "timestamp(6){zone}" instead.'
                )
