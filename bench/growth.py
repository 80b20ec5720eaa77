"""The cost of a day with little and with much history behind it, and of a batch in a backfill.

The row-level models (staging, validation, current versions, snapshots) are built for the third day and for the day that
follows a hundred landed ones; each is the median of three days in a row. The days between are one backfill, marts and tests
included.
"""

import os
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from bench.harness import hold_to, write_results
from lakegraph.landing.generate.operations import GenerateOptions, generate
from lakegraph.landing.operations import land
from lakegraph.pipeline.dbt import DbtSession
from lakegraph.pipeline.run import ROW_LEVEL, build_waiting
from lakegraph.pipeline.steps import Steps
from lakegraph.runtime.settings import Settings

HISTORY = 100
MEASURED = 3
EARLY = range(3, 3 + MEASURED)
LATE = range(HISTORY + 1, HISTORY + 1 + MEASURED)
MOST = {"growth": 2, "backfill_seconds_per_batch": 3}


def main() -> None:
    """Measure, print the table, write the results, hold them to their bounds."""
    from rich.console import Console
    from rich.table import Table

    with tempfile.TemporaryDirectory() as folder:
        lake = _Lake(Path(folder))
        lake.daily(range(1, EARLY.start))
        early = median(lake.daily(EARLY))
        backfill = lake.backfill(range(EARLY.stop, LATE.start))
        late = median(lake.daily(LATE))
    table = Table("", "seconds", title="The row-level models of one more day, scale 1")
    table.add_row(f"day {EARLY.start}", f"{early:.2f}")
    table.add_row(f"day {LATE.start}, after {HISTORY} landed days", f"{late:.2f}")
    table.add_row("a batch of the backfill between them", f"{backfill:.2f}")
    Console().print(table)
    metrics = {
        "third_day_seconds": early,
        "day_after_history_seconds": late,
        "growth": late / early,
        "backfill_seconds_per_batch": backfill,
    }
    print(f"growth: {metrics['growth']:.2f}; written to {write_results('growth', metrics, ('dbt-core', 'duckdb'))}")
    hold_to(metrics, most=MOST)


class _Lake:
    """A lake to which days are added by their number, from 1."""

    def __init__(self, root: Path):
        os.environ |= {"DBT_TARGET_PATH": str(root / "target"), "DBT_LOG_PATH": str(root / "logs")}
        self._settings = Settings(lake=root / "lake", drops=root / "drops", target="dev", env="dev")
        generate(GenerateOptions(drops=root / "generated", start=date(2025, 1, 1), days=LATE.stop - 1, dirt=0.01))
        self._generated = root / "generated"
        self._settings.drops.mkdir()

    def daily(self, days: range) -> list[float]:
        """Land and build day by day; the seconds that each build of the row-level models took."""
        seconds = []
        with DbtSession(self._settings) as dbt:
            for day in days:
                self._land(range(day, day + 1))
                seconds.append(dbt.run("build", *ROW_LEVEL).seconds)
        return seconds

    def backfill(self, days: range) -> float:
        """Land all days, then build them as `lakegraph run` does; the seconds per batch."""
        self._land(days)
        begin = time.monotonic()
        build_waiting(self._settings, Steps(quiet=True))
        return (time.monotonic() - begin) / len(days)

    def _land(self, days: range) -> None:
        for day in days:
            for file in self._generated.glob(f"*{date(2025, 1, 1) + timedelta(days=day - 1):%Y_%m_%d}*"):
                file.rename(self._settings.drops / file.name)
        land(self._settings)


if __name__ == "__main__":
    main()
