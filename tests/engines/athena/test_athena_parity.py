"""Three days of a generated shop, dirt included, through the whole project on DuckDB and on Athena: they hold the same."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from lakegraph.landing.generate.operations import generate
from lakegraph.landing.generate.options import GenerateOptions
from lakegraph.landing.operations import land
from lakegraph.landing.s3 import publish
from lakegraph.pipeline.dbt import DbtOutcome, DbtProcess, outcome_of
from lakegraph.runtime.settings import settings
from tests.engines.athena.odd_values import add_odd_values
from tests.engines.athena.reading import rows
from tests.engines.parity import first_difference

pytestmark = pytest.mark.soak

DAYS = 3
BUILT_SCHEMAS = ("silver", "snapshots", "gold", "graph_ready")
# what tells of the runs themselves, and the snapshots' hashes, which each adapter makes of its own texts
OF_THE_RUN = {"run_id", "started_at", "finished_at", "duration_seconds", "dbt_scd_id"}


@dataclass(frozen=True)
class Day:
    """What the two warehouses hold after a day: rows by relation, and the columns of each."""

    columns: dict[str, list[str]]
    on_duckdb: dict[str, list[tuple]]
    on_athena: dict[str, list[tuple]]


@dataclass(frozen=True)
class Builds:
    """The builds of each day on Athena, what the warehouses held after them, and the statements that it took."""

    outcomes: list[DbtOutcome]
    days: list[Day]


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Path:
    """Three days, landed; the last one with values that engines like to read differently."""
    root = tmp_path_factory.mktemp("parity")
    generate(GenerateOptions(root / "drops", date(2025, 1, 15), days=DAYS, scale=0.05, dirt=0.05))
    add_odd_values(root / "drops")
    assert land(settings(drops=root / "drops", lake=root / "lake")).complete
    return root / "lake"


@pytest.fixture(scope="module")
def builds(lake, athena) -> Builds:
    publish(lake, athena.environment["ATHENA_LAKE_DIR"], athena.client("s3"))
    on_duckdb = list(_build_on_duckdb(lake))
    outcomes, days = [], []
    for outcome, (columns, expected) in zip(_build_on_athena(lake, athena), on_duckdb, strict=True):
        outcomes.append(outcome)
        found = {
            relation: list(rows(athena.client("athena"), _select(relation, names)))
            for relation, names in columns.items()
        }
        days.append(Day(columns, expected, found))
    return Builds(outcomes, days)


def test_every_node_and_test_succeeds_on_athena(builds):
    # models, snapshots and seed are built anew each day, and each of the tests passes
    assert [set(outcome.statuses) for outcome in builds.outcomes] == [{"success", "pass"}] * DAYS
    assert len({tuple(sorted(outcome.statuses.items())) for outcome in builds.outcomes}) == 1


@pytest.mark.parametrize("day", range(DAYS))
def test_marts_snapshots_and_graph_marts_are_equal(builds, day):
    found = builds.days[day]

    differences = [
        first_difference(
            relation,
            columns,
            lambda name, _: found.on_duckdb[name],
            lambda name, _: found.on_athena[name],
        )
        for relation, columns in found.columns.items()
    ]

    assert [difference for difference in differences if difference] == []


def test_the_days_hold_what_they_should(builds):
    # equality of two empty warehouses would say nothing
    sizes = [{relation: len(held) for relation, held in day.on_duckdb.items()} for day in builds.days]
    schemas = {relation.partition(".")[0] for relation in sizes[-1]}
    assert schemas == set(BUILT_SCHEMAS)
    assert sizes[0]["gold.quarantined_records"] < sizes[-1]["gold.quarantined_records"]
    assert sizes[0]["snapshots.customers_history"] < sizes[-1]["snapshots.customers_history"]
    filled = {relation for relation, size in sizes[-1].items() if size}
    assert {
        "gold.customers",
        "graph_ready.node_order",
        "graph_ready.edge_purchased",
        "gold.seasonal_analysis",
    } <= filled


def _build_on_duckdb(lake: Path):
    process = DbtProcess()
    try:
        for _ in range(DAYS):
            _build(process, "dev", lake, {})
            with duckdb.connect(str(lake / "warehouse.duckdb"), read_only=True) as warehouse:
                columns = _columns(warehouse)
                yield columns, {name: warehouse.execute(_select(name, of)).fetchall() for name, of in columns.items()}
    finally:
        process.close()


def _build_on_athena(lake: Path, athena):
    process = DbtProcess()
    try:
        for _ in range(DAYS):
            yield _build(process, "athena_local", lake, athena.environment)
    finally:
        process.close()


def _build(process: DbtProcess, target: str, lake: Path, environment: dict[str, str]) -> DbtOutcome:
    own = {
        "LAKE_DIR": str(lake),
        "LAKEGRAPH_ENV": "dev",
        "DBT_TARGET_PATH": str(lake.parent / f"target_{target}"),
        "DBT_LOG_PATH": str(lake.parent / f"logs_{target}"),
    }
    # unit tests try expressions on made-up rows, which the marts of three days do as well
    arguments = ["build", "--exclude-resource-type", "unit_test", "--target", target]
    return outcome_of(f"dbt build on {target}", process.ask(arguments, {**own, **environment}))


def _columns(warehouse: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for relation, column in warehouse.execute(
        "select table_schema || '.' || table_name, column_name from information_schema.columns "
        f"where table_schema in {BUILT_SCHEMAS} order by 1, ordinal_position"
    ).fetchall():
        if column not in OF_THE_RUN:
            columns.setdefault(relation, []).append(column)
    return columns


def _select(relation: str, columns: list[str]) -> str:
    return f"select {', '.join(columns)} from {relation}"
