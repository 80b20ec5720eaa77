"""Defects of the pipeline that this one replaces (docs/defects.md) for which no other test stands; two days by hand."""

from datetime import date, datetime

import pytest
from dbt_batches import order, stock
from dbt_lake import Batch, DbtLake

from lakegraph.pipeline.run import DATA_ONLY

pytestmark = pytest.mark.slow

ROW_LEVEL = ("build", "--select", "tag:row_level", "--indirect-selection", "cautious", *DATA_ONLY)
D15, D16 = datetime(2025, 1, 15), datetime(2025, 1, 16)


def paid(id: str, method: str, **other: str) -> dict[str, str]:
    return order(id, "C1", "P1", "12.50", line_number="1", payment_method=method, **other)


def parcel(shipping_id: str, status: str) -> dict[str, str]:
    return {"order_id": "O1", "tracking_number": "T1", "shipping_id": shipping_id, "shipping_status": status}


DAYS = (
    Batch(
        "batch_2025_01_15_001",
        date(2025, 1, 15),
        {
            "orders": [
                paid("O1", "Credit Card"),
                paid("O2", "Credit Card"),
                order("O3", "C1", "P1", ""),
                order("O4", "C1", "P1", "12.50", order_date=""),
                order("O5", "C1", "P1", "12.50", quantity="many"),
                order("O6", "C1", "P1", "12.50", order_date="15/01/2025"),
            ],
            "inventory": [stock("W1", "5", inventory_id="INV0001"), stock("W2", "", inventory_id="INV0002")],
            "shipping": [parcel("SHP0001", "in transit")],
        },
    ),
    Batch(
        "batch_2025_01_16_001",
        date(2025, 1, 16),
        {
            "orders": [paid("O1", "CREDIT  card"), paid("O2", "paypal")],
            "inventory": [stock("W2", "7", inventory_id="INV0001"), stock("W1", "5", inventory_id="INV0002")],
            "shipping": [parcel("SHP0002", "In Transit")],
        },
    ),
)


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> DbtLake:
    lake = DbtLake(tmp_path_factory.mktemp("replaced"))
    for batch in DAYS:
        lake.land(batch)
        lake.run(*ROW_LEVEL)
    return lake


def test_a_missing_or_unreadable_number_or_date_is_quarantined(lake):
    quarantined = lake.rows("""
        select record_key, reasons from silver.stg_commerce__orders_quarantine
        union all select record_key, reasons from silver.stg_commerce__inventory_quarantine order by 1
    """)

    assert quarantined == [
        ("O3|1", "orders.order_amount.not_null"),
        ("O4|1", "orders.order_date.not_null"),
        ("O5|1", "orders.quantity.type"),
        ("O6|1", "orders.order_date.type"),
        ("P1|W2", "inventory.stock_quantity.not_null"),
    ]


def test_staging_keeps_the_batches_before(lake):
    kept = lake.rows("select _batch_id, count(*) from silver.stg_commerce__orders group by 1 order by 1")

    assert kept == [("batch_2025_01_15_001", 2), ("batch_2025_01_16_001", 2)]


def test_another_letter_case_of_a_payment_method_is_no_new_version(lake):
    versions = lake.rows("""
        select order_id, payment_method, dbt_valid_from, dbt_valid_to from snapshots.orders_history order by 1, 3
    """)

    assert versions == [
        ("O1", "Credit Card", D15, None),
        ("O2", "Credit Card", D15, D16),
        ("O2", "paypal", D16, None),
    ]


def test_ids_that_restart_every_day_make_no_new_versions_and_mix_nothing_up(lake):
    stock_levels = lake.rows("""
        select warehouse_id, inventory_id, stock_quantity, dbt_valid_from, dbt_valid_to
        from snapshots.inventory_history order by 1, 4
    """)
    parcels = lake.rows("select shipping_id, shipping_status, dbt_valid_to from snapshots.shipping_history")

    assert stock_levels == [("W1", "INV0001", 5, D15, None), ("W2", "INV0001", 7, D16, None)]
    assert parcels == [("SHP0001", "in transit", None)]


def test_a_verdict_that_fails_stops_what_comes_after_it(lake, monkeypatch):
    history = "select * from snapshots.orders_history order by all"
    before = lake.rows(history)
    tiny = [{**paid(order_id, "cash"), "order_amount": "0.50"} for order_id in ("O1", "O7")]
    lake.land(Batch("batch_2025_01_17_001", date(2025, 1, 17), {"orders": tiny}))
    monkeypatch.setenv("LAKEGRAPH_ENV", "prod")

    succeeded, printed = lake.dbt(*ROW_LEVEL)

    # orders of less than 1
    assert not succeeded
    assert "Batch batch_2025_01_17_001 is held back: its verdict is FAIL" in printed
    assert lake.rows(history) == before
    assert lake.rows("select count(*) from ops.applied_batches where batch_id = 'batch_2025_01_17_001'") == [(0,)]
