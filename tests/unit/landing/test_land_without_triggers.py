"""Files taken as they lie."""

import gzip
import hashlib
import os
import shutil
from datetime import UTC, date, datetime

import pytest

from lakegraph.landing.sources import SourcesError

DATED = """
trigger: none
feeds:
  suppliers: {files: "suppliers_{date}.csv"}
  categories: {files: "categories_{date}.csv"}
"""
UNDATED = """
trigger: none
archive: false
feeds:
  suppliers: {files: suppliers.csv, from: {supplier_id: id, supplier_name: name}, delivery: delta}
"""


@pytest.fixture
def dated(place):
    place.configure(DATED)
    return place


@pytest.fixture
def undated(place):
    place.configure(UNDATED)
    return place


def drop_supplier(place, name, modified=datetime(2024, 3, 1, 12, tzinfo=UTC)):
    path = place.drop("suppliers.csv", f"id,name\nS1,{name}\n")
    os.utime(path, (modified.timestamp(), modified.timestamp()))


def test_files_of_one_date_are_one_batch(dated):
    dated.suppliers("2025_01_15", "A")
    dated.categories("2025_01_15", "A")
    dated.suppliers("2025_01_16", "B")

    result = dated.land()

    assert [(batch.batch_date, len(batch.files)) for batch in result.batches] == [
        (date(2025, 1, 15), 2),
        (date(2025, 1, 16), 1),
    ]
    assert all(batch.batch_id.startswith(f"files_{batch.batch_date:%Y_%m_%d}_") for batch in result.batches)
    assert dated.dropped() == []


def test_files_without_a_date_take_the_newest_modification_day(undated):
    drop_supplier(undated, "Acme")

    [batch] = undated.land().batches

    assert batch.batch_date == date(2024, 3, 1)
    assert batch.files[0].delivery == "delta"
    [record] = undated.bronze("suppliers")
    assert (record["supplier_id"], record["supplier_name"], record["country"]) == ("S1", "Acme", None)
    assert undated.dropped() == ["suppliers.csv"]


def test_the_same_content_is_landed_once_whenever_it_was_written(undated):
    drop_supplier(undated, "Acme")
    undated.land()
    drop_supplier(undated, "Acme", modified=datetime(2024, 3, 9, tzinfo=UTC))

    result = undated.land()

    assert (result.batches, len(result.repeated)) == ([], 1)


def test_content_that_returns_after_a_change_is_landed_again(undated):
    for name in ("Acme", "Acme Ltd", "Acme"):
        drop_supplier(undated, name)
        undated.land()

    batches = sorted(undated.table("batches"), key=lambda row: row["landed_at"])
    names = [undated.bronze("suppliers", row["batch_id"])[0]["supplier_name"] for row in batches]
    assert names == ["Acme", "Acme Ltd", "Acme"]
    # batches of one date are applied in the order of their ids
    ids = [row["batch_id"] for row in batches]
    assert ids == sorted(ids)
    assert len(set(ids)) == 3


def test_the_last_of_many_deliveries_of_a_day_comes_last(undated):
    for number in range(12):
        drop_supplier(undated, f"Name {number}")
        undated.land()

    ordered = sorted(undated.table("batches"), key=lambda row: row["batch_id"])

    names = [undated.bronze("suppliers", row["batch_id"])[0]["supplier_name"] for row in ordered]
    assert names == [f"Name {number}" for number in range(12)]


def test_content_that_returns_is_landed_although_its_archive_was_emptied(dated):
    for name in ("Acme", "Other", "Acme"):
        dated.suppliers("2025_01_15", name)
        dated.land()
        shutil.rmtree(dated.lake / "archive", ignore_errors=True)

    assert len(dated.table("batches")) == 3


def test_an_equal_file_of_the_next_day_is_a_batch_of_its_own(dated):
    dated.suppliers("2025_01_15", "A")
    dated.suppliers("2025_01_16", "A")

    assert len(dated.land().batches) == 2


def test_an_archive_that_was_interrupted_makes_no_second_batch(dated):
    dated.suppliers("2025_01_15", "A")
    dated.categories("2025_01_15", "A")
    [batch] = dated.land().batches
    archived = dated.lake / "archive" / batch.batch_id
    (archived / "suppliers_2025_01_15.csv").rename(dated.drops / "suppliers_2025_01_15.csv")

    result = dated.land()

    assert result.batches == []
    assert dated.visible() == [batch.batch_id]
    assert dated.dropped() == []


def test_several_files_of_one_feed_are_one_batch(place):
    place.configure('trigger: none\nfeeds: {suppliers: {files: "*/suppliers_{date}*.csv"}}')
    for folder, name in (("north", "suppliers_2025_01_15_a.csv"), ("south", "suppliers_2025_01_15_b.csv")):
        (place.drops / folder).mkdir()
        place.drop(f"{folder}/{name}", f"supplier_id,supplier_name\n{folder},Name\n")

    [batch] = place.land().batches

    assert sorted(row["supplier_id"] for row in place.bronze("suppliers", batch.batch_id)) == ["north", "south"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("north/suppliers.csv", "south/suppliers.csv"),
        ("north/suppliers.csv", "north/suppliers.txt"),
        ("north/suppliers.csv", "south/suppliers.csv.gz"),
    ],
)
def test_two_files_of_one_name_cannot_be_told_apart_and_both_are_named(place, first, second):
    place.configure('trigger: none\nfeeds: {suppliers: {files: "*/suppliers.*"}}')
    for name in (first, second, "east/suppliers.old.csv"):
        (place.drops / name).parent.mkdir(exist_ok=True)
        place.drop(name, "supplier_id,supplier_name\n1,x\n")

    [refused] = place.land().refused

    assert refused.reason == f"{first} and {second} are called alike, their suffix apart; give each a name of its own"


