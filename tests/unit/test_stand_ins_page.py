"""The page of the stand-ins names the engines that are locked."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def locked(name: str) -> str:
    """The version of the first jar of a lock."""
    return (ROOT / "lakegraph/runtime/locks" / f"{name}.tsv").read_text(encoding="utf-8").split("\t")[2]


@pytest.mark.parametrize(
    ("engine", "version"),
    [
        (
            "Spark",
            re.search(r"^pyspark==(\S+)", (ROOT / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE)[1],
        ),
        ("Delta", locked("delta")),
        ("Trino", locked("trino-server")),
    ],
)
def test_the_page_names_the_versions_that_are_locked(engine, version):
    page = (ROOT / "docs/stand-ins.md").read_text(encoding="utf-8")

    assert set(re.findall(rf"{engine} (?:is )?(\d[\d.]*\d)", page)) == {version}
