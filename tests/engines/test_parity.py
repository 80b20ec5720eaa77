from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from tests.engines.parity import canonical, first_difference


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, Decimal("1.0000")),
        (Decimal("12.50"), Decimal("12.5000")),
        (0.1 + 0.2, 0.3),
        (1e300, 1.00000000000001e300),
        (float("nan"), float("nan")),
        (datetime(2025, 1, 15, 8, tzinfo=UTC), datetime(2025, 1, 15, 8)),
        (datetime(2025, 1, 15, 10, tzinfo=timezone(timedelta(hours=2))), datetime(2025, 1, 15, 8)),
    ],
)
def test_the_same_value_of_two_engines_is_the_same(one, other):
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("12.5000"), Decimal("12.5001")),
        (0.3, 0.30000000001),
        (1.0, 1),
        (True, 1),
        (None, ""),
        ("a", "a "),
        (date(2025, 1, 15), datetime(2025, 1, 15)),
        (datetime(2025, 1, 15, 8), datetime(2025, 1, 15, 8, 0, 0, 1)),
    ],
)
def test_other_values_and_other_types_are_not(one, other):
    assert canonical(one) != canonical(other)


def test_a_type_that_nobody_has_thought_of_is_refused():
    with pytest.raises(TypeError, match=r"\[1\] is of the type list"):
        canonical([1])


def _rows(*rows):
    return lambda relation, columns: rows


def test_rows_are_the_same_in_any_order():
    assert first_difference("gold.x", ["id", "n"], _rows(("a", 1), ("b", 2)), _rows(("b", 2), ("a", 1))) is None


def test_a_row_that_comes_twice_is_a_difference():
    words = first_difference("gold.x", ["id"], _rows(("a",)), _rows(("a",), ("a",)))

    assert words == "gold.x: 0 of 1 rows are missing, 1 are too many.\n  too much: id='a'"


def test_the_first_row_that_differs_is_named_with_the_one_nearest_to_it():
    expected = _rows(("a", 1, Decimal("2.50")), ("b", 2, Decimal("3")), ("c", 3, None))
    found = _rows(("a", 1, Decimal("2.5")), ("b", 2, Decimal("3.01")), ("c", 4, None))

    assert first_difference("gold.x", ["id", "n", "price"], expected, found) == (
        "gold.x: 2 of 3 rows are missing, 2 are too many.\n"
        "  missing: id='b', n=2, price=3\n"
        "  nearest:  id='b', n=2, price=3.01\n"
        "  they differ in price"
    )
