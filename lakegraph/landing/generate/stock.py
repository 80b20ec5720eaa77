"""What lies in the warehouses, and the rows of the feed inventory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lakegraph.landing.generate.catalogue import product_id
from lakegraph.landing.generate.text import chosen, integers, joined, padded
from lakegraph.landing.generate.vocabulary.trade import WAREHOUSES
from lakegraph.landing.generate.world import World

AUDIT_EVERY_DAYS = 30
WAREHOUSE_IDS = tuple(warehouse.id for warehouse in WAREHOUSES)
WAREHOUSE_NAMES = tuple(warehouse.name for warehouse in WAREHOUSES)
LOCATIONS = tuple(warehouse.location for warehouse in WAREHOUSES)
SHARES = np.array([warehouse.share for warehouse in WAREHOUSES])
EXTRACT_SECOND = 2 * 3600


@dataclass(frozen=True)
class Level:
    """Stock of products in warehouses at the end of a day; `restocked` is the day of the latest restocking."""

    quantity: np.ndarray
    reorder: np.ndarray
    restocked: np.ndarray


@dataclass(frozen=True)
class Stock:
    """Stock falls in steps of several days and is filled up from time to time, each product in its own rhythm."""

    world: World

    def held(self, product: np.ndarray, warehouse: np.ndarray | int) -> np.ndarray:
        """Whether a product lies in a warehouse (by index among WAREHOUSES)."""
        return self.world.draws.unit("held", product, warehouse) < SHARES[warehouse]

    def level(self, product: np.ndarray, warehouse: np.ndarray | int, day: int) -> Level:
        """The stock of products in a warehouse at the end of a day."""
        draws = self.world.draws
        step_days = 6 + draws.below(9, "step days", product, warehouse)
        steps = 3 + draws.below(6, "steps", product, warehouse)
        cycle = step_days * steps
        since = (day + 100_000 + draws.below(cycle, "restocking", product, warehouse)) % cycle
        sold = 1 + draws.below(12, "sold per step", product, warehouse)
        # a few sell out before the next delivery
        reserve = np.maximum(0, draws.below(60, "reserve", product, warehouse) - 5)
        restocked = np.maximum(day - since, self.world.launch_day(product))
        return Level(np.maximum(0, reserve + sold * (steps - 1 - since // step_days)), sold * 2 + 3, restocked)

    def total(self, product: np.ndarray, day: int) -> np.ndarray:
        """The stock of products in all warehouses together at the end of a day."""
        warehouses = range(len(WAREHOUSES))
        return sum(
            self.level(product, warehouse, day).quantity * self.held(product, warehouse) for warehouse in warehouses
        )

    def rows(self, day: int) -> Iterator[dict[str, pa.StringArray]]:
        """One record for each product and warehouse that holds it; the ids count from 1 in every drop."""
        calendar, draws, written = self.world.calendar, self.world.draws, 0
        for products in self.world.product_chunks(day):
            product = np.repeat(products, len(WAREHOUSES))
            warehouse = np.tile(np.arange(len(WAREHOUSES)), len(products))
            held = self.held(product, warehouse)
            product, warehouse = product[held], warehouse[held]
            level = self.level(product, warehouse, day)
            reserved = np.minimum(level.quantity, draws.below(5, "reserved", product, warehouse, level.quantity))
            audited = (
                day - (day + 100_000 + draws.below(AUDIT_EVERY_DAYS, "audit", product, warehouse)) % AUDIT_EVERY_DAYS
            )
            yield {
                "inventory_id": joined("INV", padded(np.arange(len(product)) + written + 1, 7)),
                "product_id": product_id(product),
                "warehouse_id": chosen(WAREHOUSE_IDS, warehouse),
                "warehouse_name": chosen(WAREHOUSE_NAMES, warehouse),
                "location": chosen(LOCATIONS, warehouse),
                "stock_quantity": integers(level.quantity),
                "reserved_quantity": integers(reserved),
                "available_quantity": integers(level.quantity - reserved),
                "reorder_level": integers(level.reorder),
                "last_restocked": calendar.dates(level.restocked),
                "last_audit": calendar.dates(np.maximum(audited, self.world.launch_day(product))),
                "created_timestamp": calendar.timestamps(
                    np.full(len(product), day + 1), np.full(len(product), EXTRACT_SECOND)
                ),
            }
            written += len(product)
