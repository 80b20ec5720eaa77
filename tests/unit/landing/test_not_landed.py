"""What `lakegraph batches` tells of what did not land."""

import json
import shutil
import subprocess
import sys

from lakegraph.pipeline.not_landed import batches_not_landed

FIRST, SECOND = "2025_01_15", "2025_01_16"


def told(place) -> list[tuple[str, str, str]]:
    """Id, state and reason of each, without the time of the landing."""
    return [
        (batch.batch_id, batch.state, batch.reason.partition(" (at the landing of")[0])
        for batch in batches_not_landed(place.settings)
    ]


def test_a_batch_that_waits_and_those_behind_it_are_told_until_they_land(place):
    place.suppliers(FIRST, "S1")
    place.trigger(FIRST)
    place.whole_drop(SECOND, "S1")
    place.land()

    missing = f"categories_{FIRST}.csv, expected by trigger_{FIRST}.json, is missing"
    behind = f"comes after batch_{FIRST}_001, which is left behind"
    assert told(place) == [
        (f"batch_{FIRST}_001", "not landed", missing),
        (f"batch_{SECOND}_001", "not landed", behind),
    ]

    place.categories(FIRST, "C1")
    place.land()
    assert told(place) == []


def test_the_last_word_on_a_batch_counts(place):
    place.drop(f"suppliers_{FIRST}.csv", "supplier_name\nx\n")
    place.trigger(FIRST, data_files_ready=False)
    place.land()
    place.trigger(FIRST, expected_files=[f"suppliers_{FIRST}.csv"])
    place.land()

    [(batch_id, state, reason)] = told(place)
    assert (batch_id, state) == (f"batch_{FIRST}_001", "refused")
    assert "lacks the column supplier_id" in reason
    [batch] = batches_not_landed(place.settings)
    assert batch.reason.endswith(" UTC)")
    assert (batch.batch_date, batch.records_read, batch.verdict) == (None, None, None)


def test_what_is_kept_aside_is_told_until_it_is_corrected_or_taken_away(place):
    place.whole_drop(FIRST, "S1")
    place.land()
    place.whole_drop(FIRST, "S2")
    place.drop(f"trigger_{SECOND}.json", "{")
    place.land()

    [batch, trigger] = sorted(batches_not_landed(place.settings), key=lambda told: told.batch_id)
    assert (batch.batch_id, batch.state) == (f"batch_{FIRST}_001", "kept aside")
    assert batch.reason.startswith("is visible already, but ")
    folder = batch.reason.rpartition("; in ")[2]
    assert sorted(path.name for path in (place.lake / "kept_aside").glob("batch_*/*")) == sorted(
        [f"categories_{FIRST}.csv", f"suppliers_{FIRST}.csv", f"trigger_{FIRST}.json"]
    )
    assert (trigger.batch_id, trigger.state) == (f"trigger_{SECOND}.json", "kept aside")

    shutil.rmtree(folder)
    place.whole_drop(SECOND, "S1")
    place.land()
    assert told(place) == []


def test_a_trigger_that_cannot_be_read_is_told_though_one_of_its_name_landed_before(place):
    place.whole_drop(FIRST, "S1")
    place.land()
    place.drop(f"trigger_{FIRST}.json", "{")
    place.land()

    assert [(name, state) for name, state, _ in told(place)] == [(f"trigger_{FIRST}.json", "kept aside")]


def test_a_batch_that_a_later_landing_does_not_meet_is_told_no_more(place):
    place.configure(place.settings.sources.read_text().replace('{file: "trigger_{date}.json"}', "none"))
    place.drop(f"suppliers_{FIRST}.csv", "supplier_name\nx\n")
    place.land()
    place.drop(f"suppliers_{FIRST}.csv", "supplier_name\ny\n")
    place.land()

    [(second, state, _)] = told(place)
    assert state == "refused"
    first = next(row["batch_id"] for row in place.table("processing_log") if row["batch_id"] != second)

    place.suppliers(FIRST, "S1")
    place.land()
    assert told(place) == []

    # one that comes back as it was is told again
    place.drop(f"suppliers_{SECOND}.csv", "supplier_name\nx\n")
    place.land()
    (place.drops / f"suppliers_{SECOND}.csv").unlink()
    place.land()
    place.land()
    gone = [row for row in place.table("processing_log") if row["status"] == "gone"]
    assert told(place) == []
    assert [row["batch_id"] for row in gone][:1] == [first]
    assert len(gone) == 3
    place.drop(f"suppliers_{SECOND}.csv", "supplier_name\nx\n")
    place.land()
    assert [(name, state) for name, state, _ in told(place)] == [(gone[-1]["batch_id"], "refused")]


def test_the_command_lists_them_behind_those_that_landed(place):
    place.whole_drop(FIRST, "S1")
    place.trigger(SECOND)
    place.land()

    def command(*options: str) -> str:
        arguments = ["-m", "lakegraph", "batches", "--lake", str(place.lake), *options]
        return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True).stdout

    rows = json.loads(command("--json"))
    assert [(row["batch_id"], row["state"], row["batch_date"]) for row in rows] == [
        (f"batch_{FIRST}_001", "waiting", "2025-01-15"),
        (f"batch_{SECOND}_001", "not landed", None),
    ]
    assert "not landed" in command()
