"""The products: what each one is, what it costs on a day, and which one a customer of a given taste picks."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from lakegraph.landing.generate.text import joined, padded
from lakegraph.landing.generate.vocabulary.goods import BRANDS, LEAVES, SHELF_LENGTH
from lakegraph.landing.generate.world import World

STYLES = 4
STYLE_LOYALTY = 0.65
EVERGREENS = SHELF_LENGTH
"""The products of the first shelf are never discontinued, so that every category always has one to sell."""
DISCONTINUED_SHARE = 0.15
POPULARITY_EXPONENT = 2.2
NOVELTY_SHARE = 0.15
PRICE_STEPS = (86, 90, 94, 97, 100, 100, 103, 106, 110)
"""Per cent of the list price. The lowest is above the highest cost."""


def product_id(product: np.ndarray) -> pa.StringArray:
    """The ids of products, counted from 1."""
    return joined("PROD", padded(product + 1, 7))


@dataclass(frozen=True)
class Catalogue:
    """Arrays of product numbers and of days in, arrays of the products' features out."""

    world: World

    def leaf(self, product: np.ndarray) -> np.ndarray:
        """The index of the product's category among LEAVES."""
        return self._shelf[product % SHELF_LENGTH]

    def brand(self, product: np.ndarray) -> np.ndarray:
        """The index of the product's brand."""
        return self.world.draws.below(len(BRANDS), "brand", product)

    def noun(self, product: np.ndarray) -> np.ndarray:
        """The index of what the product is among NOUNS."""
        leaf = self.leaf(product)
        return FIRST_NOUN[leaf] + self.world.draws.below(NOUNS_OF_LEAF[leaf], "noun", product)

    def supplier(self, product: np.ndarray) -> np.ndarray:
        """The number of the product's supplier; each supplier serves few categories."""
        count = self.world.suppliers
        return (self.leaf(product) * 7 + self.world.draws.below(max(1, count // 6), "supplier", product)) % count

    def quality(self, product: np.ndarray) -> np.ndarray:
        """How good the product is, of [0, 1): what its reviews agree on."""
        return self.world.draws.unit("quality", product)

    def list_price(self, product: np.ndarray) -> np.ndarray:
        """The price before any change, in cents."""
        low, high = PRICES[self.leaf(product)].T
        price = low * (high / low) ** self.world.draws.unit("price", product)
        return np.rint(price).astype(np.int64)

    def price(self, product: np.ndarray, day: np.ndarray | int) -> np.ndarray:
        """The price that holds on a day, in cents; it ends in 9 and changes every 40 to 160 days."""
        draws = self.world.draws
        period = 40 + draws.below(120, "price period", product)
        epoch = (day + 100_000 + draws.below(period, "price phase", product)) // period
        percent = np.asarray(PRICE_STEPS)[draws.below(len(PRICE_STEPS), "price step", product, epoch)]
        return self.list_price(product) * percent // 1000 * 10 + 9

    def cost(self, product: np.ndarray) -> np.ndarray:
        """What the product costs the shop, in cents."""
        return self.list_price(product) * (50 + self.world.draws.below(30, "cost", product)) // 100

    def grams(self, product: np.ndarray) -> np.ndarray:
        """The product's weight."""
        low, high = WEIGHTS[self.leaf(product)].T
        return low + self.world.draws.below(high - low, "weight", product)

    def discontinued(self, product: np.ndarray, day: np.ndarray | int) -> np.ndarray:
        """Whether the product is no longer sold on a day."""
        draws = self.world.draws
        end = np.maximum(-365 + draws.below(730, "end of sale", product), self.world.launch_day(product) + 90)
        return draws.chance(DISCONTINUED_SHARE, "discontinued", product) & (product >= EVERGREENS) & (day >= end)

    def pick(
        self, leaf: np.ndarray, style: np.ndarray, day: np.ndarray | int, *counters: np.ndarray | int
    ) -> np.ndarray:
        """A product of a category that is on sale on a day, mostly a popular one of the customer's style.

        Args:
            leaf: the category's index among LEAVES.
            style: the customer's style, which a product has too: its rank in the category modulo STYLES.
            day: when it is bought.
            counters: what makes this draw differ from others.
        """
        draws, leaf, day = self.world.draws, *np.broadcast_arrays(leaf, day)
        available = self._products_of_leaf(leaf, day)
        position = draws.unit("rank", *counters) ** POPULARITY_EXPONENT
        novel = draws.chance(NOVELTY_SHARE, "novelty", *counters)
        rank = (np.where(novel, 1 - position / 4, position) * available).astype(np.int64).clip(0, available - 1)
        styled = rank - rank % STYLES + style
        loyal = draws.chance(STYLE_LOYALTY, "style loyalty", *counters) & (styled < available)
        product = self._at_rank(leaf, np.where(loyal, styled, rank))
        return np.where(self.discontinued(product, day), self._at_rank(leaf, np.zeros_like(leaf)), product)

    def _products_of_leaf(self, leaf: np.ndarray, day: np.ndarray) -> np.ndarray:
        shelves, rest = np.divmod(self.world.products_on(day), SHELF_LENGTH)
        return shelves * SLOTS[leaf] + self._slots_before[leaf, rest]

    def _at_rank(self, leaf: np.ndarray, rank: np.ndarray) -> np.ndarray:
        shelf, slot = np.divmod(rank, SLOTS[leaf])
        return shelf * SHELF_LENGTH + self._places[leaf, slot]

    @cached_property
    def _shelf(self) -> np.ndarray:
        # one fixed shuffle of the slots, the same on every shelf
        order = np.argsort(self.world.draws.bits("shelf", np.arange(SHELF_LENGTH)), kind="stable")
        return np.repeat(np.arange(len(LEAVES)), SLOTS)[order]

    @cached_property
    def _places(self) -> np.ndarray:
        places = np.zeros((len(LEAVES), SLOTS.max()), dtype=np.int64)
        for leaf, slots in enumerate(SLOTS):
            places[leaf, :slots] = np.flatnonzero(self._shelf == leaf)
        return places

    @cached_property
    def _slots_before(self) -> np.ndarray:
        taken = self._shelf[None, :] == np.arange(len(LEAVES))[:, None]
        return np.concatenate([np.zeros((len(LEAVES), 1), dtype=np.int64), np.cumsum(taken, axis=1)], axis=1)


SLOTS = np.array([leaf.slots for leaf in LEAVES])
PRICES = np.array([leaf.price for leaf in LEAVES])
WEIGHTS = np.array([leaf.weight for leaf in LEAVES])
NOUNS = tuple(noun for leaf in LEAVES for noun in leaf.nouns)
NOUNS_OF_LEAF = np.array([len(leaf.nouns) for leaf in LEAVES])
FIRST_NOUN = np.cumsum(NOUNS_OF_LEAF) - NOUNS_OF_LEAF
