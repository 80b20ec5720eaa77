"""Clean drops agree with themselves and keep every declared rule, as an independent reading finds."""

import re
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.unit.generate.reading import VARS

DAYS = (0, 1, 2)
READ_AS = {
    "string": str,
    "integer": int,
    "decimal": Decimal,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}
CHECKS = {
    "not_null": lambda value, rule, batch_date: value is not None,
    "not_future": lambda value, rule, batch_date: value <= batch_date,
    "format": lambda value, rule, batch_date: all(
        re.fullmatch(pattern, value.strip()) for pattern in patterns(VARS["formats"][rule["format"]])
    ),
    "allowed": lambda value, rule, batch_date: value.lower() in rule["values"],
    "range": lambda value, rule, batch_date: (
        value >= rule.get("min", value)
        and value <= rule.get("max", value)
        and ("above" not in rule or value > rule["above"])
        and ("below" not in rule or value < rule["below"])
    ),
}


def patterns(format):
    return [format] if isinstance(format, str) else format


def applies(rule, record):
    when = rule.get("when")
    return when is None or record.get(when["column"], "").lower() in when["values"]


@pytest.fixture(scope="module")
def known(clean):
    """Everything that the drops up to each day have told, and the day's own files: (history, today) per day."""
    history = {feed: {} for feed in VARS["feeds"]}
    days = []
    for day in DAYS:
        today = {feed: clean.read(feed, day) for feed in VARS["feeds"]}
        for feed, records in today.items():
            key = VARS["feeds"][feed]["key"]
            history[feed] = history[feed] | {tuple(record[column] for column in key): record for record in records}
        days.append(({feed: dict(records) for feed, records in history.items()}, today))
    return days


@pytest.mark.parametrize("feed", VARS["feeds"])
def test_every_value_reads_as_its_type_and_breaks_no_rule(clean, feed):
    columns = VARS["feeds"][feed]["columns"]
    rules = [rule for rule in VARS["rules"] if rule["feed"] == feed]
    for day in DAYS:
        batch_date = date.fromisoformat(clean.date(day))
        for record in clean.read(feed, day):
            typed = {name: READ_AS[columns[name]["type"]](text) if text else None for name, text in record.items()}
            broken = [
                rule["id"]
                for rule in rules
                for column in rule["columns"]
                if column in typed
                and applies(rule, record)
                and (typed[column] is not None or rule["kind"] == "not_null")
                and not CHECKS[rule["kind"]](typed[column], rule, batch_date)
            ]
            assert not broken, (record, broken)
            assert all(typed[column] is not None for column in VARS["feeds"][feed]["key"])


@pytest.mark.parametrize("feed", VARS["feeds"])
def test_keys_are_unique_in_every_file(clean, feed):
    for day in DAYS:
        keys = [tuple(record[column] for column in VARS["feeds"][feed]["key"]) for record in clean.read(feed, day)]
        assert len(keys) == len(set(keys)) > 0


def test_every_reference_exists_in_the_same_drop(known):
    for history, today in known:
        ids = {
            feed: {record[VARS["feeds"][feed]["key"][0]] for record in today[feed]}
            for feed in ("customers", "products", "suppliers")
        }
        names = {record["category_name"]: record["parent_category"] for record in today["categories"]}
        orders = {order for order, _ in history["orders"]}
        for feed in ("orders", "reviews"):
            assert {record["customer_id"] for record in history[feed].values()} <= ids["customers"]
            assert {record["product_id"] for record in history[feed].values()} <= ids["products"]
        assert {record["product_id"] for record in today["inventory"]} == ids["products"]
        assert {record["supplier_id"] for record in today["products"]} <= ids["suppliers"]
        assert {record["order_id"] for record in history["shipping"].values()} <= orders
        for product in today["products"]:
            assert names[product["subcategory"]] == product["category"]


