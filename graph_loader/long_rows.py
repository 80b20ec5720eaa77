"""Rows with long texts go in transactions of fewer rows: what one transaction holds, server and loader have in memory at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from graph_loader.difference import Tally
from graph_loader.engines import Engine
from graph_loader.plan import Step, having
from graph_loader.relations import in_spark
from graph_loader.row_size import characters, has_texts
from graph_loader.spark_sql import DIFFERENCE, STATUS, Status

# Rows are long from the first on; those between two of them share transactions, so that a few giants do not make all small.
BOUNDS = (10_000, 100_000, 1_000_000)
# in one transaction; as many as its usual 5,000 rows have at most
BATCH_CHARACTERS = 50_000_000
# a number in a list goes to the server in nine bytes
ITEM_CHARACTERS = 9


def by_length(engine: Engine, step: Step, batch_rows: int) -> Iterator[tuple[Step, int]]:
    """The rows of a step that are to be written, the long ones apart if there are any.

    Args:
        batch_rows: rows in one transaction, where none is long.

    Returns:
        Steps, each with the rows in one of its transactions.
    """
    lengths = _long(engine, step) if has_texts(step.declaration) else []
    if not lengths:
        yield step, batch_rows
        return
    usual = {status: step.tally[status] for status in (Status.CREATED, Status.UPDATED)}
    for length in lengths:
        usual[length.status] -= length.rows
    yield _part(step, 0, usual), batch_rows
    for place in sorted({length.place for length in lengths}):
        counts = {length.status: length.rows for length in lengths if length.place == place}
        longest = max(length.longest for length in lengths if length.place == place)
        yield _part(step, place, counts), max(1, min(batch_rows, BATCH_CHARACTERS // longest))


@dataclass(frozen=True)
class _Long:
    """How many long rows have a status, and the characters of the longest; `place` counts the bounds that they exceed."""

    place: int
    status: Status
    rows: int
    longest: int


def _long(engine: Engine, step: Step) -> list[_Long]:
    size, place = characters(step.declaration, ITEM_CHARACTERS), _place(step)
    statement = (
        f"select {place} as place, {STATUS} as status, count(*) as rows, max({size}) as longest from {DIFFERENCE} "
        f"where {having(Status.CREATED, Status.UPDATED)} and {size} > {BOUNDS[0]} group by {place}, {STATUS}"
    )
    found = engine.fetched(statement, {DIFFERENCE: step.rows})
    return [_Long(row["place"], Status(row["status"]), row["rows"], row["longest"]) for row in found]


def _place(step: Step) -> str:
    size = characters(step.declaration, ITEM_CHARACTERS)
    return f"case {' '.join(f'when {size} <= {bound} then {place}' for place, bound in enumerate(BOUNDS))} else {len(BOUNDS)} end"


def _part(step: Step, place: int, counts: dict[Status, int]) -> Step:
    return replace(step, rows=in_spark(step.rows.frame.where(f"{_place(step)} = {place}")), tally=Tally(counts))
