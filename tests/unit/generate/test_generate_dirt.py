"""Planted faults: each is where the list says, and nothing else is wrong."""

import csv
import json
from collections import Counter

import pytest

from tests.unit.generate.reading import VARS

FEEDS = tuple(VARS["feeds"])


@pytest.fixture(scope="module")
def planted(dirty):
    """The listed faults of both days, by file and line."""
    faults = [fault for day in (0, 1) for fault in dirty.json("faults", day)]
    places = {(fault["file"], fault["line"]): fault for fault in faults}
    assert len(places) == len(faults)
    return places


@pytest.fixture(scope="module")
def lines(dirty):
    """Every record of every file: (file, first line) → fields, as text in which wrong bytes are surrogates."""
    found = {}
    for file in dirty.folder.glob("*.csv"):
        with file.open(encoding="utf-8", errors="surrogateescape", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            start = 1
            for fields in reader:
                found[file.name, start] = fields
                start = reader.line_num + 1
    return found


@pytest.fixture(scope="module")
def sound(dirty, planted, lines):
    """The records that no fault is listed for, by feed and day, as dictionaries."""
    records = {}
    for day, stamp in enumerate(dirty.stamps()):
        for feed in FEEDS:
            name = f"{feed}_{stamp}.csv"
            header = lines[name, 1]
            records[feed, day] = [
                dict(zip(header, fields, strict=True))
                for (file, line), fields in lines.items()
                if file == name and line > 1 and (file, line) not in planted
            ]
    return records


def test_every_listed_place_is_the_start_of_a_record(planted, lines):
    assert planted.keys() <= lines.keys()


def test_without_the_listed_records_the_drop_is_the_clean_one(clean, sound):
    for (feed, day), records in sound.items():
        assert records == clean.read(feed, day)


def test_the_list_says_batch_feed_and_key_of_the_record(dirty, planted, lines):
    for (file, line), fault in planted.items():
        feed, _, stamp = file.removesuffix(".csv").partition("_")
        assert fault["feed"] == feed
        assert fault["batch_id"] == f"batch_{stamp}_001"
        fields = dict(zip(lines[file, 1], lines[file, line], strict=False))
        present = {column: fields[column] for column in VARS["feeds"][feed]["key"] if column in fields}
        assert fault["key"].items() >= present.items()
        assert list(fault["key"]) == VARS["feeds"][feed]["key"]


def test_each_kind_of_fault_comes_every_day(planted):
    per_day = {}
    for (file, _), fault in planted.items():
        per_day.setdefault(file[-14:], set()).add((fault["feed"], fault["fault"]))
    first, second = per_day.values()
    assert first == second
    reasons = Counter(str(fault["reason"]) for fault in planted.values())
    rules = {rule["id"] for rule in VARS["rules"] if rule["severity"] == "error"} - {"customers.age.range"}
    assert rules <= reasons.keys()
    for feed in FEEDS:
        assert {f"{feed}.row.repeat", f"{feed}.key.conflict"} <= reasons.keys()
        assert any(reason.startswith(f"{feed}.") and reason.endswith(".type") for reason in reasons)
    for feed, declared in VARS["feeds"].items():
        for column in declared["key"]:
            if "default" not in declared["columns"][column]:
                assert f"{feed}.{column}.not_null" in reasons
    assert {"record.field_count", "record.encoding"} <= reasons.keys()


def test_the_rate_is_the_share_of_faulty_records_unless_kinds_need_more(make_drops):
    drops = make_drops(days=1, scale=2, dirt=0.05)
    per_feed = Counter(fault["feed"] for fault in drops.json("faults"))
    counts = drops.json("trigger")["metadata"]["row_counts"]

    for feed in ("customers", "orders", "reviews", "inventory", "shipping"):
        records = counts[f"{feed}_2025_01_15.csv"] - per_feed[feed]
        assert per_feed[feed] == pytest.approx(0.05 * records, abs=2)
    assert per_feed["categories"] == len({f["fault"] for f in drops.json("faults") if f["feed"] == "categories"}) + 1


def test_wrong_field_counts_and_bytes_are_where_the_list_says(planted, lines):
    for place, fields in lines.items():
        listed = planted.get(place, {"reason": None})
        wrong_count = len(fields) != len(lines[place[0], 1])
        wrong_byte = any("\udc80" <= letter <= "\udcff" for field in fields for letter in field)
        assert wrong_count == (listed["reason"] == "record.field_count"), place
        assert wrong_byte == (listed["reason"] == "record.encoding"), place
        if wrong_count or wrong_byte:
            assert listed["found_in"] == "rejected_records"


def test_a_repeat_follows_its_sound_original(planted, lines):
    for (file, line), fault in planted.items():
        if fault["reason"] == f"{fault['feed']}.row.repeat":
            same = [place[1] for place, fields in lines.items() if place[0] == file and fields == lines[file, line]]
            assert len(same) == 2
            assert same[0] < same[1] == line


def test_conflicts_are_pairs_of_different_records_with_one_key(planted, lines):
    conflicts = {}
    for (file, line), fault in planted.items():
        if str(fault["reason"]).endswith(".key.conflict"):
            conflicts.setdefault((file, json.dumps(fault["key"])), []).append(lines[file, line])

    for pair in conflicts.values():
        assert len(pair) == 2
        assert pair[0] != pair[1]
        assert len(pair[0]) == len(pair[1])


def test_faulty_records_have_keys_of_their_own(planted, sound):
    own = Counter(
        (fault["feed"], json.dumps(fault["key"]))
        for fault in planted.values()
        if all(fault["key"].values()) and not str(fault["reason"]).endswith((".row.repeat", ".key.conflict"))
    )
    assert set(own.values()) == {1}
    for (feed, _), records in sound.items():
        keys = {json.dumps({column: record[column] for column in VARS["feeds"][feed]["key"]}) for record in records}
        assert not keys & {key for owner, key in own if owner == feed}


def test_dangling_references_name_the_edges_that_cannot_be_made(planted, lines, sound):
    known = {
        f"{feed[:-1]}_id": {record[f"{feed[:-1]}_id"] for day in (0, 1) for record in sound[feed, day]}
        for feed in ("customers", "products")
    }
    edges = {
        ("orders", "customer_id"): {("edge_placed", "missing_from"), ("edge_purchased", "missing_from")},
        ("orders", "product_id"): {("edge_contains", "missing_to"), ("edge_purchased", "missing_to")},
        ("reviews", "customer_id"): {("edge_wrote", "missing_from"), ("edge_reviewed", "missing_from")},
        ("reviews", "product_id"): {("edge_about", "missing_to"), ("edge_reviewed", "missing_to")},
    }
    seen = set()
    for (file, line), fault in planted.items():
        if fault["found_in"] != "graph":
            continue
        record = dict(zip(lines[file, 1], lines[file, line], strict=True))
        unknown = [column for column in known if record[column] not in known[column]]
        assert len(unknown) == 1
        expected = edges[fault["feed"], unknown[0]]
        assert {(edge["model"], edge["reason"]) for edge in fault["reason"]} == expected
        assert all(edge["key"].items() <= record.items() for edge in fault["reason"])
        seen.add((fault["feed"], unknown[0]))
    assert seen == edges.keys()


def test_without_dirt_there_is_no_list(clean, make_drops):
    assert not list(clean.folder.glob("faults_*"))


def test_a_list_of_an_earlier_run_does_not_outlive_it(tmp_path):
    from lakegraph.landing.generate.operations import generate
    from lakegraph.landing.generate.options import GenerateOptions
    from tests.unit.generate.conftest import START

    generate(GenerateOptions(tmp_path, START, days=1, scale=0.05, dirt=0.1))
    assert list(tmp_path.glob("faults_*"))

    generate(GenerateOptions(tmp_path, START, days=1, scale=0.05))

    assert not list(tmp_path.glob("faults_*"))