def test_amounts_are_quantity_times_price_and_lines_count_from_1(known):
    for _, today in known:
        lines = defaultdict(list)
        for line in today["orders"]:
            assert Decimal(line["order_amount"]) == int(line["quantity"]) * Decimal(line["unit_price"])
            assert re.fullmatch(r"\d+\.\d\d", line["order_amount"])
            lines[line["order_id"]].append(line)
        for order in lines.values():
            assert [line["line_number"] for line in order] == [str(number + 1) for number in range(len(order))]
            shared = (
                "customer_id",
                "order_date",
                "order_status",
                "payment_method",
                "created_timestamp",
                "shipping_address",
            )
            assert len({tuple(line[column] for column in shared) for line in order}) == 1


def test_things_happen_in_their_order_and_before_the_drop(clean, known):
    for day, (history, today) in enumerate(known):
        batch_date = clean.date(day)
        customers = {record["customer_id"]: record for record in today["customers"]}
        products = {record["product_id"]: record for record in today["products"]}
        ordered, delivered = {}, {}
        for line in history["orders"].values():
            assert customers[line["customer_id"]]["created_timestamp"] < line["created_timestamp"] < batch_date
            assert line["created_timestamp"].startswith(line["order_date"])
            assert line["created_timestamp"] <= customers[line["customer_id"]]["last_login"]
            assert products[line["product_id"]]["launch_date"] <= line["order_date"]
            ordered[line["order_id"]] = line["order_date"]
        for parcel in history["shipping"].values():
            assert parcel["estimated_delivery"] > ordered[parcel["order_id"]]
            if parcel["actual_delivery"]:
                assert ordered[parcel["order_id"]] < parcel["actual_delivery"] < batch_date
                delivered[parcel["order_id"]] = parcel["actual_delivery"]
        for review in history["reviews"].values():
            order = review["review_id"].replace("REV", "ORD").rpartition("-")[0]
            assert delivered[order] < review["review_date"] < batch_date
        for customer in today["customers"]:
            assert customer["date_of_birth"] < customer["registration_date"] < batch_date
            assert customer["created_timestamp"] <= customer["last_login"] < batch_date
        for product in today["products"]:
            assert product["created_timestamp"] < batch_date
            assert Decimal(product["cost"]) < Decimal(product["price"])
        for record in today["inventory"]:
            assert record["last_restocked"] < batch_date
            assert record["last_audit"] < batch_date


def test_a_parcel_belongs_to_each_order_that_has_left(known):
    for _, today in known:
        status = {line["order_id"]: line["order_status"] for line in today["orders"]}
        parcels = {record["order_id"]: record["shipping_status"] for record in today["shipping"]}

        assert set(status.values()) <= {"pending", "shipped", "delivered", "returned", "cancelled"}
        expected = {"shipped": "in_transit", "delivered": "delivered", "returned": "returned"}
        assert parcels == {order: expected[value] for order, value in status.items() if value in expected}


def test_a_parcel_s_insurance_covers_the_order(known):
    history, _ = known[0]
    amounts = defaultdict(Decimal)
    for line in history["orders"].values():
        amounts[line["order_id"]] += Decimal(line["order_amount"])

    insured = {p["order_id"]: Decimal(p["insurance_value"]) for p in history["shipping"].values()}

    assert insured == {order: amounts[order] if amounts[order] >= 200 else 0 for order in insured}
    assert {value > 0 for value in insured.values()} == {True, False}


def test_stocks_of_products_are_the_sums_of_the_inventory(known):
    for _, today in known:
        stock = defaultdict(int)
        for record in today["inventory"]:
            stock[record["product_id"]] += int(record["stock_quantity"])
            assert int(record["available_quantity"]) == int(record["stock_quantity"]) - int(record["reserved_quantity"])
        assert stock == {record["product_id"]: int(record["stock_quantity"]) for record in today["products"]}


def test_the_price_paid_is_the_price_of_the_day(clean, known):
    for day, (_, today) in enumerate(known):
        yesterday = date.fromordinal(date.fromisoformat(clean.date(day)).toordinal() - 1)
        prices = {record["product_id"]: record["price"] for record in today["products"]}
        bought = [line for line in today["orders"] if line["order_date"] == str(yesterday)]

        assert bought
        assert all(line["unit_price"] == prices[line["product_id"]] for line in bought)
