"""The rows of the feed orders: one per line."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from lakegraph.landing.generate.catalogue import product_id
from lakegraph.landing.generate.people import People, customer_id
from lakegraph.landing.generate.sales import STATUSES, WINDOW_DAYS, Sales, first_day
from lakegraph.landing.generate.text import chosen, fixed_point, integers
from lakegraph.landing.generate.vocabulary.people import PAYMENT_METHODS

USUAL_PAYMENT_SHARE = 0.8
CURRENCY = ("USD",)


def order_rows(sales: Sales, people: People, day: int) -> Iterator[dict[str, pa.StringArray]]:
    """The lines of the orders that the drop made at the end of a day tells about, with their status of that day."""
    world = sales.world
    for customers in world.customer_chunks(day):
        orders = sales.orders(customers, first_day(day, WINDOW_DAYS), day)
        lines = sales.lines(orders)
        yield {
            "order_id": orders.ids.take(pa.array(lines.order)),
            "customer_id": customer_id(orders.customer).take(pa.array(lines.order)),
            "product_id": product_id(lines.product),
            "order_date": world.calendar.dates(orders.day[lines.order]),
            "order_amount": fixed_point(lines.quantity * lines.unit_price, 2),
            "currency": chosen(CURRENCY, np.zeros_like(lines.order)),
            "payment_method": chosen(PAYMENT_METHODS, _payment(sales, orders.customer, orders.number)[lines.order]),
            "shipping_address": people.address_line(orders.customer, orders.day).take(pa.array(lines.order)),
            "order_status": chosen(STATUSES, orders.status(day)[lines.order]),
            "created_timestamp": world.calendar.timestamps(orders.day, orders.second).take(pa.array(lines.order)),
            "line_number": integers(lines.line),
            "quantity": integers(lines.quantity),
            "unit_price": fixed_point(lines.unit_price, 2),
        }


def _payment(sales: Sales, customer: np.ndarray, number: np.ndarray) -> np.ndarray:
    draws = sales.world.draws
    usual = draws.below(len(PAYMENT_METHODS), "usual payment", customer)
    other = draws.below(len(PAYMENT_METHODS), "payment", customer, number)
    return np.where(draws.chance(USUAL_PAYMENT_SHARE, "pays as usual", customer, number), usual, other)
