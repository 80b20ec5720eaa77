"""What a build left that did not end, or that is done again by other rules, is undone; the history stays sound."""

import json
from dataclasses import replace
from datetime import date

import duckdb
import pytest
from dbt_batches import customer, order, product
from dbt_lake import NO_TESTS, Batch, DbtLake

from lakegraph.pipeline.batches import decide
from lakegraph.pipeline.dbt import DbtError
from lakegraph.pipeline.run import build_waiting
from lakegraph.pipeline.steps import Steps
from lakegraph.runtime.project import project_vars
from lakegraph.runtime.settings import settings

pytestmark = pytest.mark.slow

ROW_LEVEL = ("build", "--select", "tag:row_level", *NO_TESTS)
FIRST = Batch("b_15", date(2025, 1, 15), {
    "customers": [customer("C1", "Ada Byron", city="Oslo"), customer("C2", "Ben Ito"), customer("shop:3", "Cy Moe")],
    "products": [product("P1", "Lamp", "10"), product("P2", "Vase", "20")],
})  # fmt: skip
# C2 is gone, C9 is new, C1 moved
SECOND = Batch("b_16", date(2025, 1, 16), {
    "customers": [customer("C1", "Ada Byron", city="Rome"), customer("C9", "Di Noor"), customer("shop:3", "Cy Moe")],
    "products": [product("P1", "Lamp", "11"), product("P2", "Vase", "20")],
})  # fmt: skip
THIRD = Batch("b_17", date(2025, 1, 17), {"products": [product("P1", "Lamp", "12"), product("P2", "Vase", "20")]})


def built(lake: DbtLake) -> dict:
    """Current versions and history, without what tells of batches."""
    return {
        name: rows
        for name, rows in lake.tables().items()
        if name.startswith("snapshots.") or name.startswith("silver.int_")
    }


@pytest.mark.parametrize(
    "attempt", [("run", "--select", "tag:row_level"), (*ROW_LEVEL, "--exclude", "shipping_history")]
)
def test_a_batch_that_is_rejected_after_its_build_had_begun_leaves_nothing(tmp_path, attempt):
    lake, other = DbtLake(tmp_path / "lake"), DbtLake(tmp_path / "other")
    for each in (lake, other):
        each.land(FIRST)
        each.run(*ROW_LEVEL)
    lake.land(SECOND)
    lake.run(*attempt)
    assert ("C9",) in lake.rows("select customer_id from silver.int_customers_current")

    decide(settings(lake=lake.lake), SECOND.id, "reject")
    for each in (lake, other):
        each.land(THIRD)
        each.run(*ROW_LEVEL)

    wanted = [("C1", "Oslo", True), ("C2", "Berlin", True), ("shop:3", "Berlin", True)]
    assert lake.rows("select customer_id, city, is_present from silver.int_customers_current order by 1") == wanted
    ours, theirs = built(lake), built(other)
    assert {name: ours[name] for name in theirs if name.startswith("snapshots.")} == {
        name: rows for name, rows in theirs.items() if name.startswith("snapshots.")
    }
    assert ours["silver.int_products_current"] == theirs["silver.int_products_current"]


def test_a_batch_is_built_again_by_other_rules_and_another_idea_of_change(tmp_path):
    lake = DbtLake(tmp_path)
    lake.land(FIRST)
    lake.run(*ROW_LEVEL)
    feeds, rules = project_vars()["feeds"], project_vars()["rules"]
    dear = {
        "id": "products.price.dear", "feed": "products", "kind": "range", "columns": ["price"], "max": 15,
        "severity": "error", "message": "too dear",
    }  # fmt: skip
    customers = {**feeds["customers"], "bookkeeping": [*feeds["customers"]["bookkeeping"], "city"]}
    changed = {"rules": [*rules, dear], "feeds": {**feeds, "customers": customers}}

    lake.run(*ROW_LEVEL, "--vars", json.dumps(changed, default=str))

    assert lake.rows("select product_id from silver.int_products_current") == [("P1",)]
    assert lake.rows("select product_id, dbt_valid_to from snapshots.products_history") == [("P1", None)]
    assert lake.rows("select customer_id, dbt_valid_to from snapshots.customers_history order by 1") == [
        ("C1", None), ("C2", None), ("shop:3", None),
    ]  # fmt: skip


