"""Ten days in the life of a lake: what is dropped, landed, killed and built, in which order."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from ten_days_drops import DAYS, LATE, Day, make_days
from test_landing_kill import run_until

from lakegraph.landing.operations import land
from lakegraph.landing.result import LandingResult
from lakegraph.runtime import ops
from lakegraph.runtime.project import project_root, project_vars
from lakegraph.runtime.settings import Settings
from tests.oracle.walk import Walked, walk

PROJECT = project_vars()
SEED = 20250115
# Applies what waits, in a process group of its own, as a pipeline does.
BUILD = """
import sys
from pathlib import Path
from lakegraph.pipeline.run import build_waiting
from lakegraph.pipeline.steps import Steps
from lakegraph.runtime.settings import Settings

build_waiting(Settings(lake=Path(sys.argv[1])), Steps())
"""


@dataclass
class Place:
    """A lake and the days that are dropped into it.

    Attributes:
        landed: the days, in the order in which they were landed.
        landings: what each landing said, by what had just happened.
    """

    root: Path
    days: dict[int | str, Day]
    landed: list[Day] = field(default_factory=list)
    landings: dict[str, LandingResult] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return Settings(lake=self.root / "lake", drops=self.root / "drops", sources=self.root / "sources.yml")

    def land(self, event: str) -> LandingResult:
        """Land, and remember what was said after an event."""
        result = self.landings[event] = land(self.settings)
        by_id = {day.delivery.batch_id: day for day in self.days.values()}
        self.landed += [by_id[batch.batch_id] for batch in result.batches]
        return result

    def visible(self) -> set[str]:
        return {row["batch_id"] for row in ops.read(self.settings.ops, "batches")}

    def build(self, killed_after: int | None = None) -> None:
        """Apply what waits; or kill it with all its children once it has written to the warehouse so many times."""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        environment |= {"LAKEGRAPH_ENV": "dev", "DBT_TARGET": "dev"}
        environment |= {"DBT_TARGET_PATH": str(self.root / "target"), "DBT_LOG_PATH": str(self.root / "logs")}
        with (self.root / "build.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", BUILD, str(self.settings.lake)],
                cwd=project_root(),
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            if killed_after is None:
                assert process.wait() == 0, (self.root / "build.log").read_text()[-3000:]
            else:
                self._wait_for_writes(killed_after, process)
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _wait_for_writes(self, count: int, process: subprocess.Popen) -> None:
        warehouse = self.settings.warehouse
        files, before = (warehouse, warehouse.with_name(f"{warehouse.name}.wal")), None
        while count:
            assert process.poll() is None, "the build ended before it could be killed"
            now = [_state(file) for file in files]
            count, before = count - (now != before), now
            time.sleep(0.002)

    def rows(self, query: str) -> list[tuple]:
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as warehouse:
            return warehouse.execute(query).fetchall()

    def walked(self) -> Walked:
        """What the oracle makes of the days that were landed."""
        return walk([day.delivery for day in self.landed], PROJECT)


@dataclass(frozen=True)
class Story:
    """What the place looks like in the end, and what the oracle says of it; and how they differed before the late batch."""

    place: Place
    walked: Walked
    before_late: list[str]


def tell(root: Path, compare: Callable[[Place], list[str]]) -> Story:
    """Let it all happen.

    Args:
        root: an empty folder.
        compare: says how a place differs from what the oracle says.
    """
    (root / "sources.yml").write_text((project_root() / "configs" / "data-sources.yml").read_text())
    (root / "drops").mkdir()
    place, choice = Place(root, make_days(root)), random.Random(SEED)
    first_days(place, choice)
    for _ in range(2):
        place.build(killed_after=choice.randrange(5, 60))
    for name in ("correction", 5, 6, 8, 9):
        place.days[name].drop(place.settings.drops)
        place.land(f"day {name}")
    place.build()
    before_late = compare(place)
    for name in (LATE, DAYS):
        place.days[name].drop(place.settings.drops)
    place.land("the late day and the last")
    place.build(killed_after=choice.randrange(5, 40))  # while the history is taken back, or soon after
    place.build()
    return Story(place, place.walked(), before_late)


def _state(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return status.st_size, status.st_mtime_ns


def first_days(place: Place, choice: random.Random) -> None:
    """Four days, with all that can go wrong on their way into the lake."""
    days, drops = place.days, place.settings.drops
    days[1].drop(drops, days[1].trigger.name)
    place.land("a trigger without its files")
    days[1].drop(drops, *days[1].names[:-1])
    place.land("all files but one")
    days[1].drop(drops, days[1].names[-1])
    place.land("the last file")
    days[1].drop(drops)
    place.land("the same files again")
    days[1].drop(drops, days[1].trigger.name)
    place.land("the same trigger again")
    for name in (2, 3):
        days[name].drop(drops)
    ends = [run_until(choice.randrange(60), place.root).returncode for _ in range(3)]
    assert ends[0] == -signal.SIGKILL
    assert set(ends) <= {0, -signal.SIGKILL}
    already = place.visible()
    place.land("kills")
    place.landed += [days[name] for name in (2, 3) if days[name].delivery.batch_id in already]
    place.landed.sort(key=lambda day: day.delivery.batch_date)
    days[2].drop(drops)
    suppliers = drops / days[2].delivery.files["suppliers"][0].name
    suppliers.write_bytes(suppliers.read_bytes().replace(b"Works", b"Words"))
    (drops / "trigger_2025_01_14.json").write_text("this is no JSON")
    days[4].drop(drops)
    place.land("other content, a trigger that cannot be read, and the fourth day")
