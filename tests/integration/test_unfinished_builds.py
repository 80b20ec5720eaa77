"""What a build left that did not end, or that is done again by other rules, is undone; the history stays sound."""

import json
from datetime import date

import pytest
from dbt_batches import customer, product
from dbt_lake import Batch, DbtLake

from lakegraph.pipeline.batches import decide
from lakegraph.runtime.project import project_vars
from lakegraph.runtime.settings import settings

pytestmark = pytest.mark.slow

ROW_LEVEL = ("build", "--select", "tag:row_level", "--exclude-resource-type", "unit_test")
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
