"""Tasks of Spark land what a laptop's threads land: the same drops, landed both ways, are compared row by row."""

import json
import shutil
import signal
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lakegraph.landing import spark_executor
from lakegraph.landing.generate.operations import generate
from lakegraph.landing.generate.options import GenerateOptions
from lakegraph.landing.operations import land
from lakegraph.landing.spark_executor import SparkExecutor, SparkLandingError
from lakegraph.runtime import ops
from lakegraph.runtime.project import project_vars
from lakegraph.runtime.settings import Settings

pytestmark = pytest.mark.slow

# what names a run, or its times; everything else is compared
OF_THE_RUN = {
    "run_id",
    "landed_at",
    "_landed_at",
    "started_at",
    "finished_at",
    "duration_seconds",
    "kept_at",
    "checked_at",
}
SOURCES = """
trigger: {file: "trigger_{date}*.json"}
dates: "%Y_%m_%d"
feeds:
  customers: {files: "customers_{date}.csv"}
  products: {files: "products_{date}.csv"}
  categories: {files: "categories_{date}.csv"}
  suppliers: {files: "suppliers_{date}.*", null_values: ["n/a"]}
  orders: {files: "orders_{date}*.csv"}
  reviews: {files: "reviews_{date}.csv"}
  inventory: {files: "inventory_{date}.csv"}
  shipping: {files: "shipping_{date}.csv"}
"""
SPECIAL = """
trigger: {file: "trigger_{date}*.json"}
dates: "%Y_%m_%d"
feeds:
  customers: {files: "customers_{date}.csv", encoding: latin-1, from: {customer_id: id}}
  products: {files: "products_{date}.txt", delimiter: semicolon, decimal_comma: true, null_values: ["NULL"]}
  orders: {files: "orders_{date}.csv", delimiter: tab, date_format: "%d.%m.%Y"}
  suppliers: {files: "suppliers_{date}.csv", encoding: utf-16}
  categories: {files: "categories_{date}.csv"}
"""


def trigger(drops: Path, batch_id: str, day: str, names: list[str], suffix: str = "") -> None:
    content = {
        "trigger_id": batch_id,
        "trigger_timestamp": f"{day}T06:00:00Z",
        "batch_date": day,
        "client_name": "retail",
        "data_files_ready": True,
        "expected_files": names,
    }
    (drops / f"trigger_{day.replace('-', '_')}{suffix}.json").write_text(json.dumps(content))


def generated(root: Path) -> None:
    """Three dirty days; the last comes with a file whose header will not do."""
    generate(GenerateOptions(drops=root / "drops", start=date(2025, 1, 15), days=3, scale=0.05, dirt=0.05))
    (root / "drops/reviews_2025_01_17.csv").write_text("something,else\n1,2\n")
    (root / "drops/notes.txt").write_text("no feed's")
    (root / "sources.yml").write_text(SOURCES)


def written_by_hand(root: Path) -> None:
    """One batch of everything that a reader knows to read, and to reject; one batch that is refused, and one that comes again."""
    drops = root / "drops"
    drops.mkdir()
    files = {
        "customers_2025_01_15.csv": 'id,customer_name,email\r\n1,Zoë,\r\n\r\n2,"a\nb",x\r\n3,,'.encode("latin-1"),
        "products_2025_01_15.txt": b"product_id;product_name;price\n1;A;1.234,50\n2;B;1.50\n3;NULL;\n4\n",
        "orders_2025_01_15.csv": (
            b"order_id\tcustomer_id\tproduct_id\torder_date\torder_amount\n"
            b"1\t1\t1\t31.12.2024\t9.5\n2\t\xff\t1\t\t1\n3\t1\t1\tsoon\t\n"
        ),
        "suppliers_2025_01_15.csv": 'supplier_id,supplier_name\n1,Ω\n2,"open\n3,Ä\n'.encode("utf-16"),
        "categories_2025_01_15.csv": b"category_id,category_name,colour\n",
    }
    for name, content in files.items():
        (drops / name).write_bytes(content)
    trigger(drops, "first", "2025-01-15", list(files))
    trigger(drops, "first", "2025-01-16", [], suffix="_again")
    (drops / "categories_2025_01_17.csv").write_text("category_id,category_name\n1,A\n")
    (drops / "customers_2025_01_17.csv").write_text("customer_name\nA\n")
    trigger(drops, "second", "2025-01-17", ["categories_2025_01_17.csv", "customers_2025_01_17.csv"])
    (drops / "trigger_2025_01_18.json").write_text("{")
    (root / "sources.yml").write_text(SPECIAL)


