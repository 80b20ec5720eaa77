"""Loading a graph, beside what a user would pick instead: the connector by its guide, the Python driver, LOAD CSV.

The first load by import files (`load --bulk`) stands beside them; the restart of its server is left out of its time. All write
the same rows into an empty database whose constraint is in place. The connector, the driver and LOAD CSV merge, so that each
can be run again; graph_loader creates, for its ledger and the graph say that nothing is there. The time begins when the
contender is warm: its session or driver is up and has written a few rows, which are deleted again. After each full load, the
same session goes on with loads of one row in a hundred changed and of nothing changed.

Memory is that of the loader's processes, the import tool included and the server not: the most of any full load or bulk load.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from bench.harness import Measurement, Summary, hold_to, interleaved, write_results
from bench.loader_marts import EDGES_PER_NODE, make_marts

NODES, RUNS, MORE_EDGES = 200_000, 5, 5
# loads after each full one: of what has changed a little, and of what has not
TURNS = 3
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
        contenders = {name: partial(_contend, place, name) for name in names}
        contenders["full"] = partial(_contend, place, "full", str(TURNS))
        found = interleaved(contenders, options.runs)
        grown = None
        if "growth" not in options.skip:
            make_marts(place / "marts", options.nodes, EDGES_PER_NODE * MORE_EDGES)
            grown = _contend(place, "full", "0")
    rows = options.nodes * (1 + EDGES_PER_NODE)
    table = Table(
        "", "seconds", "rows/s", "peak memory, GB", title=f"{rows:,} nodes and edges; medians of {options.runs}"
    )
    for name, one in found.items():
        table.add_row(name, f"{one.seconds:.1f}", f"{rows / one.seconds:,.0f}", f"{one.peak_memory_gb:.2f}")
    for name, seconds in found["full"].afterwards.items():
        table.add_row(name, f"{seconds:.1f}", f"{rows / seconds:,.0f}", "")
    Console().print(table)
    metrics = metrics_of(found, grown)
    for metric, value in metrics.items():
        print(f"{metric}: {value:.3f}")
    print(f"written to {write_results('loader', metrics, ('pyspark', 'neo4j', 'duckdb'))}")
    hold_to(metrics, LEAST, MOST)


def metrics_of(found: Mapping[str, Summary], grown: Measurement | None) -> dict[str, float]:
    """The metrics: how much longer others take than a full load, shares of its time, the most memory of full and bulk loads.

    Args:
        found: contender to its runs.
        grown: a full load with more edges, if there was one; its memory is compared with the median of full loads, being one run.
    """
    full = found["full"]
    metrics = {metric: found[name].seconds / full.seconds for metric, name in COMPARED.items() if name in found}
    if "bulk" in found:
        metrics["bulk_vs_full"] = full.seconds / found["bulk"].seconds
    metrics |= {f"{name}_share": seconds / full.seconds for name, seconds in full.afterwards.items()}
    metrics["peak_memory_gb"] = max(found[name].peak_memory_gb for name in ("full", "bulk") if name in found)
    if grown:
        metrics["peak_memory_growth"] = grown.peak_memory_gb / full.usual_memory_gb
    return metrics


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=NODES)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--skip", nargs="*", default=[], choices=["bulk", *COMPARED.values(), "growth"])
    return parser.parse_args()


def _contend(place: Path, name: str, *arguments: str) -> Measurement:
    """Run a contender in a process of its own, against a server of its own."""
    from lakegraph.runtime.neo4j_server import LocalNeo4j

    home = Path(tempfile.mkdtemp(dir=place))
    with LocalNeo4j.start(home) as started:
        server = started.server
        login = {"NEO4J_URI": server.uri, "NEO4J_USERNAME": server.user, "NEO4J_PASSWORD": server.password}
        env = {**os.environ, **login, "BENCH_NEO4J_HOME": server.home}
        command = [sys.executable, "-m", "bench.loader_contenders", name, str(place / "marts"), *arguments]
        done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
    shutil.rmtree(home)
    return Measurement(**json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
