"""A benchmark beyond its bounds ends with one sentence."""

import re
from collections.abc import Callable

import pytest

from bench import growth, loader
from bench.harness import Measurement, Summary, hold_to

SPEED, GROWTH = {"speed": 1.8}, {"growth": 2}


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ({"speed": 1.79}, "speed is 1.790, which should be at least 1.8"),
        ({"growth": 2.001}, "growth is 2.001, which should be at most 2"),
        ({"growth": float("nan")}, "growth is nan, which should be at most 2"),
        (
            {"growth": 3, "speed": 0.5},
            "speed is 0.500, which should be at least 1.8; growth is 3.000, which should be at most 2",
        ),
    ],
)
def test_what_is_beyond_its_bound_is_told(metrics, said):
    with pytest.raises(SystemExit) as end:
        hold_to(metrics, SPEED, GROWTH)

    # a text as its code is printed to standard error, and the exit code is 1
    assert end.value.code == f"The benchmark is beyond its bounds: {said}."


@pytest.mark.parametrize("metrics", [{"speed": 1.8, "growth": 2}, {"growth": 1.2}, {"other": 99}])
def test_what_is_at_its_bound_or_was_not_measured_is_not(metrics):
    assert hold_to(metrics, SPEED, GROWTH) is None


class Lake:
    """Days that take as long as it is told."""

    def __init__(self, early: float, late: float, backfill: float):
        self.daily = lambda days: [late if days == growth.LATE else early] * 3
        self.backfill = lambda days: backfill


@pytest.mark.parametrize(
    ("lake", "beyond"),
    [
        (Lake(2, 4, 3), None),
        (Lake(2, 4.01, 3), "growth is 2.005"),
        (Lake(2, 4, 3.1), "backfill_seconds_per_batch is 3.100"),
    ],
)
def test_a_day_after_many_may_take_twice_as_long_and_a_batch_of_a_backfill_three_seconds(monkeypatch, lake, beyond):
    monkeypatch.setattr(growth, "_Lake", lambda folder: lake)
    monkeypatch.setattr(growth, "write_results", lambda *_: "nowhere")

    assert ends_beyond(growth.main) == ([beyond] if beyond else [])


# seconds of each contender beside the 10 of a full load, and the most memory
USUAL = {"bulk": 4, "connector_guide": 18, "python_driver": 13, "load_csv": 9, "one_percent": 1, "unchanged": 0.6}
USUAL_GB, GROWN_GB = 2.5, 3.25


@pytest.mark.parametrize(
    ("changes", "beyond"),
    [
        ({}, None),
        ({"connector_guide": 17.9}, "full_vs_connector_guide is 1.790"),
        ({"python_driver": 12.9}, "full_vs_python_driver is 1.290"),
        ({"load_csv": 8.9}, "full_vs_load_csv is 0.890"),
        ({"bulk": 4.1}, "bulk_vs_full is 2.439"),
        ({"one_percent": 1.01}, "one_percent_share is 0.101"),
        ({"unchanged": 0.61}, "unchanged_share is 0.061"),
        ({"memory": 2.51}, "peak_memory_gb is 2.510"),
        ({"grown": 3.3}, "peak_memory_growth is 1.320"),
        ({"usual_memory": 2.4}, "peak_memory_growth is 1.354"),
    ],
)
def test_a_load_may_take_so_long_beside_the_others(monkeypatch, changes, beyond):
    found = USUAL | {"full": 10, "memory": USUAL_GB, "usual_memory": USUAL_GB, "grown": GROWN_GB} | changes
    monkeypatch.setattr("sys.argv", ["loader"])
    monkeypatch.setattr(loader, "make_marts", lambda *_: None)
    monkeypatch.setattr(loader, "write_results", lambda *_: "nowhere")
    small = {name: found[name] for name in ("one_percent", "unchanged")}
    monkeypatch.setattr(
        loader,
        "interleaved",
        lambda names, runs: {
            name: Summary(found[name], found["memory"], found["usual_memory"], small) for name in names
        },
    )
    monkeypatch.setattr(loader, "_contend", lambda *_: Measurement(30, found["grown"]))

    assert ends_beyond(loader.main) == ([beyond] if beyond else [])


def ends_beyond(benchmark: Callable[[], None]) -> list[str]:
    """What a benchmark says of the bounds that it misses."""
    try:
        benchmark()
    except SystemExit as end:
        return re.findall(r"\w+ is [0-9.]+[0-9](?=, which)", end.code)
    return []
