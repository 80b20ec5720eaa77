"""Whose record it is that could not be read: what stands where its key should."""

from lakegraph.landing.feeds import Feed
from lakegraph.landing.header import ColumnMap
from lakegraph.landing.readers.contract import Reason, Rejected
from lakegraph.landing.values import BLANKS

# parts the texts in the operational table; a text that holds it could not be told from two
PARTS = "\x1f"


def mentioned_key(record: Rejected, feed: Feed, columns: ColumnMap) -> str | None:
    """The text in the place of the key's first column, or the texts, where it may stand in one of several places.

    A record with fields too many or too few has lost its order somewhere: the key may have moved by as many places, and by any
    number of them where a broken quote hides how many fields there are. A quote that closes on a later line may have taken in
    other records, each with a key of its own.

    Args:
        record: the record.
        feed: its feed.
        columns: how its file's header fits the feed.

    Returns:
        The texts, parted by U+001F; None when its place cannot be told, so that anything in the record may be the key.
    """
    place = columns.positions.get(feed.key[0])
    if place is None or (place > 0 and not record.is_split) or "\n" in record.raw_text or "\r" in record.raw_text:
        return None
    moved = place + (len(record.fields) - columns.width if record.is_split else 0)
    first, last = max(min(place, moved), 0), max(place, moved)
    texts = [text.strip(BLANKS) for text in record.fields[first : last + 1]]
    if not texts or any(PARTS in text for text in texts):
        return None
    # a byte that is no text may stand for a letter of the key
    if record.reason is Reason.ENCODING and any("\\x" in text for text in texts):
        return None
    return PARTS.join(texts)
