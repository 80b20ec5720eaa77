"""Two hand-written days of a small shop, with every kind of trouble once."""

from datetime import date

from dbt_lake import Batch, Rejected

PHONE = "+49 30 1234567"
ADA = {"date_of_birth": "1990-01-16", "last_login": "2025-01-14T22:00:00Z"}
EARPHONES = {"category": "electronics", "subcategory": "AUDIO", "supplier_id": "S1"}
PARCEL = {"order_id": "O1", "tracking_number": "T1", "estimated_delivery": "2025-01-18"}


def customer(id: str, name: str, **other: str) -> dict[str, str]:
    first, last = name.split(" ")
    contact = {"email": f"{first.lower()}@example.org", "phone": PHONE}
    return {"customer_id": id, "first_name": first, "last_name": last, "city": "Berlin", **contact, **other}


def product(id: str, name: str, price: str, **other: str) -> dict[str, str]:
    return {"product_id": id, "product_name": name, "price": price, "stock_quantity": "10", **other}


def stock(warehouse: str, quantity: str, inventory_id: str) -> dict[str, str]:
    level = {"stock_quantity": quantity, "reorder_level": "5"}
    return {"product_id": "P1", "warehouse_id": warehouse, "inventory_id": inventory_id, **level}


def order(id: str, customer: str, product: str, amount: str, **other: str) -> dict[str, str]:
    line = {"order_id": id, "customer_id": customer, "product_id": product, "order_amount": amount}
    return {**line, "order_date": "2025-01-15", "order_status": "placed", "currency": "EUR", **other}


FIRST_DAY = Batch(
    id="batch_2025_01_15_001",
    date=date(2025, 1, 15),
    records={
        "customers": [
            customer("C1", "Ada Byron", **ADA),  # line 2
            customer("C2", "Ben Ito"),
            customer("C3", "Cy Moe", email=""),
            customer("C4", "Di Noor"),
            customer("C1", "Ada Byron", **ADA),
            customer("C5", "Ed Ode"),
            customer("C5", "Ed Ode", city="Bonn"),
            customer("C6", "Fay Poe"),
            customer("C7", "Gus Quo"),
        ],
        "products": [
            product("P1", "Earphones", "12.50", **EARPHONES),  # line 2
            product("P2", "Gadget", "5.5", category="Electronics", subcategory="Gadgets"),
            product("P3", "Mystery", "1e1", category="Unheard of", supplier_id="S9"),
            product("P4", "Gift", "0", category="Electronics"),
            product("P5", "Plain", "3", stock_quantity="0", discontinued="yes", supplier_id="S1"),
        ],
        "categories": [
            {"category_id": "K1", "category_name": "Electronics"},
            {"category_id": "K2", "category_name": "Audio", "parent_category": "electronics", "active": "false"},
            {"category_id": "K3", "category_name": "Stray", "parent_category": "Nowhere"},
        ],
        "suppliers": [
            {"supplier_id": "S1", "supplier_name": "Acme", "reliability_score": "0.9"},
            {"supplier_id": "S2", "supplier_name": "Best", "reliability_score": "1.5"},
        ],
        "orders": [
            order("O1", "C1", "P1", "20", line_number="1", quantity="2"),  # line 2
            order("O1", "C1", "P2", "5.5", line_number="2", quantity="1", unit_price="6"),
            order("O2", "C2", "P1", "12.50"),
            order("O3", "C99", "P1", "12.50"),
            order("O4", "C1", "P1", "abc"),
            order("O6", "C1", "P1", "12.50", line_number="1"),
        ],
        "reviews": [
            {"review_id": "R1", "customer_id": "C1", "product_id": "P1", "rating": "5", "review_text": "Great sound"},
            {"review_id": "R2", "customer_id": "C2", "product_id": "P1", "rating": "6", "review_text": "Great"},
            {"review_id": "R3", "customer_id": "C2", "product_id": "P8", "rating": "1.5", "review_text": "Not good"},
        ],
        "inventory": [
            stock("W1", "5", inventory_id="1"),
            stock("", "7", inventory_id="2"),
        ],
        "shipping": [
            {**PARCEL, "shipping_cost": "4.90"},
        ],
    },
    rejected=[Rejected("orders", 8, "record.field_count", "O9,C1,P1,one,field,too,many")],
)

SECOND_DAY = Batch(
    id="batch_2025_01_16_001",
    date=date(2025, 1, 16),
    records={
        "customers": [
            customer("C1", "ADA Byron", city=" Berlin ", **ADA | {"last_login": "2025-01-15T22:00:00Z"}),  # as it was
            customer("C2", "Ben Ito", city="Bonn"),  # moved
            customer("C3", "Cy Moe"),  # mended
            customer("C5", "Ed Ode"),  # no longer contradicted
            customer("C6", "Fay Poe", email="nonsense"),  # broken: keeps its last valid version
            # C4 is gone; C7 stands in a line that cannot be read
        ],
        "products": [
            product("P1", "Earphones", "13", **EARPHONES),  # dearer
            product("P2", "Gadget", "5.50", category="Electronics", subcategory="Gadgets"),
            product("P3", "Mystery", "10", category="Unheard of", supplier_id="S9"),
            product("P5", "Plain", "3", stock_quantity="0", discontinued="yes", supplier_id="S1"),
        ],
        "orders": [
            order("O2", "C2", "P1", "12.50", order_status="shipped", line_number=""),
            order("O5", "C4", "P2", "5.50", order_date="2025-01-16", line_number=""),
        ],
        "inventory": [
            stock("W1", "5", inventory_id="9"),
        ],
        "shipping": [
            {**PARCEL, "shipping_cost": "4.9", "actual_delivery": "2025-01-16"},
            {"order_id": "O2", "tracking_number": "T2", "shipping_cost": "-1", "package_weight": "0"},
        ],
    },
    rejected=[Rejected("customers", 7, "record.unterminated_quote", 'C7,"Gus,Quo,gus@example.org')],
)
