"""The contract of a drop: what it finds is recorded before the batch is visible, and stops only what the trigger demands."""

import pytest

from lakegraph.runtime import ops
from lakegraph.runtime.expectations import data_docs_index

DAY, SUPPLIERS, CATEGORIES = "2025_01_15", "suppliers_2025_01_15.csv", "categories_2025_01_15.csv"
BATCH = "batch_2025_01_15_001"
SUPPLIERS_HEADER = "supplier_id,supplier_name,country,contact_email,reliability_score"


def found(place, batch=BATCH, **wanted):
    """Severity, success, bound and observation of the results that fit."""
    rows = [row for row in place.table("expectation_results") if row["batch_id"] == batch]
    return [
        (row["severity"], row["success"], row["expected"], row["observed"])
        for row in rows
        if all(text in row[column] for column, text in wanted.items())
    ]


def days(place, *counts):
    """Land a whole drop per count of suppliers, on the days from the first of January on."""
    for number, count in enumerate(counts, 1):
        day = f"2025_01_{number:02d}"
        place.suppliers(day, *map(str, range(count)))
        place.categories(day, "C")
        place.trigger(day)
        assert place.land().complete


def batch_of(day):
    """The batch of a day of January."""
    return f"batch_2025_01_{day:02d}_001"


def in_full(place, day, feed="suppliers"):
    """What was found of the full delivery of a feed."""
    return found(place, batch_of(day), asset=feed, description=f"a full delivery of {feed}")


def test_a_whole_batch_keeps_its_contract(place):
    place.whole_drop(DAY, "A", "B")

    assert place.land().complete

    rows = place.table("expectation_results")
    assert {row["asset"] for row in rows} == {SUPPLIERS, CATEGORIES}
    assert {(row["batch_id"], row["stage"]) for row in rows} == {(BATCH, "drop")}
    assert all(row["success"] for row in rows)
    [log] = [row for row in place.table("processing_log") if row["step"] == "land"]
    assert {row["run_id"] for row in rows} == {log["run_id"]}


def test_missing_values_in_required_columns_are_measured(place):
    place.drop(SUPPLIERS, "supplier_id,supplier_name\n" + "".join(f"S{n},{'x' if n > 2 else ' '}\n" for n in range(10)))
    place.categories(DAY, "C")
    place.trigger(DAY)

    assert place.land().complete

    assert found(place, asset=SUPPLIERS, description="value of supplier_id") == [("MEDIUM", True, "at most 0.1", "0")]
    assert found(place, asset=SUPPLIERS, description="value of supplier_name") == [
        ("MEDIUM", False, "at most 0.1", "0.3")
    ]
    [row] = [row for row in place.table("expectation_results") if "of supplier_name" in row["description"]]
    assert (row["checked"], row["unexpected"]) == (10, 3)


def test_record_counts_are_compared_with_those_of_the_trigger(place):
    place.suppliers(DAY, "A", "B")
    place.categories(DAY, "C")
    place.trigger(DAY, metadata={"row_counts": {SUPPLIERS: 2, CATEGORIES: 5, "other.csv": 9}}, total_records=7)

    assert place.land().complete

    assert found(place, asset=SUPPLIERS, description="trigger announces") == [("CRITICAL", True, "2", "2")]
    assert found(place, asset=CATEGORIES, description="trigger announces") == [("CRITICAL", False, "5", "1")]
    assert found(place, asset="trigger_2025_01_15.json", description="in all") == [("CRITICAL", False, "7", "3")]


def test_rejected_records_count_as_delivered(place):
    place.drop(SUPPLIERS, "supplier_id,supplier_name\nA,x\nB,x,too many\n")
    place.categories(DAY, "C")
    place.trigger(DAY, row_counts={SUPPLIERS: 2})

    place.land()

    assert found(place, asset=SUPPLIERS, description="announces") == [("CRITICAL", True, "2", "2")]


def test_counts_by_feed_are_those_of_all_its_files(place):
    place.configure(place.settings.sources.read_text().replace("suppliers_{date}.csv", "suppliers_*_{date}.csv"))
    names = [f"suppliers_{part}_{DAY}.csv" for part in "ab"]
    for name in names:
        place.drop(name, f"supplier_id,supplier_name\n{name},x\n")
    place.trigger(DAY, expected_files=names, record_counts={"suppliers": 3})

    place.land()

    assert found(place, asset="trigger", description="for suppliers") == [("CRITICAL", False, "3", "2")]


def test_volume_is_compared_with_the_last_batches_once_there_are_two(place):
    days(place, 10, 20)
    assert found(place, "batch_2025_01_02_001", description="times the median") == []
    place.suppliers("2025_01_03", "A", "B")
    place.categories("2025_01_03", "C")
    place.trigger("2025_01_03")

    assert place.land().complete

    result = found(place, "batch_2025_01_03_001", asset="suppliers", description="times the median")
    assert result == [("MEDIUM", False, "3 to 75", "2")]


