"""The days of one shop through the whole project, on DuckDB and on another engine's stand-in, from the same landed files.

A day is built when it is first asked for, after those before it, so that whoever looks at the first day alone builds no other.
"""

import os
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol
from unittest.mock import patch

import duckdb

from lakegraph.landing.generate.operations import generate
from lakegraph.landing.generate.options import GenerateOptions
from lakegraph.landing.operations import land
from lakegraph.pipeline.batches import BatchState, list_batches
from lakegraph.pipeline.dbt import DbtProcess, outcome_of
from lakegraph.runtime.neo4j_target import Neo4jTarget
from lakegraph.runtime.settings import settings
from tests.engines.loading import LoadOrder, load_marts
from tests.engines.odd_values import add_odd_values
from tests.engines.parity import first_difference
from tests.engines.same_graph.reading import graph_of
from tests.engines.variables import variables
from tests.support.graph import empty

FIRST, DAYS, SCALE, DIRT, SEED = date(2025, 1, 15), 3, 0.05, 0.05, 7
# the number of the last day
LAST = DAYS - 1
COMPARED_SCHEMAS = ("silver", "snapshots", "gold", "graph_ready")
# what tells of the runs themselves, and the snapshots' hashes, which each adapter makes of its own texts
OF_THE_RUN = ("run_id", "started_at", "finished_at", "duration_seconds", "dbt_scd_id")


class StandIn(Protocol):
    """What a leg needs of the engine that it runs on."""

    name: str
    target: str
    environment: dict[str, str]
    dbt_module: str
    # of every dbt command
    options: tuple[str, ...]

    def publish(self, lake: Path) -> list[str]:
        """Bring the batches of a lake to where the engine reads them; their ids."""

    def rows(self, sql: str) -> list[tuple]:
        """What a query gives."""

    def load(self, order: LoadOrder) -> dict[str, list[int]]:
        """Load the graph marts from its tables, in a Spark that reads them; what `load_marts` counts."""


@dataclass(frozen=True)
class Build:
    """What `dbt build` did: how many nodes of each kind ended in each status, and in how many seconds."""

    nodes: Counter[tuple[str, str]]
    seconds: float

    def tests(self, status: str) -> int:
        """How many data tests and unit tests ended in a status."""
        return self.nodes["test", status] + self.nodes["unit_test", status]


@dataclass(frozen=True)
class Day:
    """A day's builds on both engines, how many rows DuckDB has of each relation, and in words what the other has otherwise."""

    on_duckdb: Build
    on_engine: Build
    rows: dict[str, int]
    differences: list[str]

    def numbers(self, engine: str) -> list[dict]:
        """What the table at the end of the tests says of the day: a line for the engine, and one for DuckDB, which each leg
        builds for itself."""
        return [
            {
                "engine": name,
                "models": build.nodes["model", "success"],
                "tests": build.tests("pass"),
                "warnings": build.tests("warn"),
                "rows": sum(self.rows.values()),
                "seconds": build.seconds,
            }
            for name, build in ((engine, self.on_engine), (f"duckdb beside {engine}", self.on_duckdb))
        ]


