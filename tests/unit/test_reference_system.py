"""What vars.yml declares is what the event-driven reference system applies, written down here by hand; where the project
differs on purpose, the difference is written down as well."""

import pytest

from lakegraph.runtime.project import project_vars

PROJECT = project_vars()

# check -> severity and bounds
CHECKS = {
    "orders_without_customer": ("HIGH", {}),
    "customers_without_orders": ("MEDIUM", {}),
    "order_amount_out_of_range": ("HIGH", {"min": 1, "max": 10_000}),
    "orders_without_product": ("HIGH", {}),
    "order_amount_differs_from_price": ("MEDIUM", {"difference": 0.01}),
    "orders_without_shipping": ("HIGH", {}),
    "shipping_cost_out_of_range": ("MEDIUM", {"min": 0, "max": 100}),
    "products_without_inventory": ("MEDIUM", {}),
    "product_stock_differs_from_inventory": ("MEDIUM", {}),
    "premium_customer_low_order": ("LOW", {"min": 100}),
    "order_outside_business_hours": ("LOW", {"from_hour": 8, "to_hour": 18}),
    "order_of_discontinued_product": ("HIGH", {}),
}
# A contract that is broken is none of the reference's checks, and a quarantine that swallows a feed it does not notice.
OWN_CHECKS = {
    "records_unaccounted": ("CRITICAL", {}),
    "records_quarantined": ("HIGH", {"max_share": 0.5, "min_records": 20}),
}
# The reference knows one tier that is premium, and expects a parcel of every order, sent or not.
WIDER = {
    "premium_customer_low_order": {"tiers": ["premium", "platinum"]},
    "orders_without_shipping": {
        "awaited_statuses": [
            *("pending", "placed", "confirmed", "paid", "processing"),
            *("cancelled", "canceled", "refunded", "failed"),
        ]
    },
}
# The reference tolerates nothing: one order without a customer fails the day.
TOLERANCES = {
    "records_unaccounted": 0,
    "records_quarantined": 0,
    "orders_without_customer": 0.02,
    "orders_without_product": 0.02,
    "order_amount_out_of_range": 0.05,
    "orders_without_shipping": 0.05,
    "order_of_discontinued_product": 0.05,
    "customers_without_orders": 0.5,
    "order_amount_differs_from_price": 0.25,
    "shipping_cost_out_of_range": 0.01,
    "products_without_inventory": 0.05,
    "product_stock_differs_from_inventory": 0.05,
    "premium_customer_low_order": 0.25,
    "order_outside_business_hours": 0.6,
}

# feed, column, kind -> bounds; each quarantines the record that breaks it
ROW_RULES = {
    ("orders", "customer_id", "not_null"): {},
    ("orders", "product_id", "not_null"): {},
    ("orders", "order_amount", "range"): {"above": 0},
    ("customers", "email", "not_null"): {},
    ("customers", "phone", "not_null"): {},
    ("customers", "email", "format"): {"format": "email"},
    ("customers", "date_of_birth", "not_future"): {},
    ("products", "price", "range"): {"above": 0},
    ("products", "stock_quantity", "range"): {"min": 0},
    ("products", "launch_date", "not_future"): {},
    ("inventory", "stock_quantity", "range"): {"min": 0},
    ("inventory", "reserved_quantity", "range"): {"min": 0},
    ("inventory", "available_quantity", "range"): {"min": 0},
    ("shipping", "shipping_cost", "range"): {"min": 0},
    ("shipping", "package_weight", "range"): {"above": 0},
    ("shipping", "insurance_value", "range"): {"min": 0},
}
# Ids that are keys are not null by being keys.
KEYS = {
    "customers": ["customer_id"],
    "products": ["product_id"],
    "orders": ["order_id"],
    "inventory": ["product_id"],
    "shipping": ["order_id"],
}
# Ids that restart every day: a record without one is valid, with a warning.
NO_KEYS = {("inventory", "inventory_id"), ("shipping", "shipping_id")}
# An amount beyond this is a fault of its sender, and would overflow what is computed of it.
NARROWER = {("orders", "order_amount", "range"): {"max": 1_000_000_000}}

