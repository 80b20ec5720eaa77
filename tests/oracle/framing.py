"""Cuts a CSV file into records: RFC 4180, with the line on which each record starts.

A field that begins with a quote is quoted, and its closing quote must be followed by a delimiter or a line end; a quote
inside an unquoted field is a character like any other. A record whose quotes do not close so loses its first line only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LINE_END = re.compile(rb"\r\n|\r|\n")
QUOTED = re.compile(rb'"((?:[^"]|"")*)"')
QUOTED_TEXT = re.compile(r'"((?:[^"]|"")*)"')


@dataclass(frozen=True)
class Framed:
    """A record of a file: its fields, or the reason why it has none."""

    line: int
    fields: tuple[str, ...] | None
    reason: str | None
    raw_text: str


def read_file(data: bytes, delimiter: str = ",") -> tuple[list[str], list[Framed]]:
    """The header's names and every record below it; lines without a character are no records."""
    records = frame(data.removeprefix(BYTE_ORDER_MARK), delimiter.encode())
    header = next(records)
    names = [name.strip() for name in header.fields]
    return names, [_counted(record, len(names)) for record in records]


def frame(data: bytes, delimiter: bytes) -> Iterator[Framed]:
    """The records of a file in order, its header first, whatever the number of their fields."""
    position, line = 0, 1
    while position < len(data):
        fields, end = _fields(data, position, delimiter)
        if fields is None:
            end = _line_end(data, position)
        raw = data[position:end]
        if fields is None:
            yield Framed(line, None, "record.unterminated_quote", _shown(raw))
        elif raw:
            yield _decoded(line, fields, raw)
        following = LINE_END.match(data, end)
        after = following.end() if following else len(data)
        line += len(LINE_END.findall(data, position, after))
        position = after


def _fields(data: bytes, position: int, delimiter: bytes) -> tuple[list[bytes] | None, int]:
    """The fields of the record that starts here and where it ends; no fields when its quotes do not close."""
    end = _line_end(data, position)
    if data.find(b'"', position, end) < 0:
        return data[position:end].split(delimiter), end
    fields = []
    while True:
        if data.startswith(b'"', position):
            quoted = QUOTED.match(data, position)
            if quoted is None:
                return None, position
            fields.append(quoted[1].replace(b'""', b'"'))
            position = quoted.end()
        else:
            end = _line_end(data, position)
            stop = data.find(delimiter, position, end)
            stop = end if stop < 0 else stop
            fields.append(data[position:stop])
            position = stop
        if data.startswith(delimiter, position):
            position += len(delimiter)
        elif position == len(data) or LINE_END.match(data, position):
            return fields, position
        else:
            return None, position


def parts(text: str, delimiter: str = ",") -> tuple[list[str], bool]:
    """The fields of a record that cannot be read, up to the first whose quotes are wrong, and whether these are all."""
    found = []
    while True:
        if text.startswith('"'):
            quoted = QUOTED_TEXT.match(text)
            if quoted is None:
                return found, False
            field, rest = quoted[1].replace('""', '"'), text[quoted.end() :]
        else:
            field = text.split(delimiter, 1)[0]
            rest = text[len(field) :]
        if not rest:
            return [*found, field], True
        if not rest.startswith(delimiter):
            return found, False
        found.append(field)
        text = rest[len(delimiter) :]


def _line_end(data: bytes, position: int) -> int:
    found = LINE_END.search(data, position)
    return found.start() if found else len(data)


def _decoded(line: int, fields: list[bytes], raw: bytes) -> Framed:
    try:
        return Framed(line, tuple(field.decode("utf-8") for field in fields), None, raw.decode("utf-8"))
    except UnicodeDecodeError:
        return Framed(line, None, "record.encoding", _shown(raw))


def _counted(record: Framed, width: int) -> Framed:
    if record.fields is None or len(record.fields) == width:
        return record
    return Framed(record.line, None, "record.field_count", record.raw_text)


def _shown(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")
