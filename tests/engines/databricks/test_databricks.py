"""The project on Databricks: three days of a shop with faults, held against DuckDB, and what the stand-in did otherwise."""

import pyarrow.parquet as pq
import pytest

from tests.engines.databricks.leg import DAYS, Leg
from tests.engines.databricks.stand_in import StandIn

pytestmark = pytest.mark.soak

# Whatever else the stand-in would not run as it came is new, and a reason to look at it. Open Spark has neither tags nor keys.
ALLOWED_DEVIATIONS = {
    "emulated: describe as json",
    "emulated: information schema",
    "logged: column tags",
    "logged: key of a new table",
    "logged: key of an existing table",
    "logged: table tags",
}


@pytest.fixture(scope="module")
def leg(tmp_path_factory):
    """The three days, built once."""
    root = tmp_path_factory.mktemp("databricks")
    with StandIn(root / "stand_in") as stand_in:
        leg = Leg(root, stand_in)
        try:
            leg.run()
            yield leg
        finally:
            leg.close()


@pytest.mark.parametrize("day", range(DAYS))
def test_marts_history_and_graph_are_those_of_duckdb(leg, day):
    assert not leg.days[day].differences, "\n".join(leg.days[day].differences)


def test_every_mart_snapshot_and_graph_mart_was_compared(leg):
    # 29 marts, 5 snapshots, 6 nodes and 9 edges
    assert len(leg.days[-1].compared) == 49


@pytest.mark.parametrize("day", range(DAYS))
def test_every_model_snapshot_seed_and_data_test_ran(leg, day):
    unit_tests = 0 if day else 17

    assert sum(leg.days[day].outcome.statuses.values()) == 88 + 5 + 1 + 93 + unit_tests + 4
    assert not {"error", "fail", "skipped"} & leg.days[day].outcome.statuses.keys()


def test_what_the_stand_in_does_not_run_as_it_comes_is_known(leg):
    journal = leg.stand_in.journal()

    assert {deviation for entry in journal for deviation in entry.deviations} == ALLOWED_DEVIATIONS
    assert [(entry.sql, entry.error) for entry in journal if entry.error] == []


def test_publishing_again_changes_nothing(leg):
    before = _landed_rows(leg)

    assert leg.stand_in.publish(leg.lake) == []
    assert _landed_rows(leg) == before


def test_an_interrupted_publication_is_completed(leg):
    in_files = sum(pq.read_metadata(file).num_rows for file in (leg.lake / "bronze" / "orders").glob("*/*.parquet"))
    batch = "batch_2025_01_16_001"
    leg.stand_in.rows(f"delete from ops.batches where batch_id = '{batch}'")
    leg.stand_in.rows(f"delete from bronze.orders where _batch_id = '{batch}' and _source_line % 2 = 0")

    assert leg.stand_in.publish(leg.lake) == [batch]

    assert leg.stand_in.rows("select count(*), count(distinct _batch_id) from bronze.orders") == [(in_files, DAYS)]
    assert leg.stand_in.rows(f"select count(*) from ops.batches where batch_id = '{batch}'") == [(1,)]


def _landed_rows(leg: Leg) -> list[tuple]:
    return leg.stand_in.rows(
        "select (select count(*) from bronze.orders), (select count(*) from bronze.customers),"
        " (select count(*) from ops.batch_files), (select count(*) from ops.batches),"
        " (select count(*) from ops.rejected_records), (select count(*) from ops.processing_log)"
    )
