"""The pages of defects and of the connector's failures name tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["defects.md", "connector.md"])
def test_every_test_that_the_page_names_exists(name):
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")
    file, named = "", []
    for path, test in re.findall(r"`([^`:]*)::(\w+)`", page):
        file = path or file
        named.append((file, test))

    # of several tables, the first one lists the failures
    table = page.partition("\n|---")[2].partition("\n\n")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert len(rows) > 10
    assert all("::" in row for row in rows)
    assert len(named) >= len(rows)
    assert [
        (file, test) for file, test in named if f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8")
    ] == []
