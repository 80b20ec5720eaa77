"""Batches: which are landed, in which order, and what a reader of the lake then sees."""

import hashlib
import json
import shutil
from datetime import date, datetime

import pytest

from lakegraph.landing.drops import DropsError
from lakegraph.landing.lock import LakeBusyError, landing_lock


def test_a_triggered_batch_lands_whole(place):
    place.suppliers("2025_01_15", "S1", "S2")
    place.drop(
        "categories_2025_01_15.csv", "active,category_name,category_id,colour\ntrue,Books,C1,red\n\ntrue,Toys,C2\n"
    )
    place.trigger("2025_01_15")

    result = place.land()

    assert [batch.batch_id for batch in result.batches] == ["batch_2025_01_15_001"]
    assert result.complete
    [row] = place.table("batches")
    assert row["batch_date"] == date(2025, 1, 15)
    assert (row["trigger_file"], row["trigger_id"]) == ("trigger_2025_01_15.json", "batch_2025_01_15_001")
    assert (row["trigger_timestamp"], row["client_name"]) == (datetime(2025, 1, 15, 6), "retail")
    assert (row["files"], row["records_read"], row["records_landed"], row["records_rejected"]) == (2, 4, 3, 1)
    files = {file["feed"]: file for file in place.table("batch_files")}
    assert files["categories"]["absent_columns"] == "description,parent_category"
    assert files["categories"]["unmapped_columns"] == "colour"
    assert files["categories"]["delivery"] == "full"
    assert (files["suppliers"]["absent_columns"], files["suppliers"]["unmapped_columns"]) == ("", "")
    [rejected] = place.table("rejected_records")
    assert (rejected["source_file"], rejected["source_line"]) == ("categories_2025_01_15.csv", 4)
    assert (rejected["reason"], rejected["raw_text"]) == ("record.field_count", "true,Toys,C2")


def test_bronze_holds_canonical_columns_as_text_and_lineage(place):
    place.suppliers("2025_01_15")
    place.drop("categories_2025_01_15.csv", "category_name,category_id,description\nBooks,C1,\n")
    place.trigger("2025_01_15")

    place.land()

    [record] = place.bronze("categories")
    landed_at = record.pop("_landed_at")
    assert landed_at == place.table("batches")[0]["landed_at"]
    text = "\x1f".join(["C1", "Books", "", "\x1e", "\x1e"])
    assert list(record.items()) == [
        ("category_id", "C1"),
        ("category_name", "Books"),
        ("description", ""),
        ("parent_category", None),
        ("active", None),
        ("_batch_id", "batch_2025_01_15_001"),
        ("_batch_date", date(2025, 1, 15)),
        ("_source_file", "categories_2025_01_15.csv"),
        ("_source_line", 2),
        ("_record_hash", hashlib.md5(text.encode()).hexdigest()),
    ]


def test_landed_files_and_their_trigger_are_archived(place):
    place.whole_drop("2025_01_15", "A")

    place.land()

    assert place.dropped() == []
    archived = sorted(path.name for path in (place.lake / "archive/batch_2025_01_15_001").iterdir())
    assert archived == ["categories_2025_01_15.csv", "suppliers_2025_01_15.csv", "trigger_2025_01_15.json"]


def test_batches_land_in_the_order_of_their_dates(place):
    place.whole_drop("2025_01_16", "B")
    place.whole_drop("2025_01_15", "A")

    result = place.land()

    assert [batch.batch_id for batch in result.batches] == ["batch_2025_01_15_001", "batch_2025_01_16_001"]


def test_a_missing_file_makes_its_batch_and_later_ones_wait(place):
    place.whole_drop("2025_01_15", "A")
    place.whole_drop("2025_01_16", "B")
    (place.drops / "categories_2025_01_15.csv").unlink()

    result = place.land()

    assert [left.batch_id for left in result.waiting] == ["batch_2025_01_15_001", "batch_2025_01_16_001"]
    assert "categories_2025_01_15.csv, expected by trigger_2025_01_15.json, is missing" in result.waiting[0].reason
    assert "comes after batch_2025_01_15_001" in result.waiting[1].reason
    assert result.unclaimed == []
    assert place.visible() == []

    place.categories("2025_01_15", "A")
    assert len(place.land().batches) == 2


def test_files_that_are_not_ready_wait(place):
    place.whole_drop("2025_01_15", "A")
    place.trigger("2025_01_15", data_files_ready=False)

    result = place.land()

    assert "data_files_ready" in result.waiting[0].reason
    assert place.visible() == []


