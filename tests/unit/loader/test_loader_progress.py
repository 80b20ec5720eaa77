"""What a run shows, and what it remembers of it."""

import re
import time

import pytest

from graph_loader import progress as shown_progress
from graph_loader.declarations import Model, NodeDeclaration
from graph_loader.progress import BarProgress, LineProgress, NoProgress, how_far, shown
from graph_loader.trace import Effort, Trace, effort


def test_a_log_gets_a_line_with_the_rate_for_each_step_that_writes(capsys):
    progress = LineProgress()

    with progress.step("write Customer", 1_000, lambda: 0):
        time.sleep(0.1)
    with progress.step("compare Customer", 1_000, None):
        pass

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("write Customer: 1,000 rows, ")
    # a machine that has other work as well wakes up late
    assert re.search(r" rows/s, 0\.[1-9] s$", lines[0])


def test_a_bar_follows_the_rows_that_are_through(capsys):
    asked = []

    def done() -> int:
        asked.append(True)
        return 40

    with BarProgress() as progress, progress.step("write Customer", 100, done):
        time.sleep(0.6)

    assert asked
    assert "write Customer" in capsys.readouterr().err


def test_a_step_that_fails_is_timed_as_one_that_failed():
    trace = Trace(NoProgress())

    with pytest.raises(ValueError, match="broken"), trace.step("write Customer", 5, lambda: 0):
        raise ValueError("broken")
    with trace.step("write Product", 5, lambda: 0):
        time.sleep(0.01)

    assert [(timing.step, timing.rows, timing.failed) for timing in trace.timings] == [
        ("write Customer", 5, True),
        ("write Product", 5, False),
    ]
    assert trace.timings[0].rows_per_second is None
    assert trace.timings[1].rows_per_second == pytest.approx(5 / trace.timings[1].seconds)
    assert effort(trace.timings).rows_written == 5


def test_steps_of_a_label_add_up_and_retries_are_known_only_where_all_are():
    person = NodeDeclaration(Model("node_person"), "Person", ("id",))
    trace = Trace(NoProgress())

    with trace.step("compare Person", 30, about=person):
        pass
    for retries in (0, 2, None):
        with trace.step("write Person", 10, lambda: 0, person) as running:
            running.retries = retries

    seconds = [timing.seconds for timing in trace.timings]
    assert {(timing.kind, timing.name) for timing in trace.timings} == {("node", "Person")}
    assert effort(trace.timings[:3]) == Effort(pytest.approx(sum(seconds[:3])), 20, 2)
    assert effort(trace.timings) == Effort(pytest.approx(sum(seconds)), 30, None)
    assert effort([]) == Effort(0, 0, 0)


@pytest.mark.parametrize(
    ("so_far", "rows", "seconds", "said"),
    [
        (0, 500, 3.0, "0/500 rows, 0 rows/s"),
        (2_000, 12_000, 4.0, "2,000/12,000 rows, 500 rows/s, 20 s left"),
        (1_000, 91_000, 10.0, "1,000/91,000 rows, 100 rows/s, 15 min 0 s left"),
        (1_000, 1_000_000, 10.0, "1,000/1,000,000 rows, 100 rows/s, 2 h 46 min left"),
        (500, 500, 2.0, "500/500 rows, 250 rows/s"),
        (0, 500, 0.0, "0/500 rows, 0 rows/s"),
    ],
)
def test_how_far_a_step_has_come_and_how_long_it_still_takes(so_far, rows, seconds, said):
    assert how_far(so_far, rows, seconds) == said


def test_a_log_is_told_now_and_then_how_far_a_long_step_has_come(capsys, monkeypatch):
    monkeypatch.setattr(shown_progress, "TELL_EVERY_S", 0.2)

    with LineProgress().step("write Customer", 1_000, lambda: 400):
        time.sleep(0.5)

    *told, end = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert all(line.startswith("write Customer: 400/1,000 rows, ") and line.endswith(" s left") for line in told)
    assert end.startswith("write Customer: 1,000 rows, ")


def test_nothing_is_shown_where_nothing_is_wanted_and_lines_where_there_is_no_terminal():
    with shown(False) as quiet, shown(True) as loud:
        assert isinstance(quiet, NoProgress)
        assert isinstance(loud, LineProgress)
