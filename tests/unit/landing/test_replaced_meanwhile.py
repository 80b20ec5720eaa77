"""A sender replaces files while a landing is under way: no version leaves the drops folder unread."""

import pytest

from lakegraph.landing import operations
from lakegraph.landing.drops import fingerprint
from lakegraph.landing.local_executor import LocalExecutor

DATED = 'trigger: none\nfeeds: {suppliers: {files: "suppliers_{date}.csv"}}'
FIRST, SECOND = "2025_01_15", "2025_01_16"


class Eager(LocalExecutor):
    """Hashes all files when a landing begins, as Spark's executor does."""

    def fingerprints(self, paths):
        return {path: fingerprint(path) for path in paths}


@pytest.fixture
def meanwhile(monkeypatch):
    """Gives a function that has something done once, right after a batch has become visible."""
    real = operations.land_batch

    def have_done(action):
        def land_and_act(*arguments):
            landed = real(*arguments)
            action()
            monkeypatch.setattr(operations, "land_batch", real)
            return landed

        monkeypatch.setattr(operations, "land_batch", land_and_act)

    return have_done


def suppliers(place):
    return sorted(row["supplier_id"] for row in place.bronze("suppliers"))


def test_a_file_that_is_replaced_before_it_is_archived_stays_and_lands_next(place, meanwhile):
    place.configure(DATED)
    place.suppliers(FIRST, "A")
    meanwhile(lambda: place.suppliers(FIRST, "A", "B"))

    first = place.land()

    [batch] = place.visible()
    assert first.unclaimed == [f"suppliers_{FIRST}.csv (replaced since {batch} was read)"]
    assert f"left alone: suppliers_{FIRST}.csv" in first.summary()
    assert place.dropped() == [f"suppliers_{FIRST}.csv"]
    [log] = [row for row in place.table("processing_log") if row["step"] == "archive"]
    assert log["files_archived"] == 0
    assert len(place.land().batches) == 1
    assert suppliers(place) == ["A", "A", "B"]
    assert place.dropped() == []


def test_a_replaced_file_and_trigger_of_a_triggered_batch_stay(place, meanwhile):
    place.whole_drop(FIRST, "A")

    def deliver_again():
        place.suppliers(FIRST, "A", "B")
        place.trigger(FIRST, trigger_id="batch_2025_01_15_002")

    meanwhile(deliver_again)

    place.land()

    assert place.dropped() == [f"suppliers_{FIRST}.csv", f"trigger_{FIRST}.json"]
    place.categories(FIRST, "A")
    assert place.land().complete
    assert suppliers(place) == ["A", "A", "B"]


def test_a_file_that_came_again_and_is_replaced_before_its_turn_stays(place, meanwhile):
    place.configure(DATED)
    place.suppliers(SECOND, "A")
    place.land()
    place.suppliers(FIRST, "Z")
    place.suppliers(SECOND, "A")
    meanwhile(lambda: place.suppliers(SECOND, "A", "B"))

    result = place.land()

    assert len(result.repeated) == len(result.unclaimed) == 1
    assert place.dropped() == [f"suppliers_{SECOND}.csv"]
    place.land()
    assert suppliers(place) == ["A", "A", "B", "Z"]


def test_a_trigger_that_is_corrected_before_its_turn_is_not_kept_aside(place, meanwhile):
    place.whole_drop(FIRST, "A")
    place.whole_drop(SECOND, "B")
    place.drop(f"trigger_{SECOND}.json", "{")
    meanwhile(lambda: place.trigger(SECOND))

    [waiting] = place.land().waiting

    assert waiting.batch_id == f"trigger_{SECOND}.json"
    assert "changed meanwhile" in waiting.reason
    assert place.table("kept_aside") == []
    assert place.land().complete
    assert suppliers(place) == ["A", "B"]


def test_other_content_of_a_known_id_that_is_replaced_before_its_turn_is_not_kept_aside(place, meanwhile):
    place.whole_drop(SECOND, "B")
    place.land()
    place.whole_drop(FIRST, "A")
    place.whole_drop(SECOND, "B", "C")

    def take_back():
        for deliver in (place.suppliers, place.categories):
            deliver(SECOND, "B")

    meanwhile(take_back)

    [waiting] = operations.land(place.settings, executor=Eager()).waiting

    assert f"suppliers_{SECOND}.csv, categories_{SECOND}.csv changed meanwhile" in waiting.reason
    assert place.table("kept_aside") == []
    assert place.land().repeated == [f"batch_{SECOND}_001"]
    assert place.dropped() == []
