"""Edges of one type between several pairs of labels: a model each, and none of them touches another's."""

import pytest

from graph_loader.guards import BlockedLoadError, Limits
from graph_loader.operations import compare, load, plan
from tests.support.graph import counts, query
from tests.support.marts import Marts, edge, node

pytestmark = pytest.mark.slow

POSTS, COMMENTS = "Person-LIKES->Post", "Person-LIKES->Comment"


@pytest.fixture
def forum(tmp_path, empty_graph, spark):
    """Three people, two posts and two comments, and who likes which post, loaded."""
    marts = Marts(tmp_path, empty_graph)
    marts.make("node_person", node("Person", "id"), "select unnest([1, 2, 3]) as id")
    marts.make("node_post", node("Post", "id") | {"labels": ["Message"]}, "select unnest([10, 11]) as id")
    marts.make("node_comment", node("Comment", "id") | {"labels": ["Message"]}, "select unnest([10, 20]) as id")
    marts.make(
        "edge_likes_post",
        edge("LIKES", ("Person", "person"), ("Post", "post")),
        "select * from (values (1, 10, 2020), (2, 10, 2021), (3, 11, 2022)) as t (person, post, since)",
    )
    load(marts.options)
    return marts


def like_comments(marts: Marts, rows: str = "(1, 10, 2023), (1, 20, 2024), (2, 99, 2025)") -> None:
    likes = edge("LIKES", ("Person", "person"), ("Comment", "comment"))
    marts.make("edge_likes_comment", likes, f"select * from (values {rows}) as t (person, comment, since)")


def likes(target) -> list[tuple]:
    found = query(
        target, "MATCH (a)-[r:LIKES]->(b) RETURN a.id AS a, labels(b) AS l, b.id AS b, r.since AS since ORDER BY since"
    )
    return [(row["a"], *({*row["l"]} - {"Message"}), row["b"], row["since"]) for row in found]


def changes(report) -> dict[str, tuple]:
    return {
        one.name: (one.created, one.updated, one.unchanged, one.rejected, one.deleted)
        for one in report.counts
        if one.kind == "edge"
    }


OF_POSTS = [(1, "Post", 10, 2020), (2, "Post", 10, 2021), (3, "Post", 11, 2022)]


def test_a_type_that_comes_to_be_shared_is_written_where_it_is_new_and_left_where_it_was(forum, empty_graph):
    like_comments(forum)

    report, again = load(forum.options), load(forum.options)

    assert changes(report) == {POSTS: (0, 0, 3, 0, 0), COMMENTS: (2, 0, 0, 1, 0)}
    assert changes(again) == {POSTS: (0, 0, 3, 0, 0), COMMENTS: (0, 0, 2, 1, 0)}
    assert likes(empty_graph) == [*OF_POSTS, (1, "Comment", 10, 2023), (1, "Comment", 20, 2024)]
    assert {one.name: (one.in_graph, one.others, one.drifted) for one in compare(forum.options, deep=True)} == {
        **{"Person": (3, 0, 0), "Post": (2, 0, 0), "Comment": (2, 0, 0)},
        **{POSTS: (3, 0, 0), COMMENTS: (2, 0, 0)},
    }


def test_a_change_and_a_delete_touch_the_edges_of_their_own_model(forum, empty_graph):
    like_comments(forum)
    load(forum.options)
    # the same numbers at both ends as an edge between the other labels
    like_comments(forum, "(1, 20, 2030)")

    report = load(forum.options)

    assert changes(report) == {POSTS: (0, 0, 3, 0, 0), COMMENTS: (0, 1, 0, 0, 1)}
    assert [row for row in likes(empty_graph) if row[3] > 2022] == [(1, "Comment", 20, 2030)]
    assert counts(empty_graph)["LIKES"] == 4


def test_a_type_that_is_shared_no_more_keeps_the_edges_that_are_declared(forum, empty_graph):
    like_comments(forum)
    load(forum.options)
    forum.forget("edge_likes_post")
    guarded = forum.with_options(limits=Limits(0.2, 1), allow_deletes=frozenset())

    [block] = plan(guarded).blocks
    with pytest.raises(BlockedLoadError, match=f"--allow-deletes '{POSTS}'"):
        load(guarded)
    report = load(forum.with_options(allow_deletes=frozenset({"LIKES"})))

    assert block.name == POSTS
    assert changes(report) == {POSTS: (0, 0, 0, 0, 3), "LIKES": (0, 0, 2, 1, 0)}
    assert [row[1:] for row in likes(empty_graph)] == [("Comment", 10, 2023), ("Comment", 20, 2024)]
    assert all(agreement.agrees for agreement in compare(forum.options, deep=True))
