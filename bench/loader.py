"""Loading a graph, beside what a user would pick instead: the connector by its guide, the Python driver, LOAD CSV.

The first load by import files (`load --bulk`) stands beside them; the restart of its server is left out of its time.

All contenders write the same rows and MERGE them, so that each can be run again, and begin with an empty database and the
constraint in place. The time begins when the contender is warm: its session or driver is up and has written a little.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from bench.harness import Measurement, hold_to, interleaved, write_results
from bench.loader_marts import EDGES_PER_NODE, make_marts

NODES, RUNS, MORE_EDGES = 200_000, 5, 5
COMPARED = {
    "full_vs_connector_guide": "connector_guide",
    "full_vs_python_driver": "python_driver",
    "full_vs_load_csv": "load_csv",
}
LEAST = {"full_vs_connector_guide": 1.8, "full_vs_python_driver": 1.3, "full_vs_load_csv": 0.9, "bulk_vs_full": 2.5}
MOST = {"one_percent_share": 0.10, "unchanged_share": 0.06, "peak_memory_gb": 2.5, "peak_memory_growth": 1.3}


def main() -> None:
    """Measure, print the table, write the results, hold them to their bounds."""
    from rich.console import Console
    from rich.table import Table

    options = _arguments()
    with tempfile.TemporaryDirectory(prefix="bench-loader-") as folder:
        place = Path(folder)
        make_marts(place / "marts", options.nodes, EDGES_PER_NODE)
        names = [
            "full",
            *["bulk"] * ("bulk" not in options.skip),
            *(name for name in COMPARED.values() if name not in options.skip),
        ]
        found = interleaved({name: partial(_fresh, place, name) for name in names}, options.runs)
        small = [json.loads(_contend(place, "again", str(options.runs)))]
        grown = None
        if "growth" not in options.skip:
            make_marts(place / "marts", options.nodes, EDGES_PER_NODE * MORE_EDGES)
            grown = _fresh(place, "full")
    rows = options.nodes * (1 + EDGES_PER_NODE)
    full = found["full"]
    table = Table(
        "", "seconds", "rows/s", "peak memory, GB", title=f"{rows:,} nodes and edges; medians of {options.runs}"
    )
    for name, one in found.items():
        table.add_row(name, f"{one.seconds:.1f}", f"{rows / one.seconds:,.0f}", f"{one.peak_memory_gb:.2f}")
    again = {name: median(run[name] for run in small) for name in small[0]}
    for name, seconds in again.items():
        table.add_row(name, f"{seconds:.1f}", f"{rows / seconds:,.0f}", "")
    Console().print(table)
    metrics = {metric: found[name].seconds / full.seconds for metric, name in COMPARED.items() if name in found}
    if "bulk" in found:
        metrics["bulk_vs_full"] = full.seconds / found["bulk"].seconds
    metrics |= {f"{name}_share": seconds / full.seconds for name, seconds in again.items()}
    metrics["peak_memory_gb"] = full.peak_memory_gb
    if grown:
        metrics["peak_memory_growth"] = grown.peak_memory_gb / full.peak_memory_gb
    for metric, value in metrics.items():
        print(f"{metric}: {value:.3f}")
    print(f"written to {write_results('loader', metrics, ('pyspark', 'neo4j', 'duckdb'))}")
    hold_to(metrics, LEAST, MOST)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=NODES)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--skip", nargs="*", default=[], choices=["bulk", *COMPARED.values(), "growth"])
    return parser.parse_args()


def _fresh(place: Path, name: str) -> Measurement:
    return Measurement(**json.loads(_contend(place, name)))


def _contend(place: Path, name: str, *arguments: str) -> str:
    """Run a contender in a process of its own, against a server of its own; its last line."""
    from lakegraph.runtime.neo4j_server import LocalNeo4j

    home = Path(tempfile.mkdtemp(dir=place))
    with LocalNeo4j.start(home) as started:
        server = started.server
        login = {"NEO4J_URI": server.uri, "NEO4J_USERNAME": server.user, "NEO4J_PASSWORD": server.password}
        env = {**os.environ, **login, "BENCH_NEO4J_HOME": server.home}
        command = [sys.executable, "-m", "bench.loader_contenders", name, str(place / "marts"), *arguments]
        done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
    shutil.rmtree(home)
    return done.stdout.splitlines()[-1]


if __name__ == "__main__":
    main()
