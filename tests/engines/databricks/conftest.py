"""One stand-in and the days built on it for all tests of the folder, which one worker runs."""

import pytest

from tests.engines.databricks.stand_in import StandIn
from tests.engines.leg import Leg


@pytest.fixture(scope="package")
def leg(tmp_path_factory):
    """The days of a shop on DuckDB and on a running StandIn."""
    root = tmp_path_factory.mktemp("databricks_leg")
    with StandIn(root / "stand_in") as stand_in:
        leg = Leg(root, stand_in)
        try:
            # the options count when the project is read
            leg.dbt("parse")
            # the tables that landing publishes to
            leg.dbt("run-operation", "expose_landing")
            yield leg
        finally:
            leg.close()
