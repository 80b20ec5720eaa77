"""Which column of a file becomes which column of its feed."""

import pytest

from lakegraph.landing.feeds import Feed
from lakegraph.landing.header import map_columns
from lakegraph.landing.readers.contract import UnreadableFileError

TYPES = {"order_id": "string", "amount": "decimal", "note": "string"}
FEED = Feed("orders", "delta", ("order_id", "amount"), TYPES, ("order_id",))


def test_columns_are_found_by_their_canonical_or_given_names():
    found = map_columns(("Total", "extra", "order_id"), FEED, {"amount": "Total"}, ",")

    assert found.positions == {"order_id": 2, "amount": 0}
    assert found.absent == ("note",)
    assert found.unmapped == ("extra",)


def test_a_letter_with_an_accent_is_the_same_however_it_is_composed():
    apart, whole = "Pre\u0301nom", "Pr\xe9nom"

    for header, named in ((apart, whole), (whole, apart)):
        assert map_columns((header, "order_id", "amount"), FEED, {"note": (named,)}, ",").positions["note"] == 0


def test_all_missing_columns_are_listed_with_a_guess():
    with pytest.raises(UnreadableFileError, match=r"lacks the columns order_id, amount; did you mean 'Order_ID'"):
        map_columns(("Order_ID", "x"), FEED, {}, ",")


def test_a_column_named_in_the_sources_file_must_be_there():
    with pytest.raises(UnreadableFileError, match="lacks the column remark"):
        map_columns(("order_id", "amount"), FEED, {"note": "remark"}, ",")


def test_of_several_names_the_first_that_is_there_counts_and_another_is_told():
    names = {"amount": ("Total", "Sum"), "note": ("remark", "comment")}

    assert map_columns(("order_id", "Sum"), FEED, names, ",").positions == {"order_id": 0, "amount": 1}
    both = map_columns(("Sum", "comment", "order_id", "Total"), FEED, names, ",")
    assert (both.positions, both.unmapped) == ({"order_id": 2, "amount": 3, "note": 1}, ("Sum",))


def test_a_required_column_of_several_names_must_have_one_of_them():
    with pytest.raises(UnreadableFileError, match=r"lacks the column Total or Sum; did you mean 'Totals'"):
        map_columns(("order_id", "Totals"), FEED, {"amount": ("Total", "Sum"), "note": ("remark", "comment")}, ",")


def test_a_name_may_be_that_of_several_columns():
    found = map_columns(("order_id", "sum"), FEED, {"amount": "sum", "note": ("remark", "sum")}, ",")

    assert found.positions == {"order_id": 0, "amount": 1, "note": 1}


@pytest.mark.parametrize(("separator", "shown"), [(";", "';'"), ("\t", "tab"), ("|", "'|'")])
def test_another_delimiter_is_suspected(separator, shown):
    with pytest.raises(UnreadableFileError) as raised:
        map_columns((separator.join(["order_id", "amount"]),), FEED, {}, ",")

    assert f"'delimiter' {shown}" in str(raised.value)


def test_a_needed_name_that_comes_twice_is_refused_and_another_is_not():
    with pytest.raises(UnreadableFileError, match="'amount' twice"):
        map_columns(("order_id", "amount", "amount"), FEED, {}, ",")

    assert map_columns(("order_id", "amount", "", ""), FEED, {}, ",").unmapped == ("", "")
