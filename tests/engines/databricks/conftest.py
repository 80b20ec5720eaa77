"""A stand-in for the tests of a module that need no day's build."""

import pytest

from tests.engines.databricks.stand_in import StandIn


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory):
    """A running StandIn with nothing in it."""
    with StandIn(tmp_path_factory.mktemp("databricks") / "stand_in") as running:
        yield running
