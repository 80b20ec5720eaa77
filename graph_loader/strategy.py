"""How many writes of a label or type run at once, chosen by how many rows there are and what shape they have."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from graph_loader.declarations import EdgeDeclaration
from graph_loader.endpoint_groups import (
    BUCKETS,
    HUB_SHARE,
    MOST_HUBS,
    Pair,
    Schedule,
    heavy_buckets,
    schedule,
    tournament,
    weights,
)
from graph_loader.plan import Step
from graph_loader.spark_sql import Status, literal, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# below this, dealing out edges takes longer than writing them one after the other
GROUPED_FROM = 20_000
LEAST_SPEEDUP = 1.2
NODE_TASKS, MOST_TASKS = 2, 8
FROM_END, TO_END, SLOT = "_from_end", "_to_end", "_slot"


@dataclass(frozen=True)
class Strategy:
    """How rows are written.

    Attributes:
        name: serial, parallel or grouped.
        tasks: how many writes run at once.
        why: why so, in words.
        schedule: who writes which edge when, of grouped ones.
    """

    name: str
    tasks: int
    why: str
    schedule: Schedule | None = None


def tasks_at_once(spark: "SparkSession") -> int:
    """How many tasks the session runs at once, as far as a load makes use of them."""
    return max(1, min(spark.sparkContext.defaultParallelism, MOST_TASKS))


def choose(step: Step, tasks: int) -> Strategy:
    """The strategy for the rows of a step that are to be created or updated; looks through them only when they are many.

    Args:
        tasks: how many writes may run at once.
    """
    declaration, count = step.declaration, step.tally[Status.CREATED] + step.tally[Status.UPDATED]
    if not isinstance(declaration, EdgeDeclaration):
        return Strategy("parallel", min(NODE_TASKS, tasks), "no two rows share a key")
    if tasks == 1:
        return Strategy("serial", 1, "Spark runs one task at a time")
    if count < GROUPED_FROM:
        return Strategy("serial", 1, f"dealing out pays from {GROUPED_FROM:,} rows on")
    rows = step.having(Status.CREATED, Status.UPDATED)
    ends = rows.selectExpr(
        f"{end_hash(declaration, 'from')} as {FROM_END}", f"{end_hash(declaration, 'to')} as {TO_END}"
    )
    edges, hubs = _units(ends, ()), ()
    heavy = heavy_buckets(weights(edges))
    # in 2 n groups, a group is at one end of a share of 1/n of the edges
    if heavy and (hubs := _hubs(ends, heavy, HUB_SHARE * count / tasks)):
        edges = _units(ends, hubs)
    found = schedule(edges, hubs, tasks)
    if found.speedup < LEAST_SPEEDUP:
        return Strategy("serial", 1, "so many edges share an end that parallel writes would wait for each other")
    dealt = f"ends in {2 * tasks} groups, {len(found.edges)} rounds"
    return Strategy("grouped", tasks, dealt + (f", {_hubs_said(hubs)} apart" if hubs else ""), found)


def rounds(declaration: EdgeDeclaration, rows: "DataFrame", dealt: Schedule) -> Iterator["DataFrame"]:
    """The rows of each round, with a partition for each task."""
    # without its history: Spark would plan all that led to the rows again for every task of every round
    numbered = rows.selectExpr("*", f"{slot_number(declaration, dealt)} as {SLOT}").localCheckpoint()
    for number in range(len(dealt.edges)):
        first = number * dealt.tasks
        parts = [
            _by_start(declaration, numbered.where(f"{SLOT} = {slot}").drop(SLOT).coalesce(1))
            for slot in range(first, first + dealt.tasks)
        ]
        yield reduce(lambda left, right: left.unionAll(right), parts)


def _by_start(declaration: EdgeDeclaration, rows: "DataFrame") -> "DataFrame":
    """Edges that begin at the same node beside one another: a transaction then touches it once for all of them."""
    return rows.sortWithinPartitions(*(quoted(item.name) for item in declaration.identity if item.role == "from"))


def slot_number(declaration: EdgeDeclaration, dealt: Schedule) -> str:
    """The expression for the slot of an edge: the round times the number of tasks, and the task."""
    groups = 2 * dealt.tasks
    numbers = [0] * groups**2
    for (low, high), slot in tournament(dealt.tasks).items():
        numbers[low * groups + high] = numbers[high * groups + low] = slot.round * dealt.tasks + slot.task
    first, second = (
        f"element_at({_array(dealt.groups)}, {_unit(end_hash(declaration, role), dealt.hubs)} + 1)"
        for role in ("from", "to")
    )
    return f"element_at({_array(numbers)}, {first} * {groups} + {second} + 1)"


def end_hash(declaration: EdgeDeclaration, role: str) -> str:
    """The expression that hashes an end of an edge, the same for the same node at whichever end."""
    end = declaration.start if role == "from" else declaration.end
    names = ", ".join(quoted(item.name) for item in declaration.identity if item.role == role)
    return f"xxhash64({literal(end.node)}, {names})"


def _unit(end: str, hubs: tuple[int, ...]) -> str:
    bucket = f"cast(pmod({end}, {BUCKETS}) as int)"
    if not hubs:
        return bucket
    whens = " ".join(f"when {hub}L then {BUCKETS + position}" for position, hub in enumerate(hubs))
    return f"case {end} {whens} else {bucket} end"


def _array(numbers: Iterable[int]) -> str:
    return f"array({', '.join(map(str, numbers))})"


def _units(ends: "DataFrame", hubs: tuple[int, ...]) -> dict[Pair, int]:
    """How many edges there are between each two units."""
    fields = [f"{_unit(end, hubs)} as {end}" for end in (FROM_END, TO_END)]
    counted = ends.selectExpr(*fields).groupBy(FROM_END, TO_END).count().collect()
    return {(row[FROM_END], row[TO_END]): row["count"] for row in counted}


def _hubs(ends: "DataFrame", heavy: list[int], least: float) -> tuple[int, ...]:
    """The ends in heavy buckets that have so many edges, the heaviest first."""
    either = ends.selectExpr(f"{FROM_END} as end").unionAll(ends.where(f"{FROM_END} <> {TO_END}").selectExpr(TO_END))
    found = (
        either.where(f"pmod(end, {BUCKETS}) in ({', '.join(map(str, heavy))})")
        .groupBy("end")
        .count()
        .where(f"count >= {least}")
        .orderBy("count", "end", ascending=[False, True])
    )
    return tuple(row["end"] for row in found.take(MOST_HUBS))


def _hubs_said(hubs: tuple[int, ...]) -> str:
    return f"{len(hubs)} {'hub' if len(hubs) == 1 else 'hubs'}"
