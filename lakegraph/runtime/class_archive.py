"""Class data archives: what Java has read and verified of classes, kept in the cache, so that a start need not do so again.

Starting is most of what Neo4j and Spark do for a small graph, and half of a start is this. An archive is an offer: Java leaves
one alone that does not fit its version, its jars or their times. `lakegraph prepare` makes them.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lakegraph.runtime.jars import LOCKS, cache_root
from lakegraph.runtime.java import java

# an archive that does not fit is no news for a user
_SILENT = ("-Xlog:cds=off", "-Xlog:cds+dynamic=off")


def archived(name: str) -> list[str]:
    """Java's options for starting with an archive; none where there is none.

    Args:
        name: neo4j-server or spark.
    """
    file = _file(name)
    return [f"-XX:SharedArchiveFile={file}", *_SILENT] if file.is_file() else []


@contextmanager
def recorded(name: str) -> Iterator[list[str]]:
    """Make an archive of the classes that one Java process loads.

    Args:
        name: neo4j-server or spark.

    Yields:
        The options for that process, which has to end within the block.
    """
    file = _file(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    begun = file.with_suffix(f".{os.getpid()}")
    try:
        yield [f"-XX:ArchiveClassesAtExit={begun}", *_SILENT]
        # where Java could not make one, there is none
        if begun.is_file():
            begun.replace(file)
    finally:
        begun.unlink(missing_ok=True)


def _file(name: str) -> Path:
    from importlib.metadata import version
    from importlib.util import find_spec

    # an archive is for jars in one place: two environments beside one another have one each
    made_of = [
        java(),
        find_spec("pyspark").origin,
        version("pyspark"),
        (LOCKS / f"{name}.tsv").read_text(encoding="utf-8"),
    ]
    digest = hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:12]
    return cache_root() / "classes" / f"{name}-{digest}.jsa"
