"""The batches that landing left behind, and what it keeps aside, as far as the lake knows of them."""

from lakegraph.landing.kept_aside import TABLE as KEPT_ASIDE
from lakegraph.pipeline.batches import BatchState
from lakegraph.runtime import ops
from lakegraph.runtime.processing_log import last_found
from lakegraph.runtime.settings import Settings

STATES = {"waiting": "not landed", "refused": "refused"}


def batches_not_landed(settings: Settings) -> list[BatchState]:
    """What did not land: batches that waited or were refused when landing last met them, then what is kept aside.

    The drops folder is not looked at: whoever lists batches may not see it.
    """
    landed = ops.read(settings.ops, "batches")
    return [*_left_behind(settings, landed), *_kept_aside(settings, landed)]


def _left_behind(settings: Settings, landed: list[dict]) -> list[BatchState]:
    visible = {batch["batch_id"] for batch in landed}
    left = [row for row in last_found(settings.ops, "land") if row["batch_id"] not in visible]
    return [
        BatchState(
            row["batch_id"],
            None,
            None,
            STATES[row["status"]],
            reason=f"{row['error'].removesuffix('.')} (at the landing of {row['started_at']:%Y-%m-%d %H:%M} UTC)",
        )
        for row in left
    ]


def _kept_aside(settings: Settings, landed: list[dict]) -> list[BatchState]:
    """A row per batch, and per trigger that could not be read, unless its corrected version has landed since."""
    kept: dict[tuple[str, str], BatchState] = {}
    for row in sorted(ops.read(settings.ops, KEPT_ASIDE), key=lambda row: row["kept_at"]):
        is_trigger = row["batch_id"] is None
        if is_trigger and any(
            batch["trigger_file"] == row["source_file"] and batch["landed_at"] > row["kept_at"] for batch in landed
        ):
            continue
        # somebody has taken it away
        if row["kept_in"] and not (settings.lake / row["kept_in"]).exists():
            continue
        name = row["source_file"] if is_trigger else row["batch_id"]
        place = f"in {settings.lake / row['kept_in']}" if row["kept_in"] else "in the drops folder"
        if row["kept_in"] and not is_trigger:
            place = f"in {(settings.lake / row['kept_in']).parent}"
        kept[name, place] = BatchState(name, None, None, "kept aside", reason=f"{row['reason']}; {place}")
    return list(kept.values())
