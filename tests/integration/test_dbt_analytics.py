"""The analytics marts: every row of three generated days against plain Python, and what is unusual by hand."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from dbt_batches import customer, order, product
from dbt_lake import Batch, DbtLake

from lakegraph.runtime.project import project_vars
from tests.support.place import Place
from tests.support.reference_analytics import KEYS, analytics, differences

pytestmark = pytest.mark.slow

SETTINGS = project_vars()["analytics"]
DATA_ONLY = ("build", "--exclude-resource-type", "unit_test")
MODELS_ONLY = (*DATA_ONLY, "--exclude-resource-type", "test")
TODAY = date(2025, 1, 15)


def rows(warehouse: Path, query: str) -> list[dict]:
    """The rows of a query, column to value."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(query)
        columns = [column[0] for column in found.description]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def compared(warehouse: Path, today: date, settings: dict) -> dict[str, int]:
    """The number of rows of every analytics mart, each of which must be the one that plain Python makes."""
    current = [
        rows(warehouse, f"select * from silver.int_{feed}_current") for feed in ("customers", "products", "orders")
    ]
    expected = analytics(*current, today, settings)
    found = {mart: rows(warehouse, f"select * from gold.{mart}") for mart in KEYS}
    assert {mart: differences(mart, expected[mart], found[mart])[:5] for mart in KEYS} == {mart: [] for mart in KEYS}
    return {mart: len(found[mart]) for mart in KEYS}


def test_three_generated_days_give_the_rows_that_plain_python_gives(tmp_path):
    place = Place(tmp_path)
    drops = ("--drops", str(place.drops))
    for command in (("generate", "--days", "3", "--dirt", "0.02", "--scale", "0.5", *drops), ("land", *drops)):
        done = place.command("lakegraph", *command)
        assert done.returncode == 0, done.stderr
    counts = []

    for day, build in ((15, MODELS_ONLY), (16, MODELS_ONLY), (17, DATA_ONLY)):
        DbtLake(tmp_path).run(*build)
        counts.append(compared(place.lake / "warehouse.duckdb", date(2025, 1, day), SETTINGS))

    assert [count["analytics_summary"] for count in counts] == [1, 1, 1]
    lines = [count["enriched_orders"] for count in counts]
    assert 1000 < lines[0] < lines[1] < lines[2]
    assert {name: counts[2][name] for name in ("seasonal_analysis", "segment_analysis")} == {
        "seasonal_analysis": 9,
        # the four of the settings, and the customers of planted orders whom nobody knows
        "segment_analysis": 5,
    }


def sales(buyer: str, goods: str, *amounts: str, on: str = "2025-01-10", **other: str) -> list[dict[str, str]]:
    """An order each for some amounts."""
    return [
        order(f"{buyer}-{goods}-{on}-{number}", buyer, goods, amount, **{"order_date": on, **other})
        for number, amount in enumerate(amounts)
    ]


def days_before(days: int) -> str:
    return str(TODAY - timedelta(days))


BORN = {
    "gen_z": "2000-01-16",
    "millennial_first": "2000-01-15",
    "millennial_last": "1985-01-16",
    "gen_x_first": "1985-01-15",
    "gen_x_last": "1970-01-16",
    "boomer": "1970-01-15",
    "ancient": "1900-01-01",
}
LAST_ORDERED = {"active": 30, "at_risk_first": 31, "at_risk": 90, "inactive_first": 91, "inactive": 180, "lost": 181}
SPENT = {
    "vip": ("200",) * 5,
    "high_by_amount": ("199.99", *("200",) * 4),
    "high_by_orders": ("250",) * 4,
    "high": ("166.6", "166.7", "166.7"),
    "medium": ("100", "100"),
    "low": ("200",),
}
LAUNCHED = {"new": 90, "growth_first": 91, "growth": 365, "mature_first": 366, "mature": 1095, "legacy": 1096}
HUGE = "1000000000"


