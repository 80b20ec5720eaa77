"""The rows of the feed shipping: one parcel per order that has left."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from lakegraph.landing.generate.people import People
from lakegraph.landing.generate.sales import (
    CANCELLED,
    PENDING,
    RETURNED,
    SHIPPED,
    WINDOW_DAYS,
    Orders,
    Sales,
    first_day,
)
from lakegraph.landing.generate.stock import EXTRACT_SECOND
from lakegraph.landing.generate.text import chosen, fixed_point, joined, padded, where
from lakegraph.landing.generate.vocabulary.trade import CARRIERS, SERVICES, WAREHOUSES

FREE_SHIPPING_CENTS = 15_000
INSURED_CENTS = 20_000
HIGHEST_COST_CENTS = 9_990
BASE = np.array([service.base for service in SERVICES])
PER_KILOGRAM = np.array([service.per_kilogram for service in SERVICES])
DAYS = np.array([service.days for service in SERVICES])
SERVICE_NAMES = tuple(service.name for service in SERVICES)
WAREHOUSE_IDS = tuple(warehouse.id for warehouse in WAREHOUSES)
BOXES = ("20x15x10", "30x20x15", "40x30x20", "60x40x40", "120x60x60")
BOX_GRAMS = (500, 2_000, 6_000, 15_000)


def shipping_rows(sales: Sales, people: People, day: int) -> Iterator[dict[str, pa.StringArray]]:
    """The parcels of the orders that the drop made at the end of a day tells about; the ids count from 1 in every drop."""
    written = 0
    for customers in sales.world.customer_chunks(day):
        orders = sales.orders(customers, first_day(day, WINDOW_DAYS), day)
        status = orders.status(day)
        sent = orders.taken(np.flatnonzero((status != PENDING) & (status != CANCELLED)))
        yield _rows(sales, people, sent, day, written)
        written += len(sent.customer)


def _rows(sales: Sales, people: People, orders: Orders, day: int, written: int) -> dict[str, pa.StringArray]:
    calendar, draws = sales.world.calendar, sales.world.draws
    grams, cents = _totals(sales, orders)
    status, arrived = orders.status(day), orders.delivery_day
    cost = np.minimum(BASE[orders.service] + PER_KILOGRAM[orders.service] * grams // 1000, HIGHEST_COST_CENTS)
    free = (orders.service == 0) & (cents >= FREE_SHIPPING_CENTS)
    tracking = draws.bits("tracking", orders.customer, orders.number) % np.uint64(10**10)
    carrier = draws.below(len(CARRIERS), "carrier", orders.customer, orders.number)
    origin = draws.below(len(WAREHOUSES), "origin", orders.customer, orders.number)
    return {
        "shipping_id": joined("SHP", padded(np.arange(len(cost)) + written + 1, 7)),
        "order_id": orders.ids,
        "tracking_number": joined("TRK", padded(tracking, 10)),
        "carrier": chosen(CARRIERS, carrier),
        "service_type": chosen(SERVICE_NAMES, orders.service),
        "origin_warehouse": chosen(WAREHOUSE_IDS, origin),
        "destination_address": people.address_line(orders.customer, orders.day),
        "shipping_cost": fixed_point(np.where(free, 0, cost), 2),
        "currency": chosen(("USD",), np.zeros_like(cost)),
        "estimated_delivery": calendar.dates(orders.shipping_day + DAYS[orders.service]),
        "actual_delivery": where(arrived <= day, calendar.dates(arrived)),
        "shipping_status": where(status == SHIPPED, "in_transit", where(status == RETURNED, "returned", "delivered")),
        "package_weight": fixed_point(grams, 3),
        "package_dimensions": chosen(BOXES, np.searchsorted(BOX_GRAMS, grams, side="right")),
        "insurance_value": fixed_point(np.where(cents >= INSURED_CENTS, cents, 0), 2),
        "created_timestamp": calendar.timestamps(np.full(len(cost), day + 1), np.full(len(cost), EXTRACT_SECOND)),
    }


def _totals(sales: Sales, orders: Orders) -> tuple[np.ndarray, np.ndarray]:
    lines, count = sales.lines(orders), len(orders.customer)
    grams = np.zeros(count, dtype=np.int64)
    cents = np.zeros(count, dtype=np.int64)
    np.add.at(grams, lines.order, sales.catalogue.grams(lines.product) * lines.quantity)
    np.add.at(cents, lines.order, lines.unit_price * lines.quantity)
    return grams, cents
