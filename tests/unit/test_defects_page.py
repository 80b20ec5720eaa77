"""The page of replaced defects names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_the_page_names_exists():
    page = (ROOT / "docs" / "defects.md").read_text(encoding="utf-8")
    file, named = "", []
    for path, name in re.findall(r"`([^`:]*)::(\w+)`", page):
        file = path or file
        named.append((file, name))

    rows = [line for line in page.splitlines() if line.startswith("| ") and "---" not in line]
    assert all("::" in row for row in rows[1:])
    assert len(named) >= len(rows) - 1
    assert [
        (file, name) for file, name in named if f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8")
    ] == []
