"""Which column of a file is which column of its feed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from lakegraph.landing.feeds import Feed
from lakegraph.landing.hints import did_you_mean
from lakegraph.landing.readers.contract import UnreadableFileError

LIKELY_DELIMITERS = {",": "','", ";": "';'", "\t": "tab", "|": "'|'"}


@dataclass(frozen=True)
class ColumnMap:
    """How a file's header fits a feed.

    Attributes:
        positions: canonical column to its position in the header.
        absent: canonical columns that the file lacks.
        unmapped: names in the header that no canonical column takes.
    """

    positions: dict[str, int]
    absent: tuple[str, ...]
    unmapped: tuple[str, ...]


def map_columns(header: tuple[str, ...], feed: Feed, names: Mapping[str, str], delimiter: str) -> ColumnMap:
    """Map a header to a feed's columns.

    Args:
        header: the names in the file.
        feed: the feed.
        names: canonical column to the header's name for it; the others have their canonical names.
        delimiter: what the fields of the header were separated by.

    Raises:
        UnreadableFileError: a required or explicitly named column is missing, or a name that is needed comes twice.
    """
    wanted = {column: names.get(column, column) for column in feed.columns}
    missing = [
        wanted[column]
        for column in feed.columns
        if (column in feed.required or column in names) and wanted[column] not in header
    ]
    if missing:
        raise UnreadableFileError(*_missing(missing, header, delimiter))
    twice = [name for name, count in Counter(header).items() if count > 1 and name in wanted.values()]
    if twice:
        raise UnreadableFileError(f"the header has the column '{twice[0]}' twice")
    positions = {column: header.index(name) for column, name in wanted.items() if name in header}
    return ColumnMap(
        positions=positions,
        absent=tuple(column for column in feed.columns if column not in positions),
        unmapped=tuple(name for position, name in enumerate(header) if position not in positions.values()),
    )


def _missing(missing: list[str], header: tuple[str, ...], delimiter: str) -> tuple[str, str]:
    columns = f"the header lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
    if len(header) == 1:
        for other, shown in LIKELY_DELIMITERS.items():
            if other != delimiter and other in header[0]:
                return columns, f"It has one column that contains {shown}: is the file's 'delimiter' {shown}?"
    guess = did_you_mean(missing[0], header)
    if guess:
        return f"{columns}{guess.removesuffix('?')}", "Map other names under the feed's 'from' in the sources file."
    return columns, f"It has: {', '.join(header)[:500]}. Map other names under the feed's 'from' in the sources file."
