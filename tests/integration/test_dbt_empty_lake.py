"""A fresh clone, where nothing has landed: every dbt command works, and tables are empty."""

import json

import pytest
from dbt_lake import DbtLake

from lakegraph.pipeline.run import DATA_ONLY

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> DbtLake:
    return DbtLake(tmp_path_factory.mktemp("empty"))


def test_docs_come_before_anything_is_built(lake):
    lake.run("docs", "generate")

    assert (lake.target / "index.html").is_file()
    manifest = json.loads((lake.target / "manifest.json").read_text())
    undescribed = [
        name
        for name, node in {**manifest["nodes"], **manifest["sources"]}.items()
        if node["resource_type"] in ("model", "snapshot", "seed", "source") and not node["description"]
    ]
    assert undescribed == []


def test_a_part_that_has_nothing_to_do_with_batches_is_built_before_them(tmp_path):
    lake = DbtLake(tmp_path)

    lake.run("build", "--select", "sentiment_lexicon")

    assert lake.rows("select count(*) > 0 from silver.sentiment_lexicon") == [(True,)]


def test_snapshots_come_before_the_models_they_read(lake):
    lake.run("snapshot")

    histories = lake.rows(
        "select table_name from information_schema.tables where table_schema = 'snapshots' order by 1"
    )
    assert [name for (name,) in histories] == [
        f"{feed}_history" for feed in ("customers", "inventory", "orders", "products", "shipping")
    ]
    assert {len(rows) for rows in lake.tables().values()} == {0}


def test_builds_give_empty_tables_again_and_again(lake):
    said = lake.said("build")
    assert "No batch has landed yet" in said

    lake.run("build", "--full-refresh", *DATA_ONLY)
    lake.run("build", *DATA_ONLY)

    filled = {name for name, rows in lake.tables().items() if rows}
    counts = {tuple(row[-2:]) for row in lake.tables()["gold.relationship_orphans"]}
    assert filled == {"silver.sentiment_lexicon", "gold.relationship_orphans"}
    assert counts == {(0, 0)}
    assert lake.rows("select * from ops.applied_batches") == []
