"""What is asked of each day of each leg, the same for every engine."""

from lakegraph.runtime.neo4j_target import Neo4jTarget
from tests.engines.leg import COMPARED_SCHEMAS, LAST, Build, Leg

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
    assert [(batch.state, batch.verdict is None) for batch in told[1]] == [("applied", False)] * leg.built


def require_the_same_graph(leg: Leg, neo4j: Neo4jTarget) -> None:
    """A load from the engine's own tables, as its adapter made them, gives the graph of a load from DuckDB.

    Args:
        leg: its days.
        neo4j: the database that both are loaded into, one after the other.

    Raises:
        AssertionError: in words, what is otherwise.
    """
    rows = leg.day(LAST).rows
    (expected, counted), (found, told) = (leg.graph(target, neo4j) for target in ("dev", leg.stand_in.target))
    for part in ("nodes", "edges"):
        known = set(expected[part])
        assert [line for line in found[part] if line not in known][:3] == []
        assert found[part] == expected[part]
    assert told == counted
    # equality of two empty graphs would say nothing
    assert min(created for created, *_ in told.values()) > 0
    assert sum(map(len, found.values())) == sum(created for created, *_ in told.values())
    of_marts = [held for name, held in rows.items() if name.startswith(("graph_ready.node_", "graph_ready.edge_"))]
    assert len(told) == len(of_marts)
    assert sum(created + rejected for created, _, _, rejected, _ in told.values()) == sum(of_marts)


def _beside_models(build: Build) -> dict[tuple[str, str], int]:
    """Snapshots, seeds, tests and hooks by their status; of models, an engine may have more for its own ends."""
    return {node: count for node, count in build.nodes.items() if node[0] != "model"}


def require_growth(leg: Leg) -> None:
    """From the first day to the second one, history and quarantine grow.

    Raises:
        AssertionError: one does not.
    """
    first, last = leg.day(0), leg.day(LAST)
    assert [name for name in GROWING if first.rows[name] >= last.rows[name]] == []
