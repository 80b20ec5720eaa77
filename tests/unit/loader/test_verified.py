"""Results of checks are taken again for the same rows and the same expectations alone."""

from dataclasses import replace
from datetime import datetime

import pytest

from graph_loader.verified import Verified
from lakegraph.runtime.expectations import NOT_EVALUATED, Expected

EXPECTED = [
    Expected(dict, "HIGH", "a is there in all of the rows", "all", rule='NotNull {"column": "a"}'),
    Expected(dict, "LOW", "has rows, for the graph holds 3 of them", "1 or more", rule="Rows {}"),
]
CHECKED_AT = datetime(2026, 1, 2, 3, 4, 5, 678)
ROWS = [
    {"asset": "m", "success": False, "observed": "2", "description": "old words", "checked_at": CHECKED_AT},
    {"asset": "m", "success": True, "observed": "3", "description": "old words", "checked_at": CHECKED_AT},
]


@pytest.fixture
def file(tmp_path):
    verified = Verified(tmp_path / "lake" / "verified.json")
    verified.remember("m", "mark", EXPECTED, ROWS)
    verified.save()
    return verified.file


def test_the_same_rows_have_the_results_of_before_in_the_words_of_now(file):
    assert Verified(file).recall("m", "mark", EXPECTED) == [
        row | {"description": one.description} for row, one in zip(ROWS, EXPECTED, strict=True)
    ]


@pytest.mark.parametrize(
    ("model", "fingerprint", "expected"),
    [
        ("n", "mark", EXPECTED),
        ("m", "other", EXPECTED),
        ("m", None, EXPECTED),
        ("m", "mark", EXPECTED[:1]),
        ("m", "mark", [replace(EXPECTED[0], severity="LOW"), EXPECTED[1]]),
        ("m", "mark", [replace(EXPECTED[0], bound="0.9 or more"), EXPECTED[1]]),
        ("m", "mark", [replace(EXPECTED[0], rule='NotNull {"column": "b"}'), EXPECTED[1]]),
    ],
)
def test_anything_else_is_checked_again(file, model, fingerprint, expected):
    assert Verified(file).recall(model, fingerprint, expected) is None


def test_rows_without_a_fingerprint_are_forgotten(file):
    verified = Verified(file)

    verified.remember("m", None, EXPECTED, ROWS)

    assert verified.recall("m", "mark", EXPECTED) is None


def test_what_could_not_be_evaluated_is_checked_again(file):
    verified = Verified(file)

    verified.remember("m", "mark", EXPECTED, [ROWS[0] | {"observed": NOT_EVALUATED}, ROWS[1]])

    assert verified.recall("m", "mark", EXPECTED) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '"text"'])
def test_a_file_that_cannot_be_read_costs_a_check_and_nothing_else(file, text):
    file.write_text(text, encoding="utf-8")

    assert Verified(file).recall("m", "mark", EXPECTED) is None
