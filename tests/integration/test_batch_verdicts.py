"""A batch that fails its checks is held back until somebody decides; marts, history and the queue behind it stand still."""

import dataclasses
import json
from datetime import date, datetime

import pytest
from dbt_batches import FIRST_DAY, customer, order, product
from dbt_lake import Batch, DbtLake
from typer.testing import CliRunner

from lakegraph.cli import app
from lakegraph.pipeline.batches import BatchDecisionError, decide, list_batches, replay
from lakegraph.pipeline.build_records import applied_and_verdicts, told_by_dbt
from lakegraph.pipeline.run import DATA_ONLY, build_waiting
from lakegraph.pipeline.steps import Steps
from lakegraph.runtime import ops
from lakegraph.runtime.processing_log import log_found
from lakegraph.runtime.settings import Settings, settings

pytestmark = pytest.mark.slow

# one order of three is of a customer whom nobody knows: far beyond the tolerance of a check of severity HIGH
BAD_DAY = Batch(
    id="batch_2025_01_16_001",
    date=date(2025, 1, 16),
    records={
        "customers": [customer("C1", "Ada Byron", city="Rome"), customer("C2", "Ben Ito")],
        "orders": [
            order("O7", "C1", "P1", "12.50", order_date="2025-01-16"),
            order("O8", "C2", "P1", "12.50", order_date="2025-01-16"),
            order("O9", "NOBODY", "P1", "12.50", order_date="2025-01-16"),
        ],
    },
)
NEXT_DAY = Batch(
    id="batch_2025_01_17_001",
    date=date(2025, 1, 17),
    records={"products": [product("P1", "Earphones", "14"), product("P2", "Gadget", "5.50")]},
)


@pytest.fixture
def lake(tmp_path, monkeypatch) -> DbtLake:
    lake = DbtLake(tmp_path)
    monkeypatch.setenv("DBT_TARGET_PATH", str(lake.target))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    return lake


def of(lake: DbtLake, env: str) -> Settings:
    return settings(lake=lake.lake, target="dev", env=env)


def without_quality(tables: dict) -> dict:
    """The tables of history, marts and graph; those about batches themselves tell of the held one too."""
    about_batches = ("gold.batch_ledger", "gold.quarantined_records", "gold.validation_results")
    kept = ("snapshots.", "gold.", "graph_ready.")
    return {name: rows for name, rows in tables.items() if name.startswith(kept) and name not in about_batches}


def contract_result(batch_id: str, **changed) -> dict:
    """What Great Expectations said of the required columns of a drop's customers."""
    row = {
        "run_id": "landing", "batch_id": batch_id, "stage": "drop", "asset": "customers.csv", "expectation": "columns",
        "severity": "CRITICAL", "success": True, "description": "the required columns", "expected": "customer_id",
        "observed": "all are there", "checked": 2, "unexpected": 0,
    }  # fmt: skip
    return row | changed


def test_a_failed_batch_is_held_then_released(lake):
    drops = [contract_result(batch.id) for batch in (FIRST_DAY, BAD_DAY, NEXT_DAY)]
    # of two that landing did not meet any more, one has come back since
    for batch_id, checked_at in (("refused", datetime(2999, 1, 1)), ("gone", datetime(2025, 1, 15))):
        broken = {"success": False, "observed": "it lacks customer_id", "unexpected": 1}
        drops.append(contract_result(batch_id, checked_at=checked_at, **broken))
        log_found(lake.lake / "ops", "landing", "land", batch_id, "gone", "it is no more in the drops folder")
    ops.append(lake.lake / "ops", "expectation_results", "drops", drops)
    lake.land(FIRST_DAY)
    # the first day breaks rules of its own: whoever runs in production has to let it through once
    assert build_waiting(of(lake, "dev"), Steps(quiet=True)).held is None
    before = without_quality(lake.tables())
    lake.land(BAD_DAY)
    lake.land(NEXT_DAY)

    held = build_waiting(of(lake, "prod"), Steps(quiet=True)).held

    assert (held.batch_id, held.state, held.verdict, held.score) == (BAD_DAY.id, "held", "FAIL", 95)
    assert "orders_without_customer HIGH: 1 of 3" in held.reason
    assert without_quality(lake.tables()) == before
    assert [batch.state for batch in list_batches(of(lake, "prod"))] == ["applied", "held", "waiting"]
    assert lake.rows(f"""
        select severity, checked, broken, sample_keys, verdict, decision from gold.validation_results
        where batch_id = '{BAD_DAY.id}' and check_id = 'orders_without_customer'
    """) == [("HIGH", 3, 1, "O9|1", "FAIL", "held")]
    said = "the required columns; expected customer_id; found"
    # the next day is not judged yet, and what landing refused never is
    assert lake.rows("""
        select batch_id, batch_date::text, severity, checked, broken, share, description, verdict, run_id
        from gold.validation_results where source = 'drop_contract' order by 1
    """) == [
        (FIRST_DAY.id, "2025-01-15", "NONE", 2, 0, 0, f"{said} all are there", "FAIL", None),
        (BAD_DAY.id, "2025-01-16", "NONE", 2, 0, 0, f"{said} all are there", "FAIL", None),
        ("refused", None, "CRITICAL", 2, 1, 0.5, f"{said} it lacks customer_id", None, "landing"),
    ]  # fmt: skip
    ((status, error),) = lake.rows(f"""
        select status, error from gold.processing_log where batch_id = '{BAD_DAY.id}' and step = 'dbt validation'
    """)
    assert status == "failed"
    assert "is held back: its verdict is FAIL" in error

    succeeded, printed = lake.dbt("build", *DATA_ONLY, env={"LAKEGRAPH_ENV": "prod"})
    assert not succeeded
    assert f"Batch {BAD_DAY.id} is held back: its verdict is FAIL" in printed

    with pytest.raises(BatchDecisionError, match="is applied already"):
        decide(of(lake, "prod"), FIRST_DAY.id, "reject")
    with pytest.raises(BatchDecisionError, match="nothing holds it back"):
        decide(of(lake, "prod"), NEXT_DAY.id, "release")
    decide(of(lake, "prod"), BAD_DAY.id, "release", "the customer follows tomorrow")
    assert build_waiting(of(lake, "prod"), Steps(quiet=True)).held is None

    assert [batch.state for batch in list_batches(of(lake, "prod"))] == ["applied", "applied", "applied"]
    assert lake.rows("select count(*) from gold.orders where order_id in ('O7', 'O8', 'O9')") == [(3,)]
    assert lake.rows("select price::double from gold.products where product_id = 'P1'") == [(14.0,)]
    ((decision, decided_by),) = lake.rows(
        f"select decision, decided_by from silver.batch_verdicts where _batch_id = '{BAD_DAY.id}'"
    )
    assert (decision, decided_by.split(" by ")[0]) == ("admitted", "release")


