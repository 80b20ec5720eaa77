"""Values of every type of a warehouse: as DuckDB writes them, and as a graph must give them back."""

import math
from datetime import date, datetime, time

LONG = 3_000_000
# name to DuckDB's expression and what the graph must give back
VALUES = {
    "tiny": ("'-128'::tinyint", -128),
    "unsigned": ("'18446744073709551615'::ubigint - '9223372036854775808'::ubigint", 2**63 - 1),
    "least": ("'-9223372036854775808'::bigint", -(2**63)),
    "total": ("'9223372036854775807'::hugeint", 2**63 - 1),
    "totals": ("['1'::hugeint, '-2'::hugeint]", [1, -2]),
    "price": ("1234567890123.45::decimal(15, 2)", 1234567890123.45),
    "real": ("0.1::float", 0.10000000149011612),
    "infinite": ("'-infinity'::double", -math.inf),
    "not_a_number": ("'nan'::double", math.nan),
    "no_zero": ("'-0.0'::double", -0.0),
    "id_text": ("'123e4567-e89b-12d3-a456-426614174000'::uuid", "123e4567-e89b-12d3-a456-426614174000"),
    "ids": ("['123e4567-e89b-12d3-a456-426614174000'::uuid]", ["123e4567-e89b-12d3-a456-426614174000"]),
    "first_day": ("date '0001-01-01'", date(1, 1, 1)),
    "julian_day": ("date '1500-03-01'", date(1500, 3, 1)),
    "last_day": ("date '9999-12-31'", date(9999, 12, 31)),
    "days": ("[date '0999-01-01', date '2024-02-29']", [date(999, 1, 1), date(2024, 2, 29)]),
    "first_time": ("timestamp '0001-01-01 00:00:00.000001'", datetime(1, 1, 1, 0, 0, 0, 1)),
    "last_time": ("timestamp '9999-12-31 23:59:59.999999'", datetime(9999, 12, 31, 23, 59, 59, 999999)),
    "at": ("time '23:59:59.999999'", time(23, 59, 59, 999999)),
    "ats": ("[time '00:00:00']", [time(0)]),
    "at_zone": ("timetz '01:02:03.5+05:30'", "01:02:03.500000000+05:30"),
    "at_utc": ("timetz '01:02:03+00'", "01:02:03.000000000Z"),
    "span": ("interval '-14 month 3 days -26:05:06.000007'", (-14, 3, -93_906, -7_000)),
    "spans": ("[interval '1 day', interval '0 day']", [(0, 1, 0, 0), (0, 0, 0, 0)]),
    "long": (f"repeat('ß𝔘', {LONG})", "ß𝔘" * LONG),
    "unicode": (
        "'e' || chr(769) || ' é 𝔘 👩‍👩‍👧 ' || chr(0) || chr(8238) || ' end '",
        "e\u0301 é 𝔘 👩‍👩‍👧 \0\u202e end ",
    ),
    "blank": ("''", ""),
    "blanks": ("['', ' ']", ["", " "]),
    "nothing": ("[]::date[]", []),
}
# beyond what Python's own dates hold
TEXTS = {
    "ancient": ("date '0044-03-15 (BC)'", "-0043-03-15"),
    "ancient_time": ("timestamp '0044-03-15 (BC) 12:00:00'", "-0043-03-15T12:00:00"),
    "far": ("date '12345-12-31'", "+12345-12-31"),
    "far_instant": ("timestamptz '12345-12-31 23:59:59.999999+00'", "+12345-12-31T23:59:59.999999Z"),
    "nano": ("timestamp_ns '2024-01-01 00:00:00.123456789'", "2024-01-01T00:00:00.123456789"),
}
KEYS = {
    "text": ("''", "chr(0)"),
    "number": ("'-9223372036854775808'::bigint", "0::bigint"),
    "huge": ("'9223372036854775807'::hugeint", "0::hugeint"),
    "flag": ("true", "false"),
    "real": ("0.1::double", "'infinity'::double"),
    "price": ("0.10::decimal(5, 2)", "0.20::decimal(5, 2)"),
    "day": ("date '0044-03-15 (BC)'", "date '2024-01-01'"),
    "local": ("timestamp '2024-01-01 00:00:00.5'", "timestamp '0001-01-01 00:00:00'"),
    "nano": ("timestamp_ns '2024-01-01 00:00:00.000000001'", "timestamp_ns '2024-01-01 00:00:00'"),
    "instant": ("timestamptz '2024-01-01 00:00:00.000001+00'", "timestamptz '12345-01-01 00:00:00+00'"),
    "clock": ("time '00:00:00.000001'", "time '12:00:00'"),
    "zoned_clock": ("timetz '12:00:00+02'", "timetz '12:00:00+00'"),
    "uuid": ("'123e4567-e89b-12d3-a456-426614174000'::uuid", "'123e4567-e89b-12d3-a456-426614174001'::uuid"),
}


def select(values: dict) -> str:
    return "select 1 as id, " + ", ".join(f"{text} as {name}" for name, (text, *_) in values.items())
