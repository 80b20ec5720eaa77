"""What is ordered: orders, their lines and what becomes of them. Feeds orders, reviews and shipping are made of these."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from lakegraph.landing.generate.catalogue import Catalogue
from lakegraph.landing.generate.habits import Habits
from lakegraph.landing.generate.text import joined, padded
from lakegraph.landing.generate.vocabulary.trade import SERVICE_WEIGHTS, SERVICES
from lakegraph.landing.generate.world import HISTORY_DAYS, World

WINDOW_DAYS = 21
"""Drops after the first one repeat the orders of so many days, long enough for every order to reach its last status."""
LINE_WEIGHTS = (0.52, 0.26, 0.13, 0.06, 0.03)
QUANTITY_WEIGHTS = (0.76, 0.15, 0.05, 0.03, 0.01)
STAPLE_SHARE = 0.12
CANCELLED_SHARE, RETURNED_SHARE = 0.04, 0.04
LONGEST_LAG, LONGEST_DELAY, LONGEST_RETURN = 3, 2, 9
SERVICE_DAYS = np.array([service.days for service in SERVICES])
NEVER = np.iinfo(np.int64).max
PENDING, SHIPPED, DELIVERED, RETURNED, CANCELLED = range(5)
STATUSES = ("pending", "shipped", "delivered", "returned", "cancelled")


@dataclass(frozen=True)
class Orders:
    """Orders of some customers, in the order of customers and time; arrays of equal length."""

    world: World
    customer: np.ndarray
    number: np.ndarray
    day: np.ndarray
    second: np.ndarray

    @property
    def ids(self) -> pa.StringArray:
        """The orders' ids: the customer's number and the visit's, so that they are the same in every drop."""
        return joined("ORD", padded(self.customer + 1, 7), "-", padded(self.number + 1, 3))

    @cached_property
    def service(self) -> np.ndarray:
        """The index of the way the parcel is sent among SERVICES."""
        return self.world.draws.pick(SERVICE_WEIGHTS, "service", self.customer, self.number)

    @cached_property
    def shipping_day(self) -> np.ndarray:
        """When the parcel leaves; NEVER for a cancelled order."""
        lag = 1 + self.world.draws.below(LONGEST_LAG, "lag", self.customer, self.number)
        return np.where(self._cancelled, NEVER, self.day + lag)

    @cached_property
    def delivery_day(self) -> np.ndarray:
        """When the parcel arrives: as promised, a day early or up to two days late; NEVER for a cancelled order."""
        late = self.world.draws.below(LONGEST_DELAY + 2, "delay", self.customer, self.number) - 1
        arrival = self.shipping_day.clip(max=NEVER // 2) + np.maximum(1, SERVICE_DAYS[self.service] + late)
        return np.where(self._cancelled, NEVER, arrival)

    @cached_property
    def return_day(self) -> np.ndarray:
        """When the parcel comes back; NEVER for one that is kept."""
        days = 2 + self.world.draws.below(LONGEST_RETURN - 1, "return", self.customer, self.number)
        returned = self.world.draws.chance(RETURNED_SHARE, "returned", self.customer, self.number) & ~self._cancelled
        return np.where(returned, self.delivery_day.clip(max=NEVER // 2) + days, NEVER)

    def status(self, day: int) -> np.ndarray:
        """The index of each order's status among STATUSES at the end of a day."""
        return np.select(
            [
                self._cancelled & (day > self.day),
                day >= self.return_day,
                day >= self.delivery_day,
                day >= self.shipping_day,
            ],
            [CANCELLED, RETURNED, DELIVERED, SHIPPED],
            PENDING,
        )

    def taken(self, kept: np.ndarray) -> "Orders":
        """Some of the orders, by index."""
        return Orders(self.world, self.customer[kept], self.number[kept], self.day[kept], self.second[kept])

    @cached_property
    def _cancelled(self) -> np.ndarray:
        return self.world.draws.chance(CANCELLED_SHARE, "cancelled", self.customer, self.number)


@dataclass(frozen=True)
class Lines:
    """The lines of orders: `order` is the index of each line's order, `line` its number from 1; prices in cents."""

    order: np.ndarray
    line: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    unit_price: np.ndarray


@dataclass(frozen=True)
class Sales:
    """What customers order, by their habits and from the catalogue."""

    world: World
    catalogue: Catalogue
    habits: Habits

    def orders(self, customers: np.ndarray, first: int, last: int) -> Orders:
        """The orders of some customers from the first to the last day, both inclusive."""
        visits = self.habits.visits(customers, max(first, -HISTORY_DAYS), last)
        bought = np.flatnonzero(self.habits.buys(visits))
        return Orders(
            self.world, visits.customer[bought], visits.number[bought], visits.day[bought], visits.second[bought]
        )

    def lines(self, orders: Orders) -> Lines:
        """All lines of some orders."""
        draws = self.world.draws
        count = 1 + draws.pick(LINE_WEIGHTS, "lines", orders.customer, orders.number)
        order = np.repeat(np.arange(len(count)), count)
        line = np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count) + 1
        product = self._product(orders.customer[order], orders.number[order], line, orders.day[order])
        quantity = 1 + draws.pick(QUANTITY_WEIGHTS, "quantity", orders.customer[order], orders.number[order], line)
        return Lines(order, line, product, quantity, self.catalogue.price(product, orders.day[order]))

    def _product(self, customer: np.ndarray, number: np.ndarray, line: np.ndarray, day: np.ndarray) -> np.ndarray:
        leaf = self.habits.wanted_leaf(customer, day, number, line)
        found = self.catalogue.pick(leaf, self.habits.style(customer), day, customer, number, line)
        staple = self.habits.staple(self.catalogue, customer)
        again = self.world.draws.chance(STAPLE_SHARE, "staple", customer, number, line)
        return np.where(again & ~self.catalogue.discontinued(staple, day), staple, found)


def first_day(day: int, window: int) -> int:
    """The oldest day that the drop made at the end of a day tells about: the first drop tells the whole history."""
    return -HISTORY_DAYS if day < 0 else day - window + 1
