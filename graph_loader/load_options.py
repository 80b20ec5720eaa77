"""What a run works on, and how."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lakegraph.runtime.errors import ConfigurationError

if TYPE_CHECKING:
    from graph_loader.guards import Limits
    from lakegraph.runtime.neo4j_target import Neo4jTarget
    from lakegraph.runtime.settings import Settings

DEFAULT_GRAPH_ID = "lakegraph"
# it becomes a folder beside those of other graphs
_GRAPH_ID = re.compile(r"\w[\w.-]*")
# measured: larger batches are slower and hold more locks
BATCH_ROWS = 5_000
RETRIES = 3


@dataclass(frozen=True)
class LoadOptions:
    """What a run works on.

    Attributes:
        settings: the lake and the environment.
        manifest: dbt's manifest.
        graph_id: names the ledger and the graph it belongs to.
        neo4j: the database; None takes it from the environment or the local server.
        batch_rows: rows in one transaction.
        quiet: show no progress on standard error.
        expectations: check what is expected of the marts before a load.
        limits: what a load does not do unasked; None takes it from vars.yml.
        tasks: how many writes may run at once; None takes what Spark runs at once.
        retries: how often a transaction is tried again that failed for a passing reason.
        allow_deletes: labels and types of which a load may delete any number, `all` for every one.
        allow_rejects: labels and types of whose marts any number of rows may be rejected, `all` for every one.
        repair: go by what the graph holds, not by what the ledger remembers of it, and set right what others changed.
        bulk: fill an empty database with Neo4j's import tool.

    Raises:
        ConfigurationError: the graph's id is no name that a folder may have.
    """

    settings: "Settings"
    manifest: Path
    graph_id: str = DEFAULT_GRAPH_ID
    neo4j: "Neo4jTarget | None" = None
    batch_rows: int = BATCH_ROWS
    quiet: bool = False
    expectations: bool = True
    limits: "Limits | None" = None
    tasks: int | None = None
    retries: int = RETRIES
    allow_deletes: frozenset[str] = frozenset()
    allow_rejects: frozenset[str] = frozenset()
    repair: bool = False
    bulk: bool = False

    def __post_init__(self):
        if not _GRAPH_ID.fullmatch(self.graph_id):
            raise ConfigurationError(
                f"'{self.graph_id}' cannot be a graph's id.",
                "--graph-id takes letters, digits, `_`, `.` and `-`, and begins with a letter or a digit.",
            )
