"""Ends of edges that are no node: where their declaration forbids them, and the stubs that are made for them."""

from collections.abc import Iterator

from graph_loader.declarations import EdgeDeclaration, OnMissingEnd
from graph_loader.guards import Block
from graph_loader.plan import Plan, Step
from graph_loader.rejected import SAMPLES, in_words, row_key, samples
from graph_loader.spark_sql import STUB, Reason

REASONS = (Reason.MISSING_FROM, Reason.MISSING_TO)


def forbidden_missing_ends(plan: Plan) -> tuple[Block, ...]:
    """The blocks of a plan for types of which no edge may lack an end; nothing but another declaration lets it through."""
    return tuple(block for step in plan.edges if step.entry for block in _block(step, step.declaration))


def stub_samples(step: Step) -> tuple[str, ...]:
    """The lowest keys of the stubs that a label is to have."""
    if not step.tally.stubs:
        return ()
    keys = step.rows.frame.where(f"{STUB} is not null").selectExpr(f"{row_key(step.declaration)} as row_key")
    return tuple(row["row_key"] for row in keys.orderBy("row_key").take(SAMPLES))


def _block(step: Step, edge: EdgeDeclaration) -> Iterator[Block]:
    rows = sum(step.tally.by_reason.get(reason, 0) for reason in REASONS)
    if rows == 0 or edge.on_missing_end is not OnMissingEnd.FAIL:
        return
    found = [row for sample in samples(step) if sample.reason in REASONS for row in sample.samples]
    yield Block(
        edge.kind,
        edge.name,
        f"{rows:,} of the {step.tally.sent:,} rows of model {edge.model.name} have an end that is no node "
        f"(such as {'; '.join(map(in_words, found[:SAMPLES]))}), and the model declares `on_missing_end: fail`",
        f"declare `on_missing_end: reject` or `create` in {edge.model.file or edge.model.name}",
    )
