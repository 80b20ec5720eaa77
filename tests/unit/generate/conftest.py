"""Generated drops that the tests read back."""

from datetime import date

import pytest

from lakegraph.landing.generate.operations import generate
from lakegraph.landing.generate.options import GenerateOptions
from tests.unit.generate.reading import Drops

START = date(2025, 1, 15)


@pytest.fixture(scope="session")
def make_drops(tmp_path_factory):
    """Generates drops into a new folder."""

    def make(**options) -> Drops:
        folder = tmp_path_factory.mktemp("drops")
        generate(GenerateOptions(folder, **{"start": START, **options}))
        return Drops(folder)

    return make


@pytest.fixture(scope="session")
def clean(make_drops) -> Drops:
    """Three drops at scale 1 without planted faults."""
    return make_drops(days=3)


@pytest.fixture(scope="session")
def dirty(make_drops) -> Drops:
    """Two drops at scale 1 with one faulty record in a hundred."""
    return make_drops(days=2, dirt=0.01)
