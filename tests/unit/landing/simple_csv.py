"""A second reading of the CSV grammar, byte by byte, to compare the reader with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Record:
    line: int
    fields: tuple[str, ...] | None
    reason: str | None = None


class BadQuote(Exception):
    pass


def parse(data: bytes, delimiter: str) -> list[Record]:
    """All records of a file, its header first; a record without fields was rejected."""
    records = []
    position, line = 0, 1
    while position < len(data):
        try:
            fields, end = parse_record(data, position, delimiter.encode())
        except BadQuote:
            end = line_end(data, position)
            records.append(Record(line, None, "record.unterminated_quote"))
        else:
            if data[position:end]:
                records.append(judged(line, fields))
        following = after_line_end(data, end)
        line += count_lines(data[position:following])
        position = following
    return records


def judged(line: int, fields: list[bytes]) -> Record:
    try:
        return Record(line, tuple(field.decode("utf-8") for field in fields))
    except UnicodeDecodeError:
        return Record(line, None, "record.encoding")


def parse_record(data: bytes, position: int, delimiter: bytes) -> tuple[list[bytes], int]:
    fields = []
    while True:
        if data[position : position + 1] == b'"':
            value, position = parse_quoted(data, position + 1)
        else:
            begin = position
            while position < len(data) and data[position : position + 1] not in (delimiter, b"\r", b"\n"):
                position += 1
            value = data[begin:position]
        fields.append(value)
        if data[position : position + 1] != delimiter:
            break
        position += 1
    if data[position : position + 1] not in (b"", b"\r", b"\n"):
        raise BadQuote
    return fields, position


def parse_quoted(data: bytes, position: int) -> tuple[bytes, int]:
    value = b""
    while position < len(data):
        if data[position : position + 2] == b'""':
            value += b'"'
            position += 2
        elif data[position : position + 1] == b'"':
            return value, position + 1
        else:
            value += data[position : position + 1]
            position += 1
    raise BadQuote


def line_end(data: bytes, position: int) -> int:
    while position < len(data) and data[position : position + 1] not in (b"\r", b"\n"):
        position += 1
    return position


def after_line_end(data: bytes, position: int) -> int:
    if data[position : position + 2] == b"\r\n":
        return position + 2
    return min(position + 1, len(data))


def count_lines(data: bytes) -> int:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
