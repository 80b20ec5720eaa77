"""Expectations out of declarations, without Spark: which, on what, how strict, and what it means when they fail."""

import pytest

from graph_loader import expectations, inspection
from graph_loader.declarations import Column, EdgeDeclaration, End, Model, NodeDeclaration
from graph_loader.inspection import Failure, Inspection, blocking_severities
from graph_loader.types import property_type
from lakegraph.runtime.errors import ConfigurationError

TYPES = {"order_id": "varchar", "line": "bigint", "price": "decimal(18,4)", "day": "date", "at": "timestamp"}
COLUMNS = tuple(Column(name, property_type(text), text) for name, text in {**TYPES, "tags": "bigint[]"}.items())
MODEL = Model("some_model", columns=COLUMNS)
NODE = NodeDeclaration(MODEL, "Line", ("order_id", "line"))
EDGE = EdgeDeclaration(
    MODEL,
    "HAS",
    End("Order", ("order_id",), ("id",)),
    End("Line", ("order_id", "line"), ("order_id", "line")),
    ("day",),
)


def made(declared, known_rows=0):
    """Each expectation as Great Expectations has it: its type, its arguments, its severity."""
    ignored = {"id", "meta", "notes", "result_format", "description", "catch_exceptions", "rendered_content"}
    ignored |= {
        "severity",
        "condition_parser",
        "batch_id",
        "row_condition",
        "windows",
        "strict_min",
        "strict_max",
    }
    found = []
    for expected in expectations.expected_of(declared, known_rows):
        expectation = expected.make()
        arguments = {
            name: value for name, value in expectation.dict().items() if name not in ignored and value is not None
        }
        found.append((expectation.expectation_type, arguments, expected.severity))
    return found


def test_the_key_of_a_node_is_there_and_unique():
    found = [entry for entry in made(NODE) if "type" not in entry[0]]

    assert found == [
        ("expect_column_values_to_not_be_null", {"column": "order_id", "mostly": 1.0}, "MEDIUM"),
        ("expect_column_values_to_not_be_null", {"column": "order_id", "mostly": 0.9}, "HIGH"),
        ("expect_column_values_to_not_be_null", {"column": "line", "mostly": 1.0}, "MEDIUM"),
        ("expect_column_values_to_not_be_null", {"column": "line", "mostly": 0.9}, "HIGH"),
        ("expect_column_values_to_be_between", {"column": "_rows_alike", "max_value": 1, "mostly": 1.0}, "MEDIUM"),
        ("expect_column_values_to_be_between", {"column": "_rows_alike", "max_value": 1, "mostly": 0.9}, "HIGH"),
    ]


def test_numbers_and_times_are_of_the_contracts_type_and_text_and_lists_are_not_asked():
    found = {arguments["column"]: arguments["type_list"] for name, arguments, _ in made(NODE) if "type" in name}

    assert found == {
        "line": ["ByteType", "ShortType", "IntegerType", "LongType"],
        "price": ["FloatType", "DoubleType", "DecimalType"],
        "day": ["DateType"],
        "at": ["TimestampNTZType"],
    }


def test_the_ends_of_an_edge_are_there_mostly_and_each_column_is_asked_once():
    found = [
        (arguments["column"], arguments["mostly"], severity)
        for name, arguments, severity in made(EDGE)
        if name == "expect_column_values_to_not_be_null"
    ]

    assert found == [("day", 1.0, "MEDIUM"), ("day", 0.9, "HIGH"), ("order_id", 0.9, "HIGH"), ("line", 0.9, "HIGH")]
    assert expectations.identifying(EDGE) == ["order_id", "line", "day"]


def test_a_mart_may_be_empty_only_while_the_graph_holds_nothing_of_it():
    assert not [name for name, _, _ in made(NODE) if "row_count" in name]
    assert [entry for entry in made(NODE, 7) if "row_count" in entry[0]] == [
        ("expect_table_row_count_to_be_between", {"min_value": 1}, "CRITICAL")
    ]


@pytest.mark.parametrize("levels", [None, 3, [{"mostly": 0.9}], [{"severity": "HIGH", "mostly": 1.1}], [3]])
def test_rules_that_say_nothing_are_told(monkeypatch, levels):
    monkeypatch.setattr(expectations, "project_vars", lambda: {"graph_expectations": {"keys": levels, "types": []}})

    with pytest.raises(ConfigurationError, match=r"`graph_expectations.keys` in vars.yml is not a list of levels"):
        expectations.expected_of(NODE, 0)


def test_what_blocks_depends_on_the_environment(monkeypatch):
    assert blocking_severities("dev") == set()
    assert blocking_severities("prod") == blocking_severities("not listed") == {"CRITICAL", "HIGH"}

    monkeypatch.setattr(
        inspection, "project_vars", lambda: {"verdict": {"policy": {"dev": "maybe"}, "fails_on": ["HIGH"]}}
    )
    with pytest.raises(ConfigurationError, match="says 'maybe' for the environment dev"):
        blocking_severities("dev")


def test_the_console_gets_one_line_with_the_worst_first_and_the_rest_counted():
    failures = tuple(Failure(f"m{n}", "HIGH", "k is unique", "2", 1000, 2) for n in range(5))

    assert Inspection(9, (), False).summary == "9 expectations on the graph marts, all kept"
    assert Inspection(9, failures, True).summary == (
        "9 expectations on the graph marts, 5 not kept: m0: k is unique (HIGH; 2 of 1,000 are not); "
        "m1: k is unique (HIGH; 2 of 1,000 are not); m2: k is unique (HIGH; 2 of 1,000 are not); and 2 more"
    )