def test_both_styles_of_trigger_work(place):
    place.suppliers("2025_01_16", "A")
    place.trigger(
        "2025_01_16",
        trigger_id="TRG_20250116_001",
        trigger_timestamp="2025-01-16T08:00:00+02:00",
        expected_files=["suppliers_2025_01_16.csv"],
        source_system="erp",
        metadata={"row_counts": {"suppliers_2025_01_16.csv": 1}},
    )

    place.land()

    [row] = place.table("batches")
    assert (row["batch_id"], row["trigger_timestamp"], row["files"]) == (
        "TRG_20250116_001",
        datetime(2025, 1, 16, 6),
        1,
    )


@pytest.mark.parametrize(
    ("trigger", "message"),
    [
        ("{", "is not a valid trigger"),
        ("[]", "is not a valid trigger"),
        (json.dumps({"trigger_id": "a", "batch_date": "2025-01-15"}), "'data_files_ready': is missing"),
        (json.dumps({"trigger_id": "a/../b", "batch_date": "2025-01-15", "data_files_ready": True}), "letters, digits"),
        (json.dumps({"trigger_id": "..", "batch_date": "2025-01-15", "data_files_ready": True}), "letters, digits"),
        (
            json.dumps(
                {"trigger_id": "a", "batch_date": "2025-01-15", "data_files_ready": True, "expected_files": ["../x"]}
            ),
            "plain file name",
        ),
        (json.dumps({"trigger_id": "a", "batch_date": "2025-13-15", "data_files_ready": True}), "'batch_date'"),
        (
            json.dumps(
                {
                    "trigger_id": "a",
                    "batch_date": "2025-01-15",
                    "data_files_ready": True,
                    "data_quality_checks": {"schema_validation": "perhaps"},
                }
            ),
            "'data_quality_checks.schema_validation'",
        ),
    ],
)
def test_an_unusable_trigger_is_refused_and_later_batches_land(place, trigger, message):
    place.suppliers("2025_01_15", "A")
    place.drop("trigger_2025_01_15.json", trigger)
    place.whole_drop("2025_01_16", "B")

    result = place.land()

    assert message in result.refused[0].reason
    assert "trigger_2025_01_15.json" in result.refused[0].reason
    assert not result.complete
    assert place.visible() == ["batch_2025_01_16_001"]
    assert result.unclaimed == ["suppliers_2025_01_15.csv (no trigger announces it)"]


def test_the_same_batch_again_is_passed_over_and_put_away(place):
    place.whole_drop("2025_01_15", "A")
    place.land()
    before = place.bronze("suppliers")
    place.whole_drop("2025_01_15", "A")
    place.whole_drop("2025_01_16", "B")

    result = place.land()

    assert result.repeated == ["batch_2025_01_15_001"]
    assert [batch.batch_id for batch in result.batches] == ["batch_2025_01_16_001"]
    assert result.complete
    assert place.bronze("suppliers", "batch_2025_01_15_001") == before
    assert place.dropped() == []


def test_the_same_batch_with_other_content_is_refused_and_stops_nobody(place):
    place.whole_drop("2025_01_15", "A")
    place.land()
    before = place.bronze("suppliers")
    place.whole_drop("2025_01_15", "A")
    place.suppliers("2025_01_15", "A", "B")
    place.whole_drop("2025_01_16", "C")

    result = place.land()

    [refused] = result.refused
    assert refused.batch_id == "batch_2025_01_15_001"
    assert "suppliers_2025_01_15.csv" in refused.reason
    assert "categories" not in refused.reason
    assert place.visible() == ["batch_2025_01_15_001", "batch_2025_01_16_001"]
    assert place.bronze("suppliers", "batch_2025_01_15_001") == before
    assert place.dropped() == []
    assert place.land().complete


def test_files_without_a_trigger_are_named_and_stay(place):
    place.suppliers("2025_01_15", "A")

    result = place.land()

    assert result.unclaimed == ["suppliers_2025_01_15.csv (no trigger announces it)"]
    assert "suppliers_2025_01_15.csv" in result.summary()
    assert place.dropped() == ["suppliers_2025_01_15.csv"]


def test_an_expected_file_that_no_feed_takes_is_named_and_stays(place):
    place.suppliers("2025_01_15", "A")
    place.drop("prices_2025_01_15.csv", "price\n1\n")
    place.trigger("2025_01_15", expected_files=["suppliers_2025_01_15.csv", "prices_2025_01_15.csv"])

    result = place.land()

    assert result.unclaimed == ["prices_2025_01_15.csv (no feed takes it)"]
    assert result.expected == set()
    assert place.visible() == ["batch_2025_01_15_001"]
    assert place.dropped() == ["prices_2025_01_15.csv"]


def test_what_a_visible_batch_expects_is_expected_no_more(place):
    place.whole_drop("2025_01_15", "A")
    place.land()
    place.trigger("2025_01_15")
    place.trigger("2025_01_16", expected_files=["suppliers_2025_01_16.csv"])

    assert place.land().expected == {place.drops / "suppliers_2025_01_16.csv"}


