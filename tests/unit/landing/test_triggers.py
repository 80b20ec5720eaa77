"""What a trigger may look like, and what is read from it."""

import json
import threading
from datetime import date, datetime

import pytest

from lakegraph.landing.announced import announced_counts
from lakegraph.landing.triggers import TriggerError, TriggerFileError, read_settled_trigger, read_trigger

REQUIRED = {"trigger_id": "TRG_20250116_001", "batch_date": "2025-01-16", "data_files_ready": True}


@pytest.fixture
def trigger(tmp_path):
    def read(**more):
        path = tmp_path / "trigger.json"
        path.write_text(json.dumps({**REQUIRED, **more}))
        return read_trigger(path)

    return read


def test_the_required_keys_are_enough(trigger):
    read = trigger()

    assert (read.trigger_id, read.batch_date, read.expected_files) == ("TRG_20250116_001", date(2025, 1, 16), ())
    assert read.data_quality_checks.names == ()
    assert (announced_counts(read).by_name, announced_counts(read).total) == ({}, None)


def test_all_optional_keys_are_taken(trigger):
    read = trigger(
        trigger_id="batch_2025_01_16_001",
        trigger_timestamp="2025-01-16T06:00:00Z",
        client_name="retail",
        expected_files=["orders_2025_01_16.csv"],
        source_system="erp",
        processing_priority="high",
        metadata={"record_counts": {"orders_2025_01_16.csv": 5}},
        processing_notes="none",
        data_quality_checks={"file_count_validation": True, "schema_validation": "true", "another": "whatever"},
    )

    assert (read.trigger_timestamp, read.client_name) == (datetime(2025, 1, 16, 6), "retail")
    assert read.data_quality_checks.names == ("file_count_validation", "schema_validation")
    assert read.data_quality_checks.unknown == ("another",)


@pytest.mark.parametrize(
    ("given", "unknown"),
    [
        ({"another": True, "a_third": "yes", "schema_validation": True}, ("another", "a_third")),
        ({"another": False, "a_third": "False", "a_fourth": None, "a_fifth": 0}, ()),
        (["another", None, 3, "schema_validation"], ("another", "3")),
        (
            {"another": {}, "a_third": [], "a_fourth": "disabled", "a_fifth": 1, "a_sixth": "strict"},
            ("a_fifth", "a_sixth"),
        ),
    ],
)
def test_checks_that_nobody_knows_are_told_where_they_are_asked_for(trigger, given, unknown):
    assert trigger(data_quality_checks=given).data_quality_checks.unknown == unknown


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        (None, ()),
        ({}, ()),
        ({"schema_validation": None, "file_count_validation": False}, ()),
        ({"schema_validation": "false", "business_rules_validation": "TRUE"}, ("business_rules_validation",)),
        (["schema_validation"], ("schema_validation",)),
    ],
)
def test_checks_may_be_asked_for_in_several_ways(trigger, given, asked):
    assert trigger(data_quality_checks=given, expected_files=None).data_quality_checks.names == asked


@pytest.mark.parametrize("given", ["all", {"schema_validation": "perhaps"}, {"schema_validation": [1]}])
def test_a_check_that_is_neither_true_nor_false_is_told(trigger, given):
    with pytest.raises(TriggerError, match="'data_quality_checks"):
        trigger(data_quality_checks=given)


