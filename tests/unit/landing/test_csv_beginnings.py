"""What stands above a file's records: a line that names the delimiter, lines to skip, and no header."""

import io

import pytest

from lakegraph.landing.readers.contract import UnreadableFileError
from lakegraph.landing.readers.csv import CsvDialect, read_csv
from lakegraph.landing.readers.framing import Limits


def read(data: bytes, **dialect):
    chunks = list(
        read_csv(io.BytesIO(data), CsvDialect(**dialect), lambda names: {name: i for i, name in enumerate(names)})
    )
    rows = [tuple(row.values()) for chunk in chunks for row in chunk.batch.to_pylist()]
    return rows, [(record.line, record.raw_text, record.fields) for chunk in chunks for record in chunk.rejected]


@pytest.mark.parametrize(
    "line",
    [b"sep=;", b"SEP=;", b"Sep=;", b'"sep=;"', b"\xef\xbb\xbfsep=;", b'\xef\xbb\xbf"sep=;"'],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("declared", [",", ";"])
@pytest.mark.parametrize("block", [1, 4, 1000])
def test_a_first_line_may_name_the_delimiter(line, end, declared, block):
    data = end.join([line, b"a;b", b"1;2", b"3;4;5", b"6;7", b""])

    rows, rejected = read(data, delimiter=declared, limits=Limits(block=block, record=1000))

    assert rows == [("1", "2", 3), ("6", "7", 5)]
    assert rejected == [(4, "3;4;5", ("3", "4", "5"))]


@pytest.mark.parametrize(("sign", "fields"), [("\t", "a\tb\n1\t2\n"), ("|", "a|b\n1|2\n"), (",", "a,b\n1,2\n")])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_it_may_name_any_delimiter_in_any_encoding(sign, fields, encoding):
    assert read(f"sep={sign}\n{fields}".encode(encoding), encoding=encoding) == ([("1", "2", 3)], [])


def test_a_delimiter_that_is_declared_is_not_overruled():
    with pytest.raises(UnreadableFileError) as raised:
        read(b"sep=;\na;b\n", delimiter="\t")

    assert "line 1 says that fields are separated by ';', but the delimiter is said to be tab" in str(raised.value)


@pytest.mark.parametrize(
    ("data", "header"),
    [
        (b"sep=a,b\n1,2\n", ("sep=a", "b")),
        (b"sep,b\n1,2\n", ("sep", "b")),
        (b"sep=\n1\n", ("sep=",)),
        (b"sep=;;,b\n1,2\n", ("sep=;;", "b")),
        (b"\nsep=;,b\n1,2\n", ("sep=;", "b")),
        (b"sep=a\n1\n", ("sep=a",)),
    ],
)
def test_other_first_lines_are_headers(data, header):
    seen = []

    def choose(names):
        seen.append(names)
        return {name: i for i, name in enumerate(names)}

    list(read_csv(io.BytesIO(data), CsvDialect(), choose))

    assert seen == [header]


@pytest.mark.parametrize("data", [b"sep=;", b"sep=;\n", b"sep=;\r\n", b"a\nb", b"a\rb\r"])
def test_a_file_without_a_header_below_what_is_skipped_is_empty(data):
    with pytest.raises(UnreadableFileError, match="is empty"):
        read(data, skip_lines=0 if data.startswith(b"sep") else 2)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("block", [1, 2, 3, 1000])
@pytest.mark.parametrize("skipped", [[b'Report "of'], [b"", b"x" * 300], [b"sep=;", b"x"], [b"a;b"] * 5])
def test_lines_are_skipped_whatever_they_hold(end, block, skipped):
    data = end.join([*skipped, b"a;b", b"1;2", b"3", b""])

    rows, rejected = read(
        data, delimiter=";", skip_lines=len(skipped), limits=Limits(block=block, record=100, raw_text=50)
    )

    assert rows == [("1", "2", len(skipped) + 2)]
    assert rejected == [(len(skipped) + 3, "3", ("3",))]


def test_a_file_may_have_no_header():
    rows, rejected = read(b'1,"x\ny"\n\n2\n3,z\n', header=("a", "b"))

    assert rows == [("1", "x\ny", 1), ("3", "z", 5)]
    assert rejected == [(4, "2", ("2",))]


def test_a_record_that_cannot_be_read_may_be_the_first_of_a_file_without_header():
    rows, rejected = read(b'1,"x\n2,y\n', header=("a", "b"), encoding="utf-8")

    assert rows == [("2", "y", 2)]
    assert [record[:2] for record in rejected] == [(1, '1,"x')]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"x\ny\n"])
def test_a_file_without_header_may_have_no_records(data):
    assert read(data, header=("a", "b"), skip_lines=2) == ([], [])


def test_both_together():
    assert read(b"sep=;\nof 2025\n1;2\n", header=("a", "b"), skip_lines=2) == ([("1", "2", 3)], [])


def test_they_reach_the_lake(place):
    place.configure(
        """
        trigger: none
        feeds:
          suppliers:
            files: suppliers.csv
            header: [Number, "-", "-", Name]
            skip_lines: 1
            from: {supplier_id: Number, supplier_name: Name}
          categories: {files: categories.csv}
        """
    )
    place.drop("suppliers.csv", "exported 2025-01-15\nS1,,,Acme\nS2,x\n")
    place.drop("categories.csv", "sep=;\ncategory_id;category_name\nC1;Books\nC2\n")

    result = place.land()

    assert result.complete
    [supplier], [category] = place.bronze("suppliers"), place.bronze("categories")
    assert (supplier["supplier_id"], supplier["supplier_name"], supplier["_source_line"]) == ("S1", "Acme", 2)
    assert (category["category_id"], category["_source_line"]) == ("C1", 3)
    rejected = {row["source_file"]: (row["source_line"], row["key_texts"]) for row in place.table("rejected_records")}
    assert rejected == {"suppliers.csv": (3, "S2"), "categories.csv": (4, "C2")}
    [row] = [row for row in place.table("batch_files") if row["feed"] == "suppliers"]
    assert (row["unmapped_columns"], row["absent_columns"]) == ("-,-", "country,contact_email,reliability_score")


def test_a_file_without_header_and_records_lands(place):
    place.configure("trigger: none\nfeeds: {suppliers: {files: s.csv, header: [supplier_id, supplier_name]}}")
    place.drop("s.csv", "")

    result = place.land()

    assert "s.csv: has no records" in result.summary()
    assert result.complete
