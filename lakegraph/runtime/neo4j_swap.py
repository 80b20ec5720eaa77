"""A store that was imported beside a local server's own, and the swap of the two.

`<home>/bulk` is a Neo4j home of its own, in which the import tool writes. Whoever imported offers the store and asks the
server's supervisor for a restart; the supervisor accepts once the server has ended, and swaps by renames, each of which is
passed over when it was done before. So an accepted swap is finished before the server ever starts again, one that was not is
forgotten, and the server opens either the store that it had or the whole imported one, wherever the swap is broken off.
"""

import shutil
from pathlib import Path

from lakegraph.runtime.ops import sync_folder

DATABASE = "neo4j"
# the store and its transaction log, which only fit each other
PARTS = (Path("data", "databases", DATABASE), Path("data", "transactions", DATABASE))
OFFERED, ACCEPTED, REPLACED = "offered", "accepted", "replaced"


def side_home(home: Path) -> Path:
    """Where a store is imported for the server in a home folder."""
    return home / "bulk"


def offer(home: Path) -> None:
    """Say that the imported store is whole, and may take the place of the server's own."""
    side = side_home(home)
    for part in PARTS:
        sync_folder((side / part).parent)
    (side / OFFERED).touch()
    sync_folder(side)


def is_waiting(home: Path) -> bool:
    """Whether a swap that was offered or accepted is not finished."""
    side = side_home(home)
    # in this order, for one becomes the other
    return (side / OFFERED).exists() or (side / ACCEPTED).exists()


def accept(home: Path) -> None:
    """Decide on the swap that was offered, if any; the server must not run, and must not start before it is finished."""
    side = side_home(home)
    if not (side / OFFERED).exists():
        return
    # what an earlier swap set aside is in the way of what this one does
    shutil.rmtree(side / REPLACED, ignore_errors=True)
    (side / OFFERED).rename(side / ACCEPTED)
    sync_folder(side)


def finish(home: Path) -> None:
    """Carry out the swap that was accepted, if any, or what is left of it; the server must not run.

    What the server had stays in `bulk/replaced` until the next swap.
    """
    side = side_home(home)
    if not (side / ACCEPTED).exists():
        return
    for part in PARTS:
        new, current, old = side / part, home / part, side / REPLACED / part
        if not new.exists():
            # a swap that broke off came as far as this
            continue
        if current.exists():
            old.parent.mkdir(parents=True, exist_ok=True)
            current.rename(old)
            sync_folder(old.parent)
        current.parent.mkdir(parents=True, exist_ok=True)
        new.rename(current)
        sync_folder(current.parent)
    (side / ACCEPTED).unlink()
    sync_folder(side)


def clear(home: Path) -> None:
    """Delete what an import has left and take back its offer, unless it was accepted; what a swap set aside stays."""
    side = side_home(home)
    if not side.is_dir():
        return
    # first: what is offered no more cannot be accepted while it is being deleted
    (side / OFFERED).unlink(missing_ok=True)
    if (side / ACCEPTED).exists():
        return
    for child in side.iterdir():
        if child.name != REPLACED:
            shutil.rmtree(child, ignore_errors=True) if child.is_dir() else child.unlink(missing_ok=True)
