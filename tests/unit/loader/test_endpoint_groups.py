"""Dealing out edges, checked against what must hold for every schedule."""

from collections import Counter
from itertools import combinations_with_replacement, product

import pytest

from graph_loader.endpoint_groups import BUCKETS, deal, heavy_buckets, schedule, tournament, weights


@pytest.mark.parametrize("tasks", range(1, 17))
def test_every_pair_of_groups_has_a_slot_and_no_two_tasks_of_a_round_share_a_group(tasks):
    slots = tournament(tasks)

    assert sorted(slots) == list(combinations_with_replacement(range(2 * tasks), 2))
    assert {slot.round for slot in slots.values()} == set(range(2 * tasks - 1))
    holders = {}
    for (low, high), slot in slots.items():
        for group in (low, high):
            holders.setdefault((slot.round, group), set()).add(slot.task)
    assert all(len(tasks_of_group) == 1 for tasks_of_group in holders.values())


@pytest.mark.parametrize("tasks", [2, 4, 8])
def test_edges_without_a_pattern_keep_all_tasks_busy(tasks):
    edges = dict.fromkeys(product(range(BUCKETS), repeat=2), 10)

    found = schedule(edges, (), tasks)

    assert sum(map(sum, found.edges)) == 10 * BUCKETS**2
    assert found.speedup == tasks


def test_units_are_dealt_out_by_weight():
    assert deal({0: 5, 1: 4, 2: 3, 3: 3, 4: 1, 5: 0}, 2) == {0: 0, 1: 1, 2: 1, 3: 0, 4: 1, 5: 0}


def test_a_hub_lies_in_a_bucket_much_heavier_than_the_others():
    even = dict.fromkeys(range(BUCKETS), 100)

    assert heavy_buckets(even) == []
    assert heavy_buckets(even | {7: 1_000, 3: 900}) == [3, 7]


def test_an_edge_within_a_bucket_counts_once_for_it():
    assert weights({(1, 1): 5, (1, 2): 3, (2, 1): 1}) == {1: 9, 2: 4}


def test_all_edges_of_one_hub_cannot_be_sped_up_and_those_of_several_can():
    one = {(BUCKETS, bucket): 10 for bucket in range(BUCKETS)}
    several = {(BUCKETS + hub, bucket): 10 for hub in range(4) for bucket in range(BUCKETS)}

    assert schedule(one, (11,), 2).speedup == 1
    dealt = schedule(several, (11, 12, 13, 14), 2)
    assert Counter(dealt.groups[BUCKETS:]) == {0: 1, 1: 1, 2: 1, 3: 1}
    assert dealt.speedup > 1.5
