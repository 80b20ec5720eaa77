"""What is asked of each day of each leg, the same for every engine."""

from tests.engines.leg import COMPARED_SCHEMAS, DAYS, Build, Leg

# of the first day, by the layers that users read
FILLED = {
    "gold.customers",
    "gold.quarantined_records",
    "gold.seasonal_analysis",
    "graph_ready.node_order",
    "graph_ready.edge_purchased",
    "snapshots.customers_history",
}
GROWING = ("gold.quarantined_records", "snapshots.customers_history")


def require_the_same(leg: Leg, number: int) -> None:
    """A day: every node of the project ended well, each that DuckDB has, and every relation holds the same.

    Raises:
        AssertionError: in words, what is otherwise.
    """
    day = leg.day(number)
    # a relationship that the faults of the data break is a warning
    assert {status for _, status in day.on_engine.nodes} <= {"success", "pass", "warn"}
    assert _beside_models(day.on_engine) == _beside_models(day.on_duckdb)
    assert day.on_engine.nodes["model", "success"] >= day.on_duckdb.nodes["model", "success"]
    assert day.differences == [], "\n".join(day.differences)
    # equality of two empty warehouses would say nothing
    assert {relation.partition(".")[0] for relation in day.rows} == set(COMPARED_SCHEMAS)
    assert {relation for relation in FILLED if not day.rows[relation]} == set()


def require_batches_told(leg: Leg) -> None:
    """After a day, `lakegraph batches` knows on both engines that its batch is applied, and the same of it.

    Raises:
        AssertionError: in words, what is otherwise.
    """
    leg.day(0)
    told = [leg.batches(target) for target in ("dev", leg.stand_in.target)]
    assert told[0] == told[1]
    assert [(batch.state, batch.verdict is None) for batch in told[1]] == [("applied", False)]


def _beside_models(build: Build) -> dict[tuple[str, str], int]:
    """Snapshots, seeds, tests and hooks by their status; of models, an engine may have more for its own ends."""
    return {node: count for node, count in build.nodes.items() if node[0] != "model"}


def require_growth(leg: Leg) -> None:
    """From the first day to the last one, history and quarantine grow.

    Raises:
        AssertionError: one does not.
    """
    first, last = leg.day(0), leg.day(DAYS - 1)
    assert [name for name in GROWING if first.rows[name] >= last.rows[name]] == []
