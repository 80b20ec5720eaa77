"""Feeds as a user declares them in vars.yml: more columns, and other keys, without a change of a model."""

from datetime import date

import pytest
import yaml
from dbt_batches import customer, product, stock
from dbt_lake import Batch, DbtLake
from own_project import project_with

from lakegraph.runtime.project import project_vars

pytestmark = pytest.mark.slow


def shelf(location: str, quantity: str) -> dict[str, str]:
    return stock("W1", quantity, inventory_id="1") | {"location": location}


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> DbtLake:
    """Two days of a shop whose customers have points, and whose stock is counted by location within a warehouse."""
    root = tmp_path_factory.mktemp("own_feeds")
    feeds = dict(project_vars()["feeds"])
    points = {"points": {"type": "integer"}}
    feeds["customers"] = feeds["customers"] | {"columns": feeds["customers"]["columns"] | points}
    feeds["inventory"] = feeds["inventory"] | {"key": ["product_id", "warehouse_id", "location"]}
    lake = DbtLake(root, project_with(root / "project", yaml.safe_dump({"vars": project_vars() | {"feeds": feeds}})))
    for day, points, quantity in ((15, "5", "1"), (16, "7", "3")):
        lake.land(
            Batch(
                f"b_{day}",
                date(2025, 1, day),
                {
                    "customers": [customer("C1", "Ada Byron", points=points), customer("C2", "Ben Ito", points="1")],
                    "products": [product("P1", "Lamp", "10")],
                    "inventory": [shelf("A", "1"), shelf("B", quantity)],
                },
            )
        )
        lake.run(
            "build", "--select", "tag:row_level", "customer_versions", "--exclude-resource-type", "unit_test", "test"
        )
    return lake


def test_a_column_that_is_added_to_a_feed_is_in_its_history(lake):
    assert lake.rows("select customer_id, points from snapshots.customers_history order by all") == [
        ("C1", 5),
        ("C1", 7),
        ("C2", 1),
    ]


def test_it_opens_versions_in_the_mart_which_shows_the_columns_that_are_described(lake):
    assert lake.rows("select customer_id, version_number, is_current from gold.customer_versions order by all") == [
        ("C1", 1, False),
        ("C1", 2, True),
        ("C2", 1, True),
    ]


def test_a_key_of_ones_own_tells_records_apart(lake):
    counted = "select location, stock_quantity, dbt_valid_to is null from snapshots.inventory_history order by all"
    assert lake.rows(counted) == [("A", 1, True), ("B", 1, False), ("B", 3, True)]
    assert lake.rows("select location, stock_quantity from silver.int_inventory_current order by all") == [
        ("A", 1),
        ("B", 3),
    ]
