"""Which column of a file is which column of its feed."""

import unicodedata
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
        width: how many names the header has.
    """

    positions: dict[str, int]
    absent: tuple[str, ...]
    unmapped: tuple[str, ...]
    width: int


class MissingColumnsError(UnreadableFileError):
    """A header lacks columns that must be there.

    Args:
        message: which, by the names that the file should have for them.
        hint: what to do about it.
        needed: the canonical columns that must be there.
        absent: the canonical columns that are not there.
    """

    def __init__(self, message: str, hint: str, needed: tuple[str, ...], absent: tuple[str, ...]):
        super().__init__(message, hint)
        self.needed, self.absent = needed, absent


def map_columns(
    header: tuple[str, ...], feed: Feed, names: Mapping[str, str | tuple[str, ...]], delimiter: str
) -> ColumnMap:
    """Map a header to a feed's columns.

    Args:
        header: the names in the file.
        feed: the feed.
        names: canonical column to the header's name for it, or to several, of which the first that the header has counts;
            the others have their canonical names. A name may be that of several columns.
        delimiter: what the fields of the header were separated by.

    Raises:
        MissingColumnsError: a required column or one with a single name of its own is missing.
        UnreadableFileError: a name that is needed comes twice.
    """
    header = tuple(map(_composed, header))
    spellings = {column: _spellings(names.get(column, column)) for column in feed.columns}
    found = {column: next((name for name in spellings[column] if name in header), None) for column in feed.columns}
    absent = tuple(column for column in feed.columns if found[column] is None)
    needed = tuple(column for column in feed.columns if column in feed.required or isinstance(names.get(column), str))
    if missing := [spellings[column] for column in needed if column in absent]:
        raise MissingColumnsError(*_missing(missing, header, delimiter), needed, absent)
    twice = [name for name, count in Counter(header).items() if count > 1 and name in found.values()]
    if twice:
        raise UnreadableFileError(f"the header has the column '{twice[0]}' twice")
    positions = {column: header.index(name) for column, name in found.items() if name is not None}
    return ColumnMap(
        positions=positions,
        absent=absent,
        unmapped=tuple(name for position, name in enumerate(header) if position not in positions.values()),
        width=len(header),
    )


def _spellings(given: str | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_composed, (given,) if isinstance(given, str) else given))


def _composed(name: str) -> str:
    """A name in Unicode's normal form C: one writer's `é` is another's `e` with an accent behind it, and they look alike."""
    return unicodedata.normalize("NFC", name)


def _missing(missing: list[tuple[str, ...]], header: tuple[str, ...], delimiter: str) -> tuple[str, str]:
    lacking = ", ".join(" or ".join(spellings) for spellings in missing)
    columns = f"the header lacks the column{'s' if len(missing) > 1 else ''} {lacking}"
    if len(header) == 1:
        for other, shown in LIKELY_DELIMITERS.items():
            if other != delimiter and other in header[0]:
                return columns, f"It has one column that contains {shown}: is the file's 'delimiter' {shown}?"
    guess = did_you_mean(missing[0][0], header)
    if guess:
        return f"{columns}{guess.removesuffix('?')}", "Map other names under the feed's 'from' in the sources file."
    return columns, f"It has: {', '.join(header)[:500]}. Map other names under the feed's 'from' in the sources file."
