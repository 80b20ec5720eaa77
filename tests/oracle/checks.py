"""The checks of a batch: what its records say about each other and about what was known before it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal


@dataclass(frozen=True)
class State:
    """What there is once a batch is in.

    Attributes:
        delivered: per feed, the batch's valid records, column to value.
        known: per feed, key to values: those, and what was known before and is still there.
        accounts: per feed, the batch's records read, and how many of them are valid or quarantined.
        quarantined: per feed, how many are quarantined, mere repeats apart.
    """

    delivered: Mapping[str, list[dict]]
    known: Mapping[str, Mapping[tuple, dict]]
    accounts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    quarantined: Mapping[str, int] = field(default_factory=dict)

    def customer(self, line: Mapping) -> Mapping | None:
        """The customer of an order line, if known."""
        return self.known["customers"].get((line["customer_id"],))

    def product(self, line: Mapping) -> Mapping | None:
        """The product of an order line, if known."""
        return self.known["products"].get((line["product_id"],))


@dataclass(frozen=True)
class CheckResult:
    """What a check came to."""

    check_id: str
    severity: str
    checked: int
    broken: int
    share: float
    tolerance: Decimal
    sample_keys: str | None


# What a check looked at, one after the other: the key of each, and whether it breaks the check.
Findings = Iterable[tuple[str, bool]]


def run_checks(checks: Iterable[Mapping], state: State) -> list[CheckResult]:
    """The result of every declared check."""
    return [_result(check, list(CHECKS[check["id"]](state, check))) for check in checks]


def _result(check: Mapping, findings: list[tuple[str, bool]]) -> CheckResult:
    broken = sorted((key for key, is_broken in findings if is_broken), key=str.encode)
    tolerance = Decimal(str(check["tolerance"]))
    return CheckResult(
        check["id"],
        check["severity"] if len(broken) > tolerance * len(findings) else "NONE",
        len(findings),
        len(broken),
        len(broken) / len(findings) if findings else 0.0,
        tolerance,
        ", ".join(broken[:5]) or None,
    )


def _lines(breaks: Callable, applies: Callable = lambda state, line, check: True) -> Callable[..., Findings]:
    """A check of each order line of the batch to which it applies."""

    def findings(state: State, check: Mapping) -> Findings:
        for line in state.delivered["orders"]:
            if applies(state, line, check):
                yield f"{line['order_id']}|{line['line_number']}", breaks(state, line, check)

    return findings


def _has_one_currency(state: State, line: Mapping, check: Mapping) -> bool:
    product = state.product(line)
    if product is None or product["price"] is None:
        return False
    currencies = {text.lower() for text in (product["currency"], line["currency"]) if text}
    return len(currencies) < 2


def _differs_from_price(state: State, line: Mapping, check: Mapping) -> bool:
    expected = line["quantity"] * state.product(line)["price"]
    return abs(line["order_amount"] - expected) > Decimal(str(check["difference"]))


def _is_premium(state: State, line: Mapping, check: Mapping) -> bool:
    customer = state.customer(line)
    return customer is not None and (customer["customer_tier"] or "").lower() in check["tiers"]


def _is_outside_hours(state: State, line: Mapping, check: Mapping) -> bool:
    return not time(check["from_hour"]) <= line["created_timestamp"].time() <= time(check["to_hour"])


def _orders_without_shipping(state: State, check: Mapping) -> Findings:
    lines = state.delivered["orders"]
    to_ship = {
        line["order_id"] for line in lines if (line["order_status"] or "").lower() not in check["awaited_statuses"]
    }
    shipped = {order_id for order_id, _ in state.known["shipping"]}
    return ((order_id, order_id not in shipped) for order_id in to_ship if shipped)


def _customers_without_orders(state: State, check: Mapping) -> Findings:
    buyers = {line["customer_id"] for line in state.known["orders"].values()}
    return ((customer_id, customer_id not in buyers) for (customer_id,) in state.known["customers"] if buyers)


def _shipping_cost_out_of_range(state: State, check: Mapping) -> Findings:
    for parcel in state.delivered["shipping"]:
        if parcel["shipping_cost"] is not None:
            key = f"{parcel['order_id']}|{parcel['tracking_number']}"
            yield key, not check["min"] <= parcel["shipping_cost"] <= check["max"]


def _stock(state: State) -> Mapping[str, list[int]]:
    """Product to what each warehouse holds of it."""
    stock = defaultdict(list)
    for (product_id, _), level in state.known["inventory"].items():
        stock[product_id].append(level["stock_quantity"])
    return stock


def _products_without_inventory(state: State, check: Mapping) -> Findings:
    stock = _stock(state)
    return ((product_id, product_id not in stock) for (product_id,) in state.known["products"] if stock)


def _product_stock_differs(state: State, check: Mapping) -> Findings:
    stock = _stock(state)
    for (product_id,), product in state.known["products"].items():
        if product["stock_quantity"] is not None and product_id in stock:
            yield product_id, product["stock_quantity"] != sum(stock[product_id])


def _records_unaccounted(state: State, check: Mapping) -> Findings:
    for feed, (read, accounted) in state.accounts.items():
        yield from ((feed, place >= accounted) for place in range(max(read, accounted)))


def _records_quarantined(state: State, check: Mapping) -> Findings:
    for feed, (read, _) in state.accounts.items():
        if read >= check["min_records"]:
            yield feed, state.quarantined[feed] / read > check["max_share"]


CHECKS: Mapping[str, Callable[[State, Mapping], Findings]] = {
    "orders_without_customer": _lines(
        lambda state, line, check: state.customer(line) is None, lambda state, line, check: state.known["customers"]
    ),
    "orders_without_product": _lines(
        lambda state, line, check: state.product(line) is None, lambda state, line, check: state.known["products"]
    ),
    "order_amount_out_of_range": _lines(
        lambda state, line, check: not check["min"] <= line["order_amount"] <= check["max"]
    ),
    "orders_without_shipping": _orders_without_shipping,
    "order_of_discontinued_product": _lines(
        lambda state, line, check: bool((state.product(line) or {}).get("discontinued"))
    ),
    "customers_without_orders": _customers_without_orders,
    "order_amount_differs_from_price": _lines(_differs_from_price, _has_one_currency),
    "shipping_cost_out_of_range": _shipping_cost_out_of_range,
    "products_without_inventory": _products_without_inventory,
    "product_stock_differs_from_inventory": _product_stock_differs,
    "premium_customer_low_order": _lines(lambda state, line, check: line["order_amount"] < check["min"], _is_premium),
    "order_outside_business_hours": _lines(
        _is_outside_hours, lambda state, line, check: line["created_timestamp"] is not None
    ),
    "records_unaccounted": _records_unaccounted,
    "records_quarantined": _records_quarantined,
}