@pytest.mark.usefixtures("without_data_tests")
def test_a_batch_that_fails_the_checks_its_trigger_asks_for_is_held_where_the_policy_warns(lake):
    lake.land(FIRST_DAY)
    assert build_waiting(of(lake, "dev"), Steps(quiet=True)).held is None
    for batch in (BAD_DAY, NEXT_DAY):
        lake.land(dataclasses.replace(batch, asked_checks="schema_validation,business_rules_validation"))

    held = build_waiting(of(lake, "dev"), Steps(quiet=True)).held

    assert (held.batch_id, held.verdict, held.decided_by) == (BAD_DAY.id, "FAIL", "trigger")
    assert held.reason.startswith(
        "its trigger asks for business_rules_validation; orders_without_customer HIGH: 1 of 3"
    )
    assert lake.rows("select count(*) from gold.orders where order_id in ('O7', 'O8', 'O9')") == [(0,)]
    decide(of(lake, "dev"), BAD_DAY.id, "release")
    builds = build_waiting(of(lake, "dev"), Steps(quiet=True))
    assert builds.held is None
    # one that passes them is let in as always
    assert [(batch.batch_id, batch.decided_by.split(" by ")[0]) for batch in builds.applied] == [
        (BAD_DAY.id, "release"),
        (NEXT_DAY.id, "verdict"),
    ]


def test_a_failed_batch_that_the_policy_lets_in_is_told(lake):
    lake.land(FIRST_DAY)
    lake.land(NEXT_DAY)

    printed = lake.said("build", "--select", "tag:row_level", "--exclude-resource-type", "unit_test", "test")
    builds = build_waiting(of(lake, "dev"), Steps(quiet=True))

    ((reasons,),) = lake.rows(f"select reasons from silver.batch_verdicts where _batch_id = '{FIRST_DAY.id}'")
    assert f"Batch {FIRST_DAY.id} is let in although its verdict is FAIL ({reasons})" in " ".join(printed.split())
    assert [(batch.batch_id, batch.only_warned) for batch in builds.applied] == [(NEXT_DAY.id, False)]
    (first, _) = list_batches(of(lake, "dev"))
    assert (first.verdict, first.decided_by, first.only_warned) == ("FAIL", "policy warn", True)


def test_the_commands_hold_a_batch_in_production_and_go_on_once_it_is_released(lake, tmp_path):
    drops = tmp_path / "drops"
    drops.mkdir()

    def command(*arguments: str):
        return CliRunner().invoke(app, [*arguments, "--lake", str(lake.lake)], catch_exceptions=False)

    def run(env: str) -> tuple[int, dict]:
        done = command("run", "--drops", str(drops), "--env", env, "--no-load", "--json")
        return done.exit_code, json.loads(done.stdout)

    def graph_marts() -> dict:
        return {name: rows for name, rows in lake.tables().items() if name.startswith("graph_ready.")}

    lake.land(dataclasses.replace(FIRST_DAY, landed_at=datetime(2025, 1, 15, 7)))
    code, report = run("dev")
    assert (code, report["complete"], report["held"]) == (0, True, None)
    before = graph_marts()
    lake.land(dataclasses.replace(BAD_DAY, landed_at=datetime(2025, 1, 16, 7)))

    code, report = run("prod")

    assert (code, report["complete"]) == (1, False)
    held = report["held"]
    assert (held["batch_id"], held["state"], held["verdict"], held["score"]) == (BAD_DAY.id, "held", "FAIL", 95)
    assert "orders_without_customer HIGH: 1 of 3" in held["reason"]
    assert graph_marts() == before

    released = command("batches", "release", BAD_DAY.id, "--reason", "the customer follows")

    assert released.exit_code == 0
    assert f"{BAD_DAY.id}: release; the next `lakegraph run`" in " ".join(released.output.split())
    code, report = run("prod")
    assert (code, report["complete"], report["held"]) == (0, True, None)
    assert lake.rows("select count(*) from graph_ready.node_order where order_id in ('O7', 'O8', 'O9')") == [(3,)]
    assert len(graph_marts()) == len(before) > 10


