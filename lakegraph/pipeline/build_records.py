"""What builds have left of the batches in the warehouse."""

from datetime import datetime

from lakegraph.pipeline.dbt import DbtSession
from lakegraph.runtime.settings import Settings
from lakegraph.runtime.warehouse import reading

VERDICT = ("verdict", "score", "decision", "decided_by", "reasons")


def applied_and_verdicts(settings: Settings) -> tuple[set[str], dict[str, dict]]:
    """The ids of the applied batches, and by id the `VERDICT` of each that was judged.

    Raises:
        WarehouseError: another process writes the warehouse.
        DbtError: the target's warehouse, which dbt is asked for, does not answer.
    """
    if settings.is_published:
        return told_by_dbt(settings)
    applied, verdicts = _query(
        settings,
        "select batch_id from ops.applied_batches",
        f"select _batch_id, {', '.join(VERDICT)} from silver.batch_verdicts",
    )
    return {batch_id for (batch_id,) in applied}, {
        batch_id: dict(zip(VERDICT, values, strict=True)) for batch_id, *values in verdicts
    }


def told_by_dbt(settings: Settings) -> tuple[set[str], dict[str, dict]]:
    """`applied_and_verdicts` of a warehouse that only dbt can ask.

    Raises:
        DbtError: it does not answer.
    """
    with DbtSession(settings) as dbt:
        rows = dbt.show("{{ batches_known() }}")
    verdicts = {row["batch_id"]: {name: row[name] for name in VERDICT} for row in rows if row["verdict"]}
    for verdict in verdicts.values():
        verdict["score"] = int(verdict["score"])
    return {row["batch_id"] for row in rows if row["is_applied"] == "yes"}, verdicts


def last_applied_at(settings: Settings) -> datetime | None:
    """When the build began that last applied a batch, in UTC without a zone; None when none has been applied.

    Raises:
        WarehouseError: another process writes the warehouse.
    """
    return next((at for (at,) in _rows(settings, "select max(applied_at) from ops.applied_batches")), None)


def judged_batches(settings: Settings) -> frozenset[str]:
    """The batches whose records the latest build has judged.

    Raises:
        WarehouseError: another process writes the warehouse.
    """
    return frozenset(id for (id,) in _rows(settings, "select batch_id from silver.batches_to_judge where is_open"))


def has_unfinished_build(settings: Settings) -> bool:
    """Whether a build let a batch in and did not end, so that the next one has something to undo.

    Raises:
        WarehouseError: another process writes the warehouse.
    """
    sql = "select 1 from ops.begun_batches where batch_id not in (select batch_id from ops.applied_batches)"
    return bool(_rows(settings, sql))


def _rows(settings: Settings, sql: str) -> list[tuple]:
    return _query(settings, sql)[0]


def _query(settings: Settings, *queries: str) -> list[list[tuple]]:
    """What each of some queries on the warehouse gives; nothing before dbt has run."""
    import duckdb

    if not settings.warehouse.is_file():
        return [[] for _ in queries]
    results = []
    with reading(settings.warehouse) as warehouse:
        for sql in queries:
            try:
                results.append(warehouse.execute(sql).fetchall())
            except duckdb.CatalogException:
                results.append([])
    return results
