"""What a feed's options do to its values.

A value that is not written as its feed declares must not be read as if it were: `1.50` under a decimal comma may be one and
a half or a slip. It lands with a remark behind it, which no type can be read from, so that staging quarantines it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

NUMERIC = ("integer", "decimal")
TEMPORAL = ("date", "timestamp")
# What staging takes from the ends of a text too.
BLANKS = " \t\n\v\f\r\u00a0\u200b\u202f\ufeff"
# A first group of zero is no grouping: 0.500 is a half, written with a point.
# Groups are parted by points, or as in French by blanks.
GROUP_BLANKS = " \u00a0\u2009\u202f"
GROUPED = rf"[1-9]\d{{0,2}}((\.\d{{3}})+|([{GROUP_BLANKS}]\d{{3}})+)"
DECIMAL_COMMA = rf"^[{BLANKS}]*[+-]?({GROUPED}|\d+)(,\d+)?[{BLANKS}]*$"
BLANK = rf"^[{BLANKS}]*$"


@dataclass(frozen=True)
class ValueOptions:
    """How values are written where it is not plain ISO text.

    Attributes:
        decimal_comma: numbers are written 1.234,56.
        date_format: the strptime format of dates and times, or several, of which the first that fits holds.
        null_values: texts that mean that there is no value.
    """

    decimal_comma: bool = False
    date_format: str | tuple[str, ...] | None = None
    null_values: tuple[str, ...] = ()


def apply_options(column: "pa.Array", declared_type: str, options: ValueOptions) -> "pa.Array":
    """A column's texts, as numbers with a point, ISO dates (times in UTC) and nulls; misfits with a remark behind them.

    A date is that which is written, also where it would be another day in UTC.

    Args:
        column: the texts of one column.
        declared_type: the type that vars.yml gives it.
        options: how they are written.
    """
    if options.null_values:
        column = _without_nulls(column, options.null_values)
    if options.decimal_comma and declared_type in NUMERIC:
        column = _with_decimal_point(column)
    if options.date_format and declared_type in TEMPORAL:
        formats = (options.date_format,) if isinstance(options.date_format, str) else options.date_format
        column = _as_iso(column, formats, declared_type)
    return column


def _without_nulls(column: "pa.Array", null_values: tuple[str, ...]) -> "pa.Array":
    import pyarrow as pa
    import pyarrow.compute as pc

    # staging too takes blanks from the ends
    texts = pa.array([text.strip(BLANKS) for text in null_values], column.type)
    is_null = pc.is_in(pc.utf8_trim(column, characters=BLANKS), value_set=texts)
    return pc.if_else(is_null, pa.scalar(None, column.type), column)


def _with_decimal_point(column: "pa.Array") -> "pa.Array":
    import pyarrow.compute as pc

    fits = pc.match_substring_regex(column, DECIMAL_COMMA)
    plain = pc.replace_substring(pc.replace_substring_regex(column, f"[.{GROUP_BLANKS}]", ""), ",", ".")
    remarked = pc.binary_join_element_wise(column, " (not written with a decimal comma)", "")
    return pc.case_when(pc.make_struct(fits, pc.match_substring_regex(column, BLANK)), plain, column, remarked)


def _as_iso(column: "pa.Array", date_formats: tuple[str, ...], declared_type: str) -> "pa.Array":
    import pyarrow as pa

    distinct = column.dictionary_encode()
    iso = pa.array([_iso(text, date_formats, declared_type) for text in distinct.dictionary.to_pylist()], column.type)
    return iso.take(distinct.indices)


def _iso(text: str, date_formats: tuple[str, ...], declared_type: str) -> str:
    if not (written := text.strip(BLANKS)):
        return text
    for date_format in date_formats:
        try:
            return _in_iso(datetime.strptime(written, date_format), date_format, declared_type)
        except ValueError:
            continue
        except OverflowError:
            return f"{text} (outside the years 1 to 9999 in UTC)"
    return f"{text} (not written as {' or '.join(date_formats)})"


def _in_iso(moment: datetime, date_format: str, declared_type: str) -> str:
    # a date is that which is written, whatever day it is in UTC then: as staging takes it from ISO texts
    if declared_type == "date":
        moment = moment.replace(tzinfo=None)
    elif moment.tzinfo:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    timed = declared_type == "timestamp" or re.search("%[HIMSfcX]", date_format)
    return moment.isoformat(sep=" ") if timed else moment.date().isoformat()