REFERENCE_ANALYTICS = {
    "default_margin": 0.30,
    "age_segments": [
        {"name": "Gen Z", "below": 25},
        {"name": "Millennial", "below": 40},
        {"name": "Gen X", "below": 55},
        {"name": "Boomer+"},
    ],
    "lifecycle": [
        {"name": "Active", "up_to": 30},
        {"name": "At Risk", "up_to": 90},
        {"name": "Inactive", "up_to": 180},
        {"name": "Lost"},
    ],
    "value_segments": [
        {"name": "VIP", "spent": 1000, "orders": 5},
        {"name": "High Value", "spent": 500, "orders": 3},
        {"name": "Medium Value", "spent": 200, "orders": 2},
        {"name": "Low Value"},
    ],
    "product_performance": [
        {"name": "Star", "revenue": 5000, "orders": 20},
        {"name": "High Performer", "revenue": 2000, "orders": 10},
        {"name": "Medium Performer", "revenue": 500, "orders": 5},
        {"name": "Low Performer"},
    ],
}
# The reference counts cancelled orders as revenue.
OTHER_ANALYTICS = {"excluded_statuses": ["cancelled", "canceled"]}
# Of these the reference says that they are told, not by which bounds.
UNBOUND = {"clv_factors", "clv_default_factor", "product_lifecycle", "seasons", "weekend", "times_of_day"}
# The reference has one currency.
CURRENCIES = {"reporting_currency", "exchange_rates"}


def test_the_checks_are_those_of_the_reference_and_one_of_its_own():
    described = {"id", "severity", "tolerance", "description"}
    declared = {
        check["id"]: (check["severity"], {name: value for name, value in check.items() if name not in described})
        for check in PROJECT["checks"]
    }

    wanted = CHECKS | OWN_CHECKS
    assert declared == {id: (severity, bounds | WIDER.get(id, {})) for id, (severity, bounds) in wanted.items()}


def test_the_checks_tolerate_what_the_reference_does_not():
    assert {check["id"]: check["tolerance"] for check in PROJECT["checks"]} == TOLERANCES


def test_the_verdict_and_what_follows_from_it():
    # any HIGH is a FAIL, as in the reference; weights and bounds of the score are those of its batch-wise sibling
    assert PROJECT["verdict"] == {
        "weights": {"CRITICAL": 10, "HIGH": 5},
        "passed": 90,
        "warning": 70,
        "fails_on": ["CRITICAL", "HIGH"],
        "warns_on": ["MEDIUM"],
        "policy": {"dev": "warn", "prod": "block"},
    }


@pytest.mark.parametrize(("feed", "column", "kind"), ROW_RULES)
def test_a_row_rule_of_the_reference_quarantines(feed, column, kind):
    described = {"id", "feed", "kind", "columns", "severity", "message"}
    found = [
        (rule["severity"], {name: value for name, value in rule.items() if name not in described})
        for rule in PROJECT["rules"]
        if (rule["feed"], rule["kind"]) == (feed, kind) and column in rule["columns"] and rule["severity"] == "error"
    ]

    bounds = ROW_RULES[feed, column, kind] | NARROWER.get((feed, column, kind), {})
    assert found == [("error", bounds)]


def test_ids_are_not_null():
    assert {feed: PROJECT["feeds"][feed]["key"][:1] for feed in KEYS} == KEYS
    for feed, (column,) in KEYS.items():
        assert "default" not in PROJECT["feeds"][feed]["columns"][column]
    severities = {
        (rule["feed"], *rule["columns"]): rule["severity"] for rule in PROJECT["rules"] if rule["kind"] == "not_null"
    }
    assert {id: severities[id] for id in NO_KEYS} == dict.fromkeys(NO_KEYS, "warn")


def test_the_analytics_count_by_the_thresholds_and_margins_of_the_reference():
    analytics = PROJECT["analytics"]

    assert {name: analytics[name] for name in REFERENCE_ANALYTICS} == REFERENCE_ANALYTICS
    assert {name: analytics[name] for name in OTHER_ANALYTICS} == OTHER_ANALYTICS
    assert analytics.keys() == REFERENCE_ANALYTICS.keys() | OTHER_ANALYTICS.keys() | UNBOUND | CURRENCIES
