"""Suppliers, warehouses and carriers."""

from dataclasses import dataclass

SUPPLIER_FIRST = ("Alder", "Basalt", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Indigo", "Juniper")
SUPPLIER_SECOND = ("Works", "Trading", "Manufaktur", "Supply", "Goods", "& Sons", "Partners, Ltd.", "Export")
SUPPLIER_COUNTRIES = ("Germany", "Italy", "Vietnam", "United States", "Poland", "Portugal", "Japan", "Côte d'Ivoire")


@dataclass(frozen=True)
class Warehouse:
    """A place that holds stock; `share` of the products lie in it."""

    id: str
    name: str
    location: str
    share: float


# The first one holds every product, so that none is without stock records.
WAREHOUSES = (
    Warehouse("WH-001", "Central Hub", "Columbus, Ohio", 1.0),
    Warehouse("WH-002", "Western Depot", "Portland, Oregon", 0.45),
    Warehouse("WH-003", "European Hub", "Leipzig, Sachsen", 0.6),
    Warehouse("WH-004", "Pacific Depot", "Ōsaka", 0.25),
)


@dataclass(frozen=True)
class Service:
    """A way to send a parcel: promised days, base price in cents and price per kilogram."""

    name: str
    days: int
    base: int
    per_kilogram: int


SERVICES = (Service("Standard", 5, 390, 40), Service("Express", 3, 790, 80), Service("Overnight", 1, 1490, 120))
SERVICE_WEIGHTS = (0.7, 0.22, 0.08)
CARRIERS = ("Northwind Parcel", "Swift & Sons", "Postlinie", "Blue Heron Express")
