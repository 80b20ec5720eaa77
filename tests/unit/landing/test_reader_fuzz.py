"""The reader against a second reading of the same grammar, on random text with random dirt."""

import io

from hypothesis import example, given, settings
from hypothesis import strategies as st
from simple_csv import parse

from lakegraph.landing.readers.contract import Reason
from lakegraph.landing.readers.csv import CsvDialect, read_csv
from lakegraph.landing.readers.framing import Limits

HEADER = ("a", "b", "c")
PIECES = [
    b"x",
    b"12",
    b",",
    b",",
    b";",
    b'"',
    b'""',
    b'","',
    b"\n",
    b"\n",
    b"\r\n",
    b"\r",
    b" ",
    b"\0",
    "é".encode(),
    b"\xff",
]
PIECES += [b"\xef\xbb\xbf", b"\xed\xa0\x80", b"1,2,3\n", b'1,"2\n3",4\n']


def read_all(body: bytes, delimiter: str, block: int):
    header = delimiter.join(HEADER).encode() + b"\n"
    dialect = CsvDialect(delimiter, limits=Limits(block=block, record=10_000))
    chunks = list(read_csv(io.BytesIO(header + body), dialect, lambda names: {name: i for i, name in enumerate(names)}))
    records = [
        (row.pop("_source_line"), tuple(row.values()), None) for chunk in chunks for row in chunk.batch.to_pylist()
    ]
    rejected = [
        (record.line, record.fields if record.reason is Reason.FIELD_COUNT else None, record.reason.value)
        for chunk in chunks
        for record in chunk.rejected
    ]
    read = sum(chunk.records_read for chunk in chunks)
    return sorted(records + rejected, key=lambda record: record[0]), read


def expected_records(body: bytes, delimiter: str):
    header = delimiter.join(HEADER).encode() + b"\n"
    return [
        (record.line, record.fields, "record.field_count")
        if record.fields is not None and len(record.fields) != len(HEADER)
        else (record.line, record.fields, record.reason)
        for record in parse(header + body, delimiter)[1:]
    ]


@settings(max_examples=300, deadline=None)
@given(
    pieces=st.lists(st.sampled_from(PIECES), max_size=40),
    delimiter=st.sampled_from([",", ";"]),
    block=st.integers(min_value=1, max_value=64),
)
@example(pieces=[b"1,2,3\n", b"\xef\xbb\xbf", b"1,2,3\n"], delimiter=",", block=10)
@example(pieces=[b'1,"2', b"\n", b"1,2,3\n", b'1,"2\n3",4\n'], delimiter=",", block=64)
@example(pieces=[b"\r", b"\n", b"1,2,3\n"], delimiter=",", block=7)
def test_reader_agrees_with_the_grammar_read_byte_by_byte(pieces, delimiter, block):
    body = b"".join(pieces)

    found, read = read_all(body, delimiter, block)

    assert found == expected_records(body, delimiter)
    assert read == len(found)
