"""A load of the graph marts that an adapter made, in whichever process has the Spark that reads them.

`python -m tests.engines.loading FILE` carries out the order in a file, for a Java process has the jars that it began with, and
ends with a line of what was counted.
"""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lakegraph.runtime.neo4j_target import Neo4jTarget
from lakegraph.runtime.settings import settings

if TYPE_CHECKING:
    from graph_loader.report import RunReport


@dataclass(frozen=True)
class LoadOrder:
    """Which marts go into which database.

    Attributes:
        manifest: dbt's, which says where the marts are.
        lake: the lake that keeps the ledger.
        neo4j: the database.
    """

    manifest: Path
    lake: Path
    neo4j: Neo4jTarget

    def as_json(self) -> str:
        """The order as `read` takes it."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def read(cls, text: str) -> "LoadOrder":
        """The order that `as_json` gave."""
        said = json.loads(text)
        return cls(Path(said["manifest"]), Path(said["lake"]), Neo4jTarget(**said["neo4j"]))


def load_marts(order: LoadOrder) -> dict[str, list[int]]:
    """Carry an order out with the Spark session of this process.

    Returns:
        By label and type, how many were created, updated, unchanged, rejected and deleted.
    """
    from graph_loader.load_options import LoadOptions
    from graph_loader.operations import load

    given = settings(lake=order.lake)
    return counts_by_name(load(LoadOptions(given, order.manifest, neo4j=order.neo4j, quiet=True, expectations=False)))


def counts_by_name(report: "RunReport") -> dict[str, list[int]]:
    """By label and type, how many rows a load created, updated, left unchanged, rejected and deleted."""
    return {
        count.name: [count.created, count.updated, count.unchanged, count.rejected, count.deleted]
        for count in report.counts
    }


if __name__ == "__main__":
    print(json.dumps(load_marts(LoadOrder.read(Path(sys.argv[1]).read_text(encoding="utf-8")))))
