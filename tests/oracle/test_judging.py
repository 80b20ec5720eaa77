"""What the oracle finds wrong with records; expected values are written by hand."""

from datetime import date
from decimal import Decimal

import pytest

from tests.oracle.judging import judge, mentioned

PROJECT = {
    "feeds": {
        "parts": {
            "key": ["part", "place"],
            "bookkeeping": [],
            "columns": {
                "part": {"type": "string"},
                "place": {"type": "integer", "default": 1},
                "price": {"type": "decimal"},
                "made": {"type": "date"},
                "kind": {"type": "string"},
                "seal": {"type": "string"},
            },
        }
    },
    "formats": {"seal": ["[A-Z]+", ".*X.*"]},
    "rules": [
        {"id": "price.missing", "feed": "parts", "kind": "not_null", "columns": ["price"], "severity": "error"},
        {"id": "price.range", "feed": "parts", "kind": "range", "columns": ["price"], "above": 0, "max": 9.5,
         "severity": "error"},
        {"id": "made.future", "feed": "parts", "kind": "not_future", "columns": ["made"], "severity": "error"},
        {"id": "made.old", "feed": "parts", "kind": "range", "columns": ["made"], "min": date(2000, 1, 1), "severity": "warn"},
        {"id": "kind.known", "feed": "parts", "kind": "allowed", "columns": ["kind"], "values": ["nut"], "severity": "warn"},
        {"id": "seal.form", "feed": "parts", "kind": "format", "columns": ["seal"], "format": "seal", "severity": "error",
         "when": {"column": "kind", "values": ["Nut"]}},
    ],
}  # fmt: skip
TODAY = date(2025, 1, 15)


@pytest.fixture
def judged(tmp_path):
    def judged_records(text: str, name: str = "parts.csv"):
        (tmp_path / name).write_text(text)
        return judge("parts", [tmp_path / name], TODAY, PROJECT)

    return judged_records


@pytest.mark.parametrize(
    ("fields", "reasons", "warnings"),
    [
        ("A,2,9.5,2025-01-15,NUT,XA", [], []),
        ("A,,0.00001,,,", ["price.range"], []),
        ("A,,,,,", ["price.missing"], []),
        ("A,,much,,,", ["parts.price.type"], []),
        (",3.7,9.6,2025-01-16,nut,A", ["parts.place.type", "parts.part.not_null", "price.range", "made.future", "seal.form"], []),
        ("A,1,1,1999-12-31,bolt,a", [], ["made.old", "kind.known"]),
    ],
)  # fmt: skip
def test_a_record_has_all_its_reasons_in_the_order_of_declaration(judged, fields, reasons, warnings):
    (record,) = judged("part,place,price,made,kind,seal\n" + fields + "\n")

    assert (record.reasons, record.warnings) == (reasons, warnings)
    assert record.valid is (reasons == [])


def test_rules_on_columns_that_the_file_lacks_do_not_apply(judged):
    (record,) = judged("part,seal\nA,a\n")

    assert record.valid
    assert record.values == {"part": "A", "place": 1, "price": None, "made": None, "kind": None, "seal": "a"}


def test_of_equal_records_the_first_is_valid_and_contradictions_are_all_quarantined(judged):
    records = judged("part,place,price\nA,1,2\nB,1,2\nA,1,2\nB,1.0,3\nB,2,9\n,1,2\n,1,2\n")

    assert [(record.line, record.reasons) for record in records] == [
        (2, []),
        (3, ["parts.key.conflict"]),
        (4, ["parts.row.repeat"]),
        (5, ["parts.key.conflict"]),
        (6, []),
        (7, ["parts.part.not_null"]),
        (8, ["parts.part.not_null"]),
    ]


@pytest.mark.parametrize(
    ("line", "reason", "mentions"),
    [
        ('2,A 1,"12 Oak', "record.unterminated_quote", {"2", "A", "1", "12", "Oak"}),
        ('2,"A""1" ,x', "record.unterminated_quote", {"2", "A", "1", "x"}),
        ('2,"A""1","x"y', "record.unterminated_quote", {"2", "A", "1", "x", "y"}),
        ('2,"A-1\nB-2,C",x,y', "record.field_count", {"2", "A-1", "B-2", "C", "x", "y"}),
        ('2,"A-1\rB-2",caf\\xe9', "record.encoding", {"2", "A-1", "B-2", "caf", "xe9"}),
        ("2, A-1 ,x,y", "record.field_count", {"A-1", "x"}),
        ("A-1,x", "record.field_count", {"A-1", "x"}),
        ("A-1", "record.field_count", {"A-1"}),
        (r"2,A-1,caf\xe9", "record.encoding", {"A-1"}),
        (r"2,caf\xe9,3", "record.encoding", {"2", "caf", "xe9", "3"}),
    ],
)
def test_a_record_that_cannot_be_read_mentions_what_stands_in_the_place_of_its_key(line, reason, mentions):
    assert mentioned(line, reason, ["price", "part", "kind"], "part") == mentions


def test_a_first_column_stands_before_the_quote_that_breaks_a_record():
    assert mentioned('A 1,2,"12 Oak', "record.unterminated_quote", ["part", "price", "kind"], "part") == {"A 1"}


def test_a_record_of_a_file_without_the_key_mentions_its_words_whatever_parts_them():
    assert mentioned("A-1~B_2^C.3#\x01ü", "record.field_count", ["price"], "part") == {"A-1", "B_2", "C.3", "ü"}


def test_what_a_record_mentions_is_judged_with_it(judged):
    (record,) = judged('part,price\n"A-1",B,2,3\n')

    assert (record.reasons, record.valid, record.mentions) == (["record.field_count"], False, {"A-1", "B", "2"})


def test_the_unit_price_of_an_order_line_follows_from_its_amount(tmp_path):
    columns = {
        "order_id": {"type": "string"},
        "quantity": {"type": "integer", "default": 1},
        "unit_price": {"type": "decimal"},
        "order_amount": {"type": "decimal"},
    }
    project = {"feeds": {"orders": {"key": ["order_id"], "columns": columns}}, "rules": [], "formats": {}}
    (tmp_path / "orders.csv").write_text(
        "order_id,quantity,order_amount,unit_price\nA,3,10,\nB,0,10,\nC,2,10,4\nD,2,10,x\n"
    )

    records = judge("orders", [tmp_path / "orders.csv"], TODAY, project)

    assert [record.values["unit_price"] for record in records] == [Decimal("3.3333"), None, Decimal(4), None]
