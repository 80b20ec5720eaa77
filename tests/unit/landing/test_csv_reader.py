"""What the reader does with each kind of good and bad CSV; expected values are written by hand."""

import gzip
import io

import pytest

from lakegraph.landing.readers.contract import UnreadableFileError
from lakegraph.landing.readers.csv import CsvDialect, read_csv
from lakegraph.landing.readers.framing import Limits, frames


def read(data: bytes, delimiter=",", encoding="utf-8", limits=None):
    dialect = CsvDialect(delimiter, encoding, limits or Limits())
    chunks = list(read_csv(io.BytesIO(data), dialect, lambda names: {name: i for i, name in enumerate(names)}))
    rows = [tuple(row.values()) for chunk in chunks for row in chunk.batch.to_pylist()]
    rejected = [
        (record.line, record.reason.value, record.detail, record.raw_text)
        for chunk in chunks
        for record in chunk.rejected
    ]
    assert sum(chunk.records_read for chunk in chunks) == len(rows) + len(rejected)
    return rows, rejected


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"a,b\n1,2\n3,4\n", [("1", "2", 2), ("3", "4", 3)]),
        (b"a,b\n1,2\n3,4", [("1", "2", 2), ("3", "4", 3)]),
        (b"a,b\r\n1,2\r\n3,4\r\n", [("1", "2", 2), ("3", "4", 3)]),
        (b"a,b\r1,2\r3,4\r", [("1", "2", 2), ("3", "4", 3)]),
        (b"\xef\xbb\xbfa,b\n1,2\n", [("1", "2", 2)]),
        (b"\n\na,b\n\n1,2\n\n\n3,4\n\n", [("1", "2", 5), ("3", "4", 8)]),
        (b'"a","b"\n"1","2"\n', [("1", "2", 2)]),
        (b' a ,"b "\n1,2\n', [("1", "2", 2)]),
        (b'a,b\n1,"x\ny"\n2,"p\r\nq\r\n"\n3,4\n', [("1", "x\ny", 2), ("2", "p\r\nq\r\n", 4), ("3", "4", 7)]),
        (b'a,b\n1,"say ""hi"""\n', [("1", 'say "hi"', 2)]),
        (b'a,b\n1,12" screen\n2,x"y"z\n', [("1", '12" screen', 2), ("2", 'x"y"z', 3)]),
        (b'a,b\n,""\n', [("", "", 2)]),
        (b"a,b\n1,x\0y\n", [("1", "x\0y", 2)]),
        (b"a\n1\n\n2\n", [("1", 2), ("2", 4)]),
        (b"a,b\n", []),
        (b"a,b", []),
        ("a,b\n1,naïve 日本\n".encode(), [("1", "naïve 日本", 2)]),
    ],
)
def test_good_files_are_read_whole_with_their_lines(data, rows):
    assert read(data) == (rows, [])


@pytest.mark.parametrize(
    ("bad", "rejected"),
    [
        (b"1", (3, "record.field_count", "expected 2 fields, found 1", "1")),
        (b"1,2,3", (3, "record.field_count", "expected 2 fields, found 3", "1,2,3")),
        (b"  ", (3, "record.field_count", "expected 2 fields, found 1", "  ")),
        (b'1,"x\ny",3', (3, "record.field_count", "expected 2 fields, found 3", '1,"x\ny",3')),
        (b"1,caf\xe9", (3, "record.encoding", "byte 6 of the record is not utf-8", "1,caf\\xe9")),
        (b"1,\xe9,3", (3, "record.encoding", "byte 3 of the record is not utf-8", "1,\\xe9,3")),
        (b"1,\xed\xa0\x80", (3, "record.encoding", "byte 3 of the record is not utf-8", "1,\\xed\\xa0\\x80")),
        (b'1,"open', (3, "record.unterminated_quote", "field 2 opens a quote that is not closed", '1,"open')),
        (b'"1"x,2', (3, "record.unterminated_quote", "field 1 goes on after its closing quote", '"1"x,2')),
    ],
)
def test_a_bad_record_is_rejected_alone(bad, rejected):
    lines_below = bad.count(b"\n") + 4

    rows, found = read(b"a,b\ngood,1\n" + bad + b"\ngood,2\n")

    assert rows == [("good", "1", 2), ("good", "2", lines_below)]
    assert found == [rejected]


