"""The mappings that the project ships, on headers as their users have them."""

import shutil

from lakegraph.runtime.project import project_root

# Headers of a shop with one CSV file per entity and names of its own.
HEADERS = {
    "customers": "id,name,email,age,gender,city,country,signup_date,customer_segment,preferences,created_at",
    "products": "id,name,description,category,subcategory,price,supplier_id,stock_quantity,created_at",
    "orders": "id,customer_id,product_id,quantity,total_amount,order_date,status,payment_method",
    "reviews": "id,customer_id,product_id,rating,review_text,review_date",
    "suppliers": "id,name,country,contact_email,reliability_score",
    "categories": "id,name,description,parent_category,active",
}


def test_every_column_of_the_example_finds_its_place(place):
    shutil.copy(project_root() / "configs/examples/retail-csv.yml", place.settings.sources)
    for feed, header in HEADERS.items():
        values = [f"value of {name}" for name in header.split(",")]
        place.drop(f"{feed}.csv", f"{header}\n{','.join(values)}\n")

    [batch] = place.land().batches

    assert {file.feed: file.unmapped_columns for file in batch.files} == dict.fromkeys(HEADERS, ())
    [order] = place.bronze("orders")
    taken = {column: text for column, text in order.items() if text is not None and not column.startswith("_")}
    assert taken == {
        "order_id": "value of id",
        "customer_id": "value of customer_id",
        "product_id": "value of product_id",
        "order_date": "value of order_date",
        "quantity": "value of quantity",
        "order_amount": "value of total_amount",
        "payment_method": "value of payment_method",
        "order_status": "value of status",
    }


# The two forms in which the reference's inventory and shipping come.
INVENTORY = (
    "inventory_id,product_id,warehouse_id,warehouse_name,location,stock_quantity,reserved_quantity,available_quantity,"
    "reorder_level,last_restocked,last_audit,created_timestamp"
)
SHORT_INVENTORY = "product_id,stock_quantity,stock_status,warehouse_location,last_updated,created_timestamp"
SHIPPING = (
    "shipping_id,order_id,tracking_number,carrier,service_type,origin_warehouse,destination_address,shipping_cost,"
    "currency,estimated_delivery,actual_delivery,shipping_status,package_weight,package_dimensions,insurance_value,"
    "created_timestamp"
)
SHORT_SHIPPING = (
    "order_id,shipping_method,shipping_cost,currency,tracking_number,package_weight,dimensions_cm,estimated_delivery,"
    "actual_delivery,created_timestamp"
)


def drop_forms(place, day, inventory, shipping):
    for feed, header in (("inventory", inventory), ("shipping", shipping)):
        rows = [",".join(f"{name} {row}" for name in header.split(",")) for row in (1, 2)]
        place.drop(f"{feed}_{day}.csv", "\n".join([header, *rows, ""]))
    place.trigger(day, expected_files=[f"inventory_{day}.csv", f"shipping_{day}.csv"])


def test_both_forms_of_a_feed_land_in_one_lake_with_the_sources_file_as_shipped(place):
    shutil.copy(project_root() / "configs/data-sources.yml", place.settings.sources)
    drop_forms(place, "2025_01_15", INVENTORY, SHIPPING)
    drop_forms(place, "2025_01_16", SHORT_INVENTORY, SHORT_SHIPPING)

    long, short = place.land().batches

    assert [file.unmapped_columns for batch in (long, short) for file in batch.files] == [()] * 4
    stock = [(row["warehouse_id"], row["location"]) for row in place.bronze("inventory")]
    assert stock == [
        ("warehouse_id 1", "location 1"),
        ("warehouse_id 2", "location 2"),
        ("warehouse_location 1", "warehouse_location 1"),
        ("warehouse_location 2", "warehouse_location 2"),
    ]
    parcels = [(row["service_type"], row["package_dimensions"]) for row in place.bronze("shipping")]
    assert parcels == [
        ("service_type 1", "package_dimensions 1"),
        ("service_type 2", "package_dimensions 2"),
        ("shipping_method 1", "dimensions_cm 1"),
        ("shipping_method 2", "dimensions_cm 2"),
    ]


def test_a_file_with_neither_name_of_a_column_lands_without_it(place):
    shutil.copy(project_root() / "configs/data-sources.yml", place.settings.sources)
    place.drop("inventory_2025_01_15.csv", "product_id,stock_quantity\nP1,3\n")
    place.trigger("2025_01_15", expected_files=["inventory_2025_01_15.csv"])

    [batch] = place.land().batches

    assert {"warehouse_id", "location"} <= set(batch.files[0].absent_columns)