class Leg:
    """A lake, and the two warehouses over it."""

    def __init__(self, root: Path, stand_in: StandIn):
        self._root, self.stand_in = root, stand_in
        self.lake = root / "lake"
        self._on_duckdb, self._on_engine = DbtProcess(), DbtProcess(stand_in.dbt_module)
        self._days: list[Day] = []
        self._begun = 0
        generate(GenerateOptions(root / "made", FIRST, days=DAYS, scale=SCALE, seed=SEED, dirt=DIRT))
        add_odd_values(root / "made")

    def day(self, number: int) -> Day:
        """A day by its number, from 0; it is built if it was not."""
        while len(self._days) <= number:
            assert self._begun == len(self._days), f"Day {self._begun} could not be built."
            self._begun += 1
            self._days.append(self._build(len(self._days)))
        return self._days[number]

    @property
    def built(self) -> int:
        """How many days there are by now."""
        return len(self._days)

    def dbt(self, *arguments: str) -> Build:
        """Run a dbt command on the stand-in, which must succeed."""
        options = [*arguments, *self.stand_in.options]
        return self._ask(self._on_engine, options, self.stand_in.target, self.stand_in.environment)

    def dbt_on_duckdb(self, *arguments: str) -> Build:
        """Run a dbt command on DuckDB, which must succeed."""
        return self._ask(self._on_duckdb, arguments, "dev", {})

    def graph(self, target: str, neo4j: Neo4jTarget) -> tuple[dict[str, list[str]], dict[str, list[int]]]:
        """The graph that a load makes of the marts as one of the engines has them, in a database that is emptied before.

        Args:
            target: dbt's, of DuckDB or of the stand-in.
            neo4j: the database.

        Returns:
            What `graph_of` finds, and what `load_marts` counts.
        """
        empty(neo4j)
        # DuckDB's marts are in the lake; the ledger of the others is in a place of its own
        lake = self.lake if target == "dev" else self._root / f"ledger_{target}"
        order = LoadOrder(self._root / f"target_{target}" / "manifest.json", lake, neo4j)
        counts = (load_marts if target == "dev" else self.stand_in.load)(order)
        return graph_of(neo4j.uri, neo4j.username, neo4j.password), counts

    def batches(self, target: str) -> list[BatchState]:
        """What `lakegraph batches` tells of the lake, with the environment of that target."""
        own = variables(self._root, target) | (self.stand_in.environment if target == self.stand_in.target else {})
        with patch.dict(os.environ, own):
            return list_batches(settings(lake=self.lake, target=target))

    def close(self) -> None:
        """End the processes that ran dbt."""
        self._on_duckdb.close()
        self._on_engine.close()

    def _build(self, number: int) -> Day:
        self._land(FIRST + timedelta(days=number))
        self.stand_in.publish(self.lake)
        # what unit tests say does not change from day to day; data tests look at what the increments have left
        left_out = ({"test"} if number < LAST else set()) | ({"unit_test"} if number else set())
        command = ["build", *(word for kind in sorted(left_out) for word in ("--exclude-resource-type", kind))]
        on_engine = self.dbt(*command)
        on_duckdb = self.dbt_on_duckdb(*command)
        with duckdb.connect(str(self.lake / "warehouse.duckdb"), read_only=True) as warehouse:
            relations = _relations(warehouse)
            expected = {name: warehouse.execute(_select(name, columns)).fetchall() for name, columns in relations}
        found = [
            first_difference(
                name,
                columns,
                lambda relation, _: expected[relation],
                lambda relation, names: self.stand_in.rows(_select(relation, names)),
            )
            for name, columns in relations
        ]
        rows = {name: len(held) for name, held in expected.items()}
        return Day(on_duckdb, on_engine, rows, [words for words in found if words])

    def _land(self, day: date) -> None:
        drops = self._root / "drops"
        drops.mkdir(exist_ok=True)
        for file in (self._root / "made").glob(f"*{day:%Y_%m_%d}*"):
            shutil.copy(file, drops)
        landed = land(settings(drops=drops, lake=self.lake))
        assert landed.complete, landed
        assert len(landed.batches) == 1, landed

    def _ask(
        self, process: DbtProcess, arguments: list[str] | tuple[str, ...], target: str, environment: dict[str, str]
    ) -> Build:
        own = variables(self._root, target) | environment
        answer = process.ask([*arguments, "--target", target], own)
        outcome = outcome_of(f"dbt {' '.join(arguments)} on {target}", answer)
        nodes = Counter((result["unique_id"].split(".")[0], result["status"]) for result in answer["results"])
        return Build(nodes, outcome.seconds)


def _relations(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[str, list[str]]]:
    return warehouse.execute(
        "select table_schema || '.' || table_name, list(column_name order by ordinal_position)"
        f" from information_schema.columns where table_schema in {COMPARED_SCHEMAS} and column_name not in {OF_THE_RUN}"
        " group by 1 order by 1"
    ).fetchall()


def _select(relation: str, columns: list[str]) -> str:
    return f"select {', '.join(columns)} from {relation}"
