"""What lies in a drop: file names, columns, volumes, triggers."""

import pytest

from tests.unit.generate.reading import VARS

FEEDS = ("customers", "products", "categories", "suppliers", "orders", "reviews", "inventory", "shipping")
# R2's order, then the columns that this project adds
HEADERS = {
    "customers": "customer_id,first_name,last_name,email,phone,date_of_birth,registration_date,address,city,state,zip_code,"
    "country,customer_tier,last_login,created_timestamp",
    "products": "product_id,product_name,category,subcategory,brand,price,currency,stock_quantity,weight_kg,dimensions_cm,"
    "color,material,description,launch_date,discontinued,created_timestamp,cost,supplier_id",
    "categories": ",".join(VARS["feeds"]["categories"]["columns"]),
    "suppliers": ",".join(VARS["feeds"]["suppliers"]["columns"]),
    "orders": "order_id,customer_id,product_id,order_date,order_amount,currency,payment_method,shipping_address,order_status,"
    "created_timestamp,line_number,quantity,unit_price",
    "reviews": ",".join(VARS["feeds"]["reviews"]["columns"]),
    "inventory": "inventory_id,product_id,warehouse_id,warehouse_name,location,stock_quantity,reserved_quantity,"
    "available_quantity,reorder_level,last_restocked,last_audit,created_timestamp",
    "shipping": "shipping_id,order_id,tracking_number,carrier,service_type,origin_warehouse,destination_address,shipping_cost,"
    "currency,estimated_delivery,actual_delivery,shipping_status,package_weight,package_dimensions,insurance_value,"
    "created_timestamp",
}


def test_a_drop_is_the_eight_files_and_the_trigger(clean):
    names = {file.name for file in clean.folder.iterdir()}

    assert names == {
        f"{name}_2025_01_{day}.{ending}"
        for day in (15, 16, 17)
        for name, ending in [*((feed, "csv") for feed in FEEDS), ("trigger", "json")]
    }


@pytest.mark.parametrize("feed", FEEDS)
def test_the_header_has_the_contract_s_names(clean, feed):
    for stamp in clean.stamps():
        with (clean.folder / f"{feed}_{stamp}.csv").open(encoding="utf-8") as file:
            header = file.readline().rstrip("\n")
        assert header == HEADERS[feed]
        assert set(header.split(",")) <= set(VARS["feeds"][feed]["columns"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_scale_1_has_the_volumes_of_a_small_shop(make_drops, seed):
    drops = make_drops(days=1, seed=seed)

    assert len(drops.read("customers")) >= 1000
    assert len(drops.read("products")) >= 700
    assert len({record["order_id"] for record in drops.read("orders")}) >= 3050
    assert len(drops.read("reviews")) >= 1500
    assert len(drops.read("suppliers")) == 50
    assert len(drops.read("inventory")) >= 700
    assert len(drops.read("shipping")) >= 2500
    assert len({record["category"] for record in drops.read("products")}) == 6


def test_the_categories_are_a_tree_of_six_roots_and_nineteen_leaves(clean):
    categories = clean.read("categories")
    parents = {record["category_name"]: record["parent_category"] for record in categories}

    assert len(parents) == len(categories) == 25
    roots = {name for name, parent in parents.items() if not parent}
    assert len(roots) == 6
    assert {parent for parent in parents.values() if parent} == roots


@pytest.mark.parametrize("drops", ["clean", "dirty"])
def test_the_trigger_names_the_files_and_their_true_row_counts(request, drops):
    drops = request.getfixturevalue(drops)
    for number, stamp in enumerate(drops.stamps()):
        trigger = drops.json("trigger", number)

        assert trigger["trigger_id"] == f"batch_{stamp}_001"
        assert trigger["batch_date"] == stamp.replace("_", "-")
        assert trigger["trigger_timestamp"] == f"{trigger['batch_date']}T06:00:00Z"
        assert trigger["data_files_ready"] is True
        assert sorted(trigger["expected_files"]) == sorted(f"{feed}_{stamp}.csv" for feed in FEEDS)
        counts = {name: _records(drops.folder / name) for name in trigger["expected_files"]}
        assert trigger["metadata"]["row_counts"] == counts


def test_text_with_commas_quotes_line_ends_and_other_scripts_occurs(clean):
    texts = {
        "address": [record["address"] for record in clean.read("customers")],
        "description": [record["description"] for record in clean.read("products")],
        "review_text": [record["review_text"] for record in clean.read("reviews")],
    }

    for mark in (",", '"', "\n"):
        for column, values in texts.items():
            assert any(mark in value for value in values), (column, mark)
    names = "".join(record["first_name"] for record in clean.read("customers"))
    assert any("À" <= letter <= "ž" for letter in names)
    assert any("一" <= letter <= "鿿" for letter in names)


def _records(path) -> int:
    """Records of a file whose bytes need not be UTF-8: line ends outside quotes, without the header."""
    content, count, quoted = path.read_bytes(), -1, False
    for byte in content:
        quoted ^= byte == ord('"')
        count += byte == ord("\n") and not quoted
    return count
