"""How large the generated shop is and how it grows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lakegraph.landing.generate.calendar import Calendar
from lakegraph.landing.generate.options import GenerateOptions
from lakegraph.landing.generate.randomness import Draws
from lakegraph.landing.generate.vocabulary.goods import SHELF_LENGTH

HISTORY_DAYS = 730
"""The orders of the first drop begin this long before it."""
CUSTOMERS, PRODUCTS, SUPPLIERS = 1200, 800, 50
"""At scale 1, on the first day."""
DAILY_GROWTH = 0.001
LAUNCHED_IN_HISTORY = 0.2
CHUNK_CUSTOMERS = 4096
CHUNK_PRODUCTS = 16384


@dataclass(frozen=True)
class World:
    """What everything else is derived from. Customers, products and suppliers are numbered from 0."""

    draws: Draws
    calendar: Calendar
    customers: int
    products: int
    suppliers: int

    @classmethod
    def of(cls, options: GenerateOptions) -> "World":
        """The world that the options describe."""
        return cls(
            draws=Draws(options.seed),
            calendar=Calendar(options.start, options.days),
            customers=max(20, round(CUSTOMERS * options.scale)),
            products=max(2 * SHELF_LENGTH, round(PRODUCTS * options.scale)),
            suppliers=max(6, round(SUPPLIERS * options.scale)),
        )

    @property
    def new_customers_per_day(self) -> int:
        """How many customers register on each day from day 0 on."""
        return max(1, round(self.customers * DAILY_GROWTH))

    @property
    def new_products_per_day(self) -> int:
        """How many products are launched on each day from day 0 on."""
        return max(1, round(self.products * DAILY_GROWTH))

    def customers_on(self, day: int) -> int:
        """How many customers have registered by the end of a day (-1 or later)."""
        return self.customers + (day + 1) * self.new_customers_per_day

    def products_on(self, day: np.ndarray | int) -> np.ndarray | int:
        """How many products are launched by the end of a day of the history or later; the exact inverse of launch_day."""
        in_history = self._long_launched - (-(day + HISTORY_DAYS + 1) * self._launched_in_history // HISTORY_DAYS)
        return np.where(np.asarray(day) < 0, in_history, self.products + (day + 1) * self.new_products_per_day)

    def launch_day(self, product: np.ndarray) -> np.ndarray:
        """The day on which a product was launched."""
        long_ago = -HISTORY_DAYS - 1 - self.draws.below(1500, "launch", product)
        in_history = -HISTORY_DAYS + (product - self._long_launched) * HISTORY_DAYS // self._launched_in_history
        later = (product - self.products) // self.new_products_per_day
        return np.select([product < self._long_launched, product < self.products], [long_ago, in_history], later)

    def customer_chunks(self, day: int) -> Iterator[np.ndarray]:
        """The numbers of the customers who have registered by the end of a day, chunk by chunk."""
        return _chunks(self.customers_on(day), CHUNK_CUSTOMERS)

    def product_chunks(self, day: int) -> Iterator[np.ndarray]:
        """The numbers of the products that are launched by the end of a day, chunk by chunk."""
        return _chunks(int(self.products_on(day)), CHUNK_PRODUCTS)

    @property
    def _launched_in_history(self) -> int:
        return max(1, int(self.products * LAUNCHED_IN_HISTORY))

    @property
    def _long_launched(self) -> int:
        return self.products - self._launched_in_history


def _chunks(count: int, size: int) -> Iterator[np.ndarray]:
    for first in range(0, count, size):
        yield np.arange(first, min(first + size, count))