def test_a_trigger_of_no_feed_is_refused(place):
    place.drop("prices_2025_01_15.csv", "price\n1\n")
    place.trigger("2025_01_15", expected_files=["prices_2025_01_15.csv"])

    assert "none of its files belongs to a feed" in place.land().refused[0].reason
    assert place.visible() == []


def test_two_triggers_of_one_id_make_one_batch(place):
    sources = place.settings.sources
    place.configure(sources.read_text().replace("trigger_{date}", "trigger_{date}*"))
    place.whole_drop("2025_01_15", "A")
    shutil.copy(place.drops / "trigger_2025_01_15.json", place.drops / "trigger_2025_01_15_again.json")

    result = place.land()

    assert ([batch.batch_id for batch in result.batches], result.repeated) == (["batch_2025_01_15_001"],) * 2
    assert place.dropped() == []


def test_two_triggers_of_one_day_each_take_what_they_expect(place):
    place.suppliers("2025_01_15", "A")
    place.categories("2025_01_15", "A")
    place.configure(place.settings.sources.read_text().replace("trigger_{date}", "trigger_{date}*"))
    first = place.trigger("2025_01_15", trigger_id="TRG_1", expected_files=["suppliers_2025_01_15.csv"])
    first.rename(place.drops / "trigger_2025_01_15_a.json")
    place.trigger("2025_01_15", trigger_id="TRG_2", expected_files=["categories_2025_01_15.csv"])

    place.land()

    assert [(row["batch_id"], row["feed"]) for row in place.table("batch_files")] == [
        ("TRG_1", "suppliers"),
        ("TRG_2", "categories"),
    ]


def test_an_archive_that_was_interrupted_is_completed(place):
    place.whole_drop("2025_01_15", "A")
    place.land()
    archived = place.lake / "archive/batch_2025_01_15_001"
    for name in ("suppliers_2025_01_15.csv", "trigger_2025_01_15.json"):
        (archived / name).rename(place.drops / name)

    result = place.land()

    assert result.complete
    assert place.dropped() == []
    assert len(list(archived.iterdir())) == 3


def test_what_an_interrupted_landing_left_is_not_seen_and_not_kept(place):
    stale = place.settings.bronze / "orders" / "batch_id=batch_2025_01_15_001" / "orders.parquet"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"half a file")
    place.whole_drop("2025_01_15", "A")

    place.land()

    assert not stale.exists()
    assert len(place.bronze("suppliers")) == 1


def test_a_batch_with_a_bad_file_leaves_nothing_behind(place):
    place.suppliers("2025_01_15", "A")
    place.drop("categories_2025_01_15.csv", "category_id\nC1\n")
    place.trigger("2025_01_15")
    place.whole_drop("2025_01_16", "B")

    result = place.land()

    [refused] = result.refused
    assert "categories_2025_01_15.csv: the header lacks the column category_name" in refused.reason
    assert [left.batch_id for left in result.waiting] == ["batch_2025_01_16_001"]
    assert place.visible() == []
    assert list(place.settings.bronze.glob("*/batch_id=*")) == []
    assert len(place.dropped()) == 6


def test_a_header_without_records_lands_and_is_told(place):
    place.suppliers("2025_01_15")
    place.categories("2025_01_15", "C1")
    place.trigger("2025_01_15")

    result = place.land()

    assert "suppliers_2025_01_15.csv: has no records" in result.summary()
    assert place.bronze("suppliers") == []


def test_records_that_could_not_be_read_are_told_with_their_place(place):
    place.drop("suppliers_2025_01_15.csv", "supplier_id,supplier_name\nS1\nS2,x\nS3\n")
    place.drop("categories_2025_01_15.csv", "category_id,category_name\nC1,x,y\n")
    place.trigger("2025_01_15")

    summary = place.land().summary().splitlines()

    assert summary[1:] == [
        "  suppliers_2025_01_15.csv: 2 records could not be read; see ops.rejected_records",
        "  categories_2025_01_15.csv: 1 record could not be read; see ops.rejected_records",
    ]


def test_a_second_landing_is_refused_while_one_is_under_way(place):
    with landing_lock(place.lake), pytest.raises(LakeBusyError, match=r"process [0-9]+"):
        place.land()

    assert place.land().complete


def test_a_missing_drops_folder_is_named(place):
    place.drops.rmdir()

    with pytest.raises(DropsError, match=r"does not exist.*--drops"):
        place.land()


def test_a_check_that_nothing_does_is_told(place):
    place.suppliers("2025_01_15", "A")
    place.categories("2025_01_15", "A")
    place.trigger("2025_01_15", data_quality_checks={"schema_validation": True, "virus_scan": True})

    landed = place.land()

    assert "its trigger asks for checks that nothing here does: virus_scan" in landed.summary()
