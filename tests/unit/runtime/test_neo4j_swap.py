"""The swap of a server's store: broken off anywhere, the next start finishes it."""

from pathlib import Path

import pytest

from lakegraph.runtime import neo4j_swap


class Killed(BaseException):
    """The process is gone."""


def content(home: Path) -> dict[str, str]:
    return {str(file.relative_to(home)): file.read_text() for file in sorted(home.rglob("*")) if file.is_file()}


@pytest.fixture
def home(tmp_path) -> Path:
    """A server's own store, and one that was imported beside it, with what the import left."""
    for root, says in ((tmp_path, "own"), (neo4j_swap.side_home(tmp_path), "imported")):
        for part in neo4j_swap.PARTS:
            (root / part).mkdir(parents=True)
            (root / part / "store").write_text(says)
    (neo4j_swap.side_home(tmp_path) / "files").mkdir()
    (neo4j_swap.side_home(tmp_path) / "files" / "rows.csv").write_text("rows")
    return tmp_path


OWN = {f"{part}/store": "own" for part in neo4j_swap.PARTS}
SWAPPED = {f"{part}/store": "imported" for part in neo4j_swap.PARTS} | {
    f"bulk/replaced/{part}/store": "own" for part in neo4j_swap.PARTS
}


@pytest.mark.parametrize("steps", [(), ("accept",), ("offer",), ("offer", "clear", "accept")])
def test_a_store_that_was_not_offered_or_not_accepted_is_not_opened_and_goes(home, steps):
    for step in steps:
        getattr(neo4j_swap, step)(home)

    # the server starts
    neo4j_swap.finish(home)
    neo4j_swap.clear(home)

    assert content(home) == OWN
    assert not neo4j_swap.is_waiting(home)


def test_an_accepted_swap_puts_the_whole_import_in_place_once(home):
    neo4j_swap.offer(home)
    neo4j_swap.accept(home)
    # a load that looks at what is left must not take the import away
    neo4j_swap.clear(home)

    for _ in range(2):
        neo4j_swap.finish(home)
        neo4j_swap.clear(home)

    assert content(home) == SWAPPED
    assert not neo4j_swap.is_waiting(home)


@pytest.mark.parametrize("renames", range(5))
def test_a_swap_that_is_killed_between_two_renames_is_finished_by_the_next_start(home, monkeypatch, renames):
    neo4j_swap.offer(home)
    neo4j_swap.accept(home)
    real, left = Path.rename, iter(range(renames))

    def rename(self, target):
        if next(left, None) is None:
            raise Killed
        return real(self, target)

    with monkeypatch.context() as planted:
        planted.setattr(Path, "rename", rename)
        # after the last rename, what was accepted is still to be taken back
        planted.setattr(Path, "unlink", lambda *_, **__: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            neo4j_swap.finish(home)
    assert neo4j_swap.is_waiting(home)

    neo4j_swap.finish(home)
    neo4j_swap.clear(home)

    assert content(home) == SWAPPED


def test_a_second_import_replaces_what_the_first_one_set_aside(home):
    neo4j_swap.offer(home)
    neo4j_swap.accept(home)
    neo4j_swap.finish(home)
    for part in neo4j_swap.PARTS:
        imported = neo4j_swap.side_home(home) / part
        imported.mkdir(parents=True)
        (imported / "store").write_text("second")

    neo4j_swap.offer(home)
    neo4j_swap.accept(home)
    neo4j_swap.finish(home)
    neo4j_swap.clear(home)

    assert content(home) == {place: {"imported": "second", "own": "imported"}[text] for place, text in SWAPPED.items()}
