"""Edges in parallel without deadlock: the ends are dealt into groups, and a task writes an edge only while it alone holds both.

Two writes lock each other out when they share an end, and may deadlock when each holds an end that the other wants next. (What
a commit locks beyond the ends, neighbouring edges, is apart: grouped writes commit in turn, see `cypher.in_turn`.) With
the ends in 2n groups, n tasks can hold two groups each; a tournament of all groups, in which each meets each other once, gives
every edge a round and a task in which both of its groups are held (the circle method for round-robin tournaments).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

# ends are dealt out by the bucket that their key hashes to; an end with many edges, a hub, is dealt out for itself
BUCKETS = 64
# a bucket so many times the mean is looked through for hubs; an end is one if it has at least this share of a group's edges
HEAVY, HUB_SHARE = 2, 0.25
MOST_HUBS = 64

Pair = tuple[int, int]


@dataclass(frozen=True)
class Slot:
    """When an edge is written: in which round, and by which of the tasks that run at once."""

    round: int
    task: int


@cache
def tournament(tasks: int) -> dict[Pair, Slot]:
    """The slot of every unordered pair of groups, `low <= high`, for twice as many groups as tasks.

    In no round do two tasks hold the same group. A group's edges with itself go to the first round, in which all tasks then
    have twice as much to do.
    """
    groups = 2 * tasks
    slots: dict[Pair, Slot] = {}
    for number in range(groups - 1):
        circle = [0, *(1 + (number + place) % (groups - 1) for place in range(groups - 1))]
        for task in range(tasks):
            low, high = sorted((circle[task], circle[-1 - task]))
            slots[low, high] = Slot(number, task)
            if number == 0:
                slots[low, low] = slots[high, high] = Slot(number, task)
    return slots


def heavy_buckets(weights: Mapping[int, int]) -> list[int]:
    """The buckets that hold so many ends of edges that a hub must be among them.

    Args:
        weights: ends of edges per bucket.
    """
    mean = sum(weights.values()) / BUCKETS
    return sorted(bucket for bucket, weight in weights.items() if weight > HEAVY * mean)


def deal(weights: Mapping[int, int], groups: int) -> dict[int, int]:
    """Deal units out into groups of about the same weight: the heaviest first, each to the lightest group so far.

    Graham, Bounds on Multiprocessing Timing Anomalies (1969): longest processing time first.

    Args:
        weights: ends of edges per unit, a bucket or a hub.

    Returns:
        The group of each unit.
    """
    loads, group_of = [0] * groups, {}
    for unit, weight in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        lightest = loads.index(min(loads))
        group_of[unit] = lightest
        loads[lightest] += weight
    return group_of


@dataclass(frozen=True)
class Schedule:
    """Who writes which edges when.

    Attributes:
        hubs: the hashes of the ends that are dealt out for themselves, in the order of their units, which follow the buckets.
        groups: the group of each unit.
        edges: how many edges each task writes in each round.
    """

    hubs: tuple[int, ...]
    groups: tuple[int, ...]
    edges: tuple[tuple[int, ...], ...]

    @property
    def tasks(self) -> int:
        """How many write at once."""
        return len(self.edges[0])

    @property
    def speedup(self) -> float:
        """How many times as fast as one task it is, were all edges alike and rounds for nothing."""
        return sum(map(sum, self.edges)) / max(1, sum(map(max, self.edges)))


def schedule(edges: Mapping[Pair, int], hubs: tuple[int, ...], tasks: int) -> Schedule:
    """The schedule for edges whose units are known.

    Args:
        edges: how many there are between each two units.
        hubs: the hashes of the hubs, whose units follow the buckets.
        tasks: how many shall write at once.
    """
    units = range(BUCKETS + len(hubs))
    group_of = deal(dict.fromkeys(units, 0) | weights(edges), 2 * tasks)
    slots, rows = tournament(tasks), Counter()
    for pair, count in edges.items():
        low, high = sorted(group_of[unit] for unit in pair)
        rows[slots[low, high]] += count
    shares = tuple(tuple(rows[Slot(number, task)] for task in range(tasks)) for number in range(2 * tasks - 1))
    return Schedule(hubs, tuple(group_of[unit] for unit in units), shares)


def weights(edges: Mapping[Pair, int]) -> dict[int, int]:
    """How many edges each unit has.

    Args:
        edges: how many there are between each two units.
    """
    found: Counter[int] = Counter()
    for pair, count in edges.items():
        for unit in set(pair):
            found[unit] += count
    return dict(found)
