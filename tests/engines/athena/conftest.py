"""One stand-in and the days built on it for all tests of the folder, which one worker runs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lakegraph.landing.s3 import publish
from lakegraph.runtime.project import project_root
from tests.engines.athena.reading import rows
from tests.engines.athena.stand_in import DBT_MODULE, AthenaStandIn
from tests.engines.leg import Leg
from tests.engines.loading import LoadOrder


class Athena:
    """The stand-in, as a leg needs it."""

    name, target, dbt_module, options = "athena", "athena_local", DBT_MODULE, ()

    def __init__(self, stand_in: AthenaStandIn, folder: Path):
        self._stand_in, self.environment, self._folder = stand_in, stand_in.environment, folder

    def publish(self, lake: Path) -> list[str]:
        """Bring the batches of a lake to S3; their ids."""
        return publish(lake, self.environment["ATHENA_LAKE_DIR"], self._stand_in.client("s3"))

    def rows(self, sql: str) -> list[tuple]:
        """What a query gives."""
        return list(rows(self._stand_in.client("athena"), sql))

    def load(self, order: LoadOrder) -> dict[str, list[int]]:
        """Load the graph marts by Iceberg's Spark runtime, in a process of its own."""
        file = self._folder / "order.json"
        file.write_text(order.as_json(), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "tests.engines.loading", file],
            cwd=project_root(),
            env={
                **os.environ,
                **self.environment,
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-5000:]
        return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="package")
def athena(tmp_path_factory):
    """A running AthenaStandIn."""
    from tests.engines.athena.stand_in import athena_stand_in

    with athena_stand_in(tmp_path_factory.mktemp("athena") / "trino") as stand_in:
        yield stand_in


@pytest.fixture(scope="package")
def leg(tmp_path_factory, athena):
    """The days of a shop on DuckDB and on the stand-in."""
    root = tmp_path_factory.mktemp("athena_leg")
    leg = Leg(root, Athena(athena, root))
    yield leg
    leg.close()
