"""The oracle's history of hand-written days."""

from datetime import datetime

from tests.oracle.history import History
from tests.oracle.judging import Record

DECLARED = {"key": ["id"], "bookkeeping": ["seen"], "columns": {"id": {}, "city": {}, "seen": {}}}
FIRST, SECOND, THIRD, FOURTH = (datetime(2025, 1, day) for day in (1, 2, 3, 4))


def record(id: str, city: str, seen: int = 0, reasons: tuple = ()) -> Record:
    return Record("f", 1, None, {}, {}, {"id": id, "city": city, "seen": seen}, list(reasons))


def story(*days: tuple[list[Record], bool]) -> dict:
    """Key to its versions as (city, seen, is_present, begins, ends), days following each other from the first of January."""
    history = History(DECLARED)
    for number, (records, is_full) in enumerate(days, start=1):
        history.apply(records, is_full, datetime(2025, 1, number))
    return {
        key: [
            (
                version.record.values["city"],
                version.record.values["seen"],
                version.is_present,
                version.begins,
                version.ends,
            )
            for version in versions
        ]
        for (key,), versions in history.versions.items()
    }


def test_only_a_business_column_that_changes_begins_a_version():
    told = story(
        ([record("A", "New York", 1)], True),
        ([record("A", "new \u00a0YORK", 2)], True),
        ([record("A", "Bonn", 3)], True),
        ([record("A", "Bo nn", 4)], True),
    )

    assert told == {
        "A": [("New York", 1, True, FIRST, THIRD), ("Bonn", 3, True, THIRD, FOURTH), ("Bo nn", 4, True, FOURTH, None)]
    }


def test_a_key_that_a_full_delivery_lacks_is_away_until_it_returns():
    told = story(
        ([record("A", "Rome"), record("B", "Bari")], True),
        ([record("B", "Bari")], True),
        ([record("A", "Rome"), record("B", "Bari")], True),
    )

    assert told == {
        "A": [("Rome", 0, True, FIRST, SECOND), ("Rome", 0, False, SECOND, THIRD), ("Rome", 0, True, THIRD, None)],
        "B": [("Bari", 0, True, FIRST, None)],
    }


def test_a_delta_says_nothing_of_the_others():
    assert story(([record("A", "Rome")], False), ([record("B", "Bari")], False)) == {
        "A": [("Rome", 0, True, FIRST, None)],
        "B": [("Bari", 0, True, SECOND, None)],
    }


def test_a_key_whose_record_is_broken_or_unreadable_keeps_its_last_version():
    unreadable = Record("f", 3, 'A,"Rome', reasons=["record.unterminated_quote"], mentions={"A"})
    told = story(
        ([record("A", "Rome"), record("B", "Bari")], True),
        ([record("B", "", reasons=["b"]), unreadable, record("C", "", reasons=["b"])], True),
    )

    assert told == {"A": [("Rome", 0, True, FIRST, None)], "B": [("Bari", 0, True, FIRST, None)]}


def test_a_key_that_only_a_broken_record_speaks_of_again_is_back_from_that_day_on():
    told = story(
        ([record("A", "Rome"), record("B", "Bari")], True),
        ([record("B", "Bari")], True),
        ([record("A", "", reasons=["b"]), record("B", "Bari")], True),
        ([record("A", "Rome"), record("B", "Bari")], True),
    )

    assert told["A"] == [
        ("Rome", 0, True, FIRST, SECOND),
        ("Rome", 0, False, SECOND, THIRD),
        ("Rome", 0, True, THIRD, None),
    ]
