"""Files that are called like no delivery: hidden ones, marks of other programs, uploads that are not whole."""

import pytest

from lakegraph.landing.sources import SourcesError

HIDDEN = [
    "_SUCCESS",
    "_committed_4711",
    ".orders.csv.crc",
    ".~lock.suppliers.csv#",
    "~$suppliers.csv",
    "suppliers.csv.part",
    "suppliers.csv.PARTIAL",
    "suppliers.csv.tmp",
    "suppliers.csv.crdownload",
    "suppliers.csv.filepart",
    "_temporary/suppliers.csv",
    ".git/suppliers.csv",
]
SUPPLIERS = "supplier_id,supplier_name\nA,Name\n"
TOLD = "called like a hidden or unfinished file"


@pytest.fixture
def greedy(place):
    """A place of which every file is a feed's, and no trigger is awaited."""
    place.configure('trigger: none\nfeeds: {suppliers: {files: "*"}, categories: {files: "*/*"}}')
    return place


def drop(place, name, content=SUPPLIERS):
    path = place.drops / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    return path


@pytest.mark.parametrize("name", HIDDEN)
def test_they_are_not_landed_though_a_pattern_takes_them_and_are_told_once(greedy, name):
    drop(greedy, name)
    drop(greedy, "suppliers.csv")

    result = greedy.land()

    assert [file.path_in_drops for batch in result.batches for file in batch.files] == ["suppliers.csv"]
    assert (result.unclaimed, result.unmatched) == ([f"{name} ({TOLD})"], [])
    assert result.complete
    assert (greedy.drops / name).exists()


@pytest.mark.parametrize("name", HIDDEN)
def test_those_that_no_pattern_takes_are_not_told(place, name):
    place.configure('trigger: none\nfeeds: {suppliers: {files: "suppliers.csv"}, categories: {files: "*/x.csv"}}')
    drop(place, name)

    assert place.land().summary() == "nothing to land"


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("_suppliers_{date}.csv", "_suppliers_2025_01_15.csv"),
        ("suppliers_{date}.part", "suppliers_2025_01_15.part"),
        ("_out/*_{date}.csv", "_out/suppliers_2025_01_15.csv"),
    ],
)
def test_a_pattern_that_is_written_like_them_takes_them(place, pattern, name):
    place.configure(f'trigger: none\nfeeds: {{suppliers: {{files: "{pattern}"}}}}')
    drop(place, name)

    [batch] = place.land().batches

    assert [file.path_in_drops for file in batch.files] == [name]


@pytest.mark.parametrize("name", [".suppliers.csv", "suppliers.csv.part"])
def test_a_trigger_takes_those_that_it_names(place, name):
    place.configure('trigger: {file: "trigger_{date}.json"}\nfeeds: {suppliers: {files: "*suppliers.csv*"}}')
    drop(place, name)
    place.trigger("2025_01_15", expected_files=[name])

    result = place.land()

    assert result.complete
    assert [file.source_file for batch in result.batches for file in batch.files] == [name]
    assert place.dropped() == []


def test_a_trigger_without_a_list_leaves_them(place):
    place.configure('trigger: {file: "trigger_{date}.json"}\nfeeds: {suppliers: {files: "*suppliers.csv*"}}')
    for name in ("suppliers.csv", ".suppliers.csv", "suppliers.csv.part"):
        drop(place, name)
    place.trigger("2025_01_15", expected_files=None)

    result = place.land()

    assert [file.source_file for batch in result.batches for file in batch.files] == ["suppliers.csv"]
    assert result.unclaimed == [f".suppliers.csv ({TOLD})", f"suppliers.csv.part ({TOLD})"]


def test_a_trigger_that_is_not_whole_announces_nothing(place):
    place.configure('trigger: {file: "*trigger_*.json*"}\nfeeds: {suppliers: {files: "suppliers.csv"}}')
    drop(place, "suppliers.csv")
    for name in (".trigger_1.json", "trigger_1.json.part"):
        drop(place, name, "{")

    result = place.land()

    assert (result.batches, result.refused) == ([], [])
    assert result.unclaimed == ["suppliers.csv (no trigger announces it)"]


def test_a_name_that_begins_with_an_underscore_is_somebodys(place):
    place.configure('trigger: none\nfeeds: {suppliers: {files: "*_{date}.csv"}}')
    names = ["_north_2025_01_15.csv", "south_2025_01_15.csv"]
    for number, name in enumerate(names):
        drop(place, name, f"supplier_id,supplier_name\n{number},Name\n")

    [batch] = place.land().batches

    assert [file.source_file for file in batch.files] == names


def test_a_feed_whose_pattern_is_written_like_them_has_them_to_itself(place):
    feeds = '{suppliers: {files: ".suppliers*"}, categories: {files: "*s.csv"}}'
    place.configure(f'trigger: {{file: "trigger_{{date}}.json"}}\nfeeds: {feeds}')
    drop(place, ".suppliers.csv")
    place.trigger("2025_01_15", expected_files=[".suppliers.csv"])

    [batch] = place.land().batches

    assert [(file.feed, file.source_file) for file in batch.files] == [("suppliers", ".suppliers.csv")]


def test_a_hidden_file_that_a_trigger_names_belongs_to_one_feed(place):
    feeds = '{suppliers: {files: "*suppliers.csv"}, categories: {files: "*s.csv"}}'
    place.configure(f'trigger: {{file: "trigger_{{date}}.json"}}\nfeeds: {feeds}')
    drop(place, ".suppliers.csv")
    place.trigger("2025_01_15", expected_files=[".suppliers.csv"])

    with pytest.raises(SourcesError, match="fits the file patterns of both"):
        place.land()


def test_a_hidden_file_belongs_to_no_two_feeds(place):
    place.configure('trigger: none\nfeeds: {suppliers: {files: "*.csv"}, categories: {files: "*n.csv"}}')
    drop(place, "suppliers.csv")
    drop(place, ".hidden.csv")

    [batch] = place.land().batches

    assert [file.source_file for file in batch.files] == ["suppliers.csv"]
