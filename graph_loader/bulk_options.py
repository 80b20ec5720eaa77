"""The command line's options for a first load by import files."""

from pathlib import Path
from typing import Annotated

import typer

from lakegraph.runtime.errors import ConfigurationError

Bulk = Annotated[
    bool,
    typer.Option(
        "--bulk", help="Fill an empty database with Neo4j's import tool; for a server elsewhere, write its files alone."
    ),
]
BulkFolder = Annotated[
    Path | None,
    typer.Option(
        "--bulk-folder",
        help="With --bulk, for a server elsewhere: where the import files go (default: import_files/ in the lake).",
        show_default=False,
    ),
]


def require_one_way(bulk: bool, folder: Path | None, repair: bool) -> None:
    """Make sure that options of `load` do not contradict each other.

    Raises:
        ConfigurationError: they do.
    """
    if bulk and repair:
        raise ConfigurationError("--bulk and --repair exclude each other.", "An empty graph needs no repair.")
    if folder and not bulk:
        raise ConfigurationError("--bulk-folder says where import files go.", "Give --bulk with it.")