@pytest.mark.parametrize(("count", "kept"), [(20, False), (21, True), (100, True)])
def test_what_a_full_delivery_lacks_must_not_be_most_of_what_is_usual(place, count, kept):
    days(place, 40, 42, count)

    assert in_full(place, 3) == [("CRITICAL", kept, "at least 21", str(count))]


@pytest.mark.parametrize("counts", [(5,), (40, 40, 0), (19, 19, 1)])
def test_a_full_delivery_is_not_held_against_few_others_nor_is_one_that_ends_nothing(place, counts):
    days(place, *counts)

    assert in_full(place, len(counts)) == []


def test_the_second_full_delivery_is_held_against_the_first(place):
    days(place, 40, 5)

    assert in_full(place, 2) == [("CRITICAL", False, "at least 20", "5")]


def test_a_feed_that_has_become_small_is_told_of_until_that_is_usual(place):
    days(place, 100, 100, 40, 40, 40)

    assert [in_full(place, day) for day in (3, 4, 5)] == [
        [("CRITICAL", False, "at least 50", "40")],
        [("CRITICAL", False, "at least 50", "40")],
        [("CRITICAL", True, "at least 35", "40")],
    ]


def test_all_files_of_a_feed_are_one_full_delivery(place):
    place.configure(place.settings.sources.read_text().replace("suppliers_{date}.csv", "suppliers_*_{date}.csv"))
    for day, counts in enumerate(((40, 10), (40, 10), (40,), (15, 4)), 1):
        files = {f"suppliers_{part}_2025_01_{day:02d}.csv": count for part, count in zip("ab", counts, strict=False)}
        for name, count in files.items():
            rows = "".join(f"{name}{number},x\n" for number in range(count))
            place.drop(name, f"supplier_id,supplier_name\n{rows}")
        place.trigger(f"2025_01_{day:02d}", expected_files=[*files])
        assert place.land().complete

    assert in_full(place, 3) == [("CRITICAL", True, "at least 25", "40")]
    assert in_full(place, 4) == [("CRITICAL", False, "at least 25", "19")]


@pytest.mark.parametrize(
    ("delivery", "told"),
    [("", []), ("delivery: delta, ", []), ("delivery: full, ", [("CRITICAL", False, "at least 20", "1")])],
)
def test_whether_a_delivery_is_full_is_as_its_source_says(place, delivery, told):
    place.configure(f'{place.settings.sources.read_text()}  reviews: {{{delivery}files: "reviews_{{date}}.csv"}}\n')
    for day, count in enumerate((40, 40, 1), 1):
        reviews = "".join(f"R{number},P1,C1,4,2025-01-01\n" for number in range(count))
        name = f"reviews_2025_01_{day:02d}.csv"
        place.drop(name, f"review_id,product_id,customer_id,rating,review_date\n{reviews}")
        place.trigger(f"2025_01_{day:02d}", expected_files=[name])
        assert place.land().complete

    assert in_full(place, 3, "reviews") == told
    assert [row[1] for row in found(place, batch_of(3), asset="reviews", description="times the median")] == [False]


def test_volume_looks_at_no_more_batches_than_declared(place):
    days(place, *[1000] * 5, *[10] * 6)

    result = found(place, "batch_2025_01_11_001", asset="suppliers", description="times the median")
    assert result == [("MEDIUM", True, "2 to 50", "10")]


def suppliers_from(place, day, countries, header=SUPPLIERS_HEADER):
    """Land a drop of twenty suppliers, of which the first ones have a country."""
    rows = [f"S{number},x,{'DE' if number < countries else ' '},,0.5" for number in range(20)]
    place.drop(f"suppliers_{day}.csv", "\n".join([header, *rows, ""]))
    place.categories(day, "C")
    place.trigger(day)
    assert place.land().complete
    return found(place, f"batch_{day}_001", asset="suppliers", description="values in each column")


def test_a_column_that_is_not_there_any_more_is_told_as_one_that_is_empty(place):
    suppliers_from(place, "2025_01_01", 20)
    suppliers_from(place, "2025_01_02", 20)
    rows = "".join(f"S{number},x,0.5\n" for number in range(20))
    place.drop("suppliers_2025_01_03.csv", f"supplier_id,supplier_name,reliability_score\n{rows}")
    place.categories("2025_01_03", "C")
    place.trigger("2025_01_03")
    assert place.land().complete

    assert found(place, batch_of(3), asset="suppliers", description="values in each column") == [
        ("MEDIUM", False, "no column with fewer", "country (0%, usually 100%)")
    ]


