"""Records that engines like to read differently: parts of seconds, zones, numbers in all notations, other scripts."""

import csv
from pathlib import Path

TIMES = [
    "2025-01-15 10:00:00.123456789",
    "2025-01-15 10:00:00.9999999",
    "2025-01-15T10:00:00.1234567+02:00",
    "2025-01-15 00:30+0200",
    "2025-01-15T23:59:59.5-11",
    "2025-01-15 10:00:00Z",
    "2025-01-15",
    "2024-02-29T10:00",
    "2025-02-29 10:00:00",
    "2025-01-15 24:00:00",
    "0000-01-15 10:00:00",
    "\u00a0 2025-01-15 10:00:00.000001\t",
]
NUMBERS = [
    "12.34565",
    "12.34575",
    "-0",
    "1e1",
    "1.5E-3",
    ".5",
    "+7.",
    "99999999999999.9999",
    "1e15",
    "12,5",
    "٣",
    "NaN",
]
TEXTS = [
    'a "quoted" word',
    "back\\slash and /slash",
    "tab\there",
    "smile 😀 and é",
    "\u200bZÜRICH  STRASSE\ufeff",
    "it''s",
    "İstanbul",
    " ",
    "null",
    "línea",
    "a,b;c|d",
    "{'x': 1}",
]
FLAGS = ["Y", "no", "T", "0", "yes ", "maybe", "TRUE", "1", "f", "", "N", "2"]


def add_odd_values(drops: Path) -> None:
    """Append records with odd values to the products and customers of the last day of some drops."""
    products = [
        {
            "product_id": f"ODD{at}",
            "product_name": TEXTS[at],
            "category": TEXTS[-at],
            "price": NUMBERS[at],
            "cost": NUMBERS[-at],
            "stock_quantity": ["3.0", "3.7", "007", "-1", "9223372036854775807", "9223372036854775808"][at % 6],
            "launch_date": TIMES[at],
            "discontinued": FLAGS[at],
            "created_timestamp": TIMES[-at],
        }
        for at in range(len(TIMES))
    ]
    customers = [
        {
            "customer_id": f"ODD{at}",
            "first_name": TEXTS[at],
            "last_name": TEXTS[-at],
            "email": f"odd{at}@example.org",
            "date_of_birth": TIMES[at][:10],
            "last_login": TIMES[at],
        }
        for at in range(len(TIMES))
    ]
    for feed, records in (("products", products), ("customers", customers)):
        file = max(drops.glob(f"{feed}_*.csv"))
        # the generated faults are not all valid UTF-8
        with file.open(newline="", encoding="utf-8", errors="replace") as content:
            header = next(csv.reader(content))
        with file.open("a", newline="", encoding="utf-8") as content:
            csv.DictWriter(content, header, restval="", lineterminator="\n").writerows(records)
