"""Ten generated days, made nastier by hand: what the ten-day test drops, and what the oracle reads."""

import csv
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

from lakegraph.landing.generate.operations import generate
from lakegraph.landing.generate.options import GenerateOptions
from tests.oracle.framing import read_file
from tests.oracle.walk import Delivery

START, DAYS = date(2025, 1, 15), 10
FEEDS = ("customers", "products", "categories", "suppliers", "orders", "reviews", "inventory", "shipping")
# days are counted from 1
FIRST, SECOND, THIRD, FOURTH = 1, 2, 3, 4
EMPTY_SUPPLIERS, EMPTY_INVENTORY, NO_CATEGORIES, LATE, MISCOUNTED, CUT_SUPPLIERS = 5, 8, 6, 7, 9, 9

ADA = {"first_name": "Ada", "last_name": "Byron", "email": "ada@example.org", "phone": "+49 30 1234567", "city": "Rome"}
LINE = {
    "customer_id": "CUST0000001",
    "product_id": "PROD0000001",
    "order_date": "2025-01-15",
    "order_amount": "10.00",
    "currency": "USD",
    "order_status": "shipped",
    "line_number": "1",
    "quantity": "2",
    "unit_price": "5.00",
}
THING = {"product_name": "Thing", "price": "12.50", "currency": "USD", "stock_quantity": "5", "discontinued": "false"}


def customer(id: str, **changes: str) -> dict:
    return {"customer_id": id, **ADA, **changes}


def product(id: str, **changes: str) -> dict:
    return {"product_id": id, **THING, **changes}


def line(id: str, **changes: str) -> dict:
    return {"order_id": id, **LINE, **changes}


