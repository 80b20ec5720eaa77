"""The macros under macros/engine/ on open Spark."""

import pytest

from tests.engines.compiling import compiled
from tests.engines.macro_cases import HISTORY, differences, template

pytestmark = pytest.mark.soak


def test_macros_give_on_databricks_what_the_table_says(stand_in, tmp_path):
    table = f"default.{HISTORY}"
    sql = compiled(tmp_path / "project", template(table), "databricks_local", stand_in.environment)

    stand_in.rows(f"create table {table} (key string, dbt_valid_from timestamp_ntz, dbt_valid_to timestamp_ntz)")

    assert differences(sql, stand_in.rows, table) == []
    assert [entry.deviations for entry in stand_in.journal() if entry.deviations] == []