def settings(root: Path) -> Settings:
    return Settings(lake=root / "lake", drops=root / "drops", sources=root / "sources.yml")


def of_no_run(row: dict, root: Path) -> dict:
    return {
        name: value.replace(str(root), "<root>") if isinstance(value, str) else value
        for name, value in row.items()
        if name not in OF_THE_RUN
    }


def landed(root: Path) -> dict[str, list]:
    """All that landing wrote of records and of itself, bronze files in the order of their rows."""
    lake = root / "lake"
    found = {}
    for file in sorted(lake.glob("bronze/*/*/*")):
        rows = pq.ParquetFile(file).read().to_pylist()
        found[file.relative_to(lake).as_posix()] = [of_no_run(row, root) for row in rows]
    for table in project_vars()["ops_tables"]:
        found[table] = sorted((of_no_run(row, root) for row in ops.read(lake / "ops", table)), key=repr)
    found["archive"] = sorted(path.relative_to(lake).as_posix() for path in lake.glob("archive/*/*"))
    found["aside"] = sorted(path.name for path in lake.glob("kept_aside/**/*"))
    found["drops"] = sorted(path.name for path in (root / "drops").iterdir())
    return found


def summary(result, root: Path) -> list[str]:
    """What a user is told, without the speed."""
    return [
        line.rpartition(", ")[0] if "MB/s" in line else line
        for line in result.summary().replace(str(root), "<root>").split("\n")
    ]


@pytest.mark.parametrize(("make", "records", "rejects"), [(generated, 500, 10), (written_by_hand, 10, 3)])
def test_spark_lands_what_a_laptop_lands(make, records, rejects, spark, tmp_path):
    laptop, cluster = tmp_path / "laptop", tmp_path / "cluster"
    laptop.mkdir()
    make(laptop)
    shutil.copytree(laptop, cluster)

    told = [land(settings(laptop)), land(settings(cluster), executor=SparkExecutor(spark))]

    expected, found = landed(laptop), landed(cluster)
    assert sum(len(rows) for name, rows in expected.items() if name.startswith("bronze/")) >= records
    assert len(expected["rejected_records"]) >= rejects
    assert {row["status"] for row in expected["processing_log"]} >= {"succeeded", "refused"}
    assert found.keys() == expected.keys()
    for name, rows in expected.items():
        assert found[name] == rows, name
    assert summary(told[1], cluster) == summary(told[0], laptop)
    assert not list((cluster / "lake").rglob("*.pieces")) + list((cluster / "lake").rglob("*.partial"))


def test_a_task_that_dies_fails_the_landing_and_the_next_lands_all(spark, tmp_path, monkeypatch):
    written_by_hand(tmp_path)

    def die(task):
        import os

        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patch:
        patch.setattr(spark_executor, "_land", die)
        with pytest.raises(SparkLandingError, match=r"Spark could not land the files of a batch: .*\. Land again\."):
            land(settings(tmp_path), executor=SparkExecutor(spark))
    lake = tmp_path / "lake"
    assert ops.read(lake / "ops", "batches") == []
    assert not list(lake.glob("bronze/*/*"))

    again = land(settings(tmp_path), executor=SparkExecutor(spark))

    assert [batch.batch_id for batch in again.batches] == ["first"]
