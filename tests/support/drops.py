"""Reads drops with the standard library alone, and counts the graph that should come of them.

Nothing here uses the project's code: these are the numbers that the project is held against.
"""

import csv
import json
from collections import defaultdict
from pathlib import Path

KEYS = {
    "customers": ("customer_id",),
    "products": ("product_id",),
    "categories": ("category_id",),
    "suppliers": ("supplier_id",),
    "orders": ("order_id", "line_number"),
    "reviews": ("review_id",),
    "inventory": ("product_id", "warehouse_id"),
    "shipping": ("order_id", "tracking_number"),
}
FULL = {"customers", "products", "categories", "suppliers", "inventory"}


def records(file: Path):
    """Yields (physical line of the record's start, fields) for each record after the header; blank lines do not count."""
    with file.open(encoding="utf-8", errors="surrogateescape", newline="") as stream:
        reader = csv.reader(stream)
        next(reader)
        start = reader.line_num + 1
        for fields in reader:
            if fields:
                yield start, fields
            start = reader.line_num + 1


def header(file: Path) -> list[str]:
    """The column names of a file."""
    with file.open(encoding="utf-8", errors="surrogateescape", newline="") as stream:
        return next(csv.reader(stream))


def faults(folder: Path) -> list[dict]:
    """The faults that the generator says it planted, over all days."""
    return [
        fault for file in sorted(folder.glob("faults_*.json")) for fault in json.loads(file.read_text(encoding="utf-8"))
    ]


def current_state(folder: Path) -> dict[str, dict[tuple, dict]]:
    """Per feed, the good records that hold after the last day, by key: for full feeds those of the last file."""
    bad = defaultdict(set)
    for fault in faults(folder):
        if fault["found_in"] != "graph":
            bad[fault["file"]].add(fault["line"])
    state = {}
    for feed, key in KEYS.items():
        held: dict[tuple, dict] = {}
        for file in sorted(folder.glob(f"{feed}_2*.csv")):
            names = header(file)
            if feed in FULL:
                held = {}
            for line, fields in records(file):
                if line not in bad[file.name]:
                    record = dict(zip(names, fields, strict=True))
                    held[tuple(record[name] for name in key)] = record
        state[feed] = held
    return state


def expected_counts(state: dict[str, dict[tuple, dict]]) -> dict[str, int]:
    """How many nodes of each label and edges of each type the graph must hold."""
    customers = {key[0] for key in state["customers"]}
    products = {key[0] for key in state["products"]}
    suppliers = {key[0] for key in state["suppliers"]}
    category_names = {record["category_name"].lower() for record in state["categories"].values()}
    lines = list(state["orders"].values())
    reviews = list(state["reviews"].values())
    goods = list(state["products"].values())
    return {
        "Customer": len(customers),
        "Product": len(products),
        "Category": len(state["categories"]),
        "Supplier": len(suppliers),
        "Order": len({line["order_id"] for line in lines}),
        "Review": len(reviews),
        "PLACED": len({line["order_id"] for line in lines if line["customer_id"] in customers}),
        "CONTAINS": sum(line["product_id"] in products for line in lines),
        "PURCHASED": sum(line["product_id"] in products and line["customer_id"] in customers for line in lines),
        "WROTE": sum(review["customer_id"] in customers for review in reviews),
        "ABOUT": sum(review["product_id"] in products for review in reviews),
        "REVIEWED": sum(review["product_id"] in products and review["customer_id"] in customers for review in reviews),
        "BELONGS_TO": sum(product["category"].lower() in category_names for product in goods),
        "CHILD_OF": sum(record["parent_category"].lower() in category_names for record in state["categories"].values()),
        "SUPPLIES": sum(product["supplier_id"] in suppliers for product in goods),
    }