def test_a_file_that_fits_two_feeds_is_refused(place):
    place.configure("trigger: none\nfeeds: {suppliers: {files: '*.csv'}, categories: {files: 'c*.csv'}}")
    place.drop("c.csv", "x\n")

    with pytest.raises(SourcesError, match=r"c.csv fits the file patterns of both suppliers and categories"):
        place.land()


def test_a_file_that_is_being_written_is_not_landed(undated, monkeypatch):
    from lakegraph.landing import land_file

    drop_supplier(undated, "Acme")
    read_csv = land_file.read_csv

    def read_while_somebody_writes(stream, *rest):
        yield from read_csv(stream, *rest)
        drop_supplier(undated, "Acme and a half")

    monkeypatch.setattr(land_file, "read_csv", read_while_somebody_writes)

    [refused] = undated.land().refused

    assert "changed while it was being read" in refused.reason
    assert undated.visible() == []


def test_nothing_to_land(undated):
    assert undated.land().summary() == "nothing to land"


def test_options_reach_the_values(place):
    place.configure(
        """
        trigger: none
        defaults: {delimiter: semicolon, encoding: cp1252, decimal_comma: true, date_format: "%d.%m.%Y", null_values: [NONE]}
        feeds: {products: {files: "products_{date}.csv"}}
        """
    )
    text = "product_id;product_name;price;launch_date;brand\nP1;Müsli;1.234,50;31.01.2025;NONE\n"
    place.drop("products_2025_02_01.csv", text.encode("cp1252"))

    place.land()

    [record] = place.bronze("products")
    assert record["product_name"] == "Müsli"
    assert (record["price"], record["launch_date"], record["brand"]) == ("1234.50", "2025-01-31", None)


def test_a_compressed_file_lands_like_what_it_holds(place):
    place.configure('trigger: none\nfeeds: {suppliers: {files: "suppliers_{date}.csv*"}}')
    content = gzip.compress(b"supplier_id,supplier_name\nA,Name\nB\n")
    path = place.drop("suppliers_2025_01_15.csv.gz", content)

    [batch] = place.land().batches

    assert [(row["supplier_id"], row["_source_line"]) for row in place.bronze("suppliers")] == [("A", 2)]
    [rejected], [file] = place.table("rejected_records"), place.table("batch_files")
    assert (rejected["source_file"], rejected["source_line"]) == (path.name, 3)
    # the header's bytes 4 to 7 are the time of the compression
    timeless = hashlib.sha256(content[:4] + b"\0\0\0\0" + content[8:]).hexdigest()
    assert (file["file_bytes"], file["file_hash"]) == (len(content), timeless)
    assert (place.lake / "archive" / batch.batch_id / path.name).read_bytes() == content
    for compressed_at in (1, 2_000_000_000):
        place.drop(path.name, gzip.compress(b"supplier_id,supplier_name\nA,Name\nB\n", mtime=compressed_at))
        assert place.land().repeated == [batch.batch_id]


def test_a_compressed_file_takes_no_place_of_another(place):
    place.configure('trigger: none\nfeeds: {suppliers: {files: "suppliers.*"}}')
    place.drop("suppliers.csv.gz", gzip.compress(b"supplier_id,supplier_name\nA,Name\n"))
    place.drop("suppliers.csv.csv", "supplier_id,supplier_name\nB,Name\n")

    assert place.land().complete
    assert sorted(row["supplier_id"] for row in place.bronze("suppliers")) == ["A", "B"]


def test_nothing_lands_of_a_compressed_file_that_is_cut_off(place):
    place.configure('trigger: none\nfeeds: {suppliers: {files: "suppliers_{date}.csv.gz"}}')
    text = "supplier_id,supplier_name\n" + "".join(f"S{number},\xfcber\n" for number in range(9999)) + "broken\n"
    place.drop("suppliers_2025_01_15.csv.gz", gzip.compress(text.encode())[:-1])

    [refused] = place.land().refused

    assert "suppliers_2025_01_15.csv.gz: the file is compressed with gzip, and broken" in refused.reason
    assert (place.visible(), place.table("rejected_records")) == ([], [])
    assert list(place.settings.bronze.rglob("*.parquet")) == []


def test_files_that_no_pattern_takes_are_told(dated):
    dated.suppliers("2025_01_15", "A")
    for name in (
        "suppliers_2025_01_15.CSV",
        "categories_2025-13-45.csv",
        "faults_2025_01_15.json",
        ".hidden",
        "x.csv.partial",
    ):
        dated.drop(name, "supplier_id,supplier_name\n")

    result = dated.land()

    assert result.unmatched == ["categories_2025-13-45.csv", "suppliers_2025_01_15.CSV"]
    assert result.complete
    assert (
        "no pattern of the sources file takes: categories_2025-13-45.csv, suppliers_2025_01_15.CSV" in result.summary()
    )
