"""`lakegraph prepare`: archives of classes that Neo4j and Spark then start with."""

import os
import shutil
import subprocess
import sys

import pytest

from lakegraph.runtime import class_archive
from lakegraph.runtime.class_archive import archived, recorded
from lakegraph.runtime.jars import cache_root
from lakegraph.runtime.java import java
from lakegraph.runtime.neo4j_supervisor import LOCK

pytestmark = pytest.mark.slow

PRINT = ("-XshowSettings:none", "-version")


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A cache with nothing in it."""
    monkeypatch.setenv("LAKEGRAPH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_an_archive_is_made_once_and_then_offered(own_cache):
    assert archived(LOCK) == []

    with recorded(LOCK) as options:
        subprocess.run([java(), *options, *PRINT], check=True, capture_output=True)

    (file,) = (own_cache / "classes").iterdir()
    offered, *_ = archived(LOCK)
    assert offered == f"-XX:SharedArchiveFile={file}"
    # -Xshare:on refuses to start without the archive that it was told
    started = subprocess.run([java(), offered, "-Xshare:on", *PRINT], check=False, capture_output=True, text=True)
    assert started.returncode == 0, started.stderr


def test_a_process_that_dies_leaves_no_archive(own_cache):
    with recorded(LOCK):
        pass

    assert archived(LOCK) == []
    assert list((own_cache / "classes").iterdir()) == []


def test_an_archive_that_does_not_fit_is_left_alone_in_silence(own_cache):
    with recorded(LOCK) as options:
        subprocess.run([java(), *options, *PRINT], check=True, capture_output=True)
    class_archive._file(LOCK).chmod(0o600)
    class_archive._file(LOCK).write_bytes(b"something else")

    started = subprocess.run([java(), *archived(LOCK), *PRINT], check=False, capture_output=True, text=True)

    assert started.returncode == 0
    assert started.stdout == ""
    assert "archive" not in started.stderr


@pytest.mark.soak
def test_prepare_makes_both_archives_and_neo4j_uses_its_own(own_cache, tmp_path):
    # the jars are fetched by other tests
    shutil.copytree(cache_root_of_the_machine() / "jars", own_cache / "jars")
    for said in ("Neo4j and Spark are ready", "Neo4j and Spark have been ready before"):
        done = subprocess.run(
            [sys.executable, "-m", "lakegraph", "prepare"], check=False, capture_output=True, text=True
        )
        assert (done.returncode, done.stdout.strip()) == (0, said), done.stderr

    assert sorted(file.name.rpartition("-")[0] for file in (own_cache / "classes").iterdir()) == [
        "neo4j-server",
        "spark",
    ]
    library = next((own_cache / "jars").glob("neo4j-server-*"))
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "neo4j.conf").touch()
    loaded = subprocess.run(
        [java(), *archived(LOCK), "-Xlog:class+load", "-cp", f"{library}/*", "org.neo4j.cli.AdminTool", "--version"],
        check=True, capture_output=True, text=True,
        env={**os.environ, "NEO4J_HOME": str(tmp_path), "NEO4J_CONF": str(tmp_path / "conf")},
    )  # fmt: skip
    # of the archive on top of Java's own
    assert loaded.stdout.count("source: shared objects file (top)") > 100


def cache_root_of_the_machine():
    own = os.environ.pop("LAKEGRAPH_CACHE")
    try:
        return cache_root()
    finally:
        os.environ["LAKEGRAPH_CACHE"] = own
