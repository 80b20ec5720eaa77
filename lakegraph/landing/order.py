"""The order in which batches are applied."""

from collections.abc import Mapping
from datetime import date, datetime


def place_in_order(row: Mapping) -> tuple[date, datetime, str]:
    """What a row of the operational table `batches` is sorted by, as dbt sorts it (`number_batches`).

    Of one date, what landed later has the last word: an id says nothing of that, TRG_10 comes before TRG_9.

    Args:
        row: the row.
    """
    return row["batch_date"], row["landed_at"] or datetime.min, row["batch_id"]