def test_a_key_with_a_separator_that_only_an_unreadable_record_mentions_is_still_there(tmp_path):
    from dbt_lake import Rejected

    lake = DbtLake(tmp_path)
    lake.land(FIRST)
    lake.run(*ROW_LEVEL)
    lake.land(
        Batch(
            "b_16",
            date(2025, 1, 16),
            {"customers": [customer("C1", "Ada Byron"), customer("", "No One"), customer("", "Other Person")]},
            rejected=[Rejected("customers", 9, "record.field_count", '"shop:3",Cy,Moe,one,too,many')],
        )
    )
    lake.run(*ROW_LEVEL)

    assert lake.rows("select customer_id, is_present from silver.int_customers_current order by 1") == [
        ("C1", True), ("C2", False), ("shop:3", True),
    ]  # fmt: skip
    # without a key, each is known by its text alone
    keyless = lake.rows("select record_key from silver.stg_commerce__customers_quarantine where found_in = 'staging'")
    assert keyless == [(None,), (None,)]


def test_a_vanished_key_is_not_kept_by_a_word_in_a_record_of_another(tmp_path):
    from dbt_lake import Rejected

    lake = DbtLake(tmp_path)
    lake.land(replace(FIRST, records={"customers": [customer(id, "Ada Byron") for id in ("12", "57", "58", "Oak 3")]}))
    lake.run(*ROW_LEVEL)
    lake.land(
        Batch(
            "b_16",
            date(2025, 1, 16),
            {
                "customers": [customer("58", "Cy Moe")],
                "orders": [order(f"of {id}", id, "P1", "10") for id in ("12", "57", "58", "Oak 3")],
            },
            rejected=[
                Rejected("customers", 9, "record.unterminated_quote", '57,Bob,"12 Oak 3 St', "57"),
                Rejected("customers", 10, "record.field_count", "Oak 3,Bob,58,12", "Oak 3\x1fBob"),
            ],
        )
    )
    lake.run(*ROW_LEVEL)

    assert lake.rows("select customer_id, is_present from silver.int_customers_current order by 1") == [
        ("12", False), ("57", True), ("58", True), ("Oak 3", True),
    ]  # fmt: skip
    # nor does the check of the batch know it
    assert lake.rows(
        "select checked, broken, sample_keys from silver.batch_checks where check_id = 'orders_without_customer'"
        " and _batch_id = 'b_16'"
    ) == [(4, 1, "of 12|1")]


def test_a_rejected_batch_leaves_nothing_when_the_next_one_is_held_back(tmp_path, monkeypatch):
    lake = DbtLake(tmp_path)
    monkeypatch.setenv("DBT_TARGET_PATH", str(lake.target))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    lake.land(FIRST)
    lake.run("build", "--exclude-resource-type", "unit_test", "test")
    before = {name: rows for name, rows in lake.tables().items() if name.startswith(("snapshots.", "gold.cust"))}
    lake.land(SECOND)
    lake.run("run", "--select", "tag:row_level")
    decide(settings(lake=lake.lake), SECOND.id, "reject")
    # C2 was gone in the rejected batch alone, and C9 was known to it alone
    orders = [order("O1", "C2", "P1", "10"), order("O2", "C9", "P1", "10")]
    lake.land(Batch("b_17", date(2025, 1, 17), {"orders": orders}))

    builds = build_waiting(settings(lake=lake.lake, target="dev", env="prod"), Steps(quiet=True))

    assert builds.held.batch_id == "b_17"
    assert lake.rows(
        "select broken, checked, sample_keys from gold.validation_results"
        " where batch_id = 'b_17' and check_id = 'orders_without_customer'"
    ) == [(1, 2, "O2|1")]
    assert lake.rows("select batch_id from silver.batch_as_of") == [(FIRST.id,)]
    assert {name: rows for name, rows in lake.tables().items() if name in before} == before
    assert lake.rows("select customer_id, city from silver.int_customers_current order by 1") == [
        ("C1", "Oslo"), ("C2", "Berlin"), ("shop:3", "Berlin"),
    ]  # fmt: skip


def test_a_repeated_build_that_fails_costs_no_history(tmp_path):
    lake = DbtLake(tmp_path)
    for batch in (FIRST, SECOND):
        lake.land(batch)
        lake.run(*ROW_LEVEL)
    history = "select customer_id, city, dbt_valid_from, dbt_valid_to from snapshots.customers_history order by all"
    before = lake.rows(history)

    def rename(old: str, new: str) -> None:
        with duckdb.connect(str(lake.lake / "warehouse.duckdb")) as warehouse:
            warehouse.execute(f"alter table snapshots.customers_history rename column {old} to {new}")

    rename("dbt_scd_id", "away")
    with pytest.raises(DbtError, match="customers_history"):
        lake.run(*ROW_LEVEL)
    rename("away", "dbt_scd_id")
    lake.land(THIRD)
    for _ in (SECOND, THIRD):
        lake.run(*ROW_LEVEL)

    assert lake.rows(history) == before
    assert lake.rows("select batch_id from ops.applied_batches order by 1") == [("b_15",), ("b_16",), ("b_17",)]
