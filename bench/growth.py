"""The cost of a day with little and with much history behind it, and of a batch in a backfill.

The row-level models (staging, validation, current versions, snapshots) are built for the third day and for the day that
follows a hundred landed ones; each is the median of three days in a row. The days between are the backfill.
"""

import os
import tempfile
from datetime import date
from pathlib import Path
from statistics import mean, median

from bench.harness import write_results
from lakegraph.landing.generate.operations import GenerateOptions, generate
from lakegraph.landing.operations import land
from lakegraph.pipeline.dbt import DbtSession
from lakegraph.pipeline.run import BACKFILL, ROW_LEVEL
from lakegraph.runtime.settings import Settings

HISTORY = 100
MEASURED = 3
EARLY = range(3, 3 + MEASURED)
LATE = range(HISTORY + 1, HISTORY + 1 + MEASURED)


def main() -> None:
    """Measure, print the table, write the results."""
    from rich.console import Console
    from rich.table import Table

    with tempfile.TemporaryDirectory() as folder:
        seconds = build_days(Path(folder))
    early, late = (median(seconds[day] for day in days) for days in (EARLY, LATE))
    backfill = mean(seconds[day] for day in seconds if day > EARLY.stop and day not in LATE)
    table = Table("", "seconds", title="The row-level models of one more day, scale 1")
    table.add_row(f"day {EARLY.start}", f"{early:.2f}")
    table.add_row(f"day {LATE.start}, after {HISTORY} landed days", f"{late:.2f}")
    table.add_row("a batch of the backfill between them, mean", f"{backfill:.2f}")
    Console().print(table)
    metrics = {
        "third_day_seconds": early,
        "day_after_history_seconds": late,
        "growth": late / early,
        "backfill_seconds_per_batch": backfill,
    }
    print(f"growth: {metrics['growth']:.2f}; written to {write_results('growth', metrics, ('dbt-core', 'duckdb'))}")


def build_days(root: Path) -> dict[int, float]:
    """Generate and land all days, then apply them one by one; the seconds that each took, by its number from 1."""
    os.environ |= {"DBT_TARGET_PATH": str(root / "target"), "DBT_LOG_PATH": str(root / "logs")}
    settings = Settings(lake=root / "lake", drops=root / "drops", target="dev", env="dev")
    generate(GenerateOptions(drops=settings.drops, start=date(2025, 1, 1), days=LATE.stop - 1, dirt=0.01))
    land(settings)
    seconds = {}
    with DbtSession(settings) as dbt:
        for day in range(1, LATE.stop):
            command = ROW_LEVEL if day in (1, *EARLY, *LATE) else BACKFILL
            seconds[day] = dbt.run("build", *command).seconds
    return seconds


if __name__ == "__main__":
    main()
