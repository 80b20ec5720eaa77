import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    root = tmp_path_factory.mktemp("docs")
    env = {**os.environ, "LAKE_DIR": str(root / "lake"), "DBT_TARGET_PATH": str(root / "target")}
    env |= {"DBT_LOG_PATH": str(root / "logs")}
    command = [sys.executable, "-m", "lakegraph", "docs", "--site", str(root / "site")]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return root / "site"


def test_dbts_pages_are_one_file_with_everything_inside(site):
    page = (site / "index.html").read_text(encoding="utf-8")

    assert "model.lakegraph.edge_purchased" in page
    # what the pages would otherwise fetch: the manifest with its descriptions, the catalog of the warehouse
    assert "Who bought what; two purchases of the same product are two edges." in page
    assert "dbt/catalog/v1.json" in page


def test_the_graphs_page_names_every_label_type_and_property(site):
    page = (site / "graph.html").read_text(encoding="utf-8")

    for name in ("Customer", "Product", "Category", "Order", "Review", "Supplier"):
        assert f'<h3 id="{name}">' in page
    for name in ("PLACED", "CONTAINS", "PURCHASED", "WROTE", "REVIEWED", "ABOUT", "BELONGS_TO", "CHILD_OF", "SUPPLIES"):
        assert f'<h3 id="{name}">' in page
        assert f">{name}</text>" in page
    assert "<td>reliability</td><td>FLOAT</td>" in page
    assert "_source_file" not in page


def test_the_pages_need_nothing_from_elsewhere(site):
    page = (site / "graph.html").read_text(encoding="utf-8")

    assert "<script" not in page
    assert 'src="http' not in page
    assert page.count("<svg") == 1
