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
