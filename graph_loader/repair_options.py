"""The command line's options for a graph or a ledger that is not what it should be."""

from typing import Annotated

import typer

from lakegraph.runtime.errors import ConfigurationError

Repair = Annotated[
    bool,
    typer.Option(
        "--repair",
        help="Compare the marts with what the graph really holds, and set right what others changed or deleted.",
    ),
]
Deep = Annotated[
    bool, typer.Option("--deep", help="Compare the values of all nodes and edges, not only their number and keys.")
]
RebuildLedger = Annotated[
    bool, typer.Option("--rebuild-ledger", help="Compare nothing, but write a new ledger from what the graph holds.")
]
Claim = Annotated[
    list[str] | None,
    typer.Option(
        "--claim",
        metavar="NAME",
        help="With --rebuild-ledger: a label or type of which everything in the graph counts as written by loads, also "
        "what no mart has; may be given several times, `all` for every one.",
        show_default=False,
    ),
]


def require_one(deep: bool, rebuild_ledger: bool, claim: list[str] | None) -> None:
    """Make sure that options of `reconcile` do not contradict each other.

    Raises:
        ConfigurationError: they do.
    """
    if deep and rebuild_ledger:
        raise ConfigurationError("--deep and --rebuild-ledger exclude each other.", "Rebuild first, then compare.")
    if claim and not rebuild_ledger:
        raise ConfigurationError("--claim says what a new ledger remembers.", "Give --rebuild-ledger with it.")