# What is added to the files of a day: records, or lines as they stand.
ADDED: Mapping[tuple[int, str], Iterable[dict | str]] = {
    (FIRST, "customers"): [
        *(customer(f"N{number}") for number in range(1, 8)),
        customer("N8", first_name=" \u00a0Ada\ufeff", date_of_birth="1990-01-16T23:30:00-05:00", city='"Roma"\nvecchia, 1'),
        customer("N9", last_login="2025-01-14T22:00:00+0530", created_timestamp="2025-01-14 22:00:00.123456789"),
        customer("N10", last_login="2025-01-14 24:00:00", date_of_birth="2025-02-29"),
        customer(" N11 ", customer_tier="PREMIUM"),
        # its zone moves it out of the calendar
        customer("N12", last_login="9999-12-31T23:59:59-14:00"),
    ],
    (SECOND, "customers"): [
        # N1 is gone
        "N2,a field too few",
        customer("N3", first_name="ADA", city=" rome ", last_login="2025-01-15 10:00:00"),
        customer("N4", city="Bonn"),
        customer("N4", city="Cologne"),
        customer("N5", email="nonsense"),
        customer("N6"),
        customer("N7", city="Bari"),
    ],
    (THIRD, "customers"): [
        customer("N1", email="nonsense", phone="none"),
        # N2 is gone
        customer("N3", city="Bari"),
        customer("N4", city="Cologne"),
        customer("N5", email="nonsense"),
        'N6,"Ada,Byron,ada@example.org',
        '"N7" x,Ada,Byron',
    ],
    (FOURTH, "customers"): [
        customer("N1"),
        "N2,a field too few",
        customer("N3", city="Rome"),
        customer("N5"),
        customer("N7", city="Bari"),
    ],
    (FIRST, "products"): [
        product("Q1", price="1e1", stock_quantity="5.0", discontinued="Y"),
        product("Q2", price="12.34565", cost="-12.34565"),
        product("Q3", stock_quantity="3.7", price="12,50"),
        product("Q4", discontinued="", launch_date="2024-02-29T12:00Z"),
        product("Q5", price="99999999999999.99995"),
        product("Q6", launch_date="2025-01-16", stock_quantity="-1", price="0.00004"),
    ],
    (SECOND, "products"): [product("Q1", price="10", stock_quantity="5", discontinued="true"), product("Q2", price="12.3457")],
    (SECOND, "orders"): [
        line("M1", line_number=""),
        line("M1", line_number="1"),
        line("M2", line_number=" 1.0 "),
        line("M2", line_number="2", payment_method="Credit Card"),
        line("M2", line_number="2", payment_method="Credit Card"),
        line("M3", unit_price="", order_amount="10", quantity="3"),
        line("M4", unit_price="", quantity="", order_amount="1e1"),
        # 0.57 / 8 is 0.07125: half of the last digit
        line("M10", unit_price="", quantity="8", order_amount="0.57"),
        line("M11", created_timestamp="2025-01-16T18:00:00.5"),
        line("M5", created_timestamp="2025-01-16T17:30:00-00:30"),
        line("M6", created_timestamp="2025-01-16T17:31:00-00:30", shipping_address="12 Elm, \"The Hut\"\r\nBath"),
        line("M7", quantity="3.7", order_amount="10000.01", order_date="16.01.2025"),
        line("M8", customer_id="N1", product_id="Q4", order_amount="0.99", order_status="PENDING"),
        line("M9", customer_id="N11", product_id="Q1", currency="", order_status=""),
    ],
    (THIRD, "orders"): [
        line("M2", line_number="2", order_status="Shipped", payment_method="credit\u00a0 card"),
        line("M8", customer_id="N1", product_id="Q4"),
    ],
    (SECOND, "inventory"): [
        {"product_id": "PROD0000001", "warehouse_id": "", "stock_quantity": "0"},
        {"product_id": "PROD0000002", "warehouse_id": "", "stock_quantity": "1"},
        {"product_id": "PROD0000002", "warehouse_id": "main", "stock_quantity": "1"},
    ],
    (THIRD, "inventory"): ["INV,PROD0000001,main,too few"],
    # more than all others
    (CUT_SUPPLIERS, "suppliers"): [f"CUT{number},a field too few" for number in range(200)],
    (SECOND, "shipping"): [
        {"order_id": "M3", "tracking_number": "T1", "shipping_cost": "1e2", "currency": "USD"},
        {"order_id": "M4", "tracking_number": "T1", "shipping_cost": "100.01", "currency": "USD"},
        {"order_id": "M5", "tracking_number": "", "shipping_cost": "1", "currency": "USD"},
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Day:
    """A batch that lies ready to be dropped: its folder holds its files and its trigger."""

    delivery: Delivery
    folder: Path
    trigger: Path

    @property
    def names(self) -> list[str]:
        """The names of its files, the trigger's left out."""
        return [file.name for files in self.delivery.files.values() for file in files]

    def drop(self, drops: Path, *names: str) -> None:
        """Put files into the drops folder: those that are named, else all, the trigger last."""
        for name in names or (*self.names, self.trigger.name):
            partial = drops / f".{name}"
            shutil.copy(self.folder / name, partial)
            partial.replace(drops / name)


def make_days(root: Path) -> dict[int | str, Day]:
    """The ten days by number, and `correction`: a second batch for the fourth."""
    generate(GenerateOptions(root / "generated", START, days=DAYS, dirt=0.01))
    days = {number: _day(root, number, "001", FEEDS) for number in range(1, DAYS + 1)}
    days[NO_CATEGORIES] = _day(root, NO_CATEGORIES, "001", [feed for feed in FEEDS if feed != "categories"])
    for (number, feed), records in ADDED.items():
        _add(days[number], feed, records)
    for number, feed in ((EMPTY_SUPPLIERS, "suppliers"), (EMPTY_INVENTORY, "inventory")):
        file = _file(days[number], feed)
        file.write_bytes(file.read_bytes().splitlines(keepends=True)[0])
    crlf = _file(days[THIRD], "suppliers")
    crlf.write_bytes(b"\xef\xbb\xbf" + crlf.read_bytes().replace(b"\n", b"\r\n"))
    days["correction"] = _correction(root)
    return {name: _announced(day, "orders" if name == MISCOUNTED else None) for name, day in days.items()}


def _day(root: Path, number: int, suffix: str, feeds: Iterable[str]) -> Day:
    day = START + timedelta(days=number - 1)
    stamp = f"{day:%Y_%m_%d}"
    batch_id = f"batch_{stamp}_{suffix}"
    folder = root / "ready" / batch_id
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in (*(f"{feed}_{stamp}.csv" for feed in feeds), f"trigger_{stamp}.json"):
        shutil.copy(root / "generated" / name, folder)
    files = {feed: (folder / f"{feed}_{stamp}.csv",) for feed in feeds}
    return Day(Delivery(batch_id, day, files), folder, folder / f"trigger_{stamp}.json")


def _correction(root: Path) -> Day:
    """Every fifth product dearer, and the orders of the day shipped."""
    correction = _day(root, FOURTH, "002", ("products", "orders"))
    products, orders = _file(correction, "products"), _file(correction, "orders")
    lines = products.read_bytes().splitlines(keepends=True)
    products.write_bytes(
        b"".join(text.replace(b".", b"1.", 1) if place % 5 == 4 else text for place, text in enumerate(lines))
    )
    orders.write_bytes(orders.read_bytes().replace(b",processing,", b",shipped,"))
    return correction


def _file(day: Day, feed: str) -> Path:
    return day.delivery.files[feed][0]


def _add(day: Day, feed: str, records: Iterable[dict | str]) -> None:
    file = _file(day, feed)
    names = next(csv.reader([file.read_text(encoding="utf-8", errors="replace").partition("\n")[0]]))
    text = StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    for record in records:
        if isinstance(record, str):
            text.write(record + "\n")
        else:
            writer.writerow(record)
    with file.open("ab") as stream:
        stream.write(text.getvalue().encode())


def _announced(day: Day, miscounted: str | None) -> Day:
    """The day with a trigger that names its files and counts their records; of one feed it announces one too many."""
    counts = {
        file.name: len(read_file(file.read_bytes())[1]) + (feed == miscounted)
        for feed, files in day.delivery.files.items()
        for file in files
    }
    content = json.loads(day.trigger.read_text())
    content |= {"trigger_id": day.delivery.batch_id, "expected_files": list(counts), "metadata": {"row_counts": counts}}
    day.trigger.write_text(json.dumps(content))
    return replace(day, delivery=replace(day.delivery, announced=counts))
