"""A stand-in for each module of the Athena leg: what one builds is nothing that another may find."""

import pytest


@pytest.fixture(scope="module")
def athena(tmp_path_factory):
    """A running stand-in: an AthenaStandIn."""
    from tests.engines.athena.stand_in import athena_stand_in

    with athena_stand_in(tmp_path_factory.mktemp("athena") / "trino") as stand_in:
        yield stand_in
