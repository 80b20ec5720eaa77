"""What is asked of each day of each leg, the same for every engine."""

from tests.engines.leg import COMPARED_SCHEMAS, Leg

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
    assert day.on_engine.statuses == {"success", "pass"}
    assert day.on_duckdb.statuses == {"success", "pass"}
    assert {kind: count for kind, count in day.on_engine.kinds.items() if kind != "model"} == {
        kind: count for kind, count in day.on_duckdb.kinds.items() if kind != "model"
    }
    assert day.differences == [], "\n".join(day.differences)
    # equality of two empty warehouses would say nothing
    assert {relation.partition(".")[0] for relation in day.rows} == set(COMPARED_SCHEMAS)
    assert {relation for relation in FILLED if not day.rows[relation]} == set()


def require_growth(leg: Leg) -> None:
    """From the first day to the last one, history and quarantine grow.

    Raises:
        AssertionError: one does not.
    """
    first, last = leg.day(0), leg.day(2)
    assert [name for name in GROWING if first.rows[name] >= last.rows[name]] == []
