"""What models are to find: taste, seasons, habits, churn, and words that agree with ratings."""

import re
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from statistics import mean, median

import pytest

SEEDS = (42, 7)
POSITIVE = set(
    "good excellent love perfect perfectly fantastic best beautiful wonderful amazing happy recommended nice great "
    "comfortable useful recommend quickly".split()
)
NEGATIVE = set(
    "terrible disappointing waste awful poor broke damaged useless cheap flimsy refund bad late never".split()
)


@pytest.fixture(scope="module", params=SEEDS)
def shop(request, make_drops):
    """Order lines with their category, and the other feeds, of one drop."""
    drops = make_drops(days=1, seed=request.param)
    products = {record["product_id"]: record for record in drops.read("products")}
    lines = [{**line, "leaf": products[line["product_id"]]["subcategory"]} for line in drops.read("orders")]
    return drops, products, lines


def lines_of_customers(lines, at_least):
    """Lines of the customers who have so many."""
    own = defaultdict(list)
    for line in lines:
        own[line["customer_id"]].append(line)
    return {customer: bought for customer, bought in own.items() if len(bought) >= at_least}


def test_the_history_spans_two_years_evenly(shop):
    _, _, lines = shop
    months = Counter(line["order_date"][:7] for line in lines)

    assert min(line["order_date"] for line in lines) < "2023-01-25"
    assert max(line["order_date"] for line in lines) == "2025-01-14"
    whole = [count for month, count in months.items() if month not in ("2023-01", "2025-01")]
    assert len(whole) == 23
    assert max(whole) < 4 * min(whole)


def test_customers_have_favourite_categories(shop):
    _, _, lines = shop
    base = Counter(line["leaf"] for line in lines).most_common(1)[0][1] / len(lines)
    own = lines_of_customers(lines, at_least=10)

    shares = [Counter(line["leaf"] for line in bought).most_common(1)[0][1] / len(bought) for bought in own.values()]

    assert len(shares) > 100
    assert base < 0.12
    assert mean(shares) > 0.4


def test_past_purchases_predict_later_ones(shop):
    _, _, lines = shop
    own = lines_of_customers(lines, at_least=10)
    hits, base = [], []
    popular = Counter(line["leaf"] for line in lines).most_common(1)[0][0]
    for bought in own.values():
        bought.sort(key=lambda line: line["created_timestamp"])
        past, later = bought[: len(bought) // 2], bought[len(bought) // 2 :]
        favourite = Counter(line["leaf"] for line in past).most_common(1)[0][0]
        hits.append(mean(line["leaf"] == favourite for line in later))
        base.append(mean(line["leaf"] == popular for line in later))

    assert mean(hits) > 3 * mean(base)


def test_customers_of_like_style_buy_the_same_products(shop):
    """A product's style is its rank among the products of its category, modulo four."""
    _, products, lines = shop
    leaves = defaultdict(list)
    for product in sorted(products):
        leaves[products[product]["subcategory"]].append(product)
    style = {product: rank % 4 for own in leaves.values() for rank, product in enumerate(own)}
    shares = []
    for bought in lines_of_customers(lines, at_least=10).values():
        styles = Counter(style[product] for product in {line["product_id"] for line in bought})
        shares.append(styles.most_common(1)[0][1] / styles.total())

    assert mean(shares) > 0.6


def test_customers_buy_some_products_again_and_again(shop):
    _, _, lines = shop
    pairs = Counter((line["customer_id"], line["product_id"]) for line in lines)

    assert sum(count >= 4 for count in pairs.values()) > 50


@pytest.mark.parametrize(
    ("leaf", "high", "low", "ratio"),
    [
        ("Gardening", ("03", "04", "05"), ("11", "12", "01"), 6),
        ("Camping", ("05", "06", "07"), ("11", "12", "01"), 4),
        ("Winter Sports", ("11", "12", "01"), ("05", "06", "07"), 6),
        ("Board Games", ("11", "12"), ("05", "06"), 1.5),
    ],
)
def test_seasonal_categories_peak_in_their_months(shop, leaf, high, low, ratio):
    _, _, lines = shop

    def share(months):
        chosen = [line["leaf"] == leaf for line in lines if line["order_date"][5:7] in months]
        return mean(chosen)

    assert share(high) > ratio * share(low)


def test_many_good_customers_have_stopped_and_the_others_go_on(shop):
    _, _, lines = shop
    end = date(2025, 1, 15)
    silence = []
    for bought in lines_of_customers(lines, 1).values():
        days = sorted({date.fromisoformat(line["order_date"]) for line in bought})
        if len(days) >= 6:
            gaps = [(after - before).days for before, after in pairwise(days)]
            silence.append((end - days[-1]).days / median(gaps))

    assert len(silence) > 80
    assert 0.12 < mean(ratio > 4 for ratio in silence) < 0.5
    assert mean(ratio < 2 for ratio in silence) > 0.4
    # who stops, stops for good: few are in between
    assert mean(3 < ratio <= 4 for ratio in silence) < 0.1


def test_customers_keep_their_weekday_and_hour(shop):
    _, _, lines = shop
    own = lines_of_customers(lines, at_least=1)
    weekdays, hours = [], []
    for bought in own.values():
        orders = {line["order_id"]: line for line in bought}.values()
        if len(orders) >= 8:
            for kind, values in (
                (weekdays, [date.fromisoformat(line["order_date"]).weekday() for line in orders]),
                (hours, [line["created_timestamp"][11:13] for line in orders]),
            ):
                kind.append(Counter(values).most_common(1)[0][1] / len(values))

    assert mean(hours) > 0.6
    assert mean(share > 0.9 for share in weekdays) > 0.4


def test_nearly_all_reviews_are_by_buyers_and_follow_the_product(shop):
    drops, _, lines = shop
    bought = {(line["customer_id"], line["product_id"]) for line in lines}
    reviews = drops.read("reviews")
    ratings = defaultdict(list)
    for review in reviews:
        ratings[review["product_id"]].append(int(review["rating"]))
    means = [mean(own) for own in ratings.values() if len(own) >= 8]

    by_buyers = mean((review["customer_id"], review["product_id"]) in bought for review in reviews)
    assert 0.93 < by_buyers < 1
    assert set(Counter(review["rating"] for review in reviews)) == {"1", "2", "3", "4", "5"}
    assert max(means) - min(means) > 1.5


def test_words_agree_with_ratings_negations_included(shop):
    drops, _, _ = shop
    scores, negated = defaultdict(list), 0
    for review in drops.read("reviews"):
        words = re.findall(r"[a-z]+", review["review_text"].lower())
        score = 0
        for number, word in enumerate(words):
            value = (word in POSITIVE) - (word in NEGATIVE)
            turned = bool({"not", "never"} & set(words[max(0, number - 2) : number]))
            negated += turned and value != 0
            score += -value if turned else value
        if words:
            scores[int(review["rating"])].append(score)

    assert mean(score < 0 for score in scores[1]) > 0.85
    assert mean(score < 0 for score in scores[2]) > 0.85
    assert mean(score > 0 for score in scores[4]) > 0.85
    assert mean(score > 0 for score in scores[5]) > 0.85
    assert mean(scores[1]) < mean(scores[3]) < mean(scores[5])
    assert negated > 50
