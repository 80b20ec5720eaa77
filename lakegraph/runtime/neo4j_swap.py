"""A store that was imported beside a local server's own, and the swap of the two.

`<home>/bulk` is a Neo4j home of its own, in which the import tool writes. The swap is ordered by one small file and carried
out by the server's supervisor before it starts the server: by renames, each of which is passed over when it was done before.
So the server opens either the store that it had or the whole imported one, wherever the swap is broken off.
"""

import shutil
from pathlib import Path

from lakegraph.runtime.ops import sync_folder

DATABASE = "neo4j"
# the store and its transaction log, which only fit each other
PARTS = (Path("data", "databases", DATABASE), Path("data", "transactions", DATABASE))
ORDER, REPLACED = "swap", "replaced"


def side_home(home: Path) -> Path:
    """Where a store is imported for the server in a home folder."""
    return home / "bulk"


def order(home: Path) -> None:
    """Have the imported store take the place of the server's own when the server starts next."""
    side = side_home(home)
    # what an earlier swap set aside is in the way of what this one does
    shutil.rmtree(side / REPLACED, ignore_errors=True)
    for part in PARTS:
        sync_folder((side / part).parent)
    (side / ORDER).touch()
    sync_folder(side)


def is_ordered(home: Path) -> bool:
    """Whether a swap has been ordered and not been finished."""
    return (side_home(home) / ORDER).exists()


def finish(home: Path) -> None:
    """Carry out the swap that was ordered, if any, or what is left of it; the server must not run.

    What the server had stays in `bulk/replaced` until the next swap.
    """
    side = side_home(home)
    if not is_ordered(home):
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
    (side / ORDER).unlink()
    sync_folder(side)


def clear(home: Path) -> None:
    """Delete what an import has left, unless a swap needs it still; what a swap set aside stays."""
    side = side_home(home)
    if is_ordered(home) or not side.is_dir():
        return
    for child in side.iterdir():
        if child.name != REPLACED:
            shutil.rmtree(child, ignore_errors=True) if child.is_dir() else child.unlink(missing_ok=True)
