"""The rows of the feed reviews, whose words agree with the rating."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from lakegraph.landing.generate.catalogue import product_id
from lakegraph.landing.generate.people import customer_id
from lakegraph.landing.generate.products import SMALL_NOUNS
from lakegraph.landing.generate.sales import LONGEST_DELAY, LONGEST_LAG, NEVER, SERVICE_DAYS, Sales, first_day
from lakegraph.landing.generate.text import Text, chosen, integers, joined, padded, where
from lakegraph.landing.generate.vocabulary.phrases import AFTERTHOUGHTS, CLOSINGS, DETAILS, OPENINGS

WINDOW_DAYS = 14
"""Drops after the first one repeat the reviews of so many days."""
REVIEW_SHARE, WORDLESS_SHARE, STRAY_SHARE, EDITED_SHARE = 0.32, 0.05, 0.04, 0.04
LONGEST_WAIT, EDITED_AFTER = 20, 3
LONGEST_TO_REVIEW = LONGEST_LAG + int(SERVICE_DAYS.max()) + LONGEST_DELAY + LONGEST_WAIT + 1
RATING_STEPS = (0.2, 0.3, 0.42, 0.62)
"""Contentment from which on the rating is 2, 3, 4 and 5."""
RETURNED_MALUS = 0.3
RATINGS = (1, 2, 3, 4, 5)


def review_rows(sales: Sales, day: int) -> Iterator[dict[str, pa.StringArray]]:
    """The reviews that the drop made at the end of a day tells about; nearly all are by buyers, after the delivery."""
    begin = first_day(day, WINDOW_DAYS)
    for customers in sales.world.customer_chunks(day):
        yield _rows(sales, customers, begin, day)


def _rows(sales: Sales, customers: np.ndarray, begin: int, day: int) -> dict[str, pa.StringArray]:
    draws = sales.world.draws
    orders = sales.orders(customers, begin - LONGEST_TO_REVIEW, day)
    lines = sales.lines(orders)
    delivered = orders.delivery_day[lines.order]
    every = (orders.customer[lines.order], orders.number[lines.order], lines.line)
    reviewed = delivered.clip(max=NEVER // 2) + 1 + draws.below(LONGEST_WAIT, "review wait", *every)
    written = draws.chance(REVIEW_SHARE, "reviews", *every) & (reviewed >= begin) & (reviewed <= day)
    kept = np.flatnonzero(written)
    customer, number, line = (part[kept] for part in every)
    product, reviewed = _reviewed_product(sales, lines.product[kept], customer, number, line), reviewed[kept]
    contentment = 0.55 * sales.catalogue.quality(product) + 0.45 * draws.unit("mood", customer, number, line)
    contentment -= RETURNED_MALUS * (orders.return_day[lines.order[kept]] < NEVER)
    rating = np.searchsorted(RATING_STEPS, contentment, side="right")
    return {
        "review_id": joined("REV", padded(customer + 1, 7), "-", padded(number + 1, 3), "-", integers(line)),
        "customer_id": customer_id(customer),
        "product_id": product_id(product),
        "rating": integers(rating + 1),
        "review_text": _text(sales, rating, product, day - reviewed, customer, number, line),
        "review_date": sales.world.calendar.dates(reviewed),
    }


def _reviewed_product(sales: Sales, bought: np.ndarray, customer: np.ndarray, *counters: np.ndarray) -> np.ndarray:
    # some review a product that they got elsewhere
    stray = sales.world.draws.chance(STRAY_SHARE, "stray review", customer, *counters)
    return np.where(stray, sales.habits.staple(sales.catalogue, customer), bought)


def _text(sales: Sales, rating: np.ndarray, product: np.ndarray, age: np.ndarray, *counters: np.ndarray) -> Text:
    draws, noun = sales.world.draws, chosen(SMALL_NOUNS, sales.catalogue.noun(product))
    opening = _phrase(OPENINGS, rating, draws.unit("opening", *counters))
    detail = draws.unit("detail", *counters)
    before, after = _phrase(BEFORE_NOUN, rating, detail), _phrase(AFTER_NOUN, rating, detail)
    closing = _phrase(SPACED_CLOSINGS, rating, draws.unit("closing", *counters))
    text = joined(opening, " ", before, noun, after, closing)
    edited = draws.chance(EDITED_SHARE, "edited", *counters) & (age >= EDITED_AFTER)
    text = joined(text, where(edited, joined(" ", chosen([AFTERTHOUGHTS[stars] for stars in RATINGS], rating))))
    return where(draws.chance(WORDLESS_SHARE, "wordless", *counters), "", text)


def _phrase(phrases: dict[int, tuple[str, ...]], rating: np.ndarray, luck: np.ndarray) -> pa.StringArray:
    counts = np.array([len(phrases[stars]) for stars in RATINGS])
    first = np.cumsum(counts) - counts
    table = [phrase for stars in RATINGS for phrase in phrases[stars]]
    return chosen(table, first[rating] + (luck * counts[rating]).astype(np.int64))


BEFORE_NOUN = {stars: tuple(text.partition("{}")[0] for text in DETAILS[stars]) for stars in RATINGS}
SPACED_CLOSINGS = {stars: tuple(f" {text}".rstrip() for text in CLOSINGS[stars]) for stars in RATINGS}
AFTER_NOUN = {stars: tuple(text.partition("{}")[2] for text in DETAILS[stars]) for stars in RATINGS}
