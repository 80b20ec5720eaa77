"""Real checkpoints: what they find becomes plain rows, and no value of the data gets out."""

import os
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest

from lakegraph.runtime import ops
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.expectations import Asset, Expectations, Expected, data_docs_index

SECRET = "ada@example.org"


def expect(name, severity="HIGH", **arguments):
    def make():
        import great_expectations as gx

        return getattr(gx.expectations, name)(**arguments)

    return Expected(make, severity, f"about {arguments.get('column')}", "the bound")


@pytest.fixture
def people():
    return pd.DataFrame({"records": [10] * 4, "email": [SECRET, SECRET, "b", None]})


@pytest.fixture
def checks(tmp_path):
    return Expectations(tmp_path, "drop", "run1")


def test_each_expectation_becomes_a_row_in_the_order_given(checks, people):
    asset = Asset(
        "people.csv",
        people,
        [
            expect("ExpectColumnToExist", "CRITICAL", column="phone"),
            expect("ExpectColumnMaxToBeBetween", "MEDIUM", column="records", min_value=10, max_value=10),
            expect("ExpectColumnMaxToBeBetween", "LOW", column="records", min_value=11),
            expect("ExpectColumnValuesToNotBeNull", column="email"),
        ],
    )

    rows = checks.check([asset], "b1")

    assert [(row["expectation"], row["severity"], row["success"], row["observed"]) for row in rows] == [
        ("expect_column_to_exist", "CRITICAL", False, "no"),
        ("expect_column_max_to_be_between", "MEDIUM", True, "10"),
        ("expect_column_max_to_be_between", "LOW", False, "10"),
        ("expect_column_values_to_not_be_null", "HIGH", False, "1"),
    ]
    assert (rows[3]["checked"], rows[3]["unexpected"]) == (4, 1)
    assert {(row["run_id"], row["batch_id"], row["stage"], row["asset"]) for row in rows} == {
        ("run1", "b1", "drop", "people.csv")
    }
    assert (rows[0]["description"], rows[0]["expected"]) == ("about phone", "the bound")


def test_rows_fit_the_operational_table(checks, people, tmp_path):
    rows = checks.check([Asset("people.csv", people, [expect("ExpectColumnToExist", column="email")])], "b1")

    ops.append(tmp_path, "expectation_results", "b1", rows)

    assert ops.read(tmp_path, "expectation_results") == rows


def test_an_expectation_may_be_about_a_part_of_its_asset(checks, people):
    about_part = replace(expect("ExpectColumnToExist", column="email"), part="people.csv")

    [row] = checks.check([Asset("b1", people, [about_part])], "b1")

    assert row["asset"] == "people.csv"
    pages = checks.build_data_docs().parent.rglob("validations/**/*.html")
    assert "people.csv: about email" in next(pages).read_text()


def test_own_counts_go_before_those_of_the_result(checks, people):
    measured = Expected(
        expect("ExpectColumnMaxToBeBetween", column="records", max_value=1).make, "LOW", "few", "1", 100, 9
    )

    [row] = checks.check([Asset("people.csv", people, [measured])])

    assert (row["checked"], row["unexpected"], row["batch_id"]) == (100, 9, None)


@pytest.mark.parametrize(
    "telling",
    [
        expect("ExpectColumnValuesToBeInSet", column="email", value_set=["x"]),
        expect("ExpectColumnDistinctValuesToBeInSet", column="email", value_set=["x"]),
        expect("ExpectColumnMostCommonValueToBeInSet", column="email", value_set=["x"]),
        expect("ExpectColumnMaxToBeBetween", column="email", max_value=3),
    ],
)
def test_no_value_of_the_data_gets_out(checks, people, tmp_path, telling):
    [row] = checks.check([Asset("people.csv", people, [telling])], "b1")
    index = checks.build_data_docs()

    assert row["success"] is False
    assert SECRET not in str(row)
    pages = list(index.parent.rglob("*.html"))
    assert any("about email" in page.read_text() for page in pages)
    assert not any(SECRET.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_what_cannot_be_evaluated_fails_and_says_so(checks, people):
    [row] = checks.check([Asset("people.csv", people, [expect("ExpectColumnValuesToNotBeNull", column="nowhere")])])

    assert (row["success"], row["observed"]) == (False, "could not be evaluated")


def test_data_docs_show_what_was_checked_last(tmp_path, people):
    for run, name in (("run1", "old.csv"), ("run2", "new.csv")):
        checks = Expectations(tmp_path, "graph", run)
        checks.check([Asset(name, people, [expect("ExpectColumnToExist", column="email")])])
        index = checks.build_data_docs()

    assert index == data_docs_index(tmp_path, "graph")
    assert "new_csv" in index.read_text()
    assert "old_csv" not in index.read_text()
    assert "about email" in next(index.parent.rglob("validations/**/*new.csv.html")).read_text()


def test_names_that_differ_in_a_dot_or_are_very_long_are_no_trouble(checks, people):
    expected = [expect("ExpectColumnToExist", column="email")]
    names = ["a.b.csv", "a_b.csv", f"{'x' * 240}1.csv", f"{'x' * 240}2.csv"]

    rows = checks.check([Asset(name, people, expected) for name in names])

    assert [row["asset"] for row in rows] == names
    assert all(row["success"] for row in rows)
    assert len(list(checks.build_data_docs().parent.rglob("validations/**/*.html"))) == 4


def test_nothing_to_check_builds_nothing(checks, people, tmp_path):
    assert checks.check([Asset("people.csv", people, [])]) == []
    assert checks.build_data_docs() is None
    assert list(tmp_path.iterdir()) == []


def test_a_severity_that_there_is_not_is_refused():
    with pytest.raises(ConfigurationError, match=r"'SEVERE'.*CRITICAL, HIGH, MEDIUM, LOW"):
        expect("ExpectColumnToExist", "SEVERE", column="email")


def test_nothing_is_sent_and_nothing_is_printed(tmp_path):
    """A process that may open no connection checks and builds all the same."""
    script = """
import sys
from pathlib import Path

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        print("connects:", arguments, flush=True)
        raise SystemExit(1)

sys.addaudithook(refuse)
import pandas as pd
from lakegraph.runtime.expectations import Asset, Expectations, Expected, import_ahead

import_ahead()
import great_expectations as gx
checks = Expectations(Path(sys.argv[1]), "drop", "run1")
expected = Expected(lambda: gx.expectations.ExpectColumnValuesToNotBeNull(column="a"), "LOW", "a is there")
[row] = checks.check([Asset("a", pd.DataFrame({"a": [1]}), [expected])])
assert row["success"] and checks.build_data_docs()
import os; assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
"""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], env=env, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
def test_a_spark_frame_is_checked_where_it_lies(checks, spark):
    frame = spark.createDataFrame([(1, SECRET), (2, None), (2, "b")], "id int, email string")
    expected = [
        expect("ExpectColumnValuesToNotBeNull", column="email", mostly=0.5),
        expect("ExpectColumnValuesToBeUnique", column="id"),
        expect("ExpectTableRowCountToBeBetween", min_value=1),
    ]

    rows = checks.check([Asset("node_person", frame, expected)])

    assert [(row["success"], row["checked"], row["unexpected"]) for row in rows[:2]] == [(True, 3, 1), (False, 3, 2)]
    assert (rows[2]["success"], rows[2]["observed"]) == (True, "3")
    assert not any(SECRET in page.read_text() for page in checks.build_data_docs().parent.rglob("*.html"))
