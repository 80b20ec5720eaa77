"""Tables and views that are replaced where they stand: what was there stays until the new one is whole."""

from pathlib import Path

import duckdb
import pytest
from dbt.cli.main import dbtRunner

from lakegraph.runtime.project import project_root

PROJECT = """\
name: small
profile: small
macro-paths: [macros]
models:
  small: {+materialized: "{{ env_var('AS', 'table') }}"}
"""
PROFILE = """\
small:
  target: dev
  outputs: {dev: {type: duckdb, path: "{{ env_var('LAKE') }}/warehouse.duckdb", schema: main}}
"""
CONTRACT = """\
models:
  - name: numbers
    config: {contract: {enforced: true}}
    columns: [{name: n, data_type: integer, constraints: [{type: not_null}]}]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "macros").mkdir()
    (tmp_path / "models").mkdir()
    of_ours = project_root() / "macros" / "engine" / "materializations_duckdb.sql"
    (tmp_path / "macros" / of_ours.name).symlink_to(of_ours)
    (tmp_path / "dbt_project.yml").write_text(PROJECT)
    (tmp_path / "profiles.yml").write_text(PROFILE)
    return tmp_path


def run(project: Path, numbers: str, materialized: str = "table") -> tuple[bool, str]:
    """Run the one model, given as SQL: whether it succeeded, and what the model said."""
    (project / "models" / "numbers.sql").write_text(numbers)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        for name, value in {
            "AS": materialized,
            "LAKE": str(project),
            "DBT_TARGET_PATH": "target",
            "DBT_LOG_PATH": "logs",
        }.items():
            patch.setenv(name, value)
        done = dbtRunner().invoke(["run", "--profiles-dir", ".", "--quiet"])
    said = [one.message or "" for one in done.result] if done.result else [repr(done.exception)]
    return done.success, "".join(said)


def relations(project: Path) -> dict[str, str]:
    """Every relation of the warehouse, and what it is."""
    with duckdb.connect(str(project / "warehouse.duckdb")) as warehouse:
        return dict(warehouse.execute("select table_name, table_type from information_schema.tables").fetchall())


def numbers(project: Path) -> list[int]:
    with duckdb.connect(str(project / "warehouse.duckdb")) as warehouse:
        return [n for (n,) in warehouse.execute("select n from numbers order by n").fetchall()]


def test_a_table_becomes_a_view_and_a_table_again(project: Path):
    for turn, (kind, shown) in enumerate(
        [("table", "BASE TABLE"), ("view", "VIEW"), ("view", "VIEW"), ("table", "BASE TABLE")]
    ):
        succeeded, said = run(project, f"select {turn} as n", kind)
        assert succeeded, said
        assert relations(project) == {"numbers": shown}
        assert numbers(project) == [turn]


@pytest.mark.parametrize("kind", ["table", "view"])
def test_a_model_that_fails_leaves_what_was_there(project: Path, kind: str):
    assert run(project, "select 1 as n", kind)[0]
    wrong = "select error('half-way')::integer as n from range(3)" if kind == "table" else "select n from nowhere"
    succeeded, said = run(project, wrong, kind)
    assert not succeeded
    assert ("half-way" if kind == "table" else "nowhere") in said
    assert numbers(project) == [1]
    assert len(relations(project)) == 1


def test_a_row_that_breaks_the_contract_leaves_the_table_that_was_there(project: Path):
    (project / "models" / "numbers.yml").write_text(CONTRACT)
    assert run(project, "select 1 as n")[0]
    succeeded, said = run(project, "select case when i = 0 then i::integer end as n from range(3) as t (i)")
    assert not succeeded
    assert "NOT NULL" in said
    assert numbers(project) == [1]


def test_hooks_run_in_the_transaction_that_replaces_the_table(project: Path):
    assert run(project, "select 1 as n")[0]
    hook = """{{ config(post_hook="insert into {{ this }} select error('the hook fails')::integer") }}"""
    succeeded, said = run(project, hook + "select 2 as n")
    assert not succeeded
    assert "the hook fails" in said
    assert numbers(project) == [1]
