"""Options on values: nulls, decimal commas, dates."""

import pyarrow as pa
import pytest

from lakegraph.landing.values import ValueOptions, apply_options


def applied(values, declared_type, **options):
    return apply_options(pa.array(values, pa.string()), declared_type, ValueOptions(**options)).to_pylist()


@pytest.mark.parametrize("declared_type", ["string", "decimal", "date"])
def test_null_values_become_null_when_they_are_the_whole_value(declared_type):
    found = applied(["NULL", "", "NULLS", "null", " NULL", None], declared_type, null_values=("NULL", ""))

    assert found == [None, None, "NULLS", "null", " NULL", None]


def test_decimal_commas_become_points_and_strange_numbers_stay():
    values = ["1.234,56", "1.234.567", "12,5", "-3,0", "+7", " 1,5 ", "1.23", "1,2,3", "1.2345,6", "x", "", None]

    assert applied(values, "decimal", decimal_comma=True) == [
        *("1234.56", "1234567", "12.5", "-3.0", "+7", " 1.5 "),
        *("1.23", "1,2,3", "1.2345,6", "x", "", None),
    ]


@pytest.mark.parametrize("declared_type", ["string", "boolean", "date"])
def test_decimal_comma_leaves_other_types_alone(declared_type):
    assert applied(["1.234,56"], declared_type, decimal_comma=True) == ["1.234,56"]


def test_dates_become_iso_and_what_is_no_date_stays():
    values = ["31.01.2024", "1.2.2024", "31.02.2024", "2024-01-31", "", None]

    assert applied(values, "date", date_format="%d.%m.%Y") == [
        *("2024-01-31", "2024-02-01", "31.02.2024", "2024-01-31", "", None),
    ]


def test_times_become_iso_in_utc():
    assert applied(["31/01/2024 23:30"], "timestamp", date_format="%d/%m/%Y %H:%M") == ["2024-01-31 23:30:00"]
    assert applied(["31/01/2024 23:30 -0200"], "timestamp", date_format="%d/%m/%Y %H:%M %z") == ["2024-02-01 01:30:00"]


def test_date_format_leaves_other_types_alone():
    assert applied(["31.01.2024"], "string", date_format="%d.%m.%Y") == ["31.01.2024"]
