"""Two days of a small shop through the whole dbt project; every expected value was worked out by hand."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from dbt_batches import FIRST_DAY, SECOND_DAY
from dbt_lake import DbtLake

from lakegraph.pipeline.run import DATA_ONLY

pytestmark = pytest.mark.slow

D15, D16 = datetime(2025, 1, 15), datetime(2025, 1, 16)
B15, B16 = FIRST_DAY.id, SECOND_DAY.id


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> DbtLake:
    lake = DbtLake(tmp_path_factory.mktemp("two_days"))
    lake.land(FIRST_DAY)
    lake.land(SECOND_DAY)
    first = lake.said("build")
    assert f"Batch {B15} of 2025-01-15 is in progress, 1 waits behind it." in first
    assert f"Batch {B15} is now applied." in first
    second = lake.said("build", *DATA_ONLY)
    assert f"Batch {B16} of 2025-01-16 is in progress, 0 wait behind it." in second
    return lake


def test_both_batches_are_applied(lake):
    applied = lake.rows("select batch_id, batch_date from ops.applied_batches order by 1")

    assert applied == [(B15, date(2025, 1, 15)), (B16, date(2025, 1, 16))]


def test_quarantine_names_every_record_with_its_reasons(lake):
    quarantined = lake.rows("""
        select batch_id, feed, source_line, record_key, reasons from gold.quarantined_records order by 1, 2, 3
    """)

    assert quarantined == [
        (B15, "customers", 4, "C3", "customers.email.not_null"),
        (B15, "customers", 6, "C1", "customers.row.repeat"),
        (B15, "customers", 7, "C5", "customers.key.conflict"),
        (B15, "customers", 8, "C5", "customers.key.conflict"),
        (B15, "orders", 6, "O4|1", "orders.order_amount.type"),
        (B15, "orders", 8, None, "record.field_count"),
        (B15, "products", 5, "P4", "products.price.range"),
        (B15, "reviews", 3, "R2", "reviews.rating.range"),
        (B15, "suppliers", 3, "S2", "suppliers.reliability_score.range"),
        (B16, "customers", 6, "C6", "customers.email.format"),
        (B16, "customers", 7, None, "record.unterminated_quote"),
        (B16, "shipping", 3, "O2|T2", "shipping.shipping_cost.range,shipping.package_weight.range"),
    ]


def test_quarantine_keeps_the_raw_record(lake):
    raw = dict(
        lake.rows("""
        select source_line, raw_record from gold.quarantined_records where feed = 'orders'
    """)
    )
    (order,) = lake.rows(f"""
        select json_extract_string('{raw[6]}', ['order_amount', 'quantity', 'unit_price', 'payment_method'])
    """)

    assert order == (["abc", "", "", None],)
    assert raw[8] == "O9,C1,P1,one,field,too,many"


def test_every_record_read_is_valid_or_quarantined(lake):
    ledger = lake.rows("""
        select batch_id, feed, records_read, records_valid, records_quarantined, records_rejected, is_balanced
        from gold.batch_ledger order by 1, 2
    """)

    assert ledger == [
        (B15, "categories", 3, 3, 0, 0, True),
        (B15, "customers", 9, 5, 4, 0, True),
        (B15, "inventory", 2, 2, 0, 0, True),
        (B15, "orders", 7, 5, 2, 1, True),
        (B15, "products", 5, 4, 1, 0, True),
        (B15, "reviews", 3, 2, 1, 0, True),
        (B15, "shipping", 1, 1, 0, 0, True),
        (B15, "suppliers", 2, 1, 1, 0, True),
        (B16, "customers", 6, 4, 2, 1, True),
        (B16, "inventory", 1, 1, 0, 0, True),
        (B16, "orders", 2, 2, 0, 0, True),
        (B16, "products", 4, 4, 0, 0, True),
        (B16, "shipping", 2, 1, 1, 0, True),
    ]


def test_current_customers_are_the_last_valid_ones(lake):
    current = lake.rows("""
        select customer_id, city, is_present, _batch_id, _last_seen_batch_id from silver.int_customers_current order by 1
    """)

    assert current == [
        ("C1", "Berlin", True, B16, B16),
        ("C2", "Bonn", True, B16, B16),
        ("C3", "Berlin", True, B16, B16),
        ("C4", "Berlin", False, B15, B15),
        ("C5", "Berlin", True, B16, B16),
        ("C6", "Berlin", True, B15, B16),
        ("C7", "Berlin", True, B15, B16),
    ]


def test_deltas_and_feeds_that_did_not_come_take_nothing_away(lake):
    present = {
        feed: lake.rows(f"select count(*), count(*) filter (is_present) from silver.int_{feed}_current")[0]
        for feed in ("categories", "suppliers", "orders", "reviews", "inventory")
    }

    # five order lines of the first day and one new one; of the stock, the row of the default warehouse is gone
    assert present == {
        "categories": (3, 3),
        "suppliers": (1, 1),
        "orders": (6, 6),
        "reviews": (2, 2),
        "inventory": (2, 1),
    }


def test_history_opens_a_version_only_for_a_business_change(lake):
    customers = lake.rows("""
        select customer_id, is_present, city, dbt_valid_from, dbt_valid_to
        from snapshots.customers_history order by customer_id, dbt_valid_from
    """)
    products = lake.rows("""
        select product_id, price, dbt_valid_from, dbt_valid_to from snapshots.products_history order by 1, 3
    """)
    orders = lake.rows("""
        select order_id, line_number, order_status, dbt_valid_from, dbt_valid_to
        from snapshots.orders_history where order_id in ('O1', 'O2', 'O5') order by 1, 2, 4
    """)
    inventory = lake.rows("""
        select warehouse_id, inventory_id, is_present, dbt_valid_to from snapshots.inventory_history order by 1, 4
    """)
    shipping = lake.rows(
        "select dbt_valid_from, dbt_valid_to, actual_delivery from snapshots.shipping_history order by 1"
    )

    assert customers == [
        ("C1", True, "Berlin", D15, None),
        ("C2", True, "Berlin", D15, D16),
        ("C2", True, "Bonn", D16, None),
        ("C3", True, "Berlin", D16, None),
        # the second day's full delivery lacks it
        ("C4", True, "Berlin", D15, D16),
        ("C4", False, "Berlin", D16, None),
        ("C5", True, "Berlin", D16, None),
        ("C6", True, "Berlin", D15, None),
        ("C7", True, "Berlin", D15, None),
    ]
    assert products == [
        ("P1", Decimal("12.5"), D15, D16),
        ("P1", Decimal("13"), D16, None),
        ("P2", Decimal("5.5"), D15, None),
        ("P3", Decimal("10"), D15, None),
        ("P5", Decimal("3"), D15, None),
    ]
    assert orders == [
        ("O1", 1, "placed", D15, None),
        ("O1", 2, "placed", D15, None),
        ("O2", 1, "placed", D15, D16),
        ("O2", 1, "shipped", D16, None),
        ("O5", 1, "placed", D16, None),
    ]
    assert inventory == [("W1", "1", True, None), ("main", "2", True, D16), ("main", "2", False, None)]
    assert shipping == [(D15, D16, None), (D16, None, date(2025, 1, 16))]


def test_marts_of_customers_and_orders(lake):
    customers = lake.rows("""
        select customer_id, full_name, age, order_count, total_spent, last_order_date, review_count
        from gold.customers order by 1
    """)
    orders = lake.rows("""
        select order_id, customer_id, order_status, line_count, quantity, order_amount from gold.orders order by 1
    """)
    lines = lake.rows("""
        select order_id, line_number, quantity, unit_price, amount from gold.order_lines order by 1, 2
    """)

    # C1 turns 35 on the second day
    assert customers == [
        ("C1", "ADA Byron", 35, 2, Decimal("38"), date(2025, 1, 15), 1),
        ("C2", "Ben Ito", None, 1, Decimal("12.5"), date(2025, 1, 15), 1),
        ("C3", "Cy Moe", None, 0, Decimal("0"), None, 0),
        ("C5", "Ed Ode", None, 0, Decimal("0"), None, 0),
        ("C6", "Fay Poe", None, 0, Decimal("0"), None, 0),
        ("C7", "Gus Quo", None, 0, Decimal("0"), None, 0),
    ]
    assert orders == [
        ("O1", "C1", "placed", 2, 3, Decimal("25.5")),
        ("O2", "C2", "shipped", 1, 1, Decimal("12.5")),
        ("O3", "C99", "placed", 1, 1, Decimal("12.5")),
        ("O5", "C4", "placed", 1, 1, Decimal("5.5")),
        ("O6", "C1", "placed", 1, 1, Decimal("12.5")),
    ]
    assert lines == [
        ("O1", 1, 2, Decimal("10"), Decimal("20")),
        ("O1", 2, 1, Decimal("6"), Decimal("5.5")),
        ("O2", 1, 1, Decimal("12.5"), Decimal("12.5")),
        ("O3", 1, 1, Decimal("12.5"), Decimal("12.5")),
        ("O5", 1, 1, Decimal("5.5"), Decimal("5.5")),
        ("O6", 1, 1, Decimal("12.5"), Decimal("12.5")),
    ]


def test_marts_of_products_and_their_supply(lake):
    products = lake.rows("""
        select product_id, category_id, category_path, is_discontinued, units_sold, revenue, average_rating
        from gold.products order by 1
    """)
    categories = lake.rows("""
        select category_id, parent_category_id, depth, category_path, has_unknown_parent, is_active
        from gold.categories order by 1
    """)
    reviews = lake.rows("select review_id, rating, sentiment_score, sentiment from gold.reviews order by 1")
    suppliers = lake.rows("""
        select supplier_id, reliability_score, product_count, available_product_count, revenue from gold.suppliers
    """)
    inventory = lake.rows("select product_id, warehouse_id, available_quantity, needs_reorder from gold.inventory")
    shipments = lake.rows("select order_id, tracking_number, days_late from gold.shipments")

    assert products == [
        ("P1", "K2", "Electronics > Audio", False, 5, Decimal("57.5"), Decimal("5")),
        ("P2", "K1", "Electronics", False, 2, Decimal("11"), None),
        ("P3", None, None, False, 0, Decimal("0"), None),
        ("P5", None, None, True, 0, Decimal("0"), None),
    ]
    assert categories == [
        ("K1", None, 1, "Electronics", False, True),
        ("K2", "K1", 2, "Electronics > Audio", False, False),
        ("K3", None, 1, "Stray", True, True),
    ]
    assert reviews == [
        ("R1", Decimal("5"), Decimal("0.8"), "positive"),
        ("R3", Decimal("1.5"), Decimal("-0.6"), "negative"),
    ]
    assert suppliers == [("S1", Decimal("0.9"), 2, 1, Decimal("57.5"))]
    assert inventory == [("P1", "W1", 5, True)]
    assert shipments == [("O1", "T1", -2)]


def test_references_that_lead_nowhere_are_counted(lake):
    orphans = lake.rows("""
        select from_model, from_column, reference_count, orphan_count from gold.relationship_orphans order by 1, 2
    """)

    assert orphans == [
        ("categories", "parent_category", 2, 1),
        ("inventory", "product_id", 1, 0),
        ("order_lines", "product_id", 6, 0),
        ("orders", "customer_id", 5, 2),
        ("products", "category", 3, 1),
        ("products", "supplier_id", 3, 1),
        ("reviews", "customer_id", 2, 0),
        ("reviews", "product_id", 2, 1),
        ("shipments", "order_id", 1, 0),
    ]


def test_nodes_of_the_graph(lake):
    keys = {
        node: [key for (key,) in lake.rows(f"select {node}_id from graph_ready.node_{node} order by 1")]
        for node in ("customer", "product", "category", "order", "review", "supplier")
    }
    ada = lake.rows("""
        select name, email, date_of_birth, age, _source_file, _source_line, _batch_id
        from graph_ready.node_customer where customer_id = 'C1'
    """)

    assert keys == {
        "customer": ["C1", "C2", "C3", "C5", "C6", "C7"],
        "product": ["P1", "P2", "P3", "P5"],
        "category": ["K1", "K2", "K3"],
        "order": ["O1", "O2", "O3", "O5", "O6"],
        "review": ["R1", "R3"],
        "supplier": ["S1"],
    }
    assert ada == [("ADA Byron", "ada@example.org", date(1990, 1, 16), None, "customers_2025_01_16.csv", 2, B16)]


def test_edges_of_the_graph(lake):
    def edges(name: str, columns: str) -> list[tuple]:
        return lake.rows(f"select {columns} from graph_ready.edge_{name} order by all")

    assert edges("placed", "customer_id, order_id") == [
        ("C1", "O1"), ("C1", "O6"), ("C2", "O2"), ("C4", "O5"), ("C99", "O3"),
    ]  # fmt: skip
    assert edges("contains", "order_id, product_id, line_number, quantity, unit_price, amount") == [
        ("O1", "P1", 1, 2, 10.0, 20.0),
        ("O1", "P2", 2, 1, 6.0, 5.5),
        ("O2", "P1", 1, 1, 12.5, 12.5),
        ("O3", "P1", 1, 1, 12.5, 12.5),
        ("O5", "P2", 1, 1, 5.5, 5.5),
        ("O6", "P1", 1, 1, 12.5, 12.5),
    ]
    assert edges("purchased", "customer_id, product_id, order_id, line_number, quantity, amount, date") == [
        ("C1", "P1", "O1", 1, 2, 20.0, date(2025, 1, 15)),
        ("C1", "P1", "O6", 1, 1, 12.5, date(2025, 1, 15)),
        ("C1", "P2", "O1", 2, 1, 5.5, date(2025, 1, 15)),
        ("C2", "P1", "O2", 1, 1, 12.5, date(2025, 1, 15)),
        ("C4", "P2", "O5", 1, 1, 5.5, date(2025, 1, 16)),
        ("C99", "P1", "O3", 1, 1, 12.5, date(2025, 1, 15)),
    ]
    assert edges("wrote", "customer_id, review_id") == [("C1", "R1"), ("C2", "R3")]
    assert edges("reviewed", "customer_id, product_id, review_id, rating, text, sentiment") == [
        ("C1", "P1", "R1", 5.0, "Great sound", "positive"),
        ("C2", "P8", "R3", 1.5, "Not good", "negative"),
    ]
    assert edges("about", "review_id, product_id") == [("R1", "P1"), ("R3", "P8")]
    assert edges("belongs_to", "product_id, category_id") == [("P1", "K2"), ("P2", "K1"), ("P3", None)]
    assert edges("child_of", "category_id, parent_category_id") == [("K2", "K1"), ("K3", None)]
    assert edges("supplies", "supplier_id, product_id, reliability") == [
        ("S1", "P1", 0.9), ("S1", "P5", 0.9), ("S9", "P3", None),
    ]  # fmt: skip


def test_building_again_and_building_anew_give_the_same_tables(lake):
    before = lake.tables()

    again = lake.said("build", *DATA_ONLY)
    after_again = lake.tables()
    lake.run("build", "--full-refresh", *DATA_ONLY)
    after_refresh = lake.tables()

    assert f"Batch {B16} of 2025-01-16 is in progress again, 0 wait behind it." in again
    assert after_again == before
    assert after_refresh == before


def test_keys_and_comments_cost_this_engine_nothing(lake):
    # an index for each key, and a statement for each comment
    kinds = {kind for (kind,) in lake.rows("select distinct constraint_type from duckdb_constraints()")}
    # views of what has landed keep a fingerprint of theirs in one
    comments = lake.rows("""
        with comments as (
            select schema_name, comment from duckdb_tables()
            union all select schema_name, comment from duckdb_views()
            union all select schema_name, comment from duckdb_columns()
        )
        select distinct schema_name from comments where comment is not null
    """)

    assert kinds == {"NOT NULL"}
    assert {schema for (schema,) in comments} <= {"bronze", "ops"}
