"""Three days of one shop through the whole project, on DuckDB and on the Databricks stand-in, from the same landed files."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from lakegraph.landing.generate.operations import generate
from lakegraph.landing.generate.options import GenerateOptions
from lakegraph.landing.operations import land
from lakegraph.pipeline.dbt import DbtOutcome, DbtProcess, outcome_of
from lakegraph.runtime.settings import Settings
from tests.engines.databricks.stand_in import StandIn
from tests.engines.parity import first_difference

FIRST, DAYS, SCALE, DIRT, SEED = date(2025, 1, 15), 3, 0.1, 0.02, 7
COMPARED_SCHEMAS = ("gold", "graph_ready", "snapshots")
# made by each engine's own hash of its own text of a timestamp
NOT_COMPARED = ("dbt_scd_id",)
# what dbt did is each build's own; the steps of landing are the same
FILTERS = {"gold.processing_log": "where step not like 'dbt %'"}


@dataclass(frozen=True)
class Day:
    """What a day's build did on Databricks, and how what it made differs from DuckDB's, in words."""

    outcome: DbtOutcome
    compared: list[str]
    differences: list[str]


class Leg:
    """A lake, the two warehouses over it, and the days that were built in them."""

    def __init__(self, root: Path, stand_in: StandIn):
        self._root, self.stand_in = root, stand_in
        self.lake = root / "lake"
        self._duckdb, self._databricks = DbtProcess(), DbtProcess()
        self.days: list[Day] = []

    def run(self) -> None:
        """Land, publish and build day after day."""
        made = self._root / "made"
        generate(GenerateOptions(made, FIRST, days=DAYS, scale=SCALE, seed=SEED, dirt=DIRT))
        self.dbt("run-operation", "expose_landing")
        for number in range(DAYS):
            self._land(made, FIRST + timedelta(days=number))
            self.stand_in.publish(self.lake)
            # what dbt's unit tests say of the SQL does not change from day to day
            outcome = self.dbt("build", *(["--exclude-resource-type", "unit_test"] if number else []))
            self._on_duckdb("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
            compared = self._relations()
            found = [
                first_difference(name, columns, self._in_duckdb, self._on_databricks) for name, columns in compared
            ]
            self.days.append(Day(outcome, [name for name, _ in compared], [words for words in found if words]))

    def dbt(self, *arguments: str) -> DbtOutcome:
        """Run a dbt command on the stand-in, which must succeed."""
        return self._ask(self._databricks, arguments, "databricks_local", self.stand_in.environment)

    def close(self) -> None:
        """End the processes that ran dbt."""
        self._duckdb.close()
        self._databricks.close()

    def _on_duckdb(self, *arguments: str) -> DbtOutcome:
        return self._ask(self._duckdb, arguments, "dev", {})

    def _ask(
        self, process: DbtProcess, arguments: tuple[str, ...], target: str, environment: dict[str, str]
    ) -> DbtOutcome:
        variables = {
            "LAKE_DIR": str(self.lake),
            "LAKEGRAPH_ENV": "dev",
            "DBT_TARGET_PATH": str(self._root / f"target_{target}"),
            "DBT_LOG_PATH": str(self._root / f"logs_{target}"),
            **environment,
        }
        return outcome_of(f"dbt {' '.join(arguments)}", process.ask([*arguments, "--target", target], variables))

    def _land(self, made: Path, day: date) -> None:
        drops = self._root / "drops"
        drops.mkdir(exist_ok=True)
        for file in made.glob(f"*{day:%Y_%m_%d}*"):
            shutil.copy(file, drops)
        landed = land(Settings(lake=self.lake, drops=drops))
        assert len(landed.batches) == 1, landed

    def _relations(self) -> list[tuple[str, list[str]]]:
        rows = self._query(
            "select table_schema || '.' || table_name, list(column_name order by ordinal_position)"
            f" from information_schema.columns where table_schema in {COMPARED_SCHEMAS} group by 1 order by 1"
        )
        return [(name, [column for column in columns if column not in NOT_COMPARED]) for name, columns in rows]

    def _in_duckdb(self, relation: str, columns: list[str]) -> Iterable[tuple]:
        return self._query(_select(relation, columns, '"'))

    def _on_databricks(self, relation: str, columns: list[str]) -> Iterable[tuple]:
        return self.stand_in.rows(_select(relation, columns, "`"))

    def _query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.lake / "warehouse.duckdb"), read_only=True) as warehouse:
            return warehouse.execute(sql).fetchall()


def _select(relation: str, columns: list[str], quote: str) -> str:
    listed = ", ".join(f"{quote}{column}{quote}" for column in columns)
    return f"select {listed} from {relation} {FILTERS.get(relation, '')}"
