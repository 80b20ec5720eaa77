"""The command line: options, output, and what it says to mistakes."""

import errno
import json

import pyarrow as pa
import pytest
import typer
from typer.testing import CliRunner

from lakegraph.landing.generate import drop
from lakegraph.landing.generate.cli import generate
from lakegraph.landing.generate.options import GenerateOptions
from lakegraph.landing.generate.writer import DropNotWrittenError, csv_line, csv_lines, whole_file
from lakegraph.runtime.errors import ConfigurationError, LakegraphError
from tests.unit.generate.conftest import START

app = typer.Typer()
app.command()(generate)


def invoke(*arguments):
    """Run the command as its user does."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_json_lists_every_file_with_its_records(tmp_path):
    done = invoke("--drops", tmp_path, "--start", "2024-02-28", "--days", 3, "--scale", 0.05, "--dirt", 0.01, "--json")

    result = json.loads(done.stdout)
    assert [batch["batch_id"] for batch in result["batches"]] == [
        "batch_2024_02_28_001",
        "batch_2024_02_29_001",
        "batch_2024_03_01_001",
    ]
    for batch in result["batches"]:
        counts = json.loads((tmp_path / batch["trigger_file"]).read_text())["metadata"]["row_counts"]
        assert {file["name"]: file["records"] for file in batch["files"]} == counts
        listed = json.loads((tmp_path / batch["faults_file"]).read_text(encoding="utf-8"))
        assert sum(file["faults"] for file in batch["files"]) == len(listed)
        assert all(file["bytes"] == (tmp_path / file["name"]).stat().st_size for file in batch["files"])


def test_the_summary_names_the_batches(tmp_path):
    done = invoke("--drops", tmp_path, "--days", 1, "--scale", 0.05)

    assert done.exit_code == 0
    assert "batch_2025_01_15_001: 60 customers, 80 products, 25 categories" in done.stdout


def test_the_drops_folder_comes_from_the_environment_too(tmp_path, monkeypatch):
    monkeypatch.setenv("DROPS_DIR", str(tmp_path / "here"))

    invoke("--days", 1, "--scale", 0.05)

    assert (tmp_path / "here" / "trigger_2025_01_15.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--start", "15.1.2025"], "--start '15.1.2025'"),
        (["--start", "1800-01-01"], "--start 1800-01-01"),
        (["--days", "0"], "--days is 0"),
        (["--scale", "0"], "--scale is 0"),
        (["--scale", "nan"], "--scale is nan"),
        (["--dirt", "2"], "--dirt is 2"),
        (["--dirt", "-0.1"], "--dirt is -0.1"),
    ],
)
def test_a_value_out_of_range_is_named(tmp_path, arguments, said):
    done = invoke("--drops", tmp_path / "drops", *arguments)

    assert isinstance(done.exception, ConfigurationError)
    assert str(done.exception).startswith(said)
    assert not (tmp_path / "drops").exists()


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "drops").write_text("")

    done = invoke("--drops", tmp_path / "drops")

    assert isinstance(done.exception, LakegraphError)
    assert str(tmp_path / "drops") in str(done.exception)


@pytest.mark.parametrize("name", ["customers_2025_01_15.csv", "trigger_2025_01_15.json"])
def test_a_folder_in_place_of_a_file_is_named(tmp_path, name):
    (tmp_path / name).mkdir()

    done = invoke("--drops", tmp_path, "--scale", 0.05)

    assert isinstance(done.exception, DropNotWrittenError)
    assert name in str(done.exception)


def test_a_full_disk_leaves_neither_half_a_file_nor_a_trigger(tmp_path, monkeypatch):
    def no_space(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    options = GenerateOptions(tmp_path, START, days=1, scale=0.05)
    done = invoke("--drops", tmp_path, "--days", 1, "--scale", 0.05)
    assert done.exit_code == 0
    monkeypatch.setattr(drop, "text_buffer", no_space)

    done = invoke("--drops", options.drops, "--days", 1, "--scale", 0.05)

    assert isinstance(done.exception, DropNotWrittenError)
    assert "No space left on device" in str(done.exception)
    assert not list(tmp_path.glob("*.partial"))
    assert not list(tmp_path.glob("trigger_*"))


def test_a_file_takes_its_name_only_when_it_is_whole(tmp_path):
    path = tmp_path / "file.csv"
    with whole_file(path) as file:
        file.write(b"half")
        assert not path.exists()
    assert path.read_bytes() == b"half"

    with pytest.raises(RuntimeError), whole_file(path) as file:
        file.write(b"other")
        raise RuntimeError

    assert path.read_bytes() == b"half"
    assert list(tmp_path.iterdir()) == [path]


def test_fields_are_quoted_only_where_they_must_be():
    assert csv_line(["a", "", "b,c", 'd"e', "f\ng", "h i"]) == 'a,,"b,c","d""e","f\ng",h i\n'


@pytest.mark.parametrize("special", ["b,c", 'd"e', "f\ng", 'all,\n""'])
def test_columns_are_written_as_single_records_are(special):
    rows = [["1", "plain", ""], ["2", special, "é"], ["3", "", special]]

    lines = csv_lines([pa.array(column) for column in zip(*rows, strict=True)])

    assert lines.to_pylist() == [csv_line(row) for row in rows]
