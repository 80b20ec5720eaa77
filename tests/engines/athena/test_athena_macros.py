"""The macros under macros/engine/ on Trino behind Athena's API."""

import pytest

from tests.engines.athena.reading import execute, rows
from tests.engines.athena.stand_in import BUCKET
from tests.engines.compiling import compiled
from tests.engines.macro_cases import HISTORY, differences, template

pytestmark = pytest.mark.soak


def test_macros_give_on_athena_what_the_table_says(athena, tmp_path):
    client, table = athena.client("athena"), f"cases.{HISTORY}"
    sql = compiled(tmp_path / "project", template(table), "athena_local", athena.environment)

    def run(statement: str) -> list[tuple]:
        if statement.startswith("select"):
            return list(rows(client, statement))
        execute(client, statement)
        return []

    run("create schema cases")
    run(
        f"create table {table} (key string, dbt_valid_from timestamp, dbt_valid_to timestamp)"
        f" location 's3://{BUCKET}/tables/{HISTORY}/' tblproperties ('table_type' = 'ICEBERG')"
    )

    assert differences(sql, run, table) == []