def test_an_open_quote_costs_one_line_even_where_later_records_are_quoted():
    rows, rejected = read(b'a,b\n1,"open\n2,"quoted, fine"\n3,"two\nlines"\n')

    assert rows == [("2", "quoted, fine", 3), ("3", "two\nlines", 4)]
    assert rejected == [(2, "record.unterminated_quote", "field 2 goes on after its closing quote", '1,"open')]


def test_an_open_quote_does_not_swallow_a_file_of_many_blocks():
    body = b"".join(b"%d,x\n" % number for number in range(2, 2000))

    rows, rejected = read(b'a,b\n1,"open\n' + body, limits=Limits(block=256, record=1024))

    assert [row[0] for row in rows] == [str(number) for number in range(2, 2000)]
    assert [record[:2] for record in rejected] == [(2, "record.unterminated_quote")]


@pytest.mark.parametrize("line", [b"1,x\n", b'1,"x\nx"\n', b'1,"open\n', b'"open', b"x"])
def test_no_more_than_a_block_and_a_record_is_held(line):
    limits = Limits(block=1000, record=500)
    stream = io.BytesIO(b"a,b\n" + line * 20_000)

    assert max(len(frame.data) for frame in frames(stream, ",", limits)) <= limits.block + limits.record


def test_a_record_beyond_the_limit_is_rejected_and_cut():
    limits = Limits(block=64, record=100, raw_text=10)

    rows, rejected = read(b"a,b\r\n1," + b"x" * 1000 + b"\r\n2,y\r\n3," + b"z" * 200, limits=limits)

    assert rows == [("2", "y", 3)]
    assert rejected == [
        (2, "record.too_large", "1002 bytes, more than 100", "1,xxxxxxxx"),
        (4, "record.too_large", "202 bytes, more than 100", "3,zzzzzzzz"),
    ]


def test_records_are_the_same_whatever_the_size_of_the_blocks():
    data = b'a,b\r\n1,"x\r\ny"\r\n\r\n2,\xff\r\n3\r\n4,"z""z"\r\n5,"open\r\n6,7\r\n'
    whole = read(data)

    assert [read(data, limits=Limits(block=size, record=1000)) for size in range(1, 80)] == [whole] * 79


@pytest.mark.parametrize(
    ("encoding", "data", "rows"),
    [
        ("cp1252", "a;b\n1;Größe €\n".encode("cp1252"), [("1", "Größe €", 2)]),
        ("utf-16", "a;b\n1;é\n2;日\n".encode("utf-16"), [("1", "é", 2), ("2", "日", 3)]),
        ("utf-16-le", "a;b\n1;é\n".encode("utf-16-le"), [("1", "é", 2)]),
        ("shift_jis", "a;b\n1;日本\n".encode("shift_jis"), [("1", "日本", 2)]),
    ],
)
@pytest.mark.parametrize("block", [1, 3, 1000])
def test_other_encodings_are_read(encoding, data, rows, block):
    assert read(data, ";", encoding, Limits(block=block, record=1000)) == (rows, [])


