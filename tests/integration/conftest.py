"""What the tests of whole ways share."""

import pytest
from dbt_lake import NO_TESTS

from lakegraph.pipeline import run
from tests.support.shared_dbt import shared_dbt


@pytest.fixture(autouse=True, scope="session")
def one_dbt():
    """Builds that a test runs in its own process share one dbt; the command line is not touched by this."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lakegraph.pipeline.dbt.DbtProcess", shared_dbt)
        yield


@pytest.fixture
def without_data_tests(monkeypatch):
    """dbt does not test what `build_waiting` builds, which is a third of its time: for tests that look at all rows themselves."""
    monkeypatch.setattr(run, "DATA_ONLY", NO_TESTS)
    monkeypatch.setattr(run, "MARTS", (*run.MARTS, *NO_TESTS))
