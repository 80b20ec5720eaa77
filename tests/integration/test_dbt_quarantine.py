"""What becomes of quarantined records over three hand-written days: seen since when, until when, resolved by what."""

from datetime import date

import pytest
from dbt_batches import customer
from dbt_lake import Batch, DbtLake, Rejected

from lakegraph.pipeline.run import build_waiting
from lakegraph.pipeline.steps import Steps
from lakegraph.runtime.settings import settings

pytestmark = pytest.mark.slow

D15, D16, D17 = (date(2025, 1, day) for day in (15, 16, 17))
UNREADABLE = Rejected("customers", 9, "record.field_count", "E,Eve,too few")


def person(id: str, **other: str) -> dict[str, str]:
    return customer(id, "Ada Byron", **other)


def broken(id: str) -> dict[str, str]:
    return person(id, email="nonsense")


DAYS = [
    Batch(
        "b_15",
        D15,
        {"customers": [person("A"), person("A"), broken("B"), broken("C"), broken("D"), broken(""), person("F")]},
        [UNREADABLE],
    ),
    Batch("b_16", D16, {"customers": [person("A"), person("B"), broken("C"), person("F")]}, [UNREADABLE]),
    Batch("b_17", D17, {"customers": [person("A"), broken("B"), person("C"), broken(""), person("E"), person("F")]}),
]


def test_a_quarantined_record_says_since_when_until_when_and_what_resolved_it(tmp_path, monkeypatch):
    lake = DbtLake(tmp_path)
    monkeypatch.setenv("DBT_TARGET_PATH", str(lake.target))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    for day in DAYS:
        lake.land(day)

    build_waiting(settings(lake=lake.lake, target="dev", env="dev"), Steps(quiet=True))

    assert lake.rows("""
        select batch_id, record_key, first_seen, last_seen, resolved_by_batch_id, is_resolved
        from gold.quarantined_records where found_in = 'staging' order by batch_id, record_key nulls last
    """) == [
        # a repeat, whose twin is valid
        ("b_15", "A", D15, D15, "b_15", True),
        # mended, and broken again
        ("b_15", "B", D15, D17, "b_16", True),
        # broken twice, then mended
        ("b_15", "C", D15, D16, "b_17", True),
        # not delivered again
        ("b_15", "D", D15, D15, None, False),
        # nobody knows whose it is, but it is the same text
        ("b_15", None, D15, D17, None, False),
        ("b_16", "C", D15, D16, "b_17", True),
        ("b_17", "B", D15, D17, None, False),
        ("b_17", None, D15, D17, None, False),
    ]
    assert lake.rows("""
        select batch_id, raw_record, first_seen, last_seen, resolved_by_batch_id, is_resolved
        from gold.quarantined_records where found_in = 'landing' order by batch_id
    """) == [
        ("b_15", UNREADABLE.raw_text, D15, D16, None, None),
        ("b_16", UNREADABLE.raw_text, D15, D16, None, None),
    ]
