"""The rows that the analytics marts are made of: order lines with their money and time, customers and products.

Plain Python, apart from the project; see `reference_analytics`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

Row = dict[str, object]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NO_MONEY = Decimal(0)


def grouped(rows: Iterable[Row], column: str) -> defaultdict[object, list[Row]]:
    """The rows by the value of a column."""
    groups = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


def money(value) -> Decimal | None:
    """A sum with four decimals, half up."""
    if value is None:
        return None
    with localcontext() as context:
        context.prec = 80
        return Decimal(value).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def total(values: Iterable) -> Decimal:
    """The sum of what is not None."""
    return sum((value for value in values if value is not None), NO_MONEY)


def quotient(dividend, divisor) -> Fraction | None:
    """The exact quotient; None where the divisor is 0 or None."""
    return Fraction(dividend) / Fraction(divisor) if divisor else None


def _days(since: date | None, today: date) -> int | None:
    return (today - since).days if since else None


def _upper(text: str | None) -> str | None:
    return text.upper() if text else None


def _reporting_currency(lines: list[Row], settings: Mapping) -> str | None:
    if settings["reporting_currency"]:
        return settings["reporting_currency"].upper()
    counts = Counter(_upper(line["currency"]) for line in lines if line.get("currency"))
    return min(counts, key=lambda currency: (-counts[currency], currency), default=None)


def valued_lines(lines: list[Row], catalogue: Mapping, settings: Mapping) -> list[Row]:
    """The lines with their product and their money."""
    reporting = _reporting_currency(lines, settings)
    rates = {name.upper(): Decimal(str(rate)) for name, rate in settings["exchange_rates"].items()}
    excluded = {status.lower() for status in settings["excluded_statuses"]}
    assumed = Decimal(str(settings["default_margin"]))
    valued = []
    for line in lines:
        product = catalogue.get(line["product_id"])
        currency, amount, quantity = _upper(line.get("currency")), line["order_amount"], line.get("quantity")
        rate = Decimal(1) if currency in (None, reporting) else rates.get(currency)
        known = product or {}
        own_currency = _upper(known.get("currency"))
        cost = known.get("cost") if not own_currency or not currency or own_currency == currency else None
        whole_cost = None if cost is None or quantity is None else cost * quantity
        is_excluded = (line.get("order_status") or "").lower() in excluded
        reported = None if rate is None or amount is None else money(amount * rate)
        if is_excluded:
            revenue = profit = NO_MONEY
        elif reported is None:
            revenue = profit = None
        else:
            revenue = reported
            profit = money(revenue * assumed) if whole_cost is None else revenue - money(whole_cost * rate)
        valued.append(
            {name: line[name] for name in ("order_id", "line_number", "customer_id", "product_id", "order_date")}
            | {name: line.get(name) for name in ("created_timestamp", "order_status", "payment_method", "currency")}
            | {"quantity": quantity, "unit_price": line.get("unit_price"), "amount": amount}
            | {"reporting_currency": reporting, "is_excluded": is_excluded, "is_convertible": rate is not None}
            | {"reported_amount": reported, "revenue": revenue, "profit": profit, "unit_cost": cost}
            | {
                "margin_source": "default" if whole_cost is None else "cost",
                "profit_margin": Fraction(assumed) if whole_cost is None else quotient(amount - whole_cost, amount),
                "is_product_known": product is not None,
                "category": (known.get("category") or "Uncategorised") if product else "Unknown Product",
            }
            | {name: known.get(name) for name in ("product_name", "subcategory", "brand")}
        )
    return valued


def time_of_line(line: Row, settings: Mapping) -> Row:
    """The calendar of a line's date and time."""
    day, moment, times = line["order_date"], line["created_timestamp"], settings["times_of_day"]
    season, year = "Unknown", None
    for name, months in settings["seasons"].items():
        if day and day.month in months:
            season, year = name, day.year - (day.month < months[0])
    begun = [time["name"] for time in times if moment and moment.hour >= time["from_hour"]]
    return {
        "order_year": day.year if day else None,
        "order_month": day.month if day else None,
        "season_year": year,
        "season": season,
        "weekday": day.isoweekday() if day else None,
        "weekday_name": WEEKDAYS[day.weekday()] if day else None,
        "is_weekend": day.isoweekday() in settings["weekend"] if day else None,
        "time_of_day": ([times[-1]["name"], *begun][-1]) if moment else None,
    }


def whom(customer: Row | None) -> Row:
    """What a line says of its customer; None is one whom nobody knows."""
    taken = ("customer_tier", "age_segment", "days_since_registration", "lifecycle_stage", "estimated_clv")
    known = customer or {}
    return {
        "is_customer_known": customer is not None,
        "customer_country": known.get("country"),
        "customer_age": known.get("age"),
        "value_segment": known.get("value_segment", "Unknown Customer"),
    } | {name: known.get(name) for name in taken}