def unusual_day() -> Batch:
    """A day on which everything lies on the edge of something."""
    plain = [*LAST_ORDERED, *SPENT, "cancelled_all", "many_currencies", "times", "huge", "returned"]
    customers = [customer(f"born_{id}", "Ada Byron", date_of_birth=day) for id, day in BORN.items()]
    customers += [customer("says_30", "Ben Ito", age="30", registration_date="2025-01-15", customer_tier="GOLD")]
    customers += [customer(id, "Cy Moe") for id in plain]
    products = [
        product("P", "Plain", "10", cost="6", currency="EUR", category="Toys"),
        product("toys", "No cost", "10", currency="EUR", category="TOYS"),
        product("dear", "Costs more than it brings", "10", cost="12.5", currency="EUR"),
        product("dollars", "Cost in another currency", "10", cost="6", currency="USD", category="Toys"),
        product("huge", "Beyond measure", "99999999999999", cost="99999999999999.9999", category="Toys"),
        product("star", "Star", "250", cost="100", category="Stars", discontinued="yes", launch_date="2025-01-01"),
        product("no_star", "No star", "250", cost="100", category="Stars"),
        *(product(id, "Aged", "1", launch_date=days_before(days), category="Aged") for id, days in LAUNCHED.items()),
    ]
    orders = [line for id, days in LAST_ORDERED.items() for line in sales(id, "P", "20", on=days_before(days))]
    orders += [line for id, amounts in SPENT.items() for line in sales(id, "P", *amounts, quantity="2")]
    orders += sales("cancelled_all", "P", "70", order_status="CANCELLED")
    orders += sales("returned", "toys", "30", order_status="returned")
    orders += sales("many_currencies", "dollars", "100", currency="usd")
    orders += sales("many_currencies", "dollars", "50", currency="Eur", on="2025-01-11")
    orders += sales("many_currencies", "dear", "10", currency="", on="2025-01-12")
    orders += sales("huge", "huge", HUGE, quantity="1000000")
    orders += sales("nobody", "star", *("250",) * 20, on="2024-02-29")
    orders += sales("nobody", "no_star", *("250",) * 19, "249.99", on="2024-02-29")
    orders += sales("nobody", "nothing", "40", on="2023-12-31")
    times = ("05:59:59", "06:00:00", "11:59:59", "12:00:00", "17:00:00", "22:00:00")
    moments = [f"2025-01-11 {time}" for time in times] + ["2025-01-11T01:30:00+02:00", ""]
    orders += [
        line
        for number, moment in enumerate(moments)
        for line in sales("times", "P", "1", on="2025-01-11", created_timestamp=moment, line_number=str(number + 1))
    ]
    return Batch("b_2", TODAY, {"customers": customers, "products": products, "orders": orders})


def day_before() -> Batch:
    """The last that is heard of a customer and of a product."""
    return Batch(
        "b_1",
        date(2025, 1, 14),
        {
            "customers": [customer("gone", "Di Noor", customer_tier="premium")],
            "products": [product("left", "Left", "10", cost="4", category="Former")],
            "orders": sales("gone", "left", "15"),
        },
    )


@pytest.fixture(scope="module")
def unusual(tmp_path_factory) -> DbtLake:
    lake = DbtLake(tmp_path_factory.mktemp("unusual"))
    lake.land(day_before())
    lake.run(*MODELS_ONLY)
    lake.land(unusual_day())
    lake.run(*DATA_ONLY)
    return lake


def test_unusual_rows_are_those_that_plain_python_gives(unusual):
    counts = compared(unusual.lake / "warehouse.duckdb", TODAY, SETTINGS)

    assert counts["customer_analytics"] == len(unusual_day().records["customers"])
    assert counts["enriched_orders"] == len(unusual_day().records["orders"]) + 1


