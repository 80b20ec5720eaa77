"""Walks through batches in their order: what Lakegraph must have made of them in the end."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from tests.oracle.checks import CheckResult, State, run_checks
from tests.oracle.contract import Contract
from tests.oracle.history import History
from tests.oracle.judging import Record, judge
from tests.oracle.verdict import Verdict, give_verdict

CHECKED_FEEDS = ("customers", "products", "orders", "inventory", "shipping")


@dataclass(frozen=True)
class Delivery:
    """A batch as it was dropped: its id, its day, its files by feed, and the records that its trigger announces per file."""

    batch_id: str
    batch_date: date
    files: Mapping[str, tuple[Path, ...]]
    announced: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of a batch.

    Attributes:
        delivery: the batch.
        effective_at: when it takes effect.
        records: all its records by feed.
        checks: the result of each check.
        verdict: score and verdict.
    """

    delivery: Delivery
    effective_at: datetime
    records: Mapping[str, list[Record]]
    checks: list[CheckResult]
    verdict: Verdict

    def counts(self) -> dict[str, tuple[int, int, int]]:
        """Per feed: records read, valid, quarantined."""
        valid = {feed: sum(record.valid for record in records) for feed, records in self.records.items()}
        return {feed: (len(records), valid[feed], len(records) - valid[feed]) for feed, records in self.records.items()}


@dataclass(frozen=True)
class Walked:
    """What is known after the last batch: each batch's outcome, and the history of each feed."""

    outcomes: list[Outcome]
    histories: Mapping[str, History]


def walk(landed: Iterable[Delivery], project: Mapping) -> Walked:
    """Take in batches by date and id, whatever the order in which they came.

    Args:
        landed: the batches, in the order in which they were landed.
        project: the variables of vars.yml.
    """
    contract, arrived = Contract(project), []
    for delivery in landed:
        records = {feed: judge(feed, files, delivery.batch_date, project) for feed, files in delivery.files.items()}
        arrived.append((delivery, records, contract.broken(delivery.files, delivery.announced, records)))
    histories = {feed: History(declared) for feed, declared in project["feeds"].items()}
    outcomes, of_the_day = [], Counter()
    for delivery, records, broken in sorted(arrived, key=lambda each: (each[0].batch_date, each[0].batch_id)):
        later = timedelta(seconds=of_the_day[delivery.batch_date])
        effective_at = datetime.combine(delivery.batch_date, time()) + later
        of_the_day[delivery.batch_date] += 1
        checks = run_checks(project["checks"], _state(records, histories, project))
        for feed, found in records.items():
            histories[feed].apply(found, _empties(feed, found, project), effective_at)
        verdict = give_verdict([*broken, *(check.severity for check in checks)], project["verdict"])
        outcomes.append(Outcome(delivery, effective_at, records, checks, verdict))
    return Walked(outcomes, histories)


def _empties(feed: str, records: list[Record], project: Mapping) -> bool:
    """Whether a delivery means that what it lacks is gone; one of nothing at all does not."""
    return project["feeds"][feed]["delivery"] == "full" and bool(records)


def _state(records: Mapping[str, list[Record]], histories: Mapping[str, History], project: Mapping) -> State:
    delivered, known = {}, {}
    for feed in CHECKED_FEEDS:
        history, own = histories[feed], records.get(feed, [])
        valid = {record.key(history.key_names): record.values for record in own if record.valid}
        seen = history.seen_in(own)
        gone = _empties(feed, own, project)
        before = {key: record.values for key, record in history.present().items() if not gone or key in seen}
        delivered[feed], known[feed] = list(valid.values()), before | valid
    # every record that the oracle reads, it judges
    accounts = {feed: (len(found), len(found)) for feed, found in records.items()}
    repeats = {feed: [f"{feed}.row.repeat"] for feed in records}
    quarantined = {
        feed: sum(not record.valid and record.reasons != repeats[feed] for record in found)
        for feed, found in records.items()
    }
    return State(delivered, known, accounts, quarantined)
