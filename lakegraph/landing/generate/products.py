"""The rows of the feed products."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from lakegraph.landing.generate.catalogue import NOUNS, Catalogue, product_id
from lakegraph.landing.generate.stock import Stock
from lakegraph.landing.generate.suppliers import supplier_id
from lakegraph.landing.generate.text import chosen, fixed_point, integers, joined, padded, where
from lakegraph.landing.generate.vocabulary import goods
from lakegraph.landing.generate.vocabulary.goods import LEAVES, ROOTS

NAMES, PARENTS = tuple(leaf.name for leaf in LEAVES), tuple(leaf.parent for leaf in LEAVES)
FIRST_MATERIAL = np.array([list(ROOTS).index(parent) * goods.MATERIALS_PER_ROOT for parent in PARENTS])
MATERIAL_NAMES = tuple(material for root in ROOTS for material in goods.MATERIALS[root])
SMALL_NOUNS = tuple(noun.lower() for noun in NOUNS)


def product_rows(catalogue: Catalogue, stock: Stock, day: int) -> Iterator[dict[str, pa.StringArray]]:
    """All products that have been launched by the end of a day."""
    for product in catalogue.world.product_chunks(day):
        yield _rows(catalogue, stock, product, day)


def _rows(catalogue: Catalogue, stock: Stock, product: np.ndarray, day: int) -> dict[str, pa.StringArray]:
    calendar, draws = catalogue.world.calendar, catalogue.world.draws
    leaf, noun, launched = catalogue.leaf(product), catalogue.noun(product), catalogue.world.launch_day(product)
    brand = chosen(goods.BRANDS, catalogue.brand(product))
    style = chosen(goods.STYLES, draws.below(len(goods.STYLES), "product style", product))
    color = chosen(goods.COLORS, draws.below(len(goods.COLORS), "color", product))
    material = FIRST_MATERIAL[leaf] + draws.below(goods.MATERIALS_PER_ROOT, "material", product)
    feature = chosen(goods.FEATURES, draws.below(len(goods.FEATURES), "feature", product))
    length, width, height = (4 + draws.below(80, side, product) for side in ("length", "width", "height"))
    created = draws.below(86_400, "product created at", product)
    return {
        "product_id": product_id(product),
        "product_name": joined(brand, " ", style, " ", chosen(NOUNS, noun), " ", padded(product % 1000, 3)),
        "category": chosen(PARENTS, leaf),
        "subcategory": chosen(NAMES, leaf),
        "brand": brand,
        "price": fixed_point(catalogue.price(product, day), 2),
        "currency": chosen(("USD",), np.zeros_like(product)),
        "stock_quantity": integers(stock.total(product, day)),
        "weight_kg": fixed_point(catalogue.grams(product), 3),
        "dimensions_cm": joined(integers(length), integers(width), integers(height), separator="x"),
        "color": color,
        "material": chosen(MATERIAL_NAMES, material),
        "description": joined(style, " ", chosen(SMALL_NOUNS, noun), " in ", color, ". ", feature),
        "launch_date": calendar.dates(launched),
        "discontinued": where(catalogue.discontinued(product, day), "true", "false"),
        "created_timestamp": calendar.timestamps(launched, created),
        "cost": fixed_point(catalogue.cost(product), 2),
        "supplier_id": supplier_id(catalogue.supplier(product)),
    }
