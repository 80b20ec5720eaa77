"""Missing values are counted as staging would: nulls, empty texts, blanks."""

import random

import pyarrow as pa
import pytest

from lakegraph.landing.missing import missing_values


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ([], 0),
        ([None], 1),
        ([None, None], 2),
        (["", " ", "\t\n", "\u00a0", "\u200b\ufeff \u202f"], 5),
        (["a", " a", "\u00a0b", "â", "„", "0"], 0),
        ([None, "", "x", " "], 3),
    ],
)
def test_missing_values_are_counted(values, missing):
    assert missing_values(pa.array(values, pa.string())) == missing


@pytest.mark.parametrize("seed", range(20))
def test_slices_and_mixtures_are_counted_alike(seed):
    choice = random.Random(seed)
    values = [choice.choice([None, "", " ", "a", " b ", "\u00a0", "ü", "\u202f.", "long " * 9]) for _ in range(200)]
    start = choice.randrange(100)
    part = pa.array(values, pa.string()).slice(start, choice.randrange(1, 100))

    expected = sum(1 for value in part.to_pylist() if value is None or not value.strip(" \t\n\u00a0\u200b\u202f\ufeff"))
    assert missing_values(part) == expected