@pytest.mark.parametrize(
    ("said", "by_name", "total"),
    [
        ({"metadata": {"row_counts": {"a.csv": 3, "b": "4"}}}, {"a.csv": 3, "b": 4}, None),
        ({"record_counts": {"orders": 3}, "metadata": {"total_records": 7}}, {"orders": 3}, 7),
        ({"expected_row_counts": {"a.csv": 1}, "total_rows": "12"}, {"a.csv": 1}, 12),
        ({"expected_rows": {"a.csv": 2}}, {"a.csv": 2}, None),
        ({"expected_rows": 9}, {}, 9),
        ({"metadata": {"expected_records": 8}}, {}, 8),
        ({"row_counts": {"a.csv": 1}, "metadata": {"row_counts": {"a.csv": 2}}}, {"a.csv": 1}, None),
        ({"metadata": "free text"}, {}, None),
        ({"metadata": [1, 2]}, {}, None),
        ({"metadata": {"row_counts": {"a": True, "b": -1, "c": 1.5, "d": "many", "e": None, "f": [1]}}}, {}, None),
        ({"metadata": {"row_counts": "12 rows", "total_records": True}}, {}, None),
        # more than any table holds
        (
            {"row_counts": {"a": 10**20, "b": "9" * 5000, "c": "0" * 5000}},
            {"a": 2**63 - 1, "b": 2**63 - 1, "c": 0},
            None,
        ),
    ],
)
def test_record_counts_are_found_under_their_usual_names(trigger, said, by_name, total):
    counts = announced_counts(trigger(**said))

    assert (counts.by_name, counts.total) == (by_name, total)


def test_a_file_is_counted_under_its_name_with_or_without_suffix(trigger):
    counts = announced_counts(trigger(row_counts={"a.csv": 1, "b": 2}))

    assert [counts.of_file(name) for name in ("a.csv", "b.csv", "c.csv")] == [1, 2, None]
    assert [counts.of_file(f"{name}.gz") for name in ("a.csv", "b.csv", "c.csv")] == [1, 2, None]


def test_a_trigger_that_cannot_even_be_read_is_no_unreadable_one(tmp_path):
    with pytest.raises(TriggerFileError):
        read_trigger(tmp_path)


def test_a_trigger_that_is_still_being_written_is_read_once_it_is_whole(tmp_path):
    whole = json.dumps({"trigger_id": "b_1", "batch_date": "2025-01-15", "data_files_ready": True})
    path = tmp_path / "trigger.json"
    path.write_text(whole[:20])
    writer = threading.Timer(0.3, path.write_text, [whole])
    writer.start()

    assert read_settled_trigger(path).trigger_id == "b_1"
    writer.join()


def test_a_trigger_that_stays_unreadable_is_told(tmp_path):
    path = tmp_path / "trigger.json"
    path.write_text("{")

    with pytest.raises(TriggerError, match="is not a valid trigger"):
        read_settled_trigger(path)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"trigger_timestamp": "0001-01-01T00:00:00+01:00"}, "'trigger_timestamp': lies outside the years 1 to 9999"),
        ({"trigger_timestamp": "9999-12-31T23:59:59-05:00"}, "'trigger_timestamp': lies outside the years 1 to 9999"),
        # 300 bytes in 150 characters
        ({"expected_files": ["ü" * 150]}, "'expected_files.0': must be a file name of at most 255 bytes"),
        ({"expected_files": ["a\0b"]}, "'expected_files.0': must be a plain file name"),
    ],
)
def test_what_no_calendar_and_no_file_system_has_is_told(trigger, said, message):
    with pytest.raises(TriggerError, match=message):
        trigger(**said)


def test_the_longest_file_name_is_taken(trigger):
    assert trigger(expected_files=["a" * 255]).expected_files == ("a" * 255,)


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)
def test_a_byte_order_mark_says_how_a_trigger_is_written(tmp_path, mark, encoding):
    path = tmp_path / "trigger.json"
    path.write_bytes(mark + json.dumps({**REQUIRED, "client_name": "Müller"}, ensure_ascii=False).encode(encoding))

    assert read_trigger(path).client_name == "Müller"


@pytest.mark.parametrize("content", [b'{"a": "\xfc"}', b"\xff\xfe{"])
def test_a_trigger_that_is_no_text_is_told(tmp_path, content):
    path = tmp_path / "trigger.json"
    path.write_bytes(content)

    with pytest.raises(TriggerError, match="is not a valid trigger: it is neither UTF-8 nor UTF-16"):
        read_trigger(path)