def test_age_segments_change_on_the_birthday(unusual):
    found = unusual.rows("""
        select customer_id, age, age_segment from gold.customer_analytics
        where starts_with(customer_id, 'born_') or customer_id in ('says_30', 'vip') order by age nulls last
    """)

    assert found == [
        ("born_gen_z", 24, "Gen Z"),
        ("born_millennial_first", 25, "Millennial"),
        ("says_30", 30, "Millennial"),
        ("born_millennial_last", 39, "Millennial"),
        ("born_gen_x_first", 40, "Gen X"),
        ("born_gen_x_last", 54, "Gen X"),
        ("born_boomer", 55, "Boomer+"),
        ("born_ancient", 125, "Boomer+"),
        ("vip", None, "Unknown"),
    ]


def test_lifecycle_stages_by_the_days_since_the_last_order(unusual):
    stages = dict(unusual.rows("select customer_id, lifecycle_stage from gold.customer_analytics"))

    assert {id: stages[id] for id in LAST_ORDERED} == {
        "active": "Active",
        "at_risk_first": "At Risk",
        "at_risk": "At Risk",
        "inactive_first": "Inactive",
        "inactive": "Inactive",
        "lost": "Lost",
    }
    # nobody without an order is lost, nor is one who took back all
    assert stages["says_30"] == stages["cancelled_all"] == "No Orders"


def test_value_segments_need_the_money_and_the_orders(unusual):
    segments = dict(unusual.rows("select customer_id, value_segment from gold.customer_analytics"))

    assert {id: segments[id] for id in SPENT} == {
        "vip": "VIP",
        "high_by_amount": "High Value",
        "high_by_orders": "High Value",
        "high": "High Value",
        "medium": "Medium Value",
        "low": "Low Value",
    }


def test_the_lifetime_value_follows_the_tier(unusual):
    assert unusual.rows("""
        select customer_id, total_spent, estimated_clv, days_since_registration from gold.customer_analytics
        where customer_id in ('says_30', 'vip') order by 1
    """) == [("says_30", 0, 0, 0), ("vip", 1000, 1000, None)]


def test_products_perform_and_age(unusual):
    found = unusual.rows("""
        select product_id, performance, product_lifecycle, order_count, revenue from gold.product_analytics
        where product_id in ('star', 'no_star') order by 1
    """)
    lifecycles = dict(unusual.rows("select product_id, product_lifecycle from gold.product_analytics"))

    assert found == [
        ("no_star", "High Performer", "Unknown", 20, Decimal("4999.99")),
        ("star", "Star", "Discontinued", 20, 5000),
    ]
    assert {id: lifecycles[id] for id in LAUNCHED} == {
        "new": "New",
        "growth_first": "Growth",
        "growth": "Growth",
        "mature_first": "Mature",
        "mature": "Mature",
        "legacy": "Legacy",
    }


def test_amounts_of_other_currencies_are_counted_but_not_added(unusual):
    lines = unusual.rows("""
        select currency, reporting_currency, is_convertible, revenue, margin_source, profit_margin, profit
        from gold.enriched_orders where customer_id = 'many_currencies' order by order_date
    """)
    customers = unusual.rows("""
        select order_count, total_spent, unconverted_line_count from gold.customer_analytics
        where customer_id = 'many_currencies'
    """)

    assert lines == [
        ("usd", "EUR", False, None, "cost", Decimal("0.94"), None),
        # what it costs in dollars says nothing beside an amount in euros
        ("Eur", "EUR", True, 50, "default", Decimal("0.3"), 15),
        (None, "EUR", True, 10, "cost", Decimal("-0.25"), Decimal("-2.5")),
    ]
    assert customers == [(3, 60, 1)]


def test_cancelled_lines_are_no_revenue_and_said_beside_it(unusual):
    assert unusual.rows("""
        select order_count, excluded_order_count, total_spent, order_line_count from gold.customer_analytics
        where customer_id in ('cancelled_all', 'returned') order by customer_id
    """) == [(0, 1, 0, 1), (1, 0, 30, 1)]
    assert unusual.rows("""
        select excluded_line_count, excluded_amount, excluded_order_count from gold.analytics_summary
    """) == [(1, 70, 1)]


