"""The faults that can be planted, per feed, and where the pipeline is bound to find each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FRESH, FUTURE = "{fresh}", "{future}"
"""Placeholders: a text that no other record of any drop has, and a date after the drop's."""
UNKNOWN = f"unknown-{FRESH}"
HUGE_INTEGER, HUGE_DECIMAL = "99999999999999999999", "1e30"
NO_DAY = "2025-02-30"
LATIN_1 = "Orl\udce9ans"
"""é as the single byte E9, which is not UTF-8."""

Shape = Literal["altered", "too long", "too short", "repeated", "conflicting"]


@dataclass(frozen=True)
class RejectedEdge:
    """An edge row that the loader must reject: its mart, why, and the feed's columns that make its key."""

    model: str
    reason: str
    key: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    All but repeats are additional records with a key of their own, so that nothing sound refers to a faulty record.

    Args:
        name: what is wrong, in words.
        reason: the id of the rule that the record breaks, or the edges that cannot be made from a record that is valid.
        change: what differs from a sound record.
        shape: what else is done to it.
    """

    name: str
    reason: str | tuple[RejectedEdge, ...]
    change: Mapping[str, str] = field(default_factory=dict)
    shape: Shape = "altered"

    @property
    def found_in(self) -> Literal["quarantine", "rejected_records", "graph"]:
        """Where the pipeline is bound to report it."""
        if not isinstance(self.reason, str):
            return "graph"
        return "rejected_records" if self.reason.startswith("record.") else "quarantine"


KEYS = {
    "customers": ("customer_id",),
    "products": ("product_id",),
    "categories": ("category_id",),
    "suppliers": ("supplier_id",),
    "orders": ("order_id", "line_number"),
    "reviews": ("review_id",),
    "inventory": ("product_id", "warehouse_id"),
    "shipping": ("order_id", "tracking_number"),
}
FRESH_VALUES = {
    "customers": {"customer_id": f"CUST-{FRESH}"},
    "products": {"product_id": f"PROD-{FRESH}"},
    # products find their category by its name
    "categories": {"category_id": f"CAT-{FRESH}", "category_name": f"Category {FRESH}"},
    "suppliers": {"supplier_id": f"SUP-{FRESH}"},
    "orders": {"order_id": f"ORD-{FRESH}", "line_number": "1"},
    "reviews": {"review_id": f"REV-{FRESH}"},
    "inventory": {"warehouse_id": f"WH-{FRESH}"},
    "shipping": {"tracking_number": f"TRK-{FRESH}"},
}
# Only delta feeds have dangling references: a faulty record of a full feed is gone from the marts with the next drop,
# perhaps before anybody has loaded the graph.
EDGE_KEYS = {
    "edge_placed": ("customer_id", "order_id"),
    "edge_contains": ("order_id", "product_id", "line_number"),
    "edge_purchased": ("customer_id", "product_id", "order_id", "line_number"),
    "edge_wrote": ("customer_id", "review_id"),
    "edge_reviewed": ("customer_id", "product_id", "review_id"),
    "edge_about": ("review_id", "product_id"),
}
TEXT_COLUMNS = {
    "customers": "city",
    "products": "color",
    "categories": "description",
    "suppliers": "country",
    "orders": "shipping_address",
    "reviews": "review_text",
    "inventory": "location",
    "shipping": "carrier",
}


def faults_of(feed: str) -> tuple[Fault, ...]:
    """All kinds of faults that a feed can have, in a fixed order."""
    column = TEXT_COLUMNS[feed]
    return (
        Fault("a field too many", "record.field_count", shape="too long"),
        Fault("a field too few", "record.field_count", shape="too short"),
        Fault("a byte that is not UTF-8", "record.encoding", {column: LATIN_1}),
        Fault("the same record again", f"{feed}.row.repeat", shape="repeated"),
        Fault("one key, two records", f"{feed}.key.conflict", {column: "Elsewhere"}, shape="conflicting"),
        *FAULTS[feed],
    )


def _missing(feed: str, column: str) -> Fault:
    return Fault(f"{column} missing", f"{feed}.{column}.not_null", {column: ""})


def _unreadable(feed: str, column: str, value: str) -> Fault:
    return Fault(f"{column} unreadable: {value}", f"{feed}.{column}.type", {column: value})


def _breaks(rule: str, value: str) -> Fault:
    column = rule.split(".")[1]
    return Fault(f"{column} wrong: {value}", rule, {column: value})


def _dangling(name: str, change: Mapping[str, str], reason: str, *models: str) -> Fault:
    return Fault(name, tuple(RejectedEdge(model, reason, EDGE_KEYS[model]) for model in models), change)


FAULTS: Mapping[str, tuple[Fault, ...]] = {
    "customers": (
        _missing("customers", "customer_id"),
        _missing("customers", "email"),
        _missing("customers", "phone"),
        _breaks("customers.email.format", "ada.example.com"),
        _breaks("customers.phone.format", "12-34"),
        _breaks("customers.date_of_birth.not_future", FUTURE),
        _unreadable("customers", "date_of_birth", NO_DAY),
        _unreadable("customers", "last_login", "yesterday"),
    ),
    "products": (
        _missing("products", "product_id"),
        _missing("products", "price"),
        _breaks("products.price.range", "-4.99"),
        _breaks("products.price.range", "0"),
        _breaks("products.stock_quantity.range", "-3"),
        _breaks("products.launch_date.not_future", FUTURE),
        _unreadable("products", "price", "12,50"),
        _unreadable("products", "cost", HUGE_DECIMAL),
        _unreadable("products", "stock_quantity", HUGE_INTEGER),
        _unreadable("products", "discontinued", "perhaps"),
    ),
    "categories": (
        _missing("categories", "category_id"),
        _missing("categories", "category_name"),
        _unreadable("categories", "active", "perhaps"),
    ),
    "suppliers": (
        _missing("suppliers", "supplier_id"),
        _missing("suppliers", "supplier_name"),
        _breaks("suppliers.contact_email.format", "sales@nowhere"),
        _breaks("suppliers.reliability_score.range", "1.7"),
        _unreadable("suppliers", "reliability_score", "high"),
    ),
    "orders": (
        _missing("orders", "order_id"),
        _missing("orders", "customer_id"),
        _missing("orders", "product_id"),
        _missing("orders", "order_date"),
        _missing("orders", "order_amount"),
        _breaks("orders.order_amount.range", "0"),
        _breaks("orders.order_amount.range", "-19.90"),
        _breaks("orders.quantity.range", "0"),
        _unreadable("orders", "order_amount", "abc"),
        _unreadable("orders", "order_date", NO_DAY),
        _unreadable("orders", "quantity", HUGE_INTEGER),
        _unreadable("orders", "unit_price", "12,50"),
        _dangling("of an unknown customer", {"customer_id": UNKNOWN}, "missing_from", "edge_placed", "edge_purchased"),
        _dangling("of an unknown product", {"product_id": UNKNOWN}, "missing_to", "edge_contains", "edge_purchased"),
    ),
    "reviews": (
        _missing("reviews", "review_id"),
        _missing("reviews", "customer_id"),
        _missing("reviews", "product_id"),
        _missing("reviews", "rating"),
        _breaks("reviews.rating.range", "0"),
        _breaks("reviews.rating.range", "7"),
        _unreadable("reviews", "rating", "five"),
        _unreadable("reviews", "review_date", NO_DAY),
        _dangling("by an unknown customer", {"customer_id": UNKNOWN}, "missing_from", "edge_wrote", "edge_reviewed"),
        _dangling("of an unknown product", {"product_id": UNKNOWN}, "missing_to", "edge_about", "edge_reviewed"),
    ),
    "inventory": (
        _missing("inventory", "product_id"),
        _missing("inventory", "stock_quantity"),
        _breaks("inventory.stock_quantity.range", "-5"),
        _breaks("inventory.reserved_quantity.range", "-1"),
        _breaks("inventory.available_quantity.range", "-2"),
        _unreadable("inventory", "stock_quantity", "many"),
        _unreadable("inventory", "reorder_level", HUGE_INTEGER),
        _unreadable("inventory", "last_restocked", NO_DAY),
    ),
    "shipping": (
        _missing("shipping", "order_id"),
        _missing("shipping", "tracking_number"),
        _breaks("shipping.shipping_cost.range", "-4.90"),
        _breaks("shipping.package_weight.range", "0"),
        _breaks("shipping.insurance_value.range", "-100"),
        _unreadable("shipping", "shipping_cost", "4,90"),
        _unreadable("shipping", "insurance_value", HUGE_DECIMAL),
        _unreadable("shipping", "estimated_delivery", NO_DAY),
    ),
}
