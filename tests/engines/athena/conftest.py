"""One stand-in for all tests of the Athena leg: it takes half a minute to start."""

import pytest


@pytest.fixture(scope="session")
def athena(tmp_path_factory):
    """A running stand-in: an AthenaStandIn."""
    from tests.engines.athena.stand_in import athena_stand_in

    with athena_stand_in(tmp_path_factory.mktemp("athena") / "trino") as stand_in:
        yield stand_in
