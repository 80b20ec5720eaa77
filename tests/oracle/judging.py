"""The records of one delivery of a feed, each typed and judged."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.oracle.framing import parts, read_file
from tests.oracle.rules import broken_rules, type_rules
from tests.oracle.values import clean, to_decimal, typed

# any sign of ASCII may be a delimiter but those that keys are made of
WORD_BREAKS = re.compile(r"((?![A-Za-z0-9._-])[\s\x00-\x7f])+")


@dataclass
class Record:
    """A record of a file.

    Attributes:
        file: the name of the file.
        line: the line on which it starts.
        raw_text: the record as it stands in the file, where it could not be read.
        raw: column to text as it stands in the file; None for a column that the file lacks.
        texts: column to text without blanks at its ends; None when there is none.
        values: column to value.
        reasons: the rules of severity `error` that it breaks; it is valid when there are none.
        warnings: those of severity `warn`.
        mentions: the texts of which any may be its key, where it could not be read.
    """

    file: str
    line: int
    raw_text: str | None = None
    raw: dict[str, str | None] = field(default_factory=dict)
    texts: dict[str, str | None] = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    mentions: set[str] = field(default_factory=set)

    @property
    def readable(self) -> bool:
        return self.raw_text is None

    @property
    def valid(self) -> bool:
        return self.readable and not self.reasons

    @property
    def hash(self) -> str:
        """The MD5 of its texts; U+001F between two, U+001E for none, U+001D before a character that is one of the three."""
        texts = ("\x1e" if text is None else re.sub("([\x1d-\x1f])", "\x1d\\1", text) for text in self.raw.values())
        return hashlib.md5("\x1f".join(texts).encode()).hexdigest()

    def key(self, names: Iterable[str]) -> tuple | None:
        """Its values of the key's columns; None when one is missing."""
        key = tuple(self.values.get(name) for name in names)
        return None if None in key else key


def judge(feed: str, files: Iterable[Path], today: date, project: Mapping) -> list[Record]:
    """Every record of a feed's files in one batch, by file and line.

    Args:
        feed: the feed.
        files: its files.
        today: the date of the batch.
        project: the variables of vars.yml.
    """
    declared = project["feeds"][feed]
    records = [
        record
        for file in sorted(files)
        for record in _read(feed, declared, file.name, file.read_bytes(), today, project)
    ]
    _compare_keys(feed, declared["key"], records)
    for record in (record for record in records if record.readable):
        record.reasons += _broken("error", feed, record, today, project)
        record.warnings += _broken("warn", feed, record, today, project)
    return records


def _broken(severity: str, feed: str, record: Record, today: date, project: Mapping) -> list[str]:
    rules = [rule for rule in project["rules"] if rule["feed"] == feed and rule["severity"] == severity]
    absent = {name for name, text in record.raw.items() if text is None}
    return broken_rules(rules, project["formats"], record.values, record.texts, absent, today)


def _read(feed: str, declared: Mapping, name: str, data: bytes, today: date, project: Mapping) -> Iterable[Record]:
    header, lines = read_file(data)
    columns = declared["columns"]
    places = {column: header.index(column) for column in columns if column in header}
    for framed in lines:
        if framed.fields is None:
            mentions = mentioned(framed.raw_text, framed.reason, header, declared["key"][0])
            yield Record(name, framed.line, framed.raw_text, reasons=[framed.reason], mentions=mentions)
            continue
        raw = {column: framed.fields[places[column]] if column in places else None for column in columns}
        texts = {column: clean(text) for column, text in raw.items()}
        values = {column: _value(texts[column], declaration) for column, declaration in columns.items()}
        if feed == "orders" and texts["unit_price"] is None:
            values["unit_price"] = _unit_price(values)
        yield Record(name, framed.line, None, raw, texts, values, type_rules(feed, declared, texts, values))


def mentioned(text: str, reason: str, header: list[str], key: str) -> set[str]:
    """What stands in the place of a key in a record that cannot be read; all of its words where that place is not known.

    Fields that are too many or too few may have moved the key by as many places; where a quote breaks the record, only its
    first field is where it was. Line ends lie within quotes, and may be those of other records.
    """
    fields, are_all = parts(text)
    if key in header and (are_all or header.index(key) == 0) and not re.search(r"[\r\n]", text):
        place = header.index(key)
        places = {place}
        if are_all:
            places = set(range(place, place + len(fields) - len(header) + 1))
            places |= set(range(place + len(fields) - len(header), place + 1))
        texts = {clean(fields[number]) or "" for number in places if 0 <= number < len(fields)}
        is_text = reason != "record.encoding" or not any("\\x" in found for found in texts)
        if texts and is_text:
            return texts
    return set(WORD_BREAKS.sub(" ", text).split(" "))


def _value(text: str | None, declaration: Mapping):
    if text is None and "default" in declaration:
        return typed(str(declaration["default"]), declaration["type"])
    return typed(text, declaration["type"])


def _unit_price(line: Mapping) -> Decimal | None:
    if line["order_amount"] is None or not line["quantity"]:
        return None
    return to_decimal(line["order_amount"] / Decimal(line["quantity"]))


def _compare_keys(feed: str, key: list[str], records: list[Record]) -> None:
    """The same key twice: records that differ contradict each other, and of equal ones the first is the record."""
    by_key = defaultdict(list)
    for record in records:
        if record.readable and record.key(key):
            by_key[record.key(key)].append(record)
    for same in by_key.values():
        if len({tuple(record.raw.items()) for record in same}) > 1:
            for record in same:
                record.reasons.append(f"{feed}.key.conflict")
        else:
            for record in same[1:]:
                record.reasons.append(f"{feed}.row.repeat")
