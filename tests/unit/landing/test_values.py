"""Options on values: nulls, decimal commas, dates."""

import pyarrow as pa
import pytest

from lakegraph.landing.values import ValueOptions, apply_options


def applied(values, declared_type, **options):
    return apply_options(pa.array(values, pa.string()), declared_type, ValueOptions(**options)).to_pylist()


@pytest.mark.parametrize("declared_type", ["string", "decimal", "date"])
def test_null_values_become_null_when_they_are_the_whole_value(declared_type):
    found = applied(["NULL", "", "NULLS", "null", " NULL\xa0", "  ", None], declared_type, null_values=("NULL ", ""))

    assert found == [None, None, "NULLS", "null", None, None, None]


@pytest.mark.parametrize("declared_type", ["integer", "decimal"])
def test_decimal_commas_become_points(declared_type):
    values = ["1.234,56", "1.234.567", "12.345", "12", "12,5", "-3,0", "+7", " 1,5\xa0", "0,5", "0"]
    values += ["1 234,56", "-1\u202f234\u202f567", "1\xa0234,5"]

    assert applied(values, declared_type, decimal_comma=True) == [
        *("1234.56", "1234567", "12345", "12", "12.5", "-3.0", "+7", "1.5", "0.5", "0"),
        *("1234.56", "-1234567", "1234.5"),
    ]


@pytest.mark.parametrize("declared_type", ["integer", "decimal"])
@pytest.mark.parametrize(
    "text",
    [
        "12.34",
        "1.50",
        "0.500",
        ".5",
        "1e5",
        "1,2,3",
        "1.2345,6",
        "1234.567",
        "12.345.6",
        "1,",
        "x",
        "1 2",
        "1.234 567",
        "0 500",
    ],
)
def test_a_number_without_decimal_comma_is_marked_so_that_staging_cannot_read_it(text, declared_type):
    assert applied([text, "1,5"], declared_type, decimal_comma=True) == [
        f"{text} (not written with a decimal comma)",
        "1.5",
    ]


def test_blank_values_are_no_numbers_and_no_dates_and_stay():
    blank = ["", " ", "\t\xa0", "\ufeff", None]

    assert applied(blank, "decimal", decimal_comma=True) == blank
    assert applied(blank, "date", date_format="%d.%m.%Y") == blank


def test_null_values_are_null_before_they_can_be_badly_written():
    assert applied(["n/a", "1,5"], "decimal", decimal_comma=True, null_values=("n/a",)) == [None, "1.5"]
    assert applied(["n/a"], "date", date_format="%d.%m.%Y", null_values=("n/a",)) == [None]


@pytest.mark.parametrize("declared_type", ["string", "boolean", "date"])
def test_decimal_comma_leaves_other_types_alone(declared_type):
    assert applied(["1.234,56"], declared_type, decimal_comma=True) == ["1.234,56"]


def test_dates_become_iso_and_what_does_not_fit_the_format_is_marked():
    values = ["31.01.2024", "\xa01.2.2024\u200b", "31.02.2024", "2024-01-31", "", None]

    assert applied(values, "date", date_format="%d.%m.%Y") == [
        *("2024-01-31", "2024-02-01"),
        "31.02.2024 (not written as %d.%m.%Y)",
        "2024-01-31 (not written as %d.%m.%Y)",
        *("", None),
    ]


def test_times_become_iso_in_utc():
    assert applied(["31/01/2024 23:30"], "timestamp", date_format="%d/%m/%Y %H:%M") == ["2024-01-31 23:30:00"]
    assert applied(["31/01/2024 23:30 -0200"], "timestamp", date_format="%d/%m/%Y %H:%M %z") == ["2024-02-01 01:30:00"]


@pytest.mark.parametrize("zone", ["-0500", "+0300", "-05:00", "Z", "+1400"])
@pytest.mark.parametrize("time", ["23:30:00", "00:30:00"])
def test_the_date_in_a_text_with_a_zone_is_that_which_is_written(time, zone):
    [found] = applied([f"2025-01-05T{time}{zone}"], "date", date_format="%Y-%m-%dT%H:%M:%S%z")

    assert found == f"2025-01-05 {time}"


def test_a_date_is_read_that_its_zone_moves_out_of_the_calendar():
    assert applied(["9999-12-31 23:59 -0500"], "date", date_format="%Y-%m-%d %H:%M %z") == ["9999-12-31 23:59:00"]


def test_date_format_leaves_other_types_alone():
    assert applied(["31.01.2024"], "string", date_format="%d.%m.%Y") == ["31.01.2024"]


def test_a_time_that_no_calendar_has_in_utc_is_marked():
    values = ["9999-12-31 23:59:59 -0500", "0001-01-01 00:00:00 +0100", "2024-01-31 00:00:00 +0100"]

    assert applied(values, "timestamp", date_format="%Y-%m-%d %H:%M:%S %z") == [
        "9999-12-31 23:59:59 -0500 (outside the years 1 to 9999 in UTC)",
        "0001-01-01 00:00:00 +0100 (outside the years 1 to 9999 in UTC)",
        "2024-01-30 23:00:00",
    ]


def test_of_several_date_formats_the_first_that_fits_holds():
    formats = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%m/%d/%Y")

    assert applied(["15/01/2024", "02/01/2024", "01/15/2024", "15/15/2024", " "], "date", date_format=formats) == [
        *("2024-01-15", "2024-01-02", "2024-01-15"),
        "15/15/2024 (not written as %d/%m/%Y or %d/%m/%Y %H:%M or %m/%d/%Y)",
        " ",
    ]
    assert applied(["15/01/2024", "15/01/2024 10:22"], "timestamp", date_format=formats) == [
        *("2024-01-15 00:00:00", "2024-01-15 10:22:00"),
    ]
