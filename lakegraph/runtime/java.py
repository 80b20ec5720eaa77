"""The Java runtime that Neo4j and Spark run on."""

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from lakegraph.runtime.errors import ConfigurationError

OLDEST, NEWEST = 17, 21
# The quick compiler alone: a process of seconds would spend more on the thorough one than it ever gets back.
QUICK_START = ("-XX:TieredStopAtLevel=1",)
# The thorough compiler for what is called five times as often as usual: a process of a minute or two, on few cores, would
# otherwise spend a good part of them on it.
SPARING = (
    "-XX:Tier4InvocationThreshold=25000",
    "-XX:Tier4MinInvocationThreshold=3000",
    "-XX:Tier4CompileThreshold=75000",
    "-XX:Tier4BackEdgeThreshold=200000",
)


def java() -> str:
    """The path of a Java runtime of version 17 to 21: from JAVA_HOME, else from PATH.

    Raises:
        ConfigurationError: there is none, or its version does not serve.
    """
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    install = "Install JDK 17 (Debian: openjdk-17-jdk-headless) or let JAVA_HOME point to one."
    if found is None:
        raise ConfigurationError(f"No Java runtime {f'in JAVA_HOME ({home})' if home else 'on PATH'}.", install)
    version = _version(found)
    major = re.search(r'version "(\d+)', version)
    if major is None or not OLDEST <= int(major[1]) <= NEWEST:
        said = version.splitlines()[0] if version else "nothing"
        raise ConfigurationError(
            f"{found} is no Java {OLDEST} to {NEWEST}; asked for its version it says: {said}.", install
        )
    return found


@cache
def _version(found: str) -> str:
    return subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
