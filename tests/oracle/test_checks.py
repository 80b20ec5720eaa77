"""Each check of the oracle, on a hand-written shop, and the verdicts."""

from datetime import datetime
from decimal import Decimal

import pytest

from tests.oracle.checks import State, run_checks
from tests.oracle.verdict import Verdict, give_verdict

VERDICT = {
    "weights": {"CRITICAL": 10, "HIGH": 5},
    "passed": 90,
    "warning": 70,
    "fails_on": ["CRITICAL", "HIGH"],
    "warns_on": ["MEDIUM"],
}
CUSTOMERS = {("C1",): {"customer_tier": "Platinum"}, ("C2",): {"customer_tier": None}}
PRODUCTS = {
    ("P1",): {"price": Decimal(50), "currency": "EUR", "stock_quantity": 5, "discontinued": False},
    ("P2",): {"price": Decimal(5), "currency": None, "stock_quantity": 3, "discontinued": True},
    ("P3",): {"price": Decimal(7), "currency": "EUR", "stock_quantity": None, "discontinued": False},
}
INVENTORY = {
    ("P1", "W1"): {"stock_quantity": 2},
    ("P1", "W2"): {"stock_quantity": 2},
    ("P3", "W1"): {"stock_quantity": 1},
}
SHIPPING = [
    {"order_id": "O1", "tracking_number": "T1", "shipping_cost": Decimal("100.01")},
    {"order_id": "O9", "tracking_number": "T2", "shipping_cost": Decimal(0)},
    {"order_id": "O9", "tracking_number": "T3", "shipping_cost": None},
]


def line(order: str, number: int, customer: str, product: str, amount: str, **other) -> dict:
    return {
        "order_id": order,
        "line_number": number,
        "customer_id": customer,
        "product_id": product,
        "order_amount": Decimal(amount),
        "quantity": 2,
        "currency": None,
        "order_status": None,
        "created_timestamp": None,
        **other,
    }


LINES = [
    line("O1", 1, "C1", "P1", "100", currency="eur", created_timestamp=datetime(2025, 1, 1, 18)),
    line("O1", 2, "C1", "P2", "10.02", order_status="Pending", created_timestamp=datetime(2025, 1, 1, 18, 0, 1)),
    line("O2", 1, "C9", "P9", "10000.01", order_status="Pending", created_timestamp=datetime(2025, 1, 1, 7, 59, 59)),
    line("O3", 1, "C1", "P1", "0.99", currency="USD", created_timestamp=datetime(2025, 1, 1, 8)),
]


def shop(**changes) -> State:
    known = {
        "customers": CUSTOMERS,
        "products": PRODUCTS,
        "orders": {(each["order_id"], each["line_number"]): each for each in LINES},
        "inventory": INVENTORY,
        "shipping": {(each["order_id"], each["tracking_number"]): each for each in SHIPPING},
    }
    return State({"orders": LINES, "shipping": SHIPPING}, known | changes)


@pytest.mark.parametrize(
    ("check", "checked", "broken"),
    [
        ({"id": "orders_without_customer"}, 4, "O2|1"),
        ({"id": "orders_without_product"}, 4, "O2|1"),
        ({"id": "order_amount_out_of_range", "min": 1, "max": 10000}, 4, "O2|1, O3|1"),
        ({"id": "orders_without_shipping", "awaited_statuses": ["pending"]}, 2, "O3"),
        ({"id": "order_of_discontinued_product"}, 4, "O1|2"),
        ({"id": "customers_without_orders"}, 2, "C2"),
        ({"id": "order_amount_differs_from_price", "difference": 0.01}, 2, "O1|2"),
        ({"id": "shipping_cost_out_of_range", "min": 0, "max": 100}, 2, "O1|T1"),
        ({"id": "products_without_inventory"}, 3, "P2"),
        ({"id": "product_stock_differs_from_inventory"}, 1, "P1"),
        ({"id": "premium_customer_low_order", "tiers": ["platinum"], "min": 100}, 3, "O1|2, O3|1"),
        ({"id": "order_outside_business_hours", "from_hour": 8, "to_hour": 18}, 4, "O1|2, O2|1"),
    ],
)
def test_each_check_counts_what_it_looks_at_and_names_what_breaks_it(check, checked, broken):
    (result,) = run_checks([{**check, "severity": "HIGH", "tolerance": 0}], shop())

    assert (result.checked, result.sample_keys, result.broken) == (checked, broken, broken.count(",") + 1)
    assert result.severity == "HIGH"


def test_inventory_checks_say_nothing_where_no_inventory_is_known():
    ids = ("products_without_inventory", "product_stock_differs_from_inventory")
    results = run_checks([{"id": id, "severity": "MEDIUM", "tolerance": 0} for id in ids], shop(inventory={}))

    assert [(result.checked, result.broken, result.severity) for result in results] == [(0, 0, "NONE")] * 2


def test_a_share_at_the_tolerance_is_tolerated():
    check = {"id": "orders_without_customer", "severity": "HIGH"}
    at, below = run_checks([{**check, "tolerance": 0.25}, {**check, "tolerance": 0.24}], shop())

    assert (at.severity, at.share, below.severity) == ("NONE", 0.25, "HIGH")


@pytest.mark.parametrize(
    ("severities", "verdict", "blocked"),
    [
        (["NONE", "LOW"], Verdict(100, "PASS"), "admitted"),
        (["MEDIUM"], Verdict(100, "WARN"), "admitted"),
        (["HIGH", "MEDIUM"], Verdict(95, "FAIL"), "held"),
        (["CRITICAL"] * 4, Verdict(60, "FAIL"), "held"),
    ],
)
def test_score_and_verdict(severities, verdict, blocked):
    given = give_verdict(severities, VERDICT)

    assert given == verdict
    assert (given.decision("block"), given.decision("warn")) == (blocked, "admitted")


def test_a_low_score_alone_decides():
    rules = VERDICT | {"fails_on": []}

    assert give_verdict(["CRITICAL"], rules) == Verdict(90, "PASS")
    assert give_verdict(["CRITICAL", "HIGH"], rules) == Verdict(85, "WARN")
    assert give_verdict(["CRITICAL"] * 4, rules) == Verdict(60, "FAIL")
