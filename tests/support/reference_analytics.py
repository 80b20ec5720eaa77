"""The seven analytics marts, worked out once more in plain Python: what the SQL is compared with.

Nothing here comes from the project, and nothing is a query: lists of dictionaries in, lists of dictionaries out. Money is
exact (`Decimal`, four decimals, half up); a quotient is a `Fraction`, which a mart holds rounded to four decimals.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.support.reference_analytics_rows import (
    Row,
    counted,
    customer_row,
    grouped,
    product_row,
    quotient,
    time_of_line,
    total,
    valued_lines,
    what,
    whom,
)

KEYS = {
    "enriched_orders": ("order_id", "line_number"),
    "customer_analytics": ("customer_id",),
    "product_analytics": ("product_id",),
    "analytics_summary": (),
    "seasonal_analysis": ("season_year", "season"),
    "segment_analysis": ("value_segment",),
    "category_analysis": ("category",),
}
"""What tells the rows of each mart apart; the summary has one row."""


def analytics(
    customers: Iterable[Row], products: Iterable[Row], order_lines: Iterable[Row], today: date, settings: Mapping
) -> dict[str, list[Row]]:
    """The rows of every analytics mart as of a day.

    Args:
        customers, products, order_lines: the current version of every customer, product and order line, with the columns
            of the feed (vars.yml, `feeds`) as typed values (str, int, Decimal, bool, date, datetime, None); an absent
            column counts as None. `is_present: False` marks those that a later full delivery lacks; of products they
            still give category and cost.
        today: the date of the batch that all is as of.
        settings: `analytics` of vars.yml.

    Returns:
        Per mart its rows in no particular order, with all columns but `batch_id` and the lineage (`_source_file`, …).
    """
    catalogue = {row["product_id"]: row for row in products}
    lines = valued_lines([row for row in order_lines if row.get("is_present", True)], catalogue, settings)
    by_customer, by_product = grouped(lines, "customer_id"), grouped(lines, "product_id")
    people = {
        row["customer_id"]: customer_row(row, by_customer[row["customer_id"]], today, settings)
        for row in customers
        if row.get("is_present", True)
    }
    goods = {
        id: product_row(row, by_product[id], today, settings)
        for id, row in catalogue.items()
        if row.get("is_present", True)
    }
    for line in lines:
        line.update(time_of_line(line, settings))
        line.update(whom(people.get(line["customer_id"])))
        line.update(what(goods.get(line["product_id"])))
    return {
        "enriched_orders": lines,
        "customer_analytics": list(people.values()),
        "product_analytics": list(goods.values()),
        "analytics_summary": [_summary(lines, list(people.values()), list(goods.values()), today)],
        "seasonal_analysis": _seasons(lines),
        "segment_analysis": _segments(lines, list(people.values()), settings),
        "category_analysis": _categories(lines, list(goods.values()), settings),
    }


def differences(mart: str, expected: list[Row], found: list[Row]) -> list[tuple]:
    """Where the rows of a mart are not the expected ones: (key, column, expected, found), empty when they agree."""
    wanted, got = ({tuple(row[name] for name in KEYS[mart]): row for row in rows} for rows in (expected, found))
    different = [(key, "row", key in wanted, key in got) for key in wanted.keys() ^ got.keys()]
    if len(got) != len(found):
        different.append((None, "rows", len(got), len(found)))
    for key in wanted.keys() & got.keys():
        for column, value in wanted[key].items():
            actual = got[key].get(column, "no such column")
            if not _same(value, actual):
                different.append((key, column, value, actual))
    return different


def _same(expected, found) -> bool:
    if isinstance(expected, Fraction) and isinstance(found, Decimal):
        # rounded to four decimals, from a double of some 15 digits
        return abs(Fraction(found) - expected) <= Fraction(1, 20_000) + abs(expected) / 10**15
    return expected == found


def _sales(lines: list[Row]) -> Row:
    """What is counted of some lines."""
    sold = counted(lines)
    orders, revenue = len({line["order_id"] for line in sold}), total(line["revenue"] for line in lines)
    valued = {line["order_id"] for line in sold if line["is_convertible"]}
    profit = total(line["profit"] for line in lines)
    return {
        "order_line_count": len(lines),
        "order_count": orders,
        "buyer_count": len({line["customer_id"] for line in sold if line["customer_id"] is not None}),
        "units_sold": sum(line["quantity"] or 0 for line in sold),
        "revenue": revenue,
        "profit": profit,
        "profit_margin": quotient(profit, revenue),
        "average_order_value": quotient(revenue, len(valued)),
        "excluded_line_count": len(lines) - len(sold),
        "excluded_amount": total(line["reported_amount"] for line in lines if line["is_excluded"]),
        "unconverted_line_count": sum(not line["is_convertible"] for line in lines),
    }


def _share(part: list[Row], lines: list[Row]) -> Fraction | None:
    return quotient(total(line["revenue"] for line in part), total(line["revenue"] for line in lines))


def _summary(lines: list[Row], people: list[Row], goods: list[Row], today: date) -> Row:
    sales = _sales(lines)
    dates = [line["order_date"] for line in counted(lines) if line["order_date"]]
    return sales | {
        "as_of_date": today,
        "reporting_currency": lines[0]["reporting_currency"] if lines else None,
        "customer_count": len(people),
        "buying_customer_count": sum(row["order_count"] > 0 for row in people),
        "product_count": len(goods),
        "sold_product_count": sum(row["order_count"] > 0 for row in goods),
        "first_order_date": min(dates, default=None),
        "last_order_date": max(dates, default=None),
        "excluded_order_count": len({line["order_id"] for line in lines}) - sales["order_count"],
        "unknown_customer_line_count": sum(not line["is_customer_known"] for line in lines),
        "unknown_product_line_count": sum(not line["is_product_known"] for line in lines),
        "default_margin_line_count": sum(line["margin_source"] == "default" for line in lines),
    }


def _seasons(lines: list[Row]) -> list[Row]:
    groups = defaultdict(list)
    for line in lines:
        groups[line["season_year"], line["season"]].append(line)
    return [
        {
            "season_year": year,
            "season": season,
            "first_order_date": min((line["order_date"] for line in part if line["order_date"]), default=None),
            "last_order_date": max((line["order_date"] for line in part if line["order_date"]), default=None),
            **_sales(part),
            "revenue_share": _share(part, lines),
            "weekend_revenue": total(line["revenue"] for line in part if line["is_weekend"]),
        }
        for (year, season), part in groups.items()
    ]


def _segments(lines: list[Row], people: list[Row], settings: Mapping) -> list[Row]:
    sold, members = grouped(lines, "value_segment"), grouped(people, "value_segment")
    liveliest = settings["lifecycle"][0]["name"]
    rows = []
    for segment in sold.keys() | members.keys():
        part, group = sold.get(segment, []), members.get(segment, [])
        ages = [row["age"] for row in group if row["age"] is not None]
        rows.append(
            {
                "value_segment": segment,
                "customer_count": len(group),
                "customer_share": quotient(len(group), len(people)),
                "active_customer_count": sum(row["lifecycle_stage"] == liveliest for row in group),
                "average_age": quotient(sum(ages), len(ages)),
                **_sales(part),
                "revenue_share": _share(part, lines),
                # nothing was sold to those whom no line names
                "revenue_per_customer": quotient(total(line["revenue"] for line in part), len(group)),
                "estimated_clv": total(row["estimated_clv"] for row in group),
            }
        )
    return rows


def _categories(lines: list[Row], goods: list[Row], settings: Mapping) -> list[Row]:
    sold, stocked = defaultdict(list), defaultdict(list)
    for groups, rows in ((sold, lines), (stocked, goods)):
        for row in rows:
            groups[row["category"].lower()].append(row)
    best = settings["product_performance"][0]["name"]
    rows = []
    for category in sold.keys() | stocked.keys():
        part, group = sold.get(category, []), stocked.get(category, [])
        rows.append(
            {
                "category": min(row["category"] for row in group or part),
                "product_count": len(group),
                "sold_product_count": sum(row["order_count"] > 0 for row in group),
                "star_product_count": sum(row["performance"] == best for row in group),
                **_sales(part),
                "revenue_share": _share(part, lines),
            }
        )
    return rows