def test_a_column_that_is_suddenly_empty_is_told_once_there_are_two_batches_to_compare_it_with(place):
    assert suppliers_from(place, "2025_01_01", 20) == []
    assert suppliers_from(place, "2025_01_02", 10) == []
    # usually 75 %, then 75 % of three and the median of four
    kept = ("MEDIUM", True, "no column with fewer", "none has fewer")
    assert suppliers_from(place, "2025_01_03", 8) == [kept]
    assert suppliers_from(place, "2025_01_04", 4) == [
        ("MEDIUM", False, "no column with fewer", "country (20%, usually 50%)")
    ]
    assert suppliers_from(place, "2025_01_05", 0) == [
        ("MEDIUM", False, "no column with fewer", "country (0%, usually 45%)")
    ]
    last = [row for row in place.table("expectation_results") if row["batch_id"] == "batch_2025_01_05_001"]
    # country, contact_email and reliability_score are compared
    assert [(row["checked"], row["unexpected"]) for row in last if "values in each" in row["description"]] == [(3, 1)]


def test_few_records_say_nothing_of_what_is_usual(place):
    for day in ("2025_01_01", "2025_01_02"):
        suppliers_from(place, day, 20)
    place.drop("suppliers_2025_01_03.csv", f"{SUPPLIERS_HEADER}\nS1,x,,,\n")
    rows = "".join(f"{number},x,\n" for number in range(30))
    place.drop("categories_2025_01_03.csv", f"category_id,category_name,active\n{rows}")
    place.trigger("2025_01_03")
    assert place.land().complete

    # one supplier today, and one category on each day before
    assert found(place, "batch_2025_01_03_001", description="values in each column") == []


def test_a_column_that_came_not_before_is_compared_with_nothing(place):
    for day in ("2025_01_01", "2025_01_02"):
        suppliers_from(place, day, 20, SUPPLIERS_HEADER.replace("country", "land"))

    assert suppliers_from(place, "2025_01_03", 0) == [("MEDIUM", True, "no column with fewer", "none has fewer")]


def test_batches_that_landed_before_it_was_kept_say_nothing_of_columns(place):
    for day in ("2025_01_01", "2025_01_02"):
        suppliers_from(place, day, 20)
        rows = [row for row in place.table("batch_files") if row["batch_id"] == f"batch_{day}_001"]
        ops.append(
            place.settings.ops, "batch_files", f"batch_{day}_001", [row | {"missing_values": None} for row in rows]
        )

    assert suppliers_from(place, "2025_01_03", 0) == []
    assert suppliers_from(place, "2025_01_04", 0) == []
    suppliers_from(place, "2025_01_05", 0)
    [told] = {
        row["description"] for row in place.table("expectation_results") if "values in each" in row["description"]
    }
    assert told.endswith("the median of the feed's last 2 batches that tell of it")


def test_a_file_that_is_not_listed_fails_the_file_count(place):
    place.configure(place.settings.sources.read_text() + '  reviews: {files: "reviews_{date}.csv"}\n')
    place.whole_drop(DAY, "A")
    place.drop(f"reviews_{DAY}.csv", "review_id,customer_id,product_id,rating\nR,C,P,1\n")
    place.trigger(DAY, data_quality_checks={"file_count_validation": True})
    place.whole_drop("2025_01_16", "B")

    result = place.land()

    [refused] = result.refused
    for words in ("file_count_validation failed", "3 came for 2", f"reviews_{DAY}.csv", "trigger_2025_01_15.json asks"):
        assert words in refused.reason
    assert [left.batch_id for left in result.waiting] == ["batch_2025_01_16_001"]
    assert place.visible() == []
    assert list(place.settings.bronze.glob("*/batch_id=*")) == []
    assert found(place, asset="trigger", description="as many files") == [
        ("CRITICAL", False, "2", f"3 came for 2 (not listed: reviews_{DAY}.csv)")
    ]

    (place.drops / f"reviews_{DAY}.csv").unlink()
    assert place.land().complete
    assert found(place, asset="trigger", description="as many files") == [("CRITICAL", True, "2", "2 came for 2")]


@pytest.mark.parametrize("checks", [None, {"file_count_validation": False}])
def test_a_check_that_nobody_asks_for_refuses_nothing(place, checks):
    place.configure(place.settings.sources.read_text() + '  reviews: {files: "reviews_{date}.csv"}\n')
    place.whole_drop(DAY, "A")
    place.drop(f"reviews_{DAY}.csv", "review_id,customer_id,product_id,rating\nR,C,P,1\n")
    place.trigger(DAY, data_quality_checks=checks)

    assert place.land().complete


