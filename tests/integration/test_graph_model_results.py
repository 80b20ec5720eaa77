"""How the latest build of each graph mart ended, as the loader's guard needs it."""

import duckdb
import pytest
from dbt_lake import DbtLake

from graph_loader.dbt_records import DbtRecords
from lakegraph.pipeline.dbt import DbtError

pytestmark = pytest.mark.slow


def test_the_latest_end_of_each_graph_mart_is_kept_whatever_is_built_after_it(tmp_path):
    lake = DbtLake(tmp_path)
    warehouse = lake.lake / "warehouse.duckdb"
    lake.said("parse")
    records = DbtRecords(lake.target / "manifest.json", "duckdb", warehouse, spark=None)
    assert records.model_results() == {}
    lake.run("build", "--select", "+node_product", "+node_customer", "--exclude-resource-type", "unit_test", "test")
    built = records.model_results()

    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("drop table gold.products")
    with pytest.raises(DbtError, match="node_product"):
        lake.run("run", "--select", "node_product")
    lake.run("run", "--select", "customers")
    failed = records.model_results()
    lake.run("run", "--select", "products", "node_product")

    assert {name: result.status for name, result in built.items()} == {
        "node_customer": "success",
        "node_product": "success",
    }
    assert (failed["node_product"].status, failed["node_product"].succeeded) == ("error", False)
    assert failed["node_product"].finished_at > built["node_product"].finished_at
    assert failed["node_customer"] == built["node_customer"]
    assert records.model_results()["node_product"].succeeded
