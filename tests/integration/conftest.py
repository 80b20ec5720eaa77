"""What the tests of whole ways share."""

import pytest

from tests.support.shared_dbt import shared_dbt


@pytest.fixture(autouse=True, scope="session")
def one_dbt():
    """Builds that a test runs in its own process share one dbt; the command line is not touched by this."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lakegraph.pipeline.dbt.DbtProcess", shared_dbt)
        yield
