"""Options that mean the same in every command."""

from pathlib import Path
from typing import Annotated

import typer

Drops = Annotated[
    Path | None,
    typer.Option("--drops", help="Folder in which files are dropped (DROPS_DIR, else drops/).", show_default=False),
]
Sources = Annotated[
    Path | None,
    typer.Option(
        "--sources",
        help="How files become feeds (LAKEGRAPH_SOURCES, else configs/data-sources.yml).",
        show_default=False,
    ),
]
Lake = Annotated[
    Path | None, typer.Option("--lake", help="Folder of the lake (LAKE_DIR, else lake/).", show_default=False)
]
Target = Annotated[str | None, typer.Option("--target", help="dbt target (DBT_TARGET, else dev).", show_default=False)]
Env = Annotated[
    str | None,
    typer.Option("--env", help="Environment whose secrets go first (LAKEGRAPH_ENV, else dev).", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
