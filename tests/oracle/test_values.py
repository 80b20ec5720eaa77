"""The oracle's own typing; expected values are written by hand."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.oracle.values import clean, typed


@pytest.mark.parametrize(
    ("text", "declared", "value"),
    [
        ("7", "integer", 7),
        ("-7.000", "integer", -7),
        ("3.7", "integer", None),
        ("1e3", "integer", None),
        ("9223372036854775807", "integer", 2**63 - 1),
        ("9223372036854775808", "integer", None),
        ("12.34565", "decimal", Decimal("12.3457")),
        ("-12.34565", "decimal", Decimal("-12.3457")),
        ("1e1", "decimal", Decimal("10")),
        (".5", "decimal", Decimal("0.5")),
        ("12,50", "decimal", None),
        ("1e30", "decimal", None),
        ("99999999999999.9999", "decimal", Decimal("99999999999999.9999")),
        ("99999999999999.99995", "decimal", None),
        ("NaN", "decimal", None),
        ("Yes", "boolean", True),
        ("0", "boolean", False),
        ("perhaps", "boolean", None),
        ("2024-02-29", "date", date(2024, 2, 29)),
        ("2025-02-29", "date", None),
        ("29.02.2024", "date", None),
        ("0000-01-01", "date", None),
        ("2025-01-15T23:30:00-05:00", "date", date(2025, 1, 15)),
        ("2025-01-15 24:00", "date", None),
        ("2025-02-29T08:00Z", "date", None),
        ("2025-01-15T00:30+15:00", "date", None),
        ("9999-12-31T23:59:59-05:00", "date", date(9999, 12, 31)),
        ("0001-01-01 00:00+14:00", "date", date(1, 1, 1)),
        ("9999-12-31T23:59:59-05:00", "timestamp", None),
        ("2025-01-15", "timestamp", datetime(2025, 1, 15)),
        ("2025-01-15 23:30:00.25", "timestamp", datetime(2025, 1, 15, 23, 30, 0, 250000)),
        ("2025-01-15T23:30:00-05:00", "timestamp", datetime(2025, 1, 16, 4, 30)),
        ("2025-01-15T00:30Z", "timestamp", datetime(2025, 1, 15, 0, 30)),
        ("2025-01-15T00:30+15:00", "timestamp", None),
        ("2025-01-15 23:60:00", "timestamp", None),
        ("yesterday", "timestamp", None),
    ],
)
def test_texts_are_read_as_what_they_wholly_are(text, declared, value):
    assert typed(text, declared) == value


def test_blanks_at_the_ends_are_no_content():
    assert clean(" \u00a0Ada Byron\ufeff\t") == "Ada Byron"
    assert clean(" \u200b\r\n") is None
    assert clean(None) is None