def test_undecodable_bytes_of_other_encodings_reject_their_record_only():
    rows, rejected = read(b"a;b\n1;\x81\xe9\n2;\xe9\n", ";", "cp1252")

    assert rows == [("2", "é", 3)]
    assert rejected == [(2, "record.encoding", "byte 3 of the record is not cp1252", "1;\\x81é")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\n\r\n\n", "is empty"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        ("a,b\n1,2\n".encode("utf-16-le"), "UTF-16"),
        (b"a,caf\xe9\n1,2\n", "is not utf-8: a,caf"),
        (b'a,"b\n1,2\n', "line 1 should hold the header"),
        (b"a" * 200 + b"\n1,2\n", "more than 100"),
    ],
)
def test_a_file_without_a_usable_header_is_refused(data, message):
    with pytest.raises(UnreadableFileError, match=message):
        read(data, limits=Limits(block=64, record=100))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "latin-1"])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gzip.compress(gzip.compress(b"a,b\n1,2\n", mtime=0), mtime=0), "compressed with gzip"),
        (gzip.compress(b"PK\x03\x04\x14\x00", mtime=0), "a zip archive"),
        (b"PK\x03\x04\x14\x00", "a zip archive or an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an Excel workbook"),
        (b"PAR1\x15\x04", "Parquet"),
    ],
)
def test_what_is_no_text_is_named(data, message, encoding):
    with pytest.raises(UnreadableFileError, match=f"the file is no text, but {message}"):
        read(data, encoding=encoding)


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16"])
def test_utf_8_under_the_name_of_another_encoding_is_refused(encoding):
    with pytest.raises(
        UnreadableFileError, match=f"begins with the mark of UTF-8, but its encoding is said to be {encoding}"
    ):
        read("\ufeffa,b\n1,Köln\n".encode(), encoding=encoding)


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp437", "koi8-r", "mac-roman"])
@pytest.mark.parametrize("text", ["é", "Köln €", "日本", "Москва"])
@pytest.mark.parametrize("block", [1, 2, 3, 1000])
def test_utf_8_under_the_name_of_a_one_byte_encoding_is_refused(encoding, text, block):
    data = f"a,b\n1,plain\n2,{text}\n3,plain\n".encode()

    with pytest.raises(
        UnreadableFileError, match=f"is UTF-8 throughout, but its encoding is said to be {encoding}"
    ) as raised:
        read(data, encoding=encoding, limits=Limits(block=block, record=1000))

    assert "encoding: utf-8" in raised.value.hint


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("latin-1", "Ã© and é"),
        ("latin-1", "é"),
        ("latin-1", "Ã"),
        ("cp1252", "â‚¬ and €"),
        ("koi8-r", "Москва"),
        ("cp1251", "Рё и"),
        ("cp866", "так"),
        ("latin-1", "plain"),
        ("shift_jis", "日本"),
    ],
)
@pytest.mark.parametrize("block", [1, 2, 3, 1000])
def test_text_of_which_some_bytes_may_be_utf_8_is_read(encoding, text, block):
    data = f"a,b\n1,{text}\n".encode(encoding)

    assert read(data, encoding=encoding, limits=Limits(block=block, record=1000)) == ([("1", text, 2)], [])


def test_of_ascii_only_the_records_beyond_it_are_rejected():
    rows, rejected = read("a,b\n1,é\n2,x\n".encode(), encoding="ascii")

    assert rows == [("2", "x", 3)]
    assert [record[:2] for record in rejected] == [(2, "record.encoding")]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("block", [1, 7, 1000])
def test_a_compressed_file_is_read_like_what_it_holds(encoding, parts, block):
    data = 'a,b\n1,é\n2\n3,"x\ny"\n4,z\n'.encode(encoding)
    cut = len(data) // parts
    compressed = gzip.compress(data[:cut]) + (gzip.compress(data[cut:]) if parts > 1 else b"")

    rows, rejected = read(compressed, encoding=encoding, limits=Limits(block=block, record=1000))

    assert rows == [("1", "é", 2), ("3", "x\ny", 4), ("4", "z", 6)]
    assert [record[:2] for record in rejected] == [(3, "record.field_count")]


def corrupted(compressed: bytes, place: int) -> bytes:
    return compressed[:place] + bytes([compressed[place] ^ 0xFF]) + compressed[place + 1 :]


COMPRESSED = gzip.compress(b"a,b\n" + b"".join(b"%d,x\n" % number for number in range(500)), mtime=0)


@pytest.mark.parametrize(
    "broken",
    [
        *(COMPRESSED[:size] for size in (4, 10, 40, len(COMPRESSED) // 2, len(COMPRESSED) - 1)),
        *(corrupted(COMPRESSED, place) for place in (2, 40, len(COMPRESSED) // 2, len(COMPRESSED) - 5)),
        COMPRESSED + b"and more",
    ],
)
@pytest.mark.parametrize("block", [64, 100_000])
def test_a_compressed_file_that_is_cut_off_or_corrupt_is_refused(broken, block):
    with pytest.raises(UnreadableFileError, match="is compressed with gzip, and broken"):
        read(broken, limits=Limits(block=block, record=1000))


def test_a_column_may_be_taken_twice_and_others_not_at_all():
    columns = {"first": 2, "second": 2, "third": 0}

    chunk = next(read_csv(io.BytesIO(b"x,x,y\n1,2,3\n"), CsvDialect(), lambda header: columns))

    assert chunk.batch.to_pylist() == [{"first": "3", "second": "3", "third": "1", "_source_line": 2}]
