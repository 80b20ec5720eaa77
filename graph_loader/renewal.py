"""A ledger that takes the place of another one."""

import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path

from graph_loader.connection import Metadata
from graph_loader.ledger import LOCK, POINTER, Ledger
from graph_loader.ledger_state import LedgerError, LedgerState


def renewed(ledger: Ledger, metadata: Metadata | None) -> Ledger:
    """A ledger in the same folder that remembers nothing yet; what is there stays until the new one is saved.

    It goes on under the same id where graph and ledger have one, and knows then what it replaces. A ledger that is not
    known to be the graph's is copied aside first. Its next generation is one that neither graph nor folder has seen.

    Args:
        metadata: what the graph says of its ledger.
    """
    folder = ledger.folder
    try:
        ledger.reload()
    except LedgerError:
        ledger.state = None
    old = ledger.state
    is_the_graphs = bool(old and metadata and old.ledger_id == metadata.ledger_id)
    if not is_the_graphs and (folder / POINTER).is_file():
        copied_aside(folder)
    seen = [int(child.name) for child in folder.iterdir() if child.name.isdecimal()]
    seen += [metadata.generation if metadata else 0, old.next_generation - 1 if old else 0]
    ledger_id = old.ledger_id if is_the_graphs else uuid.uuid4().hex
    return Ledger(folder, LedgerState(ledger_id, max(seen)), old if is_the_graphs else None)


def copied_aside(folder: Path) -> Path:
    """Copy the ledger in a folder into another one beside it, and give that."""
    aside = folder.with_name(f"{folder.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    shutil.copytree(folder, aside, ignore=shutil.ignore_patterns(LOCK))
    return aside