def what(product: Row | None) -> Row:
    """What a line says of the standing of its product."""
    known = product or {}
    return {"product_lifecycle": known.get("product_lifecycle"), "product_performance": known.get("performance")}


def _band(value, bands: list[Mapping], fits) -> str:
    return next(band["name"] for band in bands if fits(value, band))


def _class(measures: Mapping, classes: list[Mapping]) -> str:
    return next(
        each["name"] for each in classes if all(measures[bound] >= each[bound] for bound in measures if bound in each)
    )


def _up_to(days: int, band: Mapping) -> bool:
    return "up_to" not in band or days <= band["up_to"]


def counted(lines: list[Row]) -> list[Row]:
    """The lines that are not excluded."""
    return [line for line in lines if not line["is_excluded"]]


def customer_row(row: Row, lines: list[Row], today: date, settings: Mapping) -> Row:
    """One row of customer_analytics from a customer and his lines."""
    sold = counted(lines)
    orders, spent = len({line["order_id"] for line in sold}), total(line["revenue"] for line in lines)
    dates = [line["order_date"] for line in sold if line["order_date"]]
    idle = _days(max(dates, default=None), today)
    born, age = row.get("date_of_birth"), row.get("age")
    if born:
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    names = [row.get("first_name"), row.get("last_name")]
    tier = (row.get("customer_tier") or "").lower()
    factors = {name.lower(): factor for name, factor in settings["clv_factors"].items()}
    factor = factors.get(tier, settings["clv_default_factor"])
    young = settings["age_segments"]
    return {
        "customer_id": row["customer_id"],
        "full_name": row.get("full_name") or " ".join(name for name in names if name) or None,
        **{name: row.get(name) for name in ("city", "country", "customer_tier", "registration_date")},
        "age": age,
        "age_segment": (
            "Unknown" if age is None else _band(age, young, lambda a, band: "below" not in band or a < band["below"])
        ),
        "days_since_registration": _days(row.get("registration_date"), today),
        "order_count": orders,
        "excluded_order_count": len({line["order_id"] for line in lines}) - orders,
        "order_line_count": len(lines),
        "unconverted_line_count": sum(not line["is_convertible"] for line in lines),
        "units_bought": sum(line["quantity"] or 0 for line in sold),
        "total_spent": spent,
        "total_profit": total(line["profit"] for line in lines),
        "average_order_value": quotient(spent, len({line["order_id"] for line in sold if line["is_convertible"]})),
        "first_order_date": min(dates, default=None),
        "last_order_date": max(dates, default=None),
        "days_since_last_order": idle,
        "lifecycle_stage": "No Orders" if idle is None else _band(idle, settings["lifecycle"], _up_to),
        "value_segment": _class({"spent": spent, "orders": orders}, settings["value_segments"]),
        "estimated_clv": money(spent * Decimal(str(factor))),
    }


def product_row(row: Row, lines: list[Row], today: date, settings: Mapping) -> Row:
    """One row of product_analytics from a product and its lines."""
    sold = counted(lines)
    orders, revenue = len({line["order_id"] for line in sold}), total(line["revenue"] for line in lines)
    dates = [line["order_date"] for line in sold if line["order_date"]]
    price, cost, age = row.get("price"), row.get("cost"), _days(row.get("launch_date"), today)
    is_costed = cost is not None and bool(price)
    taken = ("product_name", "subcategory", "brand", "currency", "stock_quantity", "launch_date")
    if row.get("discontinued"):
        lifecycle = "Discontinued"
    else:
        lifecycle = "Unknown" if age is None else _band(age, settings["product_lifecycle"], _up_to)
    return {
        "product_id": row["product_id"],
        **{name: row.get(name) for name in taken},
        "category": row.get("category") or "Uncategorised",
        "price": price,
        "cost": cost,
        "profit_margin": quotient(price - cost, price) if is_costed else Fraction(str(settings["default_margin"])),
        "margin_source": "cost" if is_costed else "default",
        "days_since_launch": age,
        "is_discontinued": row.get("discontinued"),
        "product_lifecycle": lifecycle,
        "order_count": orders,
        "customer_count": len({line["customer_id"] for line in sold if line["customer_id"] is not None}),
        "order_line_count": len(lines),
        "unconverted_line_count": sum(not line["is_convertible"] for line in lines),
        "units_sold": sum(line["quantity"] or 0 for line in sold),
        "revenue": revenue,
        "profit": total(line["profit"] for line in lines),
        "first_order_date": min(dates, default=None),
        "last_order_date": max(dates, default=None),
        "performance": _class({"revenue": revenue, "orders": orders}, settings["product_performance"]),
    }
