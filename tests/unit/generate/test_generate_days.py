"""How one day's drop differs from the day before's."""

from collections import Counter

import pytest

from tests.unit.generate.reading import VARS

FULL = ("customers", "products", "categories", "suppliers", "inventory")
BOOKKEEPING = {feed: {*declared["bookkeeping"], "inventory_id"} for feed, declared in VARS["feeds"].items()}
STATUS_ORDER = ("pending", "shipped", "delivered", "returned")


@pytest.fixture(scope="module")
def month(make_drops):
    """Thirty drops of half a shop."""
    return make_drops(days=30, scale=0.5)


def by_key(drops, feed, day):
    """Business columns by key."""
    key = VARS["feeds"][feed]["key"]
    return {
        tuple(record[column] for column in key): {
            column: value for column, value in record.items() if column not in BOOKKEEPING[feed]
        }
        for record in drops.read(feed, day)
    }


@pytest.mark.parametrize("feed", FULL)
def test_full_feeds_repeat_nearly_all_records_unchanged(clean, feed):
    for day in (1, 2):
        before, after = by_key(clean, feed, day - 1), by_key(clean, feed, day)
        unchanged = sum(after.get(key) == record for key, record in before.items())
        assert unchanged / len(before) > 0.7
        assert len(before.keys() - after.keys()) <= 0.01 * len(before)


def test_a_month_brings_every_kind_of_change(month):
    changed = Counter()
    for day in range(1, 30):
        for feed in ("customers", "products", "suppliers", "inventory"):
            before, after = by_key(month, feed, day - 1), by_key(month, feed, day)
            changed[f"{feed} new"] += len(after.keys() - before.keys())
            changed[f"{feed} gone"] += len(before.keys() - after.keys())
            for key in before.keys() & after.keys():
                changed.update(
                    f"{feed}.{column}" for column in before[key] if before[key][column] != after[key][column]
                )

    for change in (
        "customers new", "customers gone", "customers.address", "customers.customer_tier", "products new", "products.price",
        "products.stock_quantity", "products.discontinued", "inventory new", "inventory.stock_quantity",
        "inventory.last_restocked", "suppliers.reliability_score",
    ):  # fmt: skip
        assert changed[change] > 0, change
    assert changed["products gone"] == changed["suppliers gone"] == changed["inventory gone"] == 0
    identity = {"customers.first_name", "customers.email", "customers.registration_date", "products.product_name"}
    assert not identity & changed.keys()


def test_only_customers_who_never_bought_leave_and_none_returns(month):
    buyers = {record["customer_id"] for day in range(30) for record in month.read("orders", day)}
    buyers |= {record["customer_id"] for day in range(30) for record in month.read("reviews", day)}
    left = set()
    for day in range(1, 30):
        present = {record["customer_id"] for record in month.read("customers", day)}
        assert not left & present
        left |= {record["customer_id"] for record in month.read("customers", day - 1)} - present

    assert left
    assert not left & buyers


def test_last_log_ins_move_without_any_other_change(clean):
    before = {record["customer_id"]: record for record in clean.read("customers", 0)}
    after = {record["customer_id"]: record for record in clean.read("customers", 1)}
    moved = [
        key
        for key in before.keys() & after.keys()
        if {column for column in before[key] if before[key][column] != after[key][column]} == {"last_login"}
    ]

    assert moved
    assert all(after[key]["last_login"] > before[key]["last_login"] for key in moved)


@pytest.mark.parametrize("feed", ["orders", "reviews", "shipping"])
def test_delta_feeds_repeat_a_window_and_add_new_records(clean, feed):
    whole, second, third = (by_key(clean, feed, day) for day in range(3))

    assert len(second) < len(whole) / 10
    assert second.keys() - whole.keys()
    repeated = [key for key in third if key in second]
    assert sum(third[key] == second[key] for key in repeated) / len(repeated) > 0.6
    assert len(repeated) > len(third.keys() - second.keys()) > 0


def test_orders_walk_forward_until_a_last_status_that_is_delivered(month):
    seen = {}
    for day in range(30):
        for line in month.read("orders", day):
            seen.setdefault(line["order_id"], []).append((day, line["order_status"], line["order_date"]))
    walks = {tuple(dict.fromkeys(status for _, status, _ in told)) for told in seen.values()}

    assert ("pending", "shipped", "delivered") in walks
    assert ("pending", "cancelled") in walks
    for walk in walks:
        if walk[-1] != "cancelled":
            assert list(walk) == sorted(walk, key=STATUS_ORDER.index)
    # what was ordered in the first week has been told to its end, three weeks later
    ended = [told[-1] for told in seen.values() if "2025-01-15" <= told[0][2] <= "2025-01-20"]
    assert ended
    assert {status for _, status, _ in ended} <= {"delivered", "returned", "cancelled"}


def test_what_was_ordered_never_changes_but_its_status(month):
    told = {}
    for day in range(30):
        for line in month.read("orders", day):
            fixed = {column: value for column, value in line.items() if column != "order_status"}
            assert told.setdefault((line["order_id"], line["line_number"]), fixed) == fixed


@pytest.mark.parametrize(("feed", "column"), [("inventory", "inventory_id"), ("shipping", "shipping_id")])
def test_the_ids_that_are_no_keys_start_again_every_day(clean, feed, column):
    first_ids = {clean.read(feed, day)[0][column] for day in range(3)}

    assert len(first_ids) == 1
    for day in range(3):
        ids = [record[column] for record in clean.read(feed, day)]
        assert len(ids) == len(set(ids))


def test_discontinued_products_are_not_ordered_any_more(month):
    ended = {}
    for day in range(30):
        for product in month.read("products", day):
            if product["discontinued"] == "true":
                ended.setdefault(product["product_id"], month.date(day))
            else:
                assert product["product_id"] not in ended
    late = [
        line
        for day in range(30)
        for line in month.read("orders", day)
        if line["order_date"] >= ended.get(line["product_id"], "9999")
    ]

    assert len(ended) > 10
    assert not late
