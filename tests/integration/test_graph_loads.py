"""The marts about loads of the graph, and the tests that hold over them: each is broken once."""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from dbt_lake import DbtLake

from lakegraph.pipeline.dbt import DbtError
from lakegraph.runtime import ops

pytestmark = pytest.mark.slow

MARTS = ("graph_runs", "graph_row_counts", "graph_rejected_rows")
BEGAN = datetime(2025, 1, 15, 8)
TESTS = {
    "unique_key_graph_runs_run_id": "pass",
    "loads_have_known_ends": "pass",
    "every_load_that_did_not_fail_has_counts": "pass",
    "unique_key_graph_row_counts_run_id__kind__name": "pass",
    "every_sent_row_is_accounted_for": "pass",
    "the_graph_holds_what_was_accepted": "pass",
    "every_rejected_row_is_recorded": "pass",
    "rejected_rows_have_known_reasons": "pass",
    "rejected_rows_lead_to_files_that_landed": "pass",
}


def run(number: int, **changes) -> dict:
    """A load that took four seconds, an hour after the one before."""
    started = BEGAN + timedelta(hours=number)
    row = {"run_id": f"r{number}", "graph_id": "g", "started_at": started, "status": "succeeded", "report": "{}"}
    row |= {
        "finished_at": started + timedelta(seconds=4),
        "duration_seconds": Decimal(4),
        "rows_written": 12,
        "retries": 0,
    }
    return row | changes


def counts(number: int, name: str, **changes) -> dict:
    """A label or type of which ten rows were sent: one was rejected, and the graph holds two stubs."""
    row = {"run_id": f"r{number}", "model": f"node_{name}", "kind": "node", "name": name, "sent": 10, "created": 5}
    row |= {"updated": 3, "unchanged": 1, "rejected": 1, "deleted": 1, "in_graph": 11, "seconds": Decimal(2)}
    row |= {"stubs_created": 1, "stubs_updated": 0, "stubs_unchanged": 1, "rows_written": 10, "retries": 0}
    return row | changes


def rejected(number: int, name: str, **changes) -> dict:
    """A rejected row of the third line of a file of customers."""
    row = {"run_id": f"r{number}", "model": f"node_{name}", "kind": "node", "name": name, "reason": "null_key"}
    row |= {
        "row_key": "id=null",
        "row_json": "{}",
        "source_file": "customers_1.csv",
        "source_line": 3,
        "batch_id": "b1",
    }
    return row | changes


def keep(lake: DbtLake, table: str, rows: list[dict]) -> None:
    ops.append(lake.lake / "ops", table, "rows", rows)


def ends_of_tests(lake: DbtLake) -> dict[str, str]:
    """How each test over the marts ended."""
    with suppress(DbtError):
        lake.run("build", "--select", *MARTS)
    results = json.loads((lake.target / "run_results.json").read_text())["results"]
    return {row["unique_id"].split(".")[2]: row["status"] for row in results if row["unique_id"].startswith("test.")}


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> DbtLake:
    """Three runs: a load that succeeded, one that failed before it had counts of all, and import files that were written."""
    lake = DbtLake(tmp_path_factory.mktemp("loads"))
    assert ends_of_tests(lake) == TESTS
    assert [lake.rows(f"select count(*) from gold.{mart}") for mart in MARTS] == [[(0,)]] * 3
    keep(lake, "batch_files", [{"batch_id": "b1", "feed": "customers", "source_file": "customers_1.csv"}])
    keep(
        lake,
        "graph_runs",
        [
            run(0, status="files_written", rows_written=10),
            run(1),
            run(2, status="failed", error="The server is gone.", rows_written=0),
        ],
    )
    keep(
        lake,
        "graph_row_counts",
        [
            counts(0, "Customer", in_graph=None),
            counts(1, "Customer"),
            counts(1, "Product"),
            counts(2, "Customer", in_graph=None),
            counts(9, "Killed"),
        ],
    )
    names = [(0, "Customer"), (1, "Customer"), (1, "Product"), (2, "Customer")]
    keep(lake, "graph_rejected_rows", [rejected(number, name) for number, name in names])
    return lake


def test_loads_are_told_with_their_sums_and_rates(lake):
    assert ends_of_tests(lake) == TESTS
    assert lake.rows("""
        select run_id, is_latest, mart_count, rows_sent, rows_created, rows_updated, rows_unchanged, rows_rejected,
            rows_deleted, stubs, rows_written, rows_per_second, retries
        from gold.graph_runs order by run_id
    """) == [
        ("r0", False, 1, 10, 5, 3, 1, 1, 1, 2, 10, 2.5, 0),
        ("r1", False, 2, 20, 10, 6, 2, 2, 2, 4, 12, 3.0, 0),
        ("r2", True, 1, 10, 5, 3, 1, 1, 1, 2, 0, 0.0, 0),
    ]
    # the load r9 was killed before it had written that it ended
    assert lake.rows("select run_id, name, status, stubs, rows_per_second from gold.graph_row_counts order by all") == [
        ("r0", "Customer", "files_written", 2, 5.0),
        ("r1", "Customer", "succeeded", 2, 5.0),
        ("r1", "Product", "succeeded", 2, 5.0),
        ("r2", "Customer", "failed", 2, 5.0),
    ]
    assert lake.rows(
        "select run_id, name, is_latest, feed, source_line from gold.graph_rejected_rows order by all"
    ) == [
        ("r0", "Customer", False, "customers", 3),
        ("r1", "Customer", False, "customers", 3),
        ("r1", "Product", False, "customers", 3),
        ("r2", "Customer", True, "customers", 3),
    ]


def test_every_test_over_the_loads_finds_what_it_looks_for(lake):
    runs = [run(1), run(1, status="running"), run(3), run(4, status="files_written")]
    wrong_sum = counts(1, "Sum", sent=11)
    keep(lake, "graph_runs", runs)
    keep(
        lake,
        "graph_row_counts",
        [counts(1, "Customer", in_graph=9), counts(1, "Customer"), wrong_sum],
    )
    keep(lake, "graph_rejected_rows", [rejected(1, "Customer", reason="a whim"), rejected(1, "Sum", batch_id="b7")] * 2)

    warned = {
        "every_load_that_did_not_fail_has_counts",
        "every_rejected_row_is_recorded",
        "rejected_rows_lead_to_files_that_landed",
    }
    assert ends_of_tests(lake) == {name: "warn" if name in warned else "fail" for name in TESTS}
