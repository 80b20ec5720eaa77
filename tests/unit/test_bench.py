"""What the benchmarks make of what they measure."""

import subprocess
import sys

import psutil
import pytest

from bench.harness import Measurement, Summary, interleaved
from bench.loader import metrics_of
from bench.loader_contenders import resident


def test_a_process_that_ended_since_it_was_listed_holds_no_memory_and_hides_that_of_no_other():
    with subprocess.Popen([sys.executable, "-c", ""]) as started:
        ended = psutil.Process(started.pid)

    held = resident([ended, psutil.Process()])

    assert held == pytest.approx(psutil.Process().memory_info().rss, rel=0.2)


def test_runs_are_summed_up_by_medians_and_the_largest_peak():
    runs = iter([Measurement(3, 1, {"again": 7}), Measurement(1, 2, {"again": 9}), Measurement(2, 1.2, {"again": 8})])

    assert interleaved({"full": lambda: next(runs)}, 3) == {"full": Summary(2, 2, 1.2, {"again": 8})}


def test_the_memory_of_a_load_is_the_most_of_full_and_bulk_and_grows_with_the_usual_full_one():
    found = {
        "full": Summary(10, 1.5, 1.0, {"unchanged": 0.5}),
        "bulk": Summary(4, 1.6, 1.4),
        "load_csv": Summary(9, 7.0, 7.0),
    }

    assert metrics_of(found, Measurement(50, 1.2)) == {
        "full_vs_load_csv": 0.9,
        "bulk_vs_full": 2.5,
        "unchanged_share": 0.05,
        "peak_memory_gb": 1.6,
        "peak_memory_growth": 1.2,
    }
    assert metrics_of({"full": Summary(10, 1.0, 0.9)}, None) == {"peak_memory_gb": 1.0}
