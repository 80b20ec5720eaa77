"""The order of the builds of waiting batches, with a dbt that only takes note of its commands."""

from contextlib import contextmanager
from datetime import date

import pytest

from lakegraph.pipeline import run
from lakegraph.pipeline.batches import BatchState
from lakegraph.pipeline.dbt import DbtError, DbtOutcome
from lakegraph.pipeline.run import build_waiting
from lakegraph.pipeline.steps import Steps
from lakegraph.runtime.settings import settings


class Dbt:
    """Applies the oldest waiting batch, as long as `does` has nothing else for the next build to do."""

    def __init__(self, waiting, ahead=20):
        self.waiting, self.judged, self.ahead = list(waiting), frozenset(), ahead
        self.known = set(waiting)
        self.builds: list[str] = []
        self.does: dict[int, object] = {}

    def run(self, *arguments):
        assert len(self.builds) < 10
        history_only = "tag:by_batch" in arguments
        kind = "history" if history_only else "row level" if "tag:row_level" in arguments else "all"
        self.builds.append(kind)
        if not history_only:
            self.judged = frozenset(self.waiting[: self.ahead])
        self.does.get(len(self.builds), lambda: self.waiting and self.waiting.pop(0))()
        return DbtOutcome(kind, {}, 0.0)

    def states(self):
        day = date(2025, 1, 15)
        known = sorted(self.known | set(self.waiting))
        return [BatchState(id, day, 1, "waiting" if id in self.waiting else "applied") for id in known]


@pytest.fixture
def dbt(monkeypatch):
    fake = Dbt(["b1", "b2", "b3", "b4"])

    @contextmanager
    def session(_):
        yield fake

    monkeypatch.setattr(run, "DbtSession", session)
    monkeypatch.setattr(run, "waiting_batches", lambda _: list(fake.waiting))
    monkeypatch.setattr(run, "judged_batches", lambda _: fake.judged)
    monkeypatch.setattr(run, "list_batches", lambda _: fake.states())
    return fake


def build(tmp_path):
    builds = build_waiting(settings(lake=tmp_path, target="dev", env="dev"), Steps(quiet=True))
    return [batch.batch_id for batch in builds.applied]


def fail():
    raise DbtError("`dbt build` failed", failed=("batch_checks",))


def test_records_are_judged_with_the_first_batch_and_marts_follow_with_the_last(dbt, tmp_path):
    assert build(tmp_path) == ["b1", "b2", "b3", "b4"]

    assert dbt.builds == ["row level", "history", "history", "all"]


def test_batches_beyond_those_that_were_judged_are_judged_in_their_turn(dbt, tmp_path):
    dbt.ahead = 2

    build(tmp_path)

    assert dbt.builds == ["row level", "history", "row level", "all"]


def test_without_a_waiting_batch_everything_is_built_once(dbt, tmp_path):
    dbt.waiting = []

    assert build(tmp_path) == []

    assert dbt.builds == ["all"]


def test_what_had_been_applied_before_is_told_again_only_behind_a_late_batch(dbt, tmp_path):
    dbt.waiting = ["b3", "b4"]
    assert build(tmp_path) == ["b3", "b4"]

    dbt.known.add("b0")
    dbt.waiting = ["b0"]
    dbt.does = {len(dbt.builds) + 1: lambda: dbt.waiting.__setitem__(slice(0, 1), ["b3", "b4"])}
    assert build(tmp_path) == ["b0", "b3", "b4"]


def test_what_fails_without_judging_is_done_again_with_it(dbt, tmp_path):
    dbt.does = {2: fail}

    build(tmp_path)

    assert dbt.builds == ["row level", "history", "row level", "history", "all"]


def test_an_older_batch_that_comes_meanwhile_is_judged_before_it_is_taken(dbt, tmp_path):
    dbt.does = {1: lambda: dbt.waiting.__setitem__(slice(0, 1), ["b0"])}

    build(tmp_path)

    assert dbt.builds == ["row level", "row level", "history", "history", "all"]


def test_a_build_that_fails_for_good_is_told(dbt, tmp_path):
    dbt.does = {2: fail, 3: fail}

    with pytest.raises(DbtError):
        build(tmp_path)

    assert dbt.builds == ["row level", "history", "row level"]


@pytest.mark.parametrize("build_number", [1, 2])
def test_a_build_that_applies_nothing_ends_in_an_error(dbt, tmp_path, build_number):
    dbt.does = dict.fromkeys(range(build_number, 10), lambda: None)

    with pytest.raises(DbtError, match="did not apply batch"):
        build(tmp_path)

    assert len(dbt.builds) <= 3
