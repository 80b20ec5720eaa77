"""Files in the drops folder that no pattern of the sources file fits."""

import json
import os

import pytest
from typer.testing import CliRunner

from lakegraph.cli import app

UNTRIGGERED = """
trigger: none
feeds: {suppliers: {files: "suppliers_{date}.csv"}}
"""


def test_they_are_told_in_one_line_though_nothing_lands(place):
    place.configure(UNTRIGGERED)
    for name in ("orders.csv", "customers.csv", "suppliers_2025_02_30.csv"):
        place.drop(name, "x\n")

    result = place.land()

    assert result.unmatched == ["customers.csv", "orders.csv", "suppliers_2025_02_30.csv"]
    assert result.complete
    assert result.summary() == (
        "no pattern of the sources file takes: customers.csv, orders.csv, suppliers_2025_02_30.csv"
    )


def test_they_are_told_beside_what_lands(place):
    place.whole_drop("2025_01_15", "A")
    place.drop("prices.csv", "x\n")

    result = place.land()

    assert result.complete
    assert result.summary().splitlines()[1:] == ["no pattern of the sources file takes: prices.csv"]


@pytest.mark.parametrize("name", [".hidden.csv", "orders.csv.partial", "faults_2025_01_15.json"])
@pytest.mark.parametrize("triggered", [True, False])
def test_files_that_are_no_deliveries_are_not_told(place, name, triggered):
    if not triggered:
        place.configure(UNTRIGGERED)
    place.drop(name, "x\n")

    assert place.land().summary() == "nothing to land"


def test_triggers_and_what_they_expect_are_not_told_twice(place):
    place.suppliers("2025_01_15", "A")
    place.drop("prices_2025_01_15.csv", "price\n1\n")
    place.trigger("2025_01_15", expected_files=["suppliers_2025_01_15.csv", "prices_2025_01_15.csv"])

    result = place.land()

    assert (result.unclaimed, result.unmatched) == (["prices_2025_01_15.csv (no feed takes it)"], [])


def test_only_folders_that_a_pattern_can_reach_are_looked_into(place):
    place.configure('trigger: none\nfeeds: {suppliers: {files: "in/*/suppliers_{date}.csv"}}')
    for name in ("in/north/x.csv", "in/.git/x.csv", "in/x.csv", "x.csv", "elsewhere/x.csv"):
        (place.drops / name).parent.mkdir(parents=True, exist_ok=True)
        place.drop(name, "x\n")

    assert place.land().unmatched == ["in/north/x.csv"]


def test_the_command_tells_them_and_succeeds(place):
    place.configure(UNTRIGGERED)
    place.drop("orders.csv", "x\n")
    where = ["--drops", str(place.drops), "--sources", str(place.settings.sources), "--lake", str(place.lake)]

    said = CliRunner().invoke(app, ["land", *where])
    given = CliRunner().invoke(app, ["land", *where, "--json"])

    assert (said.exit_code, given.exit_code) == (0, 0)
    assert "no pattern of the sources file takes: orders.csv" in said.output
    assert json.loads(given.output)["unmatched"] == ["orders.csv"]


def test_a_file_whose_name_is_not_utf8_is_told_and_stops_nobody(place):
    place.configure('trigger: none\nfeeds: {suppliers: {files: "suppliers*.csv"}}')
    place.drop("suppliers.csv", "supplier_id,supplier_name\nA,Name\n")
    odd = os.fsdecode(b"suppliers_caf\xe9.csv")
    place.drop(odd, "supplier_id,supplier_name\nB,Name\n")

    result = place.land()

    assert (len(result.batches), result.unmatched) == (1, [odd])
    assert place.dropped() == [odd]


def test_no_name_and_no_header_can_write_lines_of_its_own(place):
    place.configure('trigger: none\nfeeds: {suppliers: {files: "suppliers*.csv"}}')
    place.drop("x\nlanded batch_1\x1b[2J", "")
    place.drop("suppliers\nrefused.csv", b'supplier_id,supplier_name,"odd\ncolumn\x1b[1A"\nA,Name,\n')

    told = place.land().summary().splitlines()

    assert [line.split(":")[0].strip() for line in told] == [
        told[0].split(":")[0],
        r"suppliers\nrefused.csv",
        "no pattern of the sources file takes",
    ]
    assert told[1].endswith(r"no column of suppliers takes odd\ncolumn\x1b[1A")
    assert told[2].endswith(r"takes: x\nlanded batch_1\x1b[2J")
