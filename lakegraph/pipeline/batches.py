"""The batches that have landed, what became of each, and what is decided of them by hand."""

import getpass
import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Literal

from lakegraph.landing.decisions import DECISIONS, latest_decisions
from lakegraph.landing.order import place_in_order
from lakegraph.pipeline.build_records import applied_and_verdicts
from lakegraph.pipeline.dbt import dbt
from lakegraph.runtime import ops
from lakegraph.runtime.errors import LakegraphError
from lakegraph.runtime.processing_log import logged_files, logged_step, new_run_id
from lakegraph.runtime.project import project_vars
from lakegraph.runtime.settings import Settings

# the step under which a replay is logged
REPLAY = "replay"
Decision = Literal["release", "reject"]
State = Literal["applied", "waiting", "held", "late", "rejected", "not landed", "refused", "kept aside"]


class BatchDecisionError(LakegraphError):
    """Nothing of the kind can be decided of a batch."""


@dataclass(frozen=True)
class BatchState:
    """A batch.

    Attributes:
        batch_id: its id; for a trigger that cannot be read, its path below the drops folder.
        batch_date: the day it stands for; None of one that did not land.
        records_read: its records, landed or rejected; None of one that did not land.
        state: `applied`; `waiting` for a build; `held` back by its verdict; `late` and therefore left out; `rejected` by hand;
            of those that did not land, `not landed` yet, `refused`, or `kept aside`.
        verdict: PASS, WARN or FAIL, once a build has judged it.
        score: its score of 100 at most, once a build has judged it.
        reason: why it is held, late, rejected or did not land, and the worst of what its checks found.
        decided_by: what let it in or holds it back, once a build has judged it: the verdict, `policy warn` or `policy block`,
            its trigger, an earlier admission, or a person.
    """

    batch_id: str
    batch_date: date | None
    records_read: int | None
    state: State
    verdict: str | None = None
    score: int | None = None
    reason: str | None = None
    decided_by: str | None = None

    @property
    def only_warned(self) -> bool:
        """Whether its verdict is FAIL, and a policy let it in all the same."""
        return self.state == "applied" and self.verdict == "FAIL" and self.decided_by == "policy warn"


def list_batches(settings: Settings) -> list[BatchState]:
    """All batches that have landed, in the order in which they are applied.

    Raises:
        WarehouseError: another process writes the warehouse.
        DbtError: the target's warehouse, which dbt is asked for, does not answer.
    """
    landed = sorted(ops.read(settings.ops, "batches"), key=place_in_order)
    applied, verdicts = applied_and_verdicts(settings)
    decisions = latest_decisions(settings.ops)
    refuses_late = _refuses_late()
    states, seen_applied = [], False
    for batch in reversed(landed):
        batch_id = batch["batch_id"]
        verdict = verdicts.get(batch_id, {})
        decision = decisions.get(batch_id, {})
        state = BatchState(
            batch_id,
            batch["batch_date"],
            batch["records_read"],
            "waiting",
            verdict.get("verdict"),
            verdict.get("score"),
            verdict.get("reasons"),
            verdict.get("decided_by"),
        )
        if decision.get("decision") == "reject":
            by = f"rejected by {decision['decided_by']}"
            state = replace(state, state="rejected", reason=f"{by}: {decision['reason']}" if decision["reason"] else by)
        elif batch_id in applied:
            state, seen_applied = replace(state, state="applied"), True
        elif refuses_late and seen_applied:
            state = replace(state, state="late", reason="a later batch had been applied when it came")
        elif verdict.get("decision") == "held" and decision.get("decision") != "release":
            state = replace(state, state="held")
        states.append(state)
    return states[::-1]


def _refuses_late() -> bool:
    return project_vars().get("late_batches") == "refuse"


def waiting_batches(settings: Settings) -> list[str]:
    """The ids of the batches that a build would take, held ones among them, in the order in which they must be.

    Raises:
        WarehouseError: another process writes the warehouse.
    """
    return [batch.batch_id for batch in list_batches(settings) if batch.state in ("waiting", "held")]


