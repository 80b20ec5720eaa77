"""The oracle's drop contract; expected values are written by hand."""

from pathlib import Path

from tests.oracle.contract import Contract
from tests.oracle.judging import Record

PROJECT = {
    "drop_contract": {
        "volume": {"batches": 3, "min_share": 0.5, "max_share": 2, "severity": "MEDIUM"},
        "full_volume": {"min_share": 0.8, "min_records": 5, "severity": "CRITICAL"},
        "nulls": {"max_share": 0.1, "severity": "LOW"},
        "row_count": {"severity": "CRITICAL"},
        "filled": {"batches": 2, "min_share": 0.5, "min_records": 10, "severity": "HIGH"},
    },
    "feeds": {"parts": {"required": ["id", "name"], "delivery": "delta"}},
}


def delivered(contract: Contract, count: int, announced: int | None = None, without_name: int = 0) -> list[str]:
    rows = [{"id": "A", "name": " " if place < without_name else "B"} for place in range(count)]
    records = {"parts": [Record("parts.csv", 2, None, raw) for raw in rows]}
    return contract.broken(
        {"parts": (Path("parts.csv"),)}, {} if announced is None else {"parts.csv": announced}, records
    )


def test_volume_is_held_against_the_last_deliveries_once_there_are_two():
    contract = Contract(PROJECT)

    # the third is held against a median of 550, then 100, then 10
    assert [delivered(contract, count) for count in (1000, 100, 10, 10, 100)] == [
        [],
        [],
        ["MEDIUM"],
        ["MEDIUM"],
        ["MEDIUM"],
    ]
    assert [delivered(contract, count) for count in (20, 40, 81)] == [[], [], ["MEDIUM"]]


def test_a_full_delivery_must_not_lack_much():
    contract = Contract(PROJECT | {"feeds": {"parts": {"required": ["id", "name"], "delivery": "full"}}})

    # 8 and 7 of 10, 6 of 8, 5 of 7, 0, 5 of 5.5, 3 of 5, 2 of 4, which are too few
    assert [delivered(contract, count) for count in (10, 10, 8, 7, 6, 5, 0, 5, 3, 2)] == [
        [],
        [],
        [],
        ["CRITICAL"],
        ["CRITICAL"],
        ["CRITICAL"],
        ["MEDIUM"],
        [],
        ["CRITICAL"],
        [],
    ]


def test_announced_records_and_missing_values_are_counted():
    contract = Contract(PROJECT)

    assert delivered(contract, 10, announced=10, without_name=1) == []
    assert delivered(contract, 10, announced=11, without_name=2) == ["CRITICAL", "LOW"]
    assert delivered(contract, 0, announced=0) == ["MEDIUM"]


def test_a_column_that_is_emptier_than_in_the_last_deliveries_is_found():
    def day(contract: Contract, count: int, with_note: int) -> list[str]:
        rows = [{"id": "A", "name": "B", "note": "x" if place < with_note else " "} for place in range(count)]
        return contract.broken(
            {"parts": (Path("parts.csv"),)}, {}, {"parts": [Record("parts.csv", 2, None, raw) for raw in rows]}
        )

    contract = Contract(PROJECT)

    # at least half of 90 %, then half of 65 %
    assert [day(contract, 10, with_note) for with_note in (10, 8, 5, 3)] == [[], [], [], ["HIGH"]]
    assert day(contract, 9, 0) == []
    assert day(contract, 10, 10) == []
