"""The hash of a record, against hashlib."""

import hashlib
from itertools import combinations

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from lakegraph.landing.hashing import record_hashes


def hashes(rows, width):
    columns = [pa.array([row[position] for row in rows], pa.string()) for position in range(width)]
    return record_hashes(columns, duckdb.connect(config={"threads": 1})).to_pylist()


def test_hash_is_the_md5_of_the_documented_text():
    rows = [("a", None, ""), ("ü", "x\x1fy", "\x1d\x1e")]

    assert hashes(rows, 3) == [
        hashlib.md5(text.encode()).hexdigest() for text in ("a\x1f\x1e\x1f", "ü\x1fx\x1d\x1fy\x1f\x1d\x1d\x1d\x1e")
    ]


def test_no_records_have_no_hashes():
    assert hashes([], 2) == []


VALUES = st.one_of(st.none(), st.text(alphabet="a,\x1d\x1e\x1f", max_size=3))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=12, unique=True))
def test_different_records_have_different_hashes(rows):
    assert all(first != second for first, second in combinations(hashes(rows, 2), 2))
