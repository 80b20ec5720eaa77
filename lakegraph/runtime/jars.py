"""Jars by their Maven coordinates: fetched once, checked against a committed sha256 lock, kept in a cache.

A lock is a table of group, artifact, version, classifier, size in bytes and sha256, one jar a line; what is no jar has its
extension, such as tar.gz, in a seventh column. Spark's own copy of Apache Ivy fetches them from Maven Central, or from the
mirror that LAKEGRAPH_MAVEN_MIRROR names; neither Maven nor Docker is needed.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import quoteattr

from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.java import java

LOCKS = Path(__file__).parent / "locks"
# Ivy fetches one jar after another and mostly waits for the network.
PARALLEL_FETCHES = 6


class JarError(LakegraphError):
    """A jar could not be fetched, or is not the one that the lock names."""


@dataclass(frozen=True)
class Jar:
    """One line of a lock."""

    group: str
    artifact: str
    version: str
    classifier: str
    size: int
    sha256: str
    extension: str = "jar"

    @property
    def file_name(self) -> str:
        """The name under which the jar lies in its folder."""
        return f"{self.artifact}-{self.version}{f'-{self.classifier}' if self.classifier else ''}.{self.extension}"


def read_lock(lock: Path) -> list[Jar]:
    """The jars that a lock file names."""
    rows = [line.split("\t") for line in lock.read_text(encoding="utf-8").splitlines() if line]
    return [
        Jar(group, artifact, version, classifier, int(size), digest, *extension)
        for group, artifact, version, classifier, size, digest, *extension in rows
    ]


def ensure(name: str) -> Path:
    """The folder that holds exactly the jars of the lock `<name>.tsv`; they are fetched when the cache has none.

    Raises:
        JarError: a jar cannot be fetched, or differs from its sha256 in the lock.
        ConfigurationError: there is no Java to fetch with.
    """
    lock = LOCKS / f"{name}.tsv"
    jars = read_lock(lock)
    folder = cache_root() / "jars" / f"{name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    if _complete(folder, jars):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=folder.parent) as work:
        fetched = Path(work) / "jars"
        _fetch(jars, fetched, Path(work))
        _verify(jars, fetched, lock)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            fetched.rename(folder)
        except OSError as error:  # another process was as quick
            if not _complete(folder, jars):
                raise JarError(f"The fetched jars cannot be moved to {folder}: {error}.") from error
    return folder


def cache_root() -> Path:
    """Where downloads are kept: LAKEGRAPH_CACHE, else `lakegraph` in the user's cache folder."""
    own = os.environ.get("LAKEGRAPH_CACHE")
    return Path(own) if own else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lakegraph"


def _complete(folder: Path, jars: list[Jar]) -> bool:
    return folder.is_dir() and {(file.name, file.stat().st_size) for file in folder.iterdir()} == {
        (jar.file_name, jar.size) for jar in jars
    }


def _fetch(jars: list[Jar], target: Path, work: Path) -> None:
    ivy = next((Path(find_spec("pyspark").origin).parent / "jars").glob("ivy-*.jar"))
    settings = work / "ivysettings.xml"
    settings.write_text(_ivy_settings(os.environ.get("LAKEGRAPH_MAVEN_MIRROR")), encoding="utf-8")
    fetches = []
    for number in range(min(PARALLEL_FETCHES, len(jars))):
        module, log = work / f"ivy-{number}.xml", work / f"ivy-{number}.log"
        module.write_text(_ivy_module(jars[number::PARALLEL_FETCHES]), encoding="utf-8")
        command = [
            java(),
            "-Xmx256m",
            "-jar",
            ivy,
            "-settings",
            settings,
            "-cache",
            work / f"cache-{number}",
            "-ivy",
            module,
        ]
        command += ["-retrieve", f"{target}/[artifact]-[revision](-[classifier]).[ext]"]
        with log.open("wb") as output:
            fetches.append((subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL), log))
    # every fetch is waited for before any is judged, so that none outlives this call
    failed = [log for fetch, log in fetches if fetch.wait() != 0]
    if failed:
        trouble = _trouble(failed[0].read_text(encoding="utf-8", errors="replace"))
        raise JarError(
            f"Jars cannot be fetched from Maven Central: {trouble}.",
            "Check the network, or name a mirror in LAKEGRAPH_MAVEN_MIRROR.",
        )


def _verify(jars: Iterable[Jar], folder: Path, lock: Path) -> None:
    for jar in jars:
        file = folder / jar.file_name
        if not file.is_file():
            raise JarError(f"{jar.group}:{jar.artifact}:{jar.version} of {lock.name} was not fetched.", "Try again.")
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        if digest != jar.sha256:
            raise JarError(
                f"{jar.file_name} has sha256 {digest}, but {lock.name} says {jar.sha256}.",
                "Do not use it: the mirror served another file than the one that was tested.",
            )


def _ivy_settings(mirror: str | None) -> str:
    root = f" root={quoteattr(mirror)}" if mirror else ""
    return (
        '<ivysettings><settings defaultResolver="central"/><resolvers>'
        f'<ibiblio name="central" m2compatible="true" usepoms="false" useMavenMetadata="false"{root}/>'
        "</resolvers></ivysettings>"
    )


def _ivy_module(jars: Iterable[Jar]) -> str:
    dependencies = "".join(
        f"<dependency org={quoteattr(jar.group)} name={quoteattr(jar.artifact)} rev={quoteattr(jar.version)} "
        f'transitive="false"><artifact name={quoteattr(jar.artifact)} type={quoteattr(jar.extension)} '
        f"ext={quoteattr(jar.extension)}"
        f"{f' m:classifier={quoteattr(jar.classifier)}' if jar.classifier else ''}/></dependency>"
        for jar in jars
    )
    return (
        '<ivy-module version="2.0" xmlns:m="http://ant.apache.org/ivy/maven">'
        f'<info organisation="lakegraph" module="jars"/><dependencies>{dependencies}</dependencies></ivy-module>'
    )


def _trouble(log: str) -> str:
    lines = [line.strip() for line in log.splitlines()]
    said = [
        line
        for line in lines
        if any(word in line.lower() for word in ("not found", "error", "unresolved", "exception"))
    ]
    return (said or lines or ["Ivy said nothing"])[0].strip(": ")
