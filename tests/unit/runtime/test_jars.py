import hashlib

import pytest

from lakegraph.runtime import jars

CONTENT = b"a jar"
LOCKED = f"org.example\tthing\t1.0\tlinux\t{len(CONTENT)}\t{hashlib.sha256(CONTENT).hexdigest()}\n"


@pytest.fixture
def maven(tmp_path, monkeypatch):
    """A lock of one jar and a repository that serves the bytes it is told to; returns how often it was asked."""
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "thing.tsv").write_text(LOCKED)
    monkeypatch.setattr(jars, "LOCKS", tmp_path / "locks")
    monkeypatch.setenv("LAKEGRAPH_CACHE", str(tmp_path / "cache"))
    served = {"content": CONTENT, "asked": 0}

    def fetch(wanted, target, work):
        served["asked"] += 1
        target.mkdir()
        (target / wanted[0].file_name).write_bytes(served["content"])

    monkeypatch.setattr(jars, "_fetch", fetch)
    return served


def test_a_jar_is_fetched_once_and_then_taken_from_the_cache(maven):
    first, second = jars.ensure("thing"), jars.ensure("thing")

    assert first == second
    assert [file.name for file in first.iterdir()] == ["thing-1.0-linux.jar"]
    assert maven["asked"] == 1


def test_a_jar_with_another_hash_is_refused_and_not_kept(maven, tmp_path):
    maven["content"] = b"a bug"

    with pytest.raises(jars.JarError, match=r"thing-1\.0-linux\.jar has sha256 .* but thing\.tsv says"):
        jars.ensure("thing")

    assert list((tmp_path / "cache" / "jars").iterdir()) == []


def test_a_cache_that_lost_a_jar_is_filled_again(maven):
    folder = jars.ensure("thing")
    (folder / "thing-1.0-linux.jar").write_bytes(b"cut")

    assert (jars.ensure("thing") / "thing-1.0-linux.jar").read_bytes() == CONTENT
    assert maven["asked"] == 2


def test_what_is_no_jar_has_its_extension_in_a_seventh_column(tmp_path):
    lock = tmp_path / "thing.tsv"
    lock.write_text(LOCKED.replace("thing", "other") + LOCKED.rstrip("\n") + "\ttar.gz\n")

    assert [jar.file_name for jar in jars.read_lock(lock)] == ["other-1.0-linux.jar", "thing-1.0-linux.tar.gz"]


def test_the_committed_locks_name_each_jar_once_with_a_sha256():
    for name in ("delta", "iceberg", "neo4j-server", "spark", "trino-server"):
        locked = jars.read_lock(jars.LOCKS / f"{name}.tsv")
        assert len({jar.file_name for jar in locked}) == len(locked) > 0
        assert all(len(jar.sha256) == 64 and jar.size > 0 for jar in locked)
