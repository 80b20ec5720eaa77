"""Which batch a build takes in, and when it counts as applied."""

from dataclasses import replace
from datetime import date

import duckdb
import pyarrow.parquet as pq
import pytest
from dbt_batches import FIRST_DAY, SECOND_DAY
from dbt_lake import Batch, DbtLake, Rejected

from lakegraph.pipeline.run import DATA_ONLY
from lakegraph.runtime import ops

pytestmark = pytest.mark.slow

ROW_LEVEL = ("build", "--select", "tag:row_level", *DATA_ONLY)


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> DbtLake:
    lake = DbtLake(tmp_path_factory.mktemp("batches"))
    lake.land(FIRST_DAY)
    lake.land(SECOND_DAY)
    return lake


def applied(lake: DbtLake) -> list[str]:
    return [batch for (batch,) in lake.rows("select batch_id from ops.applied_batches order by 1")]


def test_a_batch_that_never_landed_is_refused_in_one_sentence(lake):
    succeeded, printed = lake.dbt("build", "--vars", "batch: batch_1999")

    assert not succeeded
    assert "No visible batch has the id 'batch_1999' that --vars asks for." in printed
    assert "Traceback" not in printed


def test_a_batch_that_does_not_add_up_is_not_applied(lake):
    # the count says that a record more was rejected than the rejected records hold
    lost = replace(FIRST_DAY, rejected=[*FIRST_DAY.rejected, Rejected("orders", 9, "record.encoding", "")])
    lake.land(lost)
    ops.append(lake.lake / "ops", "rejected_records", FIRST_DAY.id, [])

    succeeded, printed = lake.dbt("build", *DATA_ONLY)

    lake.land(FIRST_DAY)
    assert not succeeded
    assert "every_read_record_is_valid_or_quarantined" in printed
    assert "The batch is not marked as applied" in printed
    assert applied(lake) == []


def test_a_record_that_is_lost_within_the_lake_is_critical(tmp_path):
    lake = DbtLake(tmp_path)
    lake.land(FIRST_DAY)
    (file,) = (lake.lake / "bronze" / "categories").rglob("*.parquet")
    pq.write_table(pq.read_table(file, partitioning=None).slice(1), file)

    lake.run("run", "--select", "+batch_verdicts")

    assert lake.rows("""
        select severity, checked, broken, sample_keys from silver.batch_checks where check_id = 'records_unaccounted'
    """) == [("CRITICAL", 32, 1, "categories")]
    ((verdict, critical_count),) = lake.rows("select verdict, critical_count from silver.batch_verdicts")
    assert (verdict, critical_count) == ("FAIL", 1)


@pytest.mark.parametrize(
    ("good", "without_key", "told"),
    [(9, 8, (1, 0, "NONE", None)), (8, 9, (1, 1, "HIGH", "categories")), (7, 9, (0, 0, "NONE", None))],
)
def test_a_feed_of_which_much_is_quarantined_is_told(tmp_path, good, without_key, told):
    """Beside those without a key, two that cannot be read are quarantined; a repeat does not count."""
    lake = DbtLake(tmp_path)
    ids = [*(f"K{number}" for number in range(good)), "K0", *[""] * without_key]
    rejected = [Rejected("categories", 90 + line, "record.encoding", "") for line in range(2)]
    rows = [{"category_id": id, "category_name": "x"} for id in ids]
    lake.land(Batch("b", date(2025, 1, 15), {"categories": rows}, rejected=rejected))

    lake.run("run", "--select", "+batch_verdicts")

    assert lake.rows("""
        select checked, broken, severity, sample_keys from silver.batch_checks where check_id = 'records_quarantined'
    """) == [told]


def test_a_build_that_leaves_out_row_level_nodes_does_not_apply_the_batch(lake):
    said = lake.said(*ROW_LEVEL, "--exclude", "customers_history")

    assert "this build left out 1 row-level nodes" in said
    assert applied(lake) == []


def test_a_named_batch_is_taken_in_and_the_one_before_comes_late(lake):
    named = lake.said("build", *DATA_ONLY, "--vars", f"batch: {SECOND_DAY.id}")
    first_applied = applied(lake)

    late = lake.said(*ROW_LEVEL)
    applied_by_late = applied(lake)
    again = lake.said(*ROW_LEVEL)

    assert f"Batch {SECOND_DAY.id} of 2025-01-16 is in progress, 1 waits behind it." in named
    assert first_applied == [SECOND_DAY.id]
    assert f"Batch {FIRST_DAY.id} of 2025-01-15 is in progress, 0 wait behind it." in late
    assert f"Batch {FIRST_DAY.id} is late: 1 later ones will be applied again after it." in late
    assert applied_by_late == [FIRST_DAY.id]
    assert f"Batch {SECOND_DAY.id} of 2025-01-16 is in progress, 0 wait behind it." in again
    assert applied(lake) == [FIRST_DAY.id, SECOND_DAY.id]


def test_late_or_in_order_the_current_versions_are_the_same(lake):
    after_late = current_versions(lake)

    lake.run(*ROW_LEVEL, "--full-refresh")

    assert current_versions(lake) == after_late
    assert {feed: len(rows) for feed, rows in after_late.items()} == {
        "int_categories_current": 3,
        "int_customers_current": 7,
        "int_inventory_current": 2,
        "int_orders_current": 6,
        "int_products_current": 4,
        "int_reviews_current": 2,
        "int_shipping_current": 1,
        "int_suppliers_current": 1,
    }


def test_a_lake_whose_tables_of_batches_were_views_goes_on(lake):
    before = current_versions(lake)
    with duckdb.connect(str(lake.lake / "warehouse.duckdb")) as warehouse:
        warehouse.execute("drop table ops.batches; create view ops.batches as select 'b' as batch_id")
        warehouse.execute("drop view ops.rejected_records; create table ops.rejected_records (batch_id varchar)")

    lake.run(*ROW_LEVEL)

    assert current_versions(lake) == before
    assert applied(lake) == [FIRST_DAY.id, SECOND_DAY.id]


def current_versions(lake: DbtLake) -> dict[str, list[tuple]]:
    tables = lake.tables()
    return {name.removeprefix("silver."): rows for name, rows in tables.items() if name.endswith("_current")}