def test_nothing_is_too_large_to_be_added(unusual):
    cost = 1_000_000 * Decimal("99999999999999.9999")

    assert unusual.rows("select revenue, profit from gold.enriched_orders where product_id = 'huge'") == [
        (Decimal(HUGE), Decimal(HUGE) - cost)
    ]


def test_seasons_weekdays_and_times_of_day(unusual):
    times = unusual.rows("""
        select distinct line_number, time_of_day, weekday_name, is_weekend from gold.enriched_orders
        where customer_id = 'times' order by line_number
    """)
    seasons = unusual.rows("""
        select season_year, season, first_order_date, last_order_date, weekend_revenue from gold.seasonal_analysis
        where season = 'Winter' order by season_year
    """)

    names = ["Night", "Morning", "Morning", "Afternoon", "Evening", "Night", "Night", None]
    assert times == [(number + 1, name, "Saturday", True) for number, name in enumerate(names)]
    assert [season[:4] for season in seasons] == [
        # December, and February of the next year
        (2023, "Winter", date(2023, 12, 31), date(2024, 2, 29)),
        (2024, "Winter", date(2024, 12, 15), date(2025, 1, 12)),
    ]
    # a Sunday at the end of the year; a Saturday of eight lines at 1 and one at 50, a Sunday of two at 20 and 10
    assert [season[4] for season in seasons] == [40, 8 + 50 + 20 + 10]


def test_who_has_left_is_no_longer_described_and_what_has_left_keeps_its_category(unusual):
    assert unusual.rows("""
        select is_customer_known, customer_tier, value_segment, is_product_known, category, product_performance, profit
        from gold.enriched_orders where order_id = 'gone-left-2025-01-10-0'
    """) == [(False, None, "Unknown Customer", True, "Former", None, 11)]
    assert unusual.rows("""
        select category, product_count, order_line_count, revenue from gold.category_analysis
        where category in ('Former', 'Unknown Product', 'Uncategorised', 'TOYS', 'Toys') order by 1
    """) == [
        ("Former", 0, 1, 15),
        ("TOYS", 4, 39, Decimal(HUGE) + 120 + 1000 + Decimal("999.99") + 1000 + 500 + 200 + 200 + 30 + 50 + 8),
        ("Uncategorised", 1, 1, 10),
        ("Unknown Product", 0, 1, 40),
    ]


def test_settings_of_ones_own(unusual):
    """Rates, a reporting currency, returned goods, the seasons of the south: all by variables."""
    south = {"Summer": [12, 1, 2], "Autumn": [3, 4, 5], "Winter": [6, 7, 8], "Spring": [9, 10, 11]}
    own = SETTINGS | {
        "reporting_currency": "usd",
        "exchange_rates": {"eur": 1.08},
        "excluded_statuses": ["Cancelled", "returned"],
        "default_margin": 0.5,
        "seasons": south,
        "value_segments": [{"name": "Good", "spent": 100}, {"name": "Other"}],
        "product_performance": [{"name": "All"}],
    }

    unusual.run("build", "-s", "int_order_lines_valued+", "--exclude-resource-type", "unit_test", "--vars",
                json.dumps({"analytics": own}))  # fmt: skip

    compared(unusual.lake / "warehouse.duckdb", TODAY, own)
    assert unusual.rows("""
        select revenue, profit from gold.enriched_orders where customer_id = 'many_currencies' order by order_date
    """) == [(100, 94), (54, 27), (10, Decimal("-2.5"))]
    assert unusual.rows("""
        select distinct season, season_year from gold.enriched_orders where order_date > '2025-01-01'
    """) == [("Summer", 2024)]
    assert unusual.rows("select excluded_line_count, unconverted_line_count from gold.analytics_summary") == [(2, 0)]
