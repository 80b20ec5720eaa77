"""What every benchmark shares: interleaved runs in processes of their own, medians, the results file, bounds."""

import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psutil

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Measurement:
    """One run of a contender.

    Attributes:
        seconds: how long the work took, without the start of its process.
        peak_memory_gb: the most memory that its process held, in 10^9 bytes.
        afterwards: the seconds of what the same process did next, by name.
    """

    seconds: float
    peak_memory_gb: float
    afterwards: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Summary:
    """The runs of a contender: the medians of the times, the largest of the peaks, and their median."""

    seconds: float
    peak_memory_gb: float
    usual_memory_gb: float
    afterwards: dict[str, float] = field(default_factory=dict)


def interleaved(contenders: Mapping[str, Callable[[], Measurement]], runs: int) -> dict[str, Summary]:
    """Run the contenders by turns, so that what else the machine does meets all of them."""
    measured: dict[str, list[Measurement]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name, contender in contenders.items():
            measured[name].append(contender())
    return {
        name: Summary(
            median(one.seconds for one in all_runs),
            max(one.peak_memory_gb for one in all_runs),
            median(one.peak_memory_gb for one in all_runs),
            {what: median(one.afterwards[what] for one in all_runs) for what in all_runs[0].afterwards},
        )
        for name, all_runs in measured.items()
    }


def in_own_process(module: str, *arguments: str) -> Measurement:
    """Run `python -m <module> <arguments>`, which ends by printing its measurement.

    Raises:
        subprocess.CalledProcessError: it failed; what it said stands on standard error.
    """
    done = subprocess.run([sys.executable, "-m", module, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return Measurement(**json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def measured() -> Iterator[None]:
    """Time the block and print its measurement: the other end of `in_own_process`."""
    begin = time.perf_counter()
    yield
    seconds = time.perf_counter() - begin
    # Linux counts in 1,024 bytes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(json.dumps({"seconds": seconds, "peak_memory_gb": peak}))


def hold_to(metrics: Mapping[str, float], least: Mapping[str, float] = {}, most: Mapping[str, float] = {}) -> None:
    """End a benchmark whose metrics are beyond their bounds with one sentence and a non-zero exit code.

    Args:
        metrics: what was measured; what was left out is held to nothing.
        least: per metric, the least that it may be.
        most: per metric, the most that it may be.

    Raises:
        SystemExit: a metric is below its least or above its most.
    """
    beyond = [
        f"{metric} is {metrics[metric]:.3f}, which should be at {end} {bound:g}"
        for end, bounds, sign in (("least", least, -1), ("most", most, 1))
        for metric, bound in bounds.items()
        # what is no number at all is within no bound
        if metric in metrics and not sign * metrics[metric] <= sign * bound
    ]
    if beyond:
        sys.exit(f"The benchmark is beyond its bounds: {'; '.join(beyond)}.")


def write_results(name: str, metrics: Mapping[str, float], packages: tuple[str, ...]) -> Path:
    """Write `bench/results/<name>.json`: the metrics, the machine, and the versions of what was measured."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    content = {
        "metrics": {metric: round(value, 4) for metric, value in metrics.items()},
        "machine": {
            "cpus": os.cpu_count(),
            "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
            "system": f"{platform.system()} {platform.release()}",
            "processor": platform.machine(),
        },
        "versions": {"python": platform.python_version(), **{package: version(package) for package in packages}},
    }
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path
