"""The rows that the warehouse's tables must hold, and the queries that fetch what they do hold.

Each function gives the expected rows and the query of the same columns.
"""

import json
from collections.abc import Mapping

from tests.oracle.judging import Record
from tests.oracle.quarantine import Seen, fates
from tests.oracle.walk import Outcome, Walked

Expected = tuple[list[tuple], str]
HISTORY_FEEDS = ("customers", "products", "orders", "inventory", "shipping")


def good_rows(walked: Walked, feed: str, project: Mapping) -> Expected:
    """The valid records of a feed, every column of them."""
    columns = list(project["feeds"][feed]["columns"])
    rows = [
        (
            *(record.values[name] for name in columns),
            _listed(record.warnings),
            outcome.delivery.batch_id,
            outcome.delivery.batch_date,
            record.file,
            record.line,
            record.hash,
        )
        for outcome, record in _records(walked, feed)
        if record.valid
    ]
    lineage = "_warned_rules, _batch_id, _batch_date, _source_file, _source_line, _record_hash"
    return rows, f"select {', '.join(columns)}, {lineage} from silver.stg_commerce__{feed}"


def quarantine(walked: Walked, feed: str, project: Mapping) -> Expected:
    """The records of a feed that are not valid, with all their reasons."""
    key = project["feeds"][feed]["key"]
    rows = [
        (
            outcome.delivery.batch_id,
            outcome.delivery.batch_date,
            "staging" if record.readable else "landing",
            _listed(record.reasons),
            _listed(record.warnings),
            _key(record, key, project["feeds"][feed]["columns"]),
            _raw(record),
            record.file,
            record.line,
        )
        for outcome, record in _records(walked, feed)
        if not record.valid
    ]
    columns = "batch_id, batch_date, found_in, reasons, warnings, record_key, raw_record, source_file, source_line"
    return rows, f"select {columns} from silver.stg_commerce__{feed}_quarantine"


def fates_in_quarantine(walked: Walked, feed: str, project: Mapping) -> Expected:
    """Since when and until when each quarantined record of a feed is broken, and what resolved it."""
    key, columns = project["feeds"][feed]["key"], project["feeds"][feed]["columns"]
    deliveries = [
        (outcome.delivery, [(record, _key(record, key, columns)) for record in outcome.records.get(feed, [])])
        for outcome in walked.outcomes
    ]
    batches = [
        (
            delivery.batch_id,
            delivery.batch_date,
            [Seen(text, _raw(record), tuple(record.reasons), record.readable) for record, text in records],
        )
        for delivery, records in deliveries
    ]
    quarantined = [
        (delivery.batch_id, text, record.file, record.line)
        for delivery, records in deliveries
        for record, text in records
        if not record.valid
    ]
    rows = [
        (*record, fate.first_seen, fate.last_seen, fate.resolved_by, fate.is_resolved)
        for record, fate in zip(quarantined, fates(feed, batches), strict=True)
    ]
    named = "batch_id, record_key, source_file, source_line, first_seen, last_seen, resolved_by_batch_id, is_resolved"
    return rows, f"select {named} from gold.quarantined_records where feed = '{feed}'"


def history(walked: Walked, feed: str, project: Mapping) -> Expected:
    """Every version of every key of a feed."""
    columns = list(project["feeds"][feed]["columns"])
    rows = [
        (
            *(version.record.values[name] for name in columns),
            version.is_present,
            version.begins,
            version.ends,
            version.record.file,
            version.record.line,
        )
        for versions in walked.histories[feed].versions.values()
        for version in versions
    ]
    named = f"{', '.join(columns)}, is_present, dbt_valid_from, dbt_valid_to, _source_file, _source_line"
    return rows, f"select {named} from snapshots.{feed}_history"


def current(walked: Walked, feed: str, project: Mapping) -> Expected:
    """The latest valid version of every key of a feed, and whether the key is still there."""
    columns = list(project["feeds"][feed]["columns"])
    known = walked.histories[feed]
    rows = [
        (*(record.values[name] for name in columns), known.versions[key][-1].is_present, record.file, record.line)
        for key, record in known.current.items()
    ]
    return rows, f"select {', '.join(columns)}, is_present, _source_file, _source_line from silver.int_{feed}_current"


def ledger(walked: Walked) -> Expected:
    """Per batch and feed: read = valid + quarantined."""
    rows = [
        (outcome.delivery.batch_id, feed, *counts, True)
        for outcome in walked.outcomes
        for feed, counts in outcome.counts().items()
    ]
    columns = "batch_id, feed, records_read, records_valid, records_quarantined, is_balanced"
    return rows, f"select {columns} from gold.batch_ledger"


def checks(walked: Walked) -> Expected:
    """What each check of each batch came to."""
    rows = [
        (
            outcome.delivery.batch_id,
            check.check_id,
            check.severity,
            check.checked,
            check.broken,
            check.share,
            check.tolerance,
            check.sample_keys,
        )
        for outcome in walked.outcomes
        for check in outcome.checks
    ]
    columns = "batch_id, check_id, severity, checked, broken, share, tolerance, sample_keys"
    return rows, f"select {columns} from gold.validation_results where source = 'batch_checks'"


def verdicts(walked: Walked, policy: str) -> Expected:
    """Score, verdict and decision of each batch."""
    rows = [
        (
            outcome.delivery.batch_id,
            outcome.verdict.score,
            outcome.verdict.verdict,
            outcome.verdict.decision(policy),
        )
        for outcome in walked.outcomes
    ]
    return rows, "select _batch_id, score, verdict, decision from silver.batch_verdicts"


def _records(walked: Walked, feed: str) -> list[tuple[Outcome, Record]]:
    return [(outcome, record) for outcome in walked.outcomes for record in outcome.records.get(feed, [])]


def _raw(record: Record) -> str:
    """The record as it landed: as JSON, or what stands in the file where it could not be read."""
    return json.dumps(record.raw, separators=(",", ":"), ensure_ascii=False) if record.readable else record.raw_text


def _listed(names: list[str]) -> str | None:
    return ",".join(names) or None


def _key(record: Record, key: list[str], columns: Mapping) -> str | None:
    """The columns of a key, joined; None where no part of it can be read, defaults apart."""
    if not record.readable or not any(_key_text(record, name) for name in key if "default" not in columns[name]):
        return None
    return "|".join(_key_text(record, name) for name in key)


def _key_text(record: Record, name: str) -> str:
    value = record.values[name]
    return str(value) if value is not None else record.texts[name] or ""
