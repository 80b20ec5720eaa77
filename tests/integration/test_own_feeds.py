"""Feeds as a user declares them in vars.yml: more columns, and other keys, without a change of a model."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from dbt_batches import customer, product, stock
from dbt_lake import Batch, DbtLake
from own_project import project_with

from lakegraph.runtime.project import project_vars

pytestmark = pytest.mark.slow


def shelf(location: str, quantity: str) -> dict[str, str]:
    return stock("W1", quantity, inventory_id="1") | {"location": location}


def declare(project: Path, feeds: dict) -> None:
    (project / "vars.yml").write_text(yaml.safe_dump({"vars": project_vars() | {"feeds": feeds}}))


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> DbtLake:
    """Two days of a shop whose stock is counted by location within a warehouse, and whose customers have points from the
    second day on."""
    root = tmp_path_factory.mktemp("own_feeds")
    feeds = dict(project_vars()["feeds"])
    feeds["inventory"] = feeds["inventory"] | {"key": ["product_id", "warehouse_id", "location"]}
    lake = DbtLake(root, project_with(root / "project", ""))
    for day, points, quantity in ((15, {}, "1"), (16, {"points": {"type": "integer"}}, "3")):
        feeds["customers"] = feeds["customers"] | {"columns": feeds["customers"]["columns"] | points}
        declare(lake.project, feeds)
        ada = customer("C1", "Ada Byron") | dict.fromkeys(points, "7")
        lake.land(
            Batch(
                f"b_{day}",
                date(2025, 1, day),
                {
                    "customers": [ada, customer("C2", "Ben Ito")],
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
        ("C1", 7),
        ("C1", None),
        ("C2", None),
    ]


def test_it_opens_versions_of_records_that_have_a_value_there(lake):
    versions = "select customer_id, version_number, is_current from gold.customer_versions order by all"
    assert lake.rows(versions) == [("C1", 1, False), ("C1", 2, True), ("C2", 1, True)]


def test_a_key_of_ones_own_tells_records_apart(lake):
    counted = "select location, stock_quantity, dbt_valid_to is null from snapshots.inventory_history order by all"
    assert lake.rows(counted) == [("A", 1, True), ("B", 1, False), ("B", 3, True)]
    assert lake.rows("select location, stock_quantity from silver.int_inventory_current order by all") == [
        ("A", 1),
        ("B", 3),
    ]
