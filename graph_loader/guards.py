"""What a load does not do unasked: delete more than is plausible, or leave out more rows than is bearable."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from graph_loader.problems import did_you_mean
from graph_loader.spark_sql import Status
from lakegraph.runtime.errors import ConfigurationError, LakegraphError
from lakegraph.runtime.project import project_vars

if TYPE_CHECKING:
    from graph_loader.dbt_records import ModelResult
    from graph_loader.declarations import Declaration
    from graph_loader.plan import Plan, Step

VARIABLE = "graph_guards"
# stands for every label and type where one is allowed something
ALL = "all"


@dataclass(frozen=True)
class Limits:
    """Shares of rows, from 0 to 1, above which a load is refused.

    Attributes:
        max_deleted_share: deleted rows of a label or type, of those that the ledger remembers.
        max_rejected_share: rejected rows of a mart, of all its rows.
    """

    max_deleted_share: float
    max_rejected_share: float


@dataclass(frozen=True)
class Block:
    """Why a load of a label or type is refused, and what lets it through."""

    kind: str
    name: str
    reason: str
    # an order to the reader, in backticks where it is a command
    override: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


class BlockedLoadError(LakegraphError):
    """A load was refused before it wrote anything."""

    def __init__(self, blocks: tuple[Block, ...]):
        self.blocks = blocks
        overrides = "; ".join(dict.fromkeys(block.override for block in blocks))
        super().__init__(
            f"Nothing was written to the graph: {'; '.join(map(str, blocks))}.",
            f"If it is meant to be so: {overrides}.",
        )


def declared_limits() -> Limits:
    """The limits in vars.yml, under `graph_guards`.

    Raises:
        ConfigurationError: one is missing, or no number from 0 to 1.
    """
    given = project_vars().get(VARIABLE) or {}
    shares = []
    for name in Limits.__dataclass_fields__:
        share = given.get(name)
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise ConfigurationError(f"`{VARIABLE}.{name}` in vars.yml is no share.", "Give a number from 0 to 1.")
        shares.append(float(share))
    return Limits(*shares)


def blocks(
    plan: "Plan",
    results: Mapping[str, "ModelResult"],
    limits: Limits,
    allowed: Collection[str],
    allowed_rejects: Collection[str] = (),
) -> tuple[Block, ...]:
    """All that forbids to carry out a plan.

    Args:
        results: model to what became of it in its latest build; one that is not there says nothing.
        limits: the shares that are bearable.
        allowed: the labels and types that may lose any number of rows; `all` for every one.
        allowed_rejects: those of whose marts any number of rows may be rejected; `all` for every one.
    """
    found: list[Block] = []
    for step in plan.steps:
        if not is_among(step.declaration, allowed):
            found += _deletes(step, results.get(step.declaration.model.name), limits)
        if not is_among(step.declaration, allowed_rejects):
            found += _rejects(step, limits)
    return tuple(found)


def is_among(declaration: "Declaration", names: Collection[str]) -> bool:
    """Whether a label or type is among those that an option names."""
    return not {ALL, *declaration.names}.isdisjoint(names)


def unknown_names(plan: "Plan", names: Collection[str]) -> list[str]:
    """What an option names that a plan has nothing of, each in words: most likely it is misspelled."""
    known = {ALL, *(name for step in plan.steps for name in step.declaration.names)}
    return [
        f"'{name}', which neither a model declares nor a load has written{did_you_mean(name, sorted(known))}"
        for name in sorted(set(names) - known)
    ]


def require_unblocked(found: tuple[Block, ...]) -> None:
    """End with an error when anything forbids the load.

    Raises:
        BlockedLoadError: something does.
    """
    if found:
        raise BlockedLoadError(found)


def _deletes(step: "Step", result: "ModelResult | None", limits: Limits) -> Iterator[Block]:
    tally, declaration = step.tally, step.declaration
    gone, known = _lost(step)
    if not gone:
        return
    model, is_declared = declaration.model.name, step.entry is not None
    # that was said of rows of the mart as it was then, so it excuses no mart that is empty or broken by now
    excused = min(gone, step.excused_deletes)
    beyond, others = gone - excused, known - excused
    if is_declared and tally.sent == 0:
        reason = f"model {model} has no rows"
    elif is_declared and result and not result.succeeded:
        reason = (
            f"the latest build of model {model} ended with {result.status} at {result.finished_at:%Y-%m-%d %H:%M:%S}"
        )
    elif not beyond:
        return
    elif not is_declared:
        reason = "no model declares it any more"
    elif beyond / others > limits.max_deleted_share:
        told = (
            f"of the {others:,} that a load which broke off was not allowed to delete, {beyond:,} are"
            if excused
            else "that is"
        )
        reason = f"{told} more than `{VARIABLE}.max_deleted_share` = {limits.max_deleted_share:.4g}"
    else:
        return
    emptied = f" or emptied ({tally.emptied:,} stay as stubs)" if tally.emptied else ""
    yield Block(
        declaration.kind,
        declaration.name,
        f"{gone:,} of {known:,} {declaration.kind}s ({gone / known:.1%}) would be deleted{emptied}, and {reason}",
        f"`python -m graph_loader --allow-deletes {quote(declaration.name)}`",
    )


def _lost(step: "Step") -> tuple[int, int]:
    """How many rows would leave the graph, and of how many; those that a migration writes anew do not leave it."""
    tally = step.tally
    gone = tally[Status.DELETED]
    if step.written_anew is None:
        # a node whose row has gone and that stays as a stub loses all that it holds
        return gone + tally.emptied, gone + tally[Status.UPDATED] + tally[Status.UNCHANGED]
    # an attempt that broke off knows many of the same rows once more; stubs are no rows, and edges make them anew
    known = max((former.of_marts for former in step.former), default=gone - step.stubs_gone)
    return max(0, known - step.written_anew), known


def _rejects(step: "Step", limits: Limits) -> Iterator[Block]:
    rejected, sent = step.tally[Status.REJECTED], step.tally.sent
    if rejected > step.excused_rejects and rejected / sent > limits.max_rejected_share:
        reasons = ", ".join(f"{rows:,} {reason}" for reason, rows in sorted(step.tally.by_reason.items()))
        yield Block(
            step.declaration.kind,
            step.declaration.name,
            f"{rejected:,} of the {sent:,} rows of model {step.declaration.model.name} ({rejected / sent:.1%}: {reasons}) "
            f"cannot be loaded, which is more than `{VARIABLE}.max_rejected_share` = {limits.max_rejected_share:.4g}",
            f"`python -m graph_loader --allow-rejects {quote(step.declaration.name)}`",
        )
