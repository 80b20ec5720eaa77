import os

import pytest

from lakegraph.landing.drops import DropsError
from lakegraph.landing.sources import Sources
from lakegraph.pipeline.arrivals import Arrivals, Look

NOTHING, GROWING, READY = Look(), Look(growing=True), Look(ready=True)
FEEDS = {"orders": {"files": "orders_{date}.csv"}, "reviews": {"files": "reviews/reviews_{date}.csv"}}


class Folder:
    """A drops folder, a clock that stands still, and what has arrived."""

    def __init__(self, drops, trigger):
        self.drops, self.now = drops, 0.0
        sources = Sources.model_validate({"trigger": trigger, "feeds": FEEDS})
        self.arrivals = Arrivals(drops, sources, clock=lambda: self.now)

    def put(self, name, content="x"):
        path = self.drops / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)

    def after(self, seconds, unfinished=False):
        self.now += seconds
        return self.arrivals.look(unfinished)


@pytest.fixture
def triggered(tmp_path):
    return Folder(tmp_path, {"file": "trigger_{date}.json"})


@pytest.fixture
def untriggered(tmp_path):
    return Folder(tmp_path, "none")


def test_a_trigger_counts_once_it_has_kept_still(triggered):
    triggered.put("trigger_2025_01_15.json", "{")
    assert triggered.after(0) == GROWING
    triggered.put("trigger_2025_01_15.json", "{}")
    assert triggered.after(0.4) == GROWING
    assert triggered.after(0.4) == GROWING
    assert triggered.after(0.1) == READY


def test_what_a_run_was_given_counts_no_more_until_it_changes(triggered):
    triggered.put("trigger_2025_01_15.json")
    triggered.after(0)
    triggered.after(1)
    triggered.arrivals.take()

    assert triggered.after(1, unfinished=True) == NOTHING
    triggered.put("trigger_2025_01_15.json", "corrected")
    assert triggered.after(0) == GROWING


def test_the_same_file_dropped_again_after_it_was_archived_counts(triggered):
    path = triggered.drops / "trigger_2025_01_15.json"
    triggered.put(path.name)
    before = path.stat()
    triggered.after(0)
    triggered.arrivals.take()
    path.unlink()
    triggered.put(path.name)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    triggered.after(0)

    assert triggered.after(1) == READY


def test_data_files_count_only_while_something_is_unfinished(triggered):
    triggered.put("orders_2025_01_15.csv")

    assert triggered.after(0) == NOTHING
    assert triggered.after(5, unfinished=True) == READY


def test_a_file_of_no_feed_counts_while_something_is_unfinished_if_a_trigger_expects_it(triggered):
    triggered.arrivals.expect({triggered.drops / "readme_2025_01_15.txt"})
    triggered.put("notes.txt")
    triggered.put("readme_2025_01_15.txt")
    assert triggered.after(0) == NOTHING
    assert triggered.after(9) == NOTHING
    assert triggered.after(0, unfinished=True) == READY
    triggered.arrivals.take()

    triggered.put("readme_2025_01_15.txt", "what it holds is never read")
    assert triggered.after(9, unfinished=True) == NOTHING
    (triggered.drops / "readme_2025_01_15.txt").unlink()
    triggered.after(0, unfinished=True)
    triggered.put("readme_2025_01_15.txt")
    triggered.after(0, unfinished=True)
    assert triggered.after(0.5, unfinished=True) == READY


def test_a_file_that_nobody_expects_never_counts(triggered):
    triggered.arrivals.expect({triggered.drops / "readme_2025_01_15.txt"})
    triggered.put("notes.txt")

    assert triggered.after(0, unfinished=True) == NOTHING
    assert triggered.after(9, unfinished=True) == NOTHING


def test_a_file_of_no_feed_that_grows_on_holds_nothing_up(triggered):
    triggered.arrivals.expect({triggered.drops / "service.log"})
    triggered.put("service.log")
    assert triggered.after(0, unfinished=True) == GROWING
    triggered.put("service.log", "xx")

    assert triggered.after(0.5, unfinished=True) == READY


