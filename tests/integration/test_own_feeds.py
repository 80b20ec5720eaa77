"""Feeds as a user declares them in vars.yml: more columns, and other keys, without a change of a model."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from dbt_batches import customer, order, product, stock
from dbt_lake import Batch, DbtLake
from own_project import project_with

from lakegraph.runtime.project import project_vars

pytestmark = pytest.mark.slow


BESIDE = {
    "category": "theirs",
    "product_name": "theirs",
    "brand": "theirs",
    "unit_cost": "theirs",
    "exchange_rate": "theirs",
    "is_excluded": "theirs",
    "line_rank": "theirs",
    "revenue": "theirs",
}


def shelf(location: str, quantity: str) -> dict[str, str]:
    return stock("W1", quantity, inventory_id="1") | {"location": location}


def declare(project: Path, feeds: dict) -> None:
    (project / "vars.yml").write_text(yaml.safe_dump({"vars": project_vars() | {"feeds": feeds}}))


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> DbtLake:
    """Two days of a shop whose stock is counted by location within a warehouse, whose orders have columns that marts call
    something else by, and whose customers have points from the second day on."""
    root = tmp_path_factory.mktemp("own_feeds")
    feeds = dict(project_vars()["feeds"])
    feeds["inventory"] = feeds["inventory"] | {"key": ["product_id", "warehouse_id", "location"]}
    beside = {name: {"type": "string"} for name in BESIDE}
    feeds["orders"] = feeds["orders"] | {"columns": feeds["orders"]["columns"] | beside}
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
                    "products": [product("P1", "Lamp", "10", category="Light", brand="Acme", cost="4", currency="EUR")],
                    "orders": [order("O1", "C1", "P1", "30", quantity="3", **BESIDE)],
                    "inventory": [shelf("A", "1"), shelf("B", quantity)],
                },
            )
        )
        # a row of this mart is a product in a warehouse, which its own YAML says
        lake.run("build", "--exclude", "inventory+", "--exclude-resource-type", "unit_test")
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


def test_its_batches_count_as_applied(lake):
    assert lake.rows("select batch_id from ops.applied_batches order by 1") == [("b_15",), ("b_16",)]


def test_columns_of_ones_own_are_not_taken_for_those_of_a_mart(lake):
    assert lake.rows(
        "select order_id, product_name, category, brand, unit_cost::varchar, revenue::varchar, profit::varchar"
        " from gold.enriched_orders"
    ) == [("O1", "Lamp", "Light", "Acme", "4.0000", "30.0000", "18.0000")]
    assert lake.rows("select order_id, line_count, quantity from gold.orders") == [("O1", 1, 3)]


def test_what_keeps_a_feed_from_being_read_is_told(tmp_path):
    project, feeds = project_with(tmp_path / "project", ""), dict(project_vars()["feeds"])
    broken = feeds["reviews"] | {
        "delivery": "weekly",
        "key": ["review_id", "shop"],
        "bookkeeping": "rating",
        "columns": feeds["reviews"]["columns"]
        | {
            "group": {"type": "string"},
            "Batch_Number": {"type": "integer"},
            "text__rating": {"type": "string"},
            "my stars": {"type": "decimal"},
            "stars": {"type": "float"},
            "Rating": {"type": "decimal"},
            "sent": {"type": "boolean", "default": "no"},
            "sent_on": {"type": "date", "default": "tomorrow"},
            "sent_by": {"type": "string", "default": False},
            "pieces": {"type": "integer", "default": 1.5},
        },
    }
    declare(project, feeds | {"reviews": broken, "Orders": feeds["orders"]})

    succeeded, printed = DbtLake(tmp_path, project).dbt("parse")

    message = " ".join(printed.split())
    assert not succeeded
    assert "Traceback" not in printed
    assert "The feed 'reviews' in vars.yml has the delivery 'weekly'; use full or delta;" in message
    told = [
        "has the key 'shop', which is none of its columns",
        "names no bookkeeping; write bookkeeping: [name]",
        "has the column 'group', a name that SQL or the project has taken",
        "has the column 'Batch_Number', a name",
        "has the column 'text__rating', a name",
        "has the column 'my stars': use letters, digits and underscores",
        "has the columns 'Rating' and 'rating', which are one name to a warehouse",
        "The feed 'Orders' in vars.yml is called like the feed 'orders', letter case apart",
        "gives the column 'stars' the type 'float'; use string, integer, decimal, boolean, date, timestamp",
        "gives the column 'sent' the default no, which is no boolean",
        "gives the column 'sent_on' the default tomorrow, which is no date",
        "gives the column 'sent_by' the default False, which is no text (YAML reads NO as false); write a text in quotes",
        "gives the column 'pieces' the default 1.5, which is no integer",
    ]
    assert [words for words in told if words not in message] == []