def test_an_expected_file_that_no_feed_takes_is_counted(place):
    place.suppliers(DAY, "A")
    place.drop("prices.csv", "price\n1\n")
    place.trigger(DAY, expected_files=[SUPPLIERS, "prices.csv"], data_quality_checks=["file_count_validation"])

    assert place.land().complete


@pytest.mark.parametrize("asked", [True, False])
def test_a_column_that_the_last_delivery_had_must_come_again_if_the_trigger_asks_for_it(place, asked):
    days(place, 3)
    place.drop(SUPPLIERS, "supplier_id,supplier_name,country,colour\nA,x,DE,red\n")
    place.categories(DAY, "C")
    place.trigger(DAY, data_quality_checks={"schema_validation": asked})

    result = place.land()

    assert result.complete is not asked
    if asked:
        assert "schema_validation failed" in result.refused[0].reason
        assert f"{SUPPLIERS} must have" in result.refused[0].reason
        assert "it lacks contact_email, reliability_score" in result.refused[0].reason
    else:
        assert "no column of suppliers takes colour" in result.summary()
    assert (BATCH in place.visible()) is not asked


def test_a_missing_required_column_breaks_the_contract_and_refuses_the_batch(place, data_docs):
    place.drop(SUPPLIERS, "supplier_name,country\nx,DE\n")
    place.categories(DAY, "C")
    place.trigger(DAY)

    [refused] = place.land().refused

    lacks = f"{place.drops / SUPPLIERS}: the header lacks the column supplier_id; did you mean 'supplier_name'."
    assert refused.reason == f"{lacks} Map other names under the feed's 'from' in the sources file."
    assert place.visible() == []
    assert list(place.settings.bronze.glob("*/batch_id=*")) == []
    assert found(place) == [("CRITICAL", False, "supplier_id, supplier_name", "it lacks supplier_id")]
    [row] = place.table("expectation_results")
    assert (row["asset"], row["stage"], row["description"]) == (SUPPLIERS, "drop", "the columns that must be there")
    assert (row["checked"], row["unexpected"]) == (2, 1)
    assert data_docs_index(place.lake, "drop").exists()

    place.suppliers(DAY, "A")
    assert place.land().complete
    [*rows] = found(place, asset=SUPPLIERS, description="the required columns")
    assert rows == [("CRITICAL", True, "supplier_id, supplier_name", "all are there")]


def test_a_column_that_the_sources_file_names_must_be_there_as_well(place):
    text = place.settings.sources.read_text()
    place.configure(text.replace('"suppliers_{date}.csv"', '"suppliers_{date}.csv", from: {country: Land}'))
    place.whole_drop(DAY, "A")

    [refused] = place.land().refused

    assert "the header lacks the column Land" in refused.reason
    assert found(place) == [("CRITICAL", False, "supplier_id, supplier_name, country", "it lacks country")]


def test_the_checks_that_were_asked_for_are_recorded_with_the_batch(place):
    place.whole_drop(DAY, "A")
    place.trigger(DAY, data_quality_checks={"business_rules_validation": True, "schema_validation": True})

    place.land()

    assert place.table("batches")[0]["asked_checks"] == "schema_validation,business_rules_validation"


def test_files_without_triggers_have_a_contract_too(place):
    place.configure(place.settings.sources.read_text().replace('{file: "trigger_{date}.json"}', "none"))
    place.suppliers(DAY, "A")

    [batch] = place.land().batches

    assert len(found(place, batch.batch_id)) == 3


def test_data_docs_hold_counts_and_no_values(place, data_docs):
    place.whole_drop(DAY, "Very Personal")
    place.trigger(DAY, row_counts={SUPPLIERS: 3})

    place.land()

    index = data_docs_index(place.lake, "drop")
    [page] = index.parent.rglob("validations/**/*.html")
    assert "the records that the trigger announces" in page.read_text()
    assert not any(b"Very Personal" in path.read_bytes() for path in index.parent.rglob("*") if path.is_file())


def test_nothing_to_land_costs_no_import_and_builds_no_data_docs(place, data_docs, monkeypatch):
    monkeypatch.setattr("lakegraph.landing.operations.import_ahead", lambda: pytest.fail("imported"))

    assert place.land().complete
    assert not data_docs_index(place.lake, "drop").exists()


def test_a_count_that_no_table_holds_is_recorded_as_missed(place):
    place.suppliers(DAY, "A")
    place.categories(DAY, "C")
    place.trigger(DAY, metadata={"row_counts": {SUPPLIERS: 10**20}})

    assert place.land().complete

    [found_of_it] = found(place, asset=SUPPLIERS, description="the trigger announces")
    assert found_of_it[1:] == (False, str(2**63 - 1), "1")
