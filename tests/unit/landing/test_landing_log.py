"""The processing log tells what became of every batch, in one row per step and reason."""


def steps(place, batch="batch_2025_01_15_001"):
    return {(row["step"], row["status"]): row for row in place.table("processing_log") if row["batch_id"] == batch}


def test_landing_and_archiving_are_logged_with_their_counts(place):
    place.suppliers("2025_01_15", "A", "B")
    place.drop("categories_2025_01_15.csv", "category_id,category_name\nC,x\nD,x,too many\n")
    place.trigger("2025_01_15")

    place.land()

    log = steps(place)
    assert set(log) == {("land", "succeeded"), ("archive", "succeeded")}
    land, archive = log["land", "succeeded"], log["archive", "succeeded"]
    assert (land["records_read"], land["records_valid"], land["records_quarantined"]) == (4, 3, 1)
    assert (archive["files_archived"], archive["records_read"]) == (3, None)
    assert land["run_id"] == archive["run_id"]
    assert land["started_at"] <= land["finished_at"] <= archive["finished_at"]


def test_waiting_and_refused_batches_have_a_row_per_reason(place):
    place.whole_drop("2025_01_15", "A")
    (place.drops / "categories_2025_01_15.csv").unlink()
    place.whole_drop("2025_01_16", "A")
    place.land()
    place.land()

    assert [row["error"] for row in steps(place).values()] == [
        "categories_2025_01_15.csv, expected by trigger_2025_01_15.json, is missing"
    ]
    assert set(steps(place, "batch_2025_01_16_001")) == {("land", "waiting")}

    place.drop("categories_2025_01_15.csv", "category_id\nC\n")
    place.land()
    place.land()

    log = steps(place)
    assert set(log) == {("land", "waiting"), ("land", "refused")}
    assert "lacks the column category_name" in log["land", "refused"]["error"]
    assert len(place.table("processing_log")) == 3

    place.categories("2025_01_15", "C")
    place.land()
    assert ("land", "succeeded") in steps(place)


def test_an_unreadable_trigger_has_a_row_without_a_batch(place):
    place.drop("trigger_2025_01_15.json", "{")

    place.land()

    [row] = place.table("processing_log")
    assert (row["batch_id"], row["step"], row["status"]) == (None, "land", "refused")
    assert "trigger_2025_01_15.json is not a valid trigger" in row["error"]


def test_nothing_to_do_logs_nothing(place):
    place.land()

    assert place.table("processing_log") == []
