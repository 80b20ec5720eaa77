"""What is expected of the files of a drop and of the drop as a whole.

The data that Great Expectations sees are measurements taken while the files were read: one row per batch, with a column for
each measurement, and one for each column of each file.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from statistics import median

from lakegraph.landing.announced import AnnouncedCounts, announced_counts
from lakegraph.landing.candidates import Candidate
from lakegraph.landing.drops import MissingColumns
from lakegraph.landing.feeds import Feed, declared_feeds
from lakegraph.landing.result import LandedFile
from lakegraph.landing.triggers import Trigger
from lakegraph.runtime.expectations import Asset, Expected

RECORDS, FILES, EMPTIED = "records read", "files", "columns emptier than usual"
REQUIRED, NEEDED = "the required columns", "the columns that must be there"
# With fewer earlier batches there is no telling what is usual.
FEWEST_BATCHES = 2


@dataclass(frozen=True)
class Demanded(Expected):
    """An expectation whose failure refuses the batch, because its trigger asks for the check."""

    check: str = ""


@dataclass(frozen=True)
class Past:
    """What came of a feed before.

    Attributes:
        columns: the canonical columns that all files of its last delivery had; none when there was none.
        records: of its last batches, oldest first, the records of each file.
        records_in_full: of those of them that delivered all of the feed, the records in all.
        filled: of its last batches, oldest first, the share of the records with a value by column, as far as it is known.
    """

    columns: tuple[str, ...]
    records: tuple[tuple[int, ...], ...]
    records_in_full: tuple[int, ...]
    filled: tuple[Mapping[str, float], ...]


def batch_asset(
    candidate: Candidate, files: Sequence[LandedFile], past: Callable[[str], Past], limits: Mapping
) -> Asset:
    """A batch with all that is expected of it.

    Args:
        candidate: the batch.
        files: what was read.
        past: what came before, by feed.
        limits: `drop_contract` of vars.yml.
    """
    import pandas as pd

    trigger = candidate.trigger.content if candidate.trigger else None
    measured, expected, feeds = {}, [], declared_feeds()
    records = Counter()
    for file in files:
        records[file.feed] += file.records_read
    for file in files:
        before = past(file.feed)
        emptied = _emptied(file, feeds[file.feed], before, limits["filled"])
        measured |= _measured(file, feeds[file.feed], emptied)
        expected += _expected_of_file(file, feeds[file.feed], trigger, before, emptied, limits)
    measured |= {_records_of(feed): count for feed, count in records.items()}
    for feed in dict.fromkeys(file.feed for file in files if file.delivery == "full"):
        expected += _full_volume(feed, records[feed], past(feed), limits["full_volume"])
    if candidate.trigger:
        measured |= {FILES: len(candidate.delivered_names), RECORDS: records.total()}
        of_batch = [
            *_announced_in_all(announced_counts(trigger), records, files, limits),
            *_file_count(trigger, candidate.delivered_names, limits),
        ]
        expected += [replace(one, part=candidate.trigger.path.name) for one in of_batch]
    return Asset(candidate.batch_id, pd.DataFrame([measured]), expected)


def header_asset(candidate: Candidate, missing: MissingColumns, limits: Mapping) -> Asset:
    """The header of a file that lacks columns, with the columns that must be there.

    Args:
        candidate: the file's batch.
        missing: what the header lacks.
        limits: `drop_contract` of vars.yml.
    """
    import pandas as pd

    columns = [column for column in declared_feeds()[missing.feed].columns if column not in missing.absent_columns]
    measured = {FILES: len(candidate.delivered_names)} | {_of(missing, column): "" for column in columns}
    expected = _columns(missing, missing.needed, NEEDED, limits)
    return Asset(candidate.batch_id, pd.DataFrame([measured]), [replace(expected, part=missing.source_file)])


@dataclass(frozen=True)
class _Emptied:
    """The columns of a file that have far fewer values than usual.

    Attributes:
        compared: how many columns were compared.
        shares: column to the share of the records with a value, and to that which is usual.
    """

    compared: int
    shares: Mapping[str, tuple[float, float]]


def _emptied(file: LandedFile, feed: Feed, past: Past, limits: Mapping) -> _Emptied:
    if file.records_landed < limits["min_records"]:
        return _Emptied(0, {})
    shares = {}
    # a column that is not there at all has no value in any record
    absent = dict.fromkeys(file.absent_columns, file.records_landed)
    for column, count in (file.missing_values | absent).items():
        before = [filled[column] for filled in past.filled if column in filled]
        if column not in feed.required and len(before) >= FEWEST_BATCHES:
            shares[column] = (1 - count / file.records_landed, median(before))
    few = {column: (share, usual) for column, (share, usual) in shares.items() if share < limits["min_share"] * usual}
    return _Emptied(len(shares), few)


def _measured(file: LandedFile, feed: Feed, emptied: _Emptied) -> dict[str, float | str]:
    columns = {_of(file, column): "" for column in feed.columns if column not in file.absent_columns}
    shares = {
        _share_of(file, column): file.missing_values[column] / max(file.records_landed, 1) for column in feed.required
    }
    return {**columns, _of(file, RECORDS): file.records_read, _of(file, EMPTIED): len(emptied.shares), **shares}


def _expected_of_file(
    file: LandedFile, feed: Feed, trigger: Trigger | None, past: Past, emptied: _Emptied, limits: Mapping
) -> list[Expected]:
    expected = [
        _columns(file, feed.required, REQUIRED, limits),
        *_usual_columns(file, trigger, past, limits),
        *_announced(file, trigger, limits),
        *_volume(file, past, limits["volume"]),
        *_nulls(file, feed, limits["nulls"]),
        *_filled(file, past, emptied, limits["filled"]),
    ]
    return [replace(one, part=file.source_file) for one in expected]


def _columns(
    file: LandedFile | MissingColumns, wanted: Sequence[str], description: str, limits: Mapping, kind=Expected, **more
):
    lacking = [column for column in wanted if column in file.absent_columns]

    def make():
        from great_expectations.expectations import ExpectTableColumnsToMatchSet

        return ExpectTableColumnsToMatchSet(column_set=[_of(file, column) for column in wanted], exact_match=False)

    return kind(
        make,
        limits["columns"]["severity"],
        description,
        bound=", ".join(wanted),
        checked=len(wanted),
        unexpected=len(lacking),
        observed=f"it lacks {', '.join(lacking)}" if lacking else "all are there",
        **more,
    )


def _usual_columns(file: LandedFile, trigger: Trigger | None, past: Past, limits: Mapping) -> Iterator[Expected]:
    if past.columns and trigger and trigger.data_quality_checks.schema_validation:
        description = "the columns of the feed's last delivery"
        yield _columns(file, past.columns, description, limits, Demanded, check="schema_validation")


def _announced(file: LandedFile, trigger: Trigger | None, limits: Mapping) -> Iterator[Expected]:
    count = announced_counts(trigger).of_file(file.source_file) if trigger else None
    if count is not None:
        yield _exactly(_of(file, RECORDS), count, file.records_read, "the records that the trigger announces", limits)


def _announced_in_all(
    counts: AnnouncedCounts, records: Mapping[str, int], files: Sequence[LandedFile], limits: Mapping
) -> Iterator[Expected]:
    if counts.total is not None:
        found = sum(records.values())
        yield _exactly(RECORDS, counts.total, found, "the records that the trigger announces in all", limits)
    file_by_file = {file.feed for file in files if counts.of_file(file.source_file) is not None}
    for feed in sorted(records.keys() & counts.by_name.keys() - file_by_file):
        description = f"the records that the trigger announces for {feed}"
        yield _exactly(_records_of(feed), counts.by_name[feed], records[feed], description, limits)


def _exactly(measure: str, count: int, found: int, description: str, limits: Mapping) -> Expected:
    severity = limits["row_count"]["severity"]
    return Expected(_between(measure, count, count), severity, description, str(count), found, abs(found - count))


def _file_count(trigger: Trigger, delivered: set[str], limits: Mapping) -> Iterator[Expected]:
    listed = set(trigger.expected_files)
    if not (listed and trigger.data_quality_checks.file_count_validation):
        return
    unlisted = ", ".join(sorted(delivered - listed))
    told = f" (not listed: {unlisted})" if unlisted else ""
    yield Demanded(
        _between(FILES, len(listed), len(listed)),
        limits["file_count"]["severity"],
        "as many files as it expects",
        bound=str(len(listed)),
        checked=len(delivered),
        unexpected=abs(len(delivered) - len(listed)),
        observed=f"{len(delivered)} came for {len(listed)}{told}",
        check="file_count_validation",
    )


def _volume(file: LandedFile, past: Past, limits: Mapping) -> Iterator[Expected]:
    delivered = [records for batch in past.records for records in batch if records]
    if len(past.records) < FEWEST_BATCHES or len(delivered) < FEWEST_BATCHES:
        return
    # a single delivery of another size, such as a whole history, does not move what is usual
    usual = median(delivered)
    least, most = limits["min_share"] * usual, limits["max_share"] * usual
    yield Expected(
        _between(_of(file, RECORDS), least, most),
        limits["severity"],
        f"{limits['min_share']:g} to {limits['max_share']:g} times the median of the feed's last {len(past.records)} batches",
        f"{least:.0f} to {most:.0f}",
        file.records_read,
    )


def _full_volume(feed: str, records: int, past: Past, limits: Mapping) -> Iterator[Expected]:
    """Of all files of a feed, for history ends what none of them has; when they have no records at all, it ends nothing."""
    before = [count for count in past.records_in_full if count]
    # one before is enough to tell that most of it is missing
    if not records or not before:
        return
    usual = median(before)
    if usual < limits["min_records"]:
        return
    least = ceil(limits["min_share"] * usual)
    yield Expected(
        _between(_records_of(feed), least, None),
        limits["severity"],
        f"at least {limits['min_share']:g} of what is usual, for what a full delivery of {feed} lacks counts as gone",
        f"at least {least}",
        records,
        part=feed,
    )


def _nulls(file: LandedFile, feed: Feed, limits: Mapping) -> Iterator[Expected]:
    for column in feed.required:
        yield Expected(
            _between(_share_of(file, column), None, limits["max_share"]),
            limits["severity"],
            f"a value of {column} in all but {limits['max_share']:.0%} of the records",
            f"at most {limits['max_share']:g}",
            file.records_landed,
            file.missing_values[column],
        )


def _filled(file: LandedFile, past: Past, emptied: _Emptied, limits: Mapping) -> Iterator[Expected]:
    """One expectation for all columns: Great Expectations takes its time with each, and hardly ever has one to tell of."""
    if not emptied.compared:
        return
    told_of = sum(1 for filled in past.filled if filled)
    told = [f"{column} ({share:.0%}, usually {usual:.0%})" for column, (share, usual) in sorted(emptied.shares.items())]
    yield Expected(
        _between(_of(file, EMPTIED), None, 0),
        limits["severity"],
        f"values in each column in at least {limits['min_share']:g} times the usual share of the records, by the median of "
        f"the feed's last {told_of} batches that tell of it",
        bound="no column with fewer",
        checked=emptied.compared,
        unexpected=len(told),
        observed=", ".join(told) or "none has fewer",
    )


def _between(column: str, least: float | None, most: float | None):
    def make():
        from great_expectations.expectations import ExpectColumnMaxToBeBetween

        return ExpectColumnMaxToBeBetween(column=column, min_value=least, max_value=most)

    return make


def _of(file: LandedFile | MissingColumns, what: str) -> str:
    return f"{file.source_file}: {what}"


def _share_of(file: LandedFile, column: str) -> str:
    return _of(file, f"share without {column}")


def _records_of(feed: str) -> str:
    return f"records of {feed}"
