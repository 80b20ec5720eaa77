"""The macros under macros/engine/: each has a variant for every engine and none for others, and is tested; here, on DuckDB."""

import re

import duckdb
import pytest

from lakegraph.runtime.project import project_root
from tests.engines.compiling import compiled
from tests.engines.macro_cases import CASES, HISTORY, QUERIES, STATEMENTS, differences, template

ENGINES = ("duckdb", "databricks", "athena")
MACROS = {file: file.read_text(encoding="utf-8") for file in sorted((project_root() / "macros").rglob("*.sql"))}
DISPATCHED = {
    name: "engine" in file.parts
    for file, text in MACROS.items()
    for name in re.findall(r"adapter\.dispatch\('(\w+)', 'lakegraph'\)", text)
}
# these need a model around them: test_catalogue.py and test_glue.py run the last two, the builds on the stand-ins the others
WITHIN_A_BUILD = {"replace_batch", "known", "snapshot_key", "add_foreign_keys", "tag_relation"}


@pytest.mark.parametrize("name", DISPATCHED)
def test_a_dispatched_macro_has_a_variant_for_every_engine_and_raises_on_others(name):
    everything = "\n".join(MACROS.values())

    missing = [engine for engine in ENGINES if f"macro {engine}__{name}(" not in everything]
    default = re.search(rf"macro default__{name}\([^)]*\) ?-?%}}\s*(.*?)\s*{{%-? ?endmacro", everything, re.DOTALL)

    assert missing == []
    assert default, f"default__{name} is missing"
    assert default.group(1) == f"{{{{ unknown_engine('{name}') }}}}"


def test_every_macro_of_the_engines_has_cases():
    tested = {case.macro for case in [*CASES, *QUERIES, *STATEMENTS]}

    assert {name for name, is_engine in DISPATCHED.items() if is_engine} - tested == WITHIN_A_BUILD


@pytest.mark.slow
def test_macros_give_on_duckdb_what_the_table_says(tmp_path):
    sql = compiled(tmp_path / "project", template(HISTORY), "dev", {})

    with duckdb.connect() as warehouse:
        warehouse.execute("set TimeZone = 'UTC'")
        warehouse.execute(f"create table {HISTORY} (key varchar, dbt_valid_from timestamp, dbt_valid_to timestamp)")
        found = differences(sql, lambda statement: warehouse.execute(statement).fetchall(), HISTORY)

    assert found == []
