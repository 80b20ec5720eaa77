"""The macros under macros/engine/: each has a variant for every engine and none for others, and is tested; here, on DuckDB."""

import re

import duckdb
import pytest

from lakegraph.runtime.project import project_root
from tests.engines.compiling import compiled, refused
from tests.engines.macro_cases import CASES, HISTORY, QUERIES, STATEMENTS, differences, template

ENGINES = ("duckdb", "databricks", "athena")
MACROS = {file: file.read_text(encoding="utf-8") for file in sorted((project_root() / "macros").rglob("*.sql"))}
DISPATCHED = [
    name for text in MACROS.values() for name in re.findall(r"adapter\.dispatch\('(\w+)', 'lakegraph'\)", text)
]
# what only a macro of an engine has: its name, or that it looks which engine it is
OF_AN_ENGINE = re.compile(rf"adapter\.dispatch\(|target\.type|\b(?:{'|'.join(ENGINES)}|default)__\w+|unknown_engine\(")
# these need a model around them: test_catalogue.py and test_glue.py run the last two, the builds on the stand-ins the others
WITHIN_A_BUILD = {"expose_landing", "replace_batch", "known", "snapshot_key", "add_foreign_keys", "tag_relation"}


def test_what_differs_between_engines_is_a_macro_of_the_engines():
    models = [file for folder in ("models", "snapshots") for file in (project_root() / folder).rglob("*.sql")]
    texts = MACROS | {file: file.read_text(encoding="utf-8") for file in models}

    found = {file for file, text in texts.items() if OF_AN_ENGINE.search(text)}

    assert {file.parent for file in found} == {project_root() / "macros" / "engine"}


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

    assert set(DISPATCHED) - tested == WITHIN_A_BUILD


@pytest.mark.slow
def test_on_an_engine_that_it_was_not_written_for_a_macro_says_what_is_missing(tmp_path):
    other = {"type": "spark", "method": "session", "host": "none", "schema": "none"}

    said = refused(tmp_path / "project", "{{ text_literal('a') }}", other)

    assert (
        "The macro 'text_literal' has no variant for the engine 'spark'. Add spark__text_literal under macros/engine/."
        in said
    )


@pytest.mark.slow
def test_macros_give_on_duckdb_what_the_table_says(tmp_path):
    sql = compiled(tmp_path / "project", template(HISTORY), "dev", {})

    with duckdb.connect() as warehouse:
        warehouse.execute("set TimeZone = 'UTC'")
        warehouse.execute(f"create table {HISTORY} (key varchar, dbt_valid_from timestamp, dbt_valid_to timestamp)")
        found = differences(sql, lambda statement: warehouse.execute(statement).fetchall(), HISTORY)

    assert found == []


@pytest.mark.slow
def test_names_are_in_lower_case_in_glue_and_no_column_is_added_twice(tmp_path):
    declared = "{'id': {'type': 'string'}, 'Price': {'type': 'decimal'}, 'Sold_At': {'type': 'timestamp'}}"

    said = compiled(
        tmp_path / "project",
        f"{{{{ athena_ddl({declared}) }}}}; {{{{ athena_ddl(athena_new_columns({declared}, ['id', 'price'])) }}}}",
        "dev",
        {},
    )

    assert said == "`id` string, `price` decimal(18,4), `sold_at` timestamp; `sold_at` timestamp"