@pytest.mark.usefixtures("without_data_tests")
def test_dbt_tells_what_the_warehouse_holds_of_batches(lake):
    assert told_by_dbt(of(lake, "prod")) == (set(), {})
    lake.land(FIRST_DAY)
    build_waiting(of(lake, "dev"), Steps(quiet=True))
    lake.land(BAD_DAY)
    assert build_waiting(of(lake, "prod"), Steps(quiet=True)).held.batch_id == BAD_DAY.id

    applied, verdicts = told_by_dbt(of(lake, "prod"))

    assert applied == {FIRST_DAY.id}
    assert {batch_id: verdict["decision"] for batch_id, verdict in verdicts.items()} == {
        FIRST_DAY.id: "admitted",
        BAD_DAY.id: "held",
    }
    assert (applied, verdicts) == applied_and_verdicts(of(lake, "prod"))


@pytest.mark.usefixtures("without_data_tests")
def test_a_batch_that_is_replayed_is_judged_as_if_for_the_first_time(lake):
    for batch in (FIRST_DAY, BAD_DAY):
        lake.land(batch)
    assert build_waiting(of(lake, "dev"), Steps(quiet=True)).held is None
    theirs = "select count(*) from snapshots.orders_history where order_id in ('O7', 'O8', 'O9')"
    assert lake.rows(theirs) == [(3,)]

    assert replay(of(lake, "prod"), BAD_DAY.id) == [BAD_DAY.id]

    assert build_waiting(of(lake, "prod"), Steps(quiet=True)).held.batch_id == BAD_DAY.id
    assert lake.rows(theirs) == [(0,)]
    assert lake.rows("select count(*) from gold.orders where order_id in ('O7', 'O8', 'O9')") == [(0,)]


@pytest.mark.usefixtures("without_data_tests")
def test_a_failed_batch_is_rejected_and_the_next_one_goes_on(lake):
    lake.land(FIRST_DAY)
    build_waiting(of(lake, "dev"), Steps(quiet=True))
    lake.land(BAD_DAY)
    lake.land(NEXT_DAY)
    assert build_waiting(of(lake, "prod"), Steps(quiet=True)).held.batch_id == BAD_DAY.id

    decide(of(lake, "prod"), BAD_DAY.id, "reject", "wrong shop")
    assert build_waiting(of(lake, "prod"), Steps(quiet=True)).held is None

    states = {batch.batch_id: (batch.state, batch.reason) for batch in list_batches(of(lake, "prod"))}
    assert states[BAD_DAY.id][0] == "rejected"
    assert states[BAD_DAY.id][1].endswith("wrong shop")
    assert states[NEXT_DAY.id][0] == "applied"
    assert lake.rows("select count(*) from gold.orders where order_id in ('O7', 'O8', 'O9')") == [(0,)]
    assert lake.rows(f"select count(*) from silver.stg_commerce__orders where _batch_id = '{BAD_DAY.id}'") == [(0,)]
    assert lake.rows(f"select count(*) from gold.quarantined_records where batch_id = '{BAD_DAY.id}'") == [(0,)]

    # the same as if it had never been there
    other = dataclasses.replace(lake, root=lake.root / "other")
    other.land(FIRST_DAY)
    other.land(NEXT_DAY)
    build_waiting(of(other, "dev"), Steps(quiet=True))
    assert without_quality(lake.tables()) == without_quality(other.tables())


@pytest.mark.usefixtures("without_data_tests")
def test_a_build_that_follows_applied_batches_up_to_a_held_one_brings_the_marts_along(lake):
    lake.land(FIRST_DAY)
    lake.land(dataclasses.replace(NEXT_DAY, id="batch_2025_01_15_002", date=date(2025, 1, 15)))
    lake.land(BAD_DAY)

    builds = build_waiting(of(lake, "prod"), Steps(quiet=True))

    if builds.held.batch_id == FIRST_DAY.id:
        decide(of(lake, "prod"), FIRST_DAY.id, "release")
        builds = build_waiting(of(lake, "prod"), Steps(quiet=True))
    assert builds.held.batch_id == BAD_DAY.id
    assert lake.rows("select price::double from gold.products where product_id = 'P1'") == [(14.0,)]
    assert lake.rows("select batch_id from silver.batch_as_of") == [("batch_2025_01_15_002",)]