class Decisions:
    """What was decided of batches by hand, a replay included, since it was last asked for."""

    def __init__(self, settings: Settings):
        self._ops = settings.ops
        self._known = self._found()

    def came(self) -> bool:
        """Whether something was decided since the last time."""
        before, self._known = self._known, self._found()
        return self._known != before

    def _found(self) -> set[tuple[str, int]]:
        decided = {(file.name, 0) for file in (self._ops / DECISIONS).glob("*.parquet")}
        # written once more when it has ended, and only then are there batches to build
        replayed = logged_files(self._ops, REPLAY)
        return decided | {(file.name, file.stat().st_mtime_ns) for file in replayed}


_NOT_TO_RELEASE = {
    "waiting": lambda batch: (
        f"Batch {batch} waits for its build: nothing holds it back.",
        "`lakegraph run` builds it.",
    ),
    "late": lambda batch: (
        f"Batch {batch} would be left out, for a later one has been applied (`late_batches: refuse` in vars.yml).",
        "Leave it rejected (`lakegraph batches reject`), or set `late_batches: replay`.",
    ),
}


def decide(settings: Settings, batch_id: str, decision: Decision, reason: str | None = None) -> None:
    """Let a batch that is held back through, or leave a batch that is not yet applied out for good.

    A rejected batch that is released comes back, and is let through.

    Args:
        settings: where the lake lies.
        batch_id: the batch.
        decision: `release` or `reject`.
        reason: why, for those who come later.

    Raises:
        BatchDecisionError: there is no such batch, or its state does not allow it.
        WarehouseError: another process writes the warehouse.
    """
    states = {batch.batch_id: batch.state for batch in list_batches(settings)}
    if batch_id not in states:
        raise BatchDecisionError(f"No batch with the id {batch_id} has landed.", "`lakegraph batches` lists them.")
    state = states[batch_id]
    if state == "applied":
        raise BatchDecisionError(
            f"Batch {batch_id} is applied already.", "Deliver a correction as a batch with an id of its own."
        )
    if decision == "release":
        later = list(states).index(batch_id) + 1
        if state == "rejected" and _refuses_late() and "applied" in [*states.values()][later:]:
            state = "late"
        if state not in ("held", "rejected"):
            raise BatchDecisionError(*_NOT_TO_RELEASE[state](batch_id))
    if decision == "reject" and state == "rejected":
        raise BatchDecisionError(f"Batch {batch_id} is rejected already.")
    now = datetime.now(UTC).replace(tzinfo=None)
    row = {
        "batch_id": batch_id,
        "decision": decision,
        "reason": reason,
        "decided_by": getpass.getuser(),
        "decided_at": now,
    }
    ops.append(settings.ops, DECISIONS, f"{batch_id}.{now:%Y%m%dT%H%M%S%f}", [row])


def replay(settings: Settings, batch_id: str) -> list[str]:
    """Have an applied batch and all after it wait again, to be judged and made into history under the rules of today.

    No build may go on meanwhile: the one that ends counts its batches as applied.

    Args:
        settings: where the lake lies, and dbt's target.
        batch_id: the first of them.

    Returns:
        The ids of those that wait again, in their order.

    Raises:
        BatchDecisionError: the batch is not applied, or one after it was left out as late.
        DbtError: dbt could not take them back.
        WarehouseError: another process writes the warehouse.
    """
    before = {batch.batch_id: batch.state for batch in list_batches(settings)}
    if before.get(batch_id) != "applied":
        raise BatchDecisionError(f"Batch {batch_id} is not applied.", "`lakegraph batches` lists those that are.")
    after = list(before)[list(before).index(batch_id) :]
    if late := [id for id in after if before[id] == "late"]:
        raise BatchDecisionError(
            f"Batch {late[0]} came late and was left out; once {batch_id} waits again, it would be late no more.",
            f"Reject it first (`lakegraph batches reject {late[0]}`), or set `late_batches: replay` in vars.yml.",
        )
    with logged_step(settings.ops, new_run_id(), REPLAY, batch_id):
        dbt(settings, "run-operation", "replay_from", "--args", json.dumps({"batch": batch_id}))
    return [id for id in after if before[id] == "applied"]
