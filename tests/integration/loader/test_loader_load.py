"""Loads on a real server: what arrives, what a second load does, what leaves again."""

import pytest

from graph_loader.operations import load
from tests.support.graph import counts

pytestmark = pytest.mark.slow


def test_first_load(shop, empty_graph):
    report = load(shop.options)
    print(report.as_json())
    assert counts(empty_graph) == {"Customer": 3, "Product": 2, "PURCHASED": 5}
