"""How long a quarantined record has been broken, and which delivery mended it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Seen:
    """A record of a batch, as far as its fate in quarantine goes.

    Attributes:
        key: its key as one text; None where no part of it can be read.
        raw: the record as it landed.
        reasons: what it is quarantined for; it is valid when there are none.
        readable: whether landing could read it as a record.
    """

    key: str | None
    raw: str
    reasons: tuple[str, ...] = ()
    readable: bool = True


@dataclass(frozen=True)
class Fate:
    """What became of a quarantined record.

    Attributes:
        first_seen: the date of the first batch in which its key, or without one its raw text, was quarantined.
        last_seen: the date of the last.
        resolved_by: the first later batch with a valid record of its key; its own for a mere repeat.
        is_resolved: whether there is one; None for an unreadable record.
    """

    first_seen: date
    last_seen: date
    resolved_by: str | None
    is_resolved: bool | None


def fates(feed: str, batches: Iterable[tuple[str, date, list[Seen]]]) -> Iterator[Fate]:
    """The fate of each quarantined record of a feed, batch after batch in the order of its records.

    Args:
        feed: the feed.
        batches: id, date and the feed's records of each batch, in the order in which they are applied.
    """
    batches = list(batches)
    broken_on, valid_in = defaultdict(list), defaultdict(list)
    for place, (_, day, records) in enumerate(batches):
        for record in records:
            if record.reasons:
                broken_on[record.key or record.raw].append(day)
            else:
                valid_in[record.key].append(place)
    for place, (batch_id, _, records) in enumerate(batches):
        for record in (record for record in records if record.reasons):
            later = [after for after in valid_in[record.key] if after > place] if record.key else []
            resolved_by = batches[later[0]][0] if later else None
            if record.reasons == (f"{feed}.row.repeat",):
                resolved_by = batch_id
            days = broken_on[record.key or record.raw]
            yield Fate(min(days), max(days), resolved_by, resolved_by is not None if record.readable else None)