def test_a_file_that_still_grows_does_not_hold_up_a_trigger(triggered):
    triggered.put("orders_2025_01_16.csv", "a")
    triggered.put("trigger_2025_01_15.json")
    triggered.after(0, unfinished=True)
    triggered.put("orders_2025_01_16.csv", "ab")

    assert triggered.after(0.5, unfinished=True) == READY


def test_without_triggers_every_file_of_a_feed_counts_once_all_of_them_keep_still(untriggered):
    untriggered.put("orders_2025_01_15.csv")
    untriggered.put("reviews/reviews_2025_01_15.csv", "a")
    assert untriggered.after(0) == GROWING
    untriggered.put("reviews/reviews_2025_01_15.csv", "ab")
    assert untriggered.after(0.5) == GROWING
    assert untriggered.after(0.9) == GROWING
    assert untriggered.after(0.1) == READY


@pytest.mark.parametrize(
    "name",
    [
        *(".orders_2025_01_15.csv", "orders_2025_01_15.csv.partial", "faults_2025_01_15.json"),
        *("_SUCCESS", "orders_2025_01_15.csv.part", "~$orders_2025_01_15.csv"),
    ],
)
def test_hidden_and_half_written_files_never_count(untriggered, name):
    untriggered.put(name)
    untriggered.after(0, unfinished=True)

    assert untriggered.after(9, unfinished=True) == NOTHING


def test_a_hidden_file_counts_when_a_trigger_expects_it(triggered):
    triggered.arrivals.expect({triggered.drops / "_orders.csv"})
    triggered.put("_orders.csv")
    triggered.after(0, unfinished=True)

    assert triggered.after(9, unfinished=True) == READY


def test_a_hidden_file_counts_where_a_pattern_takes_it_when_a_trigger_elsewhere_expects_it(tmp_path):
    trigger = {"file": "triggers/{date}.json"}
    sources = Sources.model_validate({"trigger": trigger, "feeds": {"orders": {"files": "data/*.csv"}}})
    for folder in ("data", "triggers"):
        (tmp_path / folder).mkdir()
    times = iter([0, 9, 10, 19])
    arrivals = Arrivals(tmp_path, sources, clock=lambda: next(times))
    (tmp_path / "data" / ".orders.csv").touch()

    assert [arrivals.look(unfinished=True) for _ in range(2)] == [NOTHING, NOTHING]
    arrivals.expect({tmp_path / "triggers" / ".orders.csv"})
    assert [arrivals.look(unfinished=True) for _ in range(2)] == [GROWING, READY]


def test_a_file_is_not_hidden_where_its_pattern_is_written_so(tmp_path):
    sources = Sources.model_validate({"trigger": "none", "feeds": {"orders": {"files": "_orders_{date}.csv"}}})
    (tmp_path / "_orders_2025_01_15.csv").touch()
    times = iter([0, 9])
    arrivals = Arrivals(tmp_path, sources, clock=lambda: next(times))

    assert [arrivals.look(unfinished=False) for _ in range(2)] == [GROWING, READY]


def test_days_may_lie_in_folders_of_folders(tmp_path):
    feeds = {"orders": {"files": "{date}.csv"}}
    sources = Sources.model_validate({"trigger": "none", "dates": "%Y/%m/%d", "feeds": feeds})
    (tmp_path / "2025/01").mkdir(parents=True)
    (tmp_path / "2025/01/15.csv").touch()
    times = iter([0, 9])
    arrivals = Arrivals(tmp_path, sources, clock=lambda: next(times))

    assert arrivals.nested
    assert [arrivals.look(unfinished=False) for _ in range(2)] == [GROWING, READY]


def test_a_file_of_no_feed_counts_not_without_triggers(untriggered):
    untriggered.put("trigger_2025_01_15.json")
    untriggered.after(0)

    assert untriggered.after(9) == NOTHING


def test_a_folder_that_has_gone_is_told(untriggered):
    untriggered.drops.rmdir()

    with pytest.raises(DropsError, match="does not exist"):
        untriggered.after(0)


def test_it_knows_what_is_awaited_and_whether_folders_below_matter(triggered, untriggered):
    assert triggered.arrivals.awaited == "trigger_{date}.json"
    assert untriggered.arrivals.awaited == "orders_{date}.csv, reviews/reviews_{date}.csv"
    assert untriggered.arrivals.nested
