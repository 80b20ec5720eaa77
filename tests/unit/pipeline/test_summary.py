"""What a run says of the batches that it applied."""

from datetime import date

import pytest

from lakegraph.landing.operations import LandingResult
from lakegraph.pipeline.batches import BatchState
from lakegraph.pipeline.run import Builds, RunOutcome
from lakegraph.pipeline.summary import show_batches, show_outcome
from lakegraph.runtime.settings import settings

FAILED = BatchState(
    "b1", date(2025, 1, 15), 9, "applied", "FAIL", 95, "orders_without_product HIGH: 1 of [3]", "policy warn"
)
OTHERS = [
    BatchState("b2", date(2025, 1, 16), 9, "applied", "FAIL", 95, "as b1", "release by ada"),
    BatchState("b3", date(2025, 1, 17), 9, "applied", "WARN", 100, "something", "verdict"),
]


@pytest.fixture
def outcome():
    return RunOutcome(LandingResult(), Builds([], [FAILED, *OTHERS]), None, (), {})


def test_a_failed_batch_that_the_policy_lets_in_is_a_warning(outcome, tmp_path, capsys):
    show_outcome(outcome, settings(lake=tmp_path))

    assert capsys.readouterr().out.splitlines() == [
        "Batch b1 is let in although its verdict is FAIL (orders_without_product HIGH: 1 of [3]): `verdict.policy` in "
        "vars.yml only warns in this environment. See gold.validation_results."
    ]
    # so that the exit code is 0
    assert outcome.complete


def test_the_report_has_the_verdict_of_each_applied_batch(outcome):
    applied = outcome.as_dict()["applied"]

    assert [(batch["batch_id"], batch["verdict"], batch["decided_by"]) for batch in applied] == [
        ("b1", "FAIL", "policy warn"),
        ("b2", "FAIL", "release by ada"),
        ("b3", "WARN", "verdict"),
    ]


def test_no_reason_steers_the_terminal(capsys):
    show_batches([BatchState("b1", date(2025, 1, 15), 9, "held", None, None, "x\nb2 applied\x1b[1A", None)])

    [_, line] = capsys.readouterr().out.splitlines()
    assert line.split()[-2:] == [r"x\nb2", r"applied\x1b[1A"]
