"""Batches that come in another order, keys that vanish and come back, and values at the edge of what fits."""

from datetime import date

import pytest
from dbt_batches import customer, order, product
from dbt_lake import Batch, DbtLake

from lakegraph.pipeline.run import DATA_ONLY

pytestmark = pytest.mark.slow

ROW_LEVEL = ("build", "--select", "tag:row_level", "--indirect-selection", "cautious", *DATA_ONLY)


def day(number: int, customers: list[str], **feeds: list[dict[str, str]]) -> Batch:
    records = {"customers": [customer(name, f"{name.title()} Doe") for name in customers], **feeds}
    return Batch(f"batch_{number}", date(2025, 1, number), records)


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> DbtLake:
    """Four days of customers: ben is gone on the second and back on the third, the fourth is empty; the folder's name looks
    like a pattern."""
    lake = DbtLake(tmp_path_factory.mktemp("a [1] lake*"))
    for batch in (day(10, ["ada", "ben"]), day(11, ["ada"]), day(12, ["ada", "ben"]), day(13, [])):
        lake.land(batch)
        lake.run(*ROW_LEVEL)
    return lake


def test_a_key_that_vanishes_is_closed_at_the_batchs_time_and_opened_again(lake):
    versions = lake.rows(
        "select dbt_valid_from::date, dbt_valid_to::date, is_present from snapshots.customers_history"
        " where customer_id = 'ben' order by 1"
    )

    assert versions == [
        (date(2025, 1, 10), date(2025, 1, 11), True),
        (date(2025, 1, 11), date(2025, 1, 12), False),
        (date(2025, 1, 12), None, True),
    ]
    assert lake.rows("select count(*) from snapshots.customers_history where customer_id = 'ada'") == [(1,)]


def test_an_older_batch_moves_no_rows_before_its_build(lake):
    before = lake.rows("select _batch_id, customer_id from silver.stg_commerce__customers order by all")
    lake.land(day(9, ["cleo"]))

    lake.run("run", "--select", "stg_commerce__customers_judged")

    assert lake.rows("select _batch_id, customer_id from silver.stg_commerce__customers order by all") == before


def test_a_full_delivery_of_nothing_empties_no_feed(lake):
    present = lake.rows("select customer_id from silver.int_customers_current where is_present order by 1")
    assert present == [("ada",), ("ben",)]
    assert lake.rows("select count(*) from ops.applied_batches where batch_id = 'batch_13'") == [(1,)]


def test_values_that_fit_nowhere_are_quarantined_and_stop_nothing(tmp_path):
    lake = DbtLake(tmp_path)
    orders = [
        order("o1", "ada", "p1", "99999999999999.9999"),
        order("o2", "ada", "p1", "10", quantity="9223372036854775807"),
        order("o3", "ada", "p1", "10", quantity="4", created_timestamp="2025-01-14T10:00:00+99"),
        order("o4", "ada", "p1", "10", quantity="4", created_timestamp="2025-01-14T10:00:00+05:30"),
        order("o5", "ada", "p1", "10", order_date="0000-01-01"),
    ]
    lake.land(day(14, ["ada", "ben"], orders=orders, products=[product("p1", "Lamp", "10")]))

    lake.run("build", "--exclude-resource-type", "unit_test")

    assert lake.rows("select record_key, reasons from gold.quarantined_records where feed = 'orders' order by 1") == [
        ("o1|1", "orders.order_amount.range"),
        ("o2|1", "orders.quantity.range"),
        ("o3|1", "orders.created_timestamp.type"),
        ("o5|1", "orders.order_date.type"),
    ]
    assert lake.rows("select order_id, unit_price::varchar, quantity from gold.order_lines") == [("o4", "2.5000", 4)]
