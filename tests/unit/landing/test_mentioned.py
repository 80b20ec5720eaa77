"""What is kept of the key of a record that cannot be read."""

import io
from dataclasses import replace

import pytest

from lakegraph.landing.feeds import declared_feeds
from lakegraph.landing.header import map_columns
from lakegraph.landing.mentioned import mentioned_key
from lakegraph.landing.readers.contract import Reason, Rejected
from lakegraph.landing.readers.csv import CsvDialect, read_csv
from lakegraph.landing.readers.framing import Limits

LIMITS = Limits()
CUSTOMERS, INVENTORY = "customer_id,first_name,address", "stock_quantity,product_id,reorder_level"


def kept(feed: str, header: str, line: bytes, delimiter: str = ",", limits: Limits = LIMITS) -> str | None:
    """What is kept of the key of the one record of a file, which cannot be read."""
    mapped = []

    def choose(names):
        mapped.append(map_columns(names, declared_feeds()[feed], {}, delimiter))
        return mapped[0].positions

    chunks = read_csv(io.BytesIO(header.encode() + b"\n" + line + b"\n"), CsvDialect(delimiter, limits=limits), choose)
    [rejected] = [record for chunk in chunks for record in chunk.rejected]
    return mentioned_key(rejected, declared_feeds()[feed], mapped[0])


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (b'57,Bob,"12 Oak St', "57"),
        (b'"5""7",Bob,"12 Oak St', '5"7'),
        (b'"57" ,Bob,12 Oak St', None),
        (b'"57,Bob,12 Oak St', None),
        (b"57,Bob,12,Oak St", "57\x1fBob"),
        (b"57,Bob", "57"),
        (b" 57 \xc2\xa0", "57"),
        (b"57,Bob,\xff", "57"),
        (b"5\xff7,Bob,12 Oak St", None),
        (b"5\x1f7,Bob", None),
    ],
)
def test_it_is_what_stands_in_the_place_of_the_key(record, expected):
    assert kept("customers", CUSTOMERS, record) == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (b'5,P1,"x', None),
        (b'5,"P1', None),
        (b"5,P1,9,x", "P1\x1f9"),
        (b"P1,9", "P1\x1f9"),
        (b"P1", "P1"),
        (b'5,"P,1",9,"a b","c"', "P,1\x1f9\x1fa b"),
    ],
)
def test_fields_too_many_or_too_few_may_have_moved_the_key(record, expected):
    assert kept("inventory", INVENTORY, record) == expected


@pytest.mark.parametrize("end", [b"\n", b"\r"])
def test_in_a_record_of_several_lines_any_word_may_be_a_key(end):
    lines = [b'S1,"Acme,a@x,DE', b"S2,Beta,b@x,FR", b'S3,Gamma,c@x",IT']

    assert kept("suppliers", "supplier_id,supplier_name,contact_email,country", end.join(lines)) is None


def test_a_quote_that_breaks_the_record_hides_by_how_much_the_key_has_moved():
    assert kept("suppliers", "supplier_name,supplier_id,country", b'Smith, John,S1,"DE') is None


def test_any_delimiter_is_minded():
    assert kept("customers", CUSTOMERS.replace(",", ";"), b"57;Bob, 12;Oak;St", ";") == "57\x1fBob, 12"


def test_of_a_record_that_is_cut_off_whole_fields_count():
    short = Limits(block=64, record=256, raw_text=64)

    assert kept("customers", CUSTOMERS, b"57,Bob," + b"x" * 300, limits=short) == "57"
    assert kept("customers", CUSTOMERS, b"5" * 300 + b",Bob,", limits=short) is None


def test_where_the_file_lacks_the_column_nothing_can_be_told():
    feed = replace(declared_feeds()["customers"], required=())
    columns = map_columns(("first_name", "address"), feed, {}, ",")

    assert mentioned_key(Rejected(2, Reason.FIELD_COUNT, "", "57", ("57",), True), feed, columns) is None


def test_it_lands_beside_the_record(place):
    place.suppliers("2025_01_15", "S1")
    place.drop("categories_2025_01_15.csv", 'category_name,category_id\nBooks,C1\n"Toys,C2\nGames,C3,x\n')
    place.trigger("2025_01_15")

    place.land()

    assert [(row["source_line"], row["key_texts"]) for row in place.table("rejected_records")] == [
        (3, None),
        (4, "C3\x1fx"),
    ]
