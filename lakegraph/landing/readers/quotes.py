"""Which lines end a record: those whose end lies outside quotes.

A field is quoted when it begins with a quote; its closing quote must be followed by a delimiter or a line end. A quote inside
an unquoted field is a character like any other. A record that opens a quote and does not close it so loses its first line
only: the next line begins a new record.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lakegraph.landing.readers.lines import CR, LF, Lines

if TYPE_CHECKING:
    import numpy as np

QUOTE = ord('"')


@dataclass(frozen=True)
class Settled:
    """The lines whose meaning is known; more data may be needed for those after them.

    Attributes:
        ends_record: for each settled line, whether a record ends with it.
        unterminated: lines that open a quote and do not close it, with what is wrong; each counts as a record of its own.
    """

    ends_record: "np.ndarray"
    unterminated: dict[int, str]


def settle(data: bytes, lines: Lines, delimiter: str, final: bool, longest: int) -> Settled:
    """Settle as many lines as possible.

    Args:
        data: text that begins with a record.
        lines: its lines.
        delimiter: what separates fields.
        final: nothing follows.
        longest: a quote that is not closed within so many bytes is not closed at all.
    """
    import numpy as np

    if b'"' not in data:
        return Settled(np.ones(len(lines), bool), {})
    settled = _settle_well_formed(data, lines, delimiter)
    if settled is not None:
        known = len(settled.ends_record)
        rest = len(data) - (lines.nexts[known - 1] if known else 0)
        if rest == 0 or (not final and rest < longest):
            return settled
    return _settle_any(data, lines, delimiter, final, longest)


def _settle_well_formed(data: bytes, lines: Lines, delimiter: str) -> Settled | None:
    """Settle by counting quotes, at memory speed; None when a quote stands where none may."""
    import numpy as np

    codes = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(codes == QUOTE)
    outside = np.searchsorted(quotes, lines.ends) % 2 == 0
    known = np.flatnonzero(outside)
    if not known.size:
        return Settled(outside[:0], {})
    count = known[-1] + 1
    quotes = quotes[: np.searchsorted(quotes, lines.ends[count - 1])]
    opening, closing = quotes[0::2], quotes[1::2]
    borders = np.zeros(256, bool)
    borders[[ord(delimiter), LF, CR]] = True
    doubled = closing[:-1] + 1 == opening[1:]
    before = borders[codes[opening - 1]] | (opening == 0)
    after = borders[codes.take(closing + 1, mode="clip")] | (closing + 1 == len(codes))
    before[1:] |= doubled
    after[:-1] |= doubled
    return Settled(outside[:count], {}) if before.all() and after.all() else None


def _settle_any(data: bytes, lines: Lines, delimiter: str, final: bool, longest: int) -> Settled:
    """Settle record by record wherever there are quotes."""
    import numpy as np

    grammar = _grammar(delimiter)
    ends, starts = lines.ends.tolist(), [0, *lines.nexts.tolist()]
    ends_record = np.zeros(len(lines), bool)
    unterminated: dict[int, str] = {}
    line = 0
    while line < len(ends):
        quote = data.find(b'"', starts[line])
        quoted = bisect_left(ends, quote) if quote >= 0 else len(ends)
        ends_record[line:quoted] = True
        line = quoted
        if line == len(ends):
            break
        end = grammar.record_end(data, starts[line])
        last = bisect_left(ends, end)
        if last < len(ends) and ends[last] == end:
            ends_record[last] = True
            line = last + 1
        elif not final and len(data) - starts[line] < longest and not grammar.text_after_quote(data, end):
            break
        else:
            unterminated[line] = grammar.fault(data, starts[line], end)
            ends_record[line] = True
            line += 1
    return Settled(ends_record[:line], unterminated)


def leading_fields(record: bytes, delimiter: str) -> tuple[list[bytes], bool]:
    """The fields of a record up to the first that is not well-formed, without their quotes, and whether these are all."""
    if b'"' not in record:
        return record.split(delimiter.encode()), True
    return _grammar(delimiter).leading_fields(record)


@dataclass(frozen=True)
class _Grammar:
    record: re.Pattern[bytes]
    field: re.Pattern[bytes]
    delimiter: bytes

    def record_end(self, data: bytes, start: int) -> int:
        """Where the well-formed fields of a record end: at its line end if all is well."""
        found = self.record.match(data, start)
        return found.end() if found else start

    def text_after_quote(self, data: bytes, end: int) -> bool:
        """Whether the fields end because text follows a closing quote, rather than because one is never closed."""
        following = data[end : end + 1]
        return following not in (b"", b"\r", b"\n", b'"', self.delimiter)

    def fault(self, data: bytes, start: int, end: int) -> str:
        """What is wrong at the end of the well-formed fields."""
        field, begin = 1, start
        while found := self.field.match(data, begin):
            if not data.startswith(self.delimiter, found.end()):
                break
            field, begin = field + 1, found.end() + 1
        if self.text_after_quote(data, end):
            return f"field {field} goes on after its closing quote"
        return f"field {field} opens a quote that is not closed"

    def leading_fields(self, record: bytes) -> tuple[list[bytes], bool]:
        """The well-formed fields at the beginning of a record, and whether these are all."""
        fields, begin = [], 0
        while found := self.field.match(record, begin):
            is_last = found.end() == len(record)
            if not (is_last or record.startswith(self.delimiter, found.end())):
                break
            fields.append(_unquoted(found[0]))
            if is_last:
                return fields, True
            begin = found.end() + 1
        return fields, False


def _unquoted(field: bytes) -> bytes:
    return field[1:-1].replace(b'""', b'"') if field.startswith(b'"') else field


@cache
def _grammar(delimiter: str) -> _Grammar:
    mark = re.escape(delimiter.encode())
    field = rb'(?:"[^"]*+(?:""[^"]*+)*+"|(?!")[^%b\r\n]*+)' % mark
    return _Grammar(
        record=re.compile(rb"%b(?:%b%b)*+" % (field, mark, field)),
        field=re.compile(field),
        delimiter=delimiter.encode(),
    )
