"""The rows of the feeds suppliers and categories."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from lakegraph.landing.generate.text import chosen, fixed_point, integers, joined, padded
from lakegraph.landing.generate.vocabulary.goods import LEAVES, ROOTS
from lakegraph.landing.generate.vocabulary.trade import SUPPLIER_COUNTRIES, SUPPLIER_FIRST, SUPPLIER_SECOND
from lakegraph.landing.generate.world import World

JUDGED_EVERY_DAYS = 60


def supplier_id(supplier: np.ndarray) -> pa.StringArray:
    """The ids of suppliers, counted from 1."""
    return joined("SUP", padded(supplier + 1, 5))


def supplier_rows(world: World, day: int) -> Iterator[dict[str, pa.StringArray]]:
    """All suppliers; each one's reliability is judged anew every 60 days."""
    supplier, draws = np.arange(world.suppliers), world.draws
    first, second = supplier % len(SUPPLIER_FIRST), supplier // len(SUPPLIER_FIRST) % len(SUPPLIER_SECOND)
    judged = (day + 100_000 + draws.below(JUDGED_EVERY_DAYS, "judged on", supplier)) // JUDGED_EVERY_DAYS
    reliability = 60 + draws.below(34, "reliability", supplier) + draws.below(7, "judgement", supplier, judged)
    # beyond 80 suppliers the pairs of words come again, told apart by a number
    again = supplier // (len(SUPPLIER_FIRST) * len(SUPPLIER_SECOND))
    number = chosen(["", *(f" {n}" for n in range(2, int(again.max()) + 2))], again)
    yield {
        "supplier_id": supplier_id(supplier),
        "supplier_name": joined(chosen(SUPPLIER_FIRST, first), " ", chosen(SUPPLIER_SECOND, second), number),
        "country": chosen(SUPPLIER_COUNTRIES, draws.below(len(SUPPLIER_COUNTRIES), "supplier country", supplier)),
        "contact_email": joined("sales@supplier", integers(supplier + 1), ".example.com"),
        "reliability_score": fixed_point(reliability, 2),
    }


def category_rows() -> Iterator[dict[str, pa.StringArray]]:
    """The tree: six roots, then the leaves below them."""
    tree = [(name, text, "") for name, text in ROOTS.items()] + [
        (leaf.name, leaf.description, leaf.parent) for leaf in LEAVES
    ]
    names, descriptions, parents = zip(*tree, strict=True)
    yield {
        "category_id": joined("CAT", padded(np.arange(len(tree)) + 1, 3)),
        "category_name": pa.array(names),
        "description": pa.array(descriptions),
        "parent_category": pa.array(parents),
        "active": pa.array(["true"] * len(tree)),
    }
