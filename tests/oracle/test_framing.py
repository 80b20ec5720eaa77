"""The oracle's own reading of CSV; expected values are written by hand."""

import pytest

from tests.oracle.framing import read_file


def read(data: bytes, delimiter: str = ","):
    names, records = read_file(data, delimiter)
    return names, [(record.line, record.fields or record.reason) for record in records]


@pytest.mark.parametrize(
    ("data", "records"),
    [
        (b"a,b\n1,2\n3,4\n", [(2, ("1", "2")), (3, ("3", "4"))]),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n\r\n3,4", [(2, ("1", "2")), (4, ("3", "4"))]),
        (b"a,b\r1,2\r3,4\r", [(2, ("1", "2")), (3, ("3", "4"))]),
        (b'a,b\n1,"x\r\ny"\n2,"say ""hi"""\n', [(2, ("1", "x\r\ny")), (4, ("2", 'say "hi"'))]),
        (b'a,b\n1,12" screen\n,""\n', [(2, ("1", '12" screen')), (3, ("", ""))]),
        (b"a,b\n", []),
    ],
)
def test_good_records_have_the_line_on_which_they_start(data, records):
    assert read(data) == (["a", "b"], records)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"1", "record.field_count"),
        (b"1,2,3", "record.field_count"),
        (b"  ", "record.field_count"),
        (b"1,caf\xe9", "record.encoding"),
        (b"1,\xe9,3", "record.encoding"),
        (b'1,"open', "record.unterminated_quote"),
        (b'"1"x,2', "record.unterminated_quote"),
    ],
)
def test_a_bad_record_is_lost_alone(bad, reason):
    found = read(b"a,b\ngood,1\n" + bad + b'\ngood,"2"\n')

    assert found == (["a", "b"], [(2, ("good", "1")), (3, reason), (4, ("good", "2"))])


def test_raw_text_shows_bytes_that_are_no_text():
    _, (record,) = read_file(b"a;b\n1;\xe9;\xc3\xa9\n", ";")

    assert (record.line, record.raw_text) == (2, "1;\\xe9;é")
