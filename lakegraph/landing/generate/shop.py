"""The whole shop: every feed's rows on every day."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from lakegraph.landing.generate.catalogue import Catalogue
from lakegraph.landing.generate.habits import Habits
from lakegraph.landing.generate.orders import order_rows
from lakegraph.landing.generate.people import People
from lakegraph.landing.generate.products import product_rows
from lakegraph.landing.generate.reviews import review_rows
from lakegraph.landing.generate.sales import Sales
from lakegraph.landing.generate.shipping import shipping_rows
from lakegraph.landing.generate.stock import Stock
from lakegraph.landing.generate.suppliers import category_rows, supplier_rows
from lakegraph.landing.generate.world import World

FEEDS = ("customers", "products", "categories", "suppliers", "orders", "reviews", "inventory", "shipping")


@dataclass(frozen=True)
class Shop:
    """A world with its people, goods and trade."""

    world: World
    catalogue: Catalogue
    people: People
    sales: Sales
    stock: Stock

    @classmethod
    def of(cls, world: World) -> "Shop":
        """The shop of a world."""
        catalogue, habits = Catalogue(world), Habits(world)
        return cls(world, catalogue, People(world, habits), Sales(world, catalogue, habits), Stock(world))

    def rows(self, feed: str, day: int) -> Iterator[dict[str, pa.StringArray]]:
        """The records of a feed as its system knows them at the end of a day, in chunks of columns; at least one chunk."""
        rows = {
            "customers": lambda: self.people.rows(day),
            "products": lambda: product_rows(self.catalogue, self.stock, day),
            "categories": category_rows,
            "suppliers": lambda: supplier_rows(self.world, day),
            "orders": lambda: order_rows(self.sales, self.people, day),
            "reviews": lambda: review_rows(self.sales, day),
            "inventory": lambda: self.stock.rows(day),
            "shipping": lambda: shipping_rows(self.sales, self.people, day),
        }
        return rows[feed]()
