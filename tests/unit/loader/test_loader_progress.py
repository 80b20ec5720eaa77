"""What a run shows, and what it remembers of it."""

import time

import pytest

from graph_loader.progress import BarProgress, LineProgress, NoProgress, shown
from graph_loader.trace import Trace


def test_a_log_gets_a_line_with_the_rate_for_each_step_that_writes(capsys):
    progress = LineProgress()

    with progress.step("write Customer", 1_000, lambda: 0):
        time.sleep(0.1)
    with progress.step("compare Customer", 1_000, None):
        pass

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("write Customer: 1,000 rows, ")
    assert lines[0].endswith(" rows/s, 0.1 s")


def test_a_bar_follows_the_rows_that_are_through(capsys):
    asked = []

    def done() -> int:
        asked.append(True)
        return 40

    with BarProgress() as progress, progress.step("write Customer", 100, done):
        time.sleep(0.6)

    assert asked
    assert "write Customer" in capsys.readouterr().err


def test_a_step_that_fails_is_shown_no_longer_and_not_timed():
    trace = Trace(NoProgress())

    with pytest.raises(ValueError, match="broken"), trace.step("write Customer", 5):
        raise ValueError("broken")
    with trace.step("write Product", 5):
        time.sleep(0.01)

    assert [(timing.step, timing.rows) for timing in trace.timings] == [("write Product", 5)]
    assert trace.timings[0].rows_per_second == pytest.approx(5 / trace.timings[0].seconds)


def test_nothing_is_shown_where_nothing_is_wanted_and_lines_where_there_is_no_terminal():
    with shown(False) as quiet, shown(True) as loud:
        assert isinstance(quiet, NoProgress)
        assert isinstance(loud, LineProgress)
