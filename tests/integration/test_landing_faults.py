"""Every fault that the generator plants in the text of a file is a rejected record, and nothing else is."""

import csv
import json
from datetime import date

import pytest

from lakegraph.landing.generate.operations import generate
from lakegraph.landing.generate.options import GenerateOptions
from lakegraph.landing.operations import land
from lakegraph.runtime import ops
from lakegraph.runtime.project import project_root
from lakegraph.runtime.settings import Settings


@pytest.fixture(scope="module")
def landed(tmp_path_factory):
    root = tmp_path_factory.mktemp("faults")
    generate(GenerateOptions(drops=root / "drops", start=date(2025, 1, 15), scale=0.5, dirt=0.05))
    records = {path.name: count_records(path) for path in (root / "drops").glob("*.csv")}
    settings = Settings(lake=root / "lake", drops=root / "drops", sources=project_root() / "configs/data-sources.yml")
    result = land(settings)
    assert result.complete, result.summary()
    return settings, records


def count_records(path):
    """By Python's own reader; any byte is a character to it."""
    with path.open(encoding="latin-1", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def test_planted_faults_are_found_at_their_lines_with_their_reasons(landed):
    settings, _ = landed
    planted = [fault for path in settings.drops.glob("faults_*.json") for fault in json.loads(path.read_text())]
    expected = {
        (fault["batch_id"], fault["file"], fault["line"], fault["reason"])
        for fault in planted
        if fault["found_in"] == "rejected_records"
    }

    rows = ops.read(settings.ops, "rejected_records")

    assert {(row["batch_id"], row["source_file"], row["source_line"], row["reason"]) for row in rows} == expected
    assert len(expected) == len(rows) > 50


def test_no_record_of_the_files_is_lost(landed):
    settings, records = landed

    files = ops.read(settings.ops, "batch_files")

    assert {row["source_file"]: row["records_read"] for row in files} == records
    assert all(row["records_read"] == row["records_landed"] + row["records_rejected"] for row in files)
