"""Edges whose end is no node: set aside, given a stub, or a reason to stop; and the limit of rows that are set aside."""

import json
import random

import pytest

from graph_loader.guards import ALL, BlockedLoadError, Limits
from graph_loader.operations import compare, load, plan
from graph_loader.writer import Writer
from lakegraph.runtime import ops
from tests.support.crashes import STAGES, Crash
from tests.support.graph import content, counts, query
from tests.support.marts import edge, node

pytestmark = pytest.mark.slow

# the shop's purchases by two customers and two products that have no row, and what is wrong with the others
NO_ROW = {"Customer": ["C8", "C9"], "Product": ["P8", "P9"]}
PURCHASED = edge("PURCHASED", ("Customer", "customer_id"), ("Product", "product_id"), "order_id", "line_number")
NUMBERS = ("sent", "created", "updated", "unchanged", "rejected", "deleted")
STUBS = ("stubs_created", "stubs_updated", "stubs_unchanged")


def declare(shop, policy: str) -> None:
    """Let the shop's purchases have a policy."""
    shop.make("edge_purchased", PURCHASED | {"on_missing_end": policy}, "select * from graph_ready.edge_purchased")


def of(report, name: str, numbers=NUMBERS) -> tuple[int, ...]:
    """Some numbers of one label or type; the rows of its mart must add up."""
    found = next(counted for counted in report.counts if counted.name == name)
    assert found.sent == found.created + found.updated + found.unchanged + found.rejected
    return tuple(getattr(found, number) for number in numbers)


def keys(target, label: str, *names: str) -> list[tuple]:
    """The keys of a label's nodes that hold nothing but their key."""
    found = query(target, f"MATCH (n:{label}) RETURN properties(n) AS n")
    return sorted(tuple(row["n"][name] for name in names) for row in found if set(row["n"]) == {*names})


def test_a_missing_end_is_created_as_a_stub_and_counted_apart(shop, empty_graph):
    declare(shop, "create")

    report = load(shop.options)
    again = load(shop.options)

    assert counts(empty_graph) == {"Customer": 5, "Product": 4, "PURCHASED": 8}
    assert keys(empty_graph, "Customer", "customer_id") == [(key,) for key in NO_ROW["Customer"]]
    assert keys(empty_graph, "Product", "product_id") == [(key,) for key in NO_ROW["Product"]]
    ends = query(
        empty_graph,
        "MATCH (c)-[r:PURCHASED]->(p) WHERE r.order_id IN ['O5', 'O6', 'O7'] RETURN c.customer_id + p.product_id AS ends",
    )
    assert sorted(row["ends"] for row in ends) == ["C1P9", "C8P8", "C9P1"]
    # O8 has no customer that could be made; O9 twice and O10 once are duplicates
    assert of(report, "PURCHASED") == (12, 8, 0, 0, 4, 0)
    assert of(report, "Customer") == (3, 3, 0, 0, 0, 0)
    assert [of(report, name, STUBS) for name in ("Customer", "Product", "PURCHASED")] == [
        (2, 0, 0),
        (2, 0, 0),
        (0, 0, 0),
    ]
    assert of(again, "Customer") == (3, 0, 0, 3, 0, 0)
    assert [of(again, name, STUBS) for name in ("Customer", "Product")] == [(0, 0, 2), (0, 0, 2)]
    assert not [timing for timing in again.timings if timing.step.startswith(("write", "delete"))]
    assert all(agreement.agrees for agreement in compare(shop.options))
    rows = {(row["run_id"], row["name"]): row for row in ops.read(shop.options.settings.ops, "graph_row_counts")}
    customers = rows[report.run_id, "Customer"]
    assert [customers[name] for name in ("sent", "created", "stubs_created", "in_graph")] == [3, 3, 2, 5]


def test_an_end_whose_key_no_node_can_have_makes_no_stub(shop, empty_graph):
    long = "repeat('x', 9000)"
    shop.make(
        "edge_purchased",
        PURCHASED | {"on_missing_end": "create"},
        f"select * replace (if(order_id = 'O7', {long}, customer_id) as customer_id) from graph_ready.edge_purchased",
    )

    report = load(shop.options)

    assert of(report, "PURCHASED") == (12, 7, 0, 0, 5, 0)
    assert counts(empty_graph) == {"Customer": 4, "Product": 3, "PURCHASED": 7}
    rejected = ops.read(shop.options.settings.ops, "graph_rejected_rows")
    assert [row["detail"] for row in rejected if row["reason"] == "unsupported_value"] == [
        "the key of Customer has more than 8,000 bytes"
    ]


def test_a_stub_becomes_a_node_when_its_row_comes_and_goes_when_no_edge_needs_it(shop, empty_graph):
    declare(shop, "create")
    load(shop.options)
    shop.sql("""
        insert into graph_ready.node_customer values ('C9', 'Nina', 20, null);
        delete from graph_ready.edge_purchased where order_id = 'O7';
    """)

    report = load(shop.options)

    assert of(report, "Customer") == (4, 0, 1, 3, 0, 1)
    assert of(report, "Customer", STUBS) == (0, 0, 0)
    assert of(report, "Product") == (2, 0, 0, 2, 0, 1)
    assert of(report, "Product", STUBS) == (0, 0, 1)
    [nina] = query(
        empty_graph, "MATCH (n:Customer {customer_id: 'C9'})-->(p) RETURN n.name AS name, p.product_id AS bought"
    )
    assert nina == {"name": "Nina", "bought": "P1"}
    assert counts(empty_graph) == {"Customer": 4, "Product": 3, "PURCHASED": 7}


def test_a_node_whose_row_goes_while_an_edge_needs_it_is_emptied_and_guarded_as_a_delete(shop, empty_graph):
    declare(shop, "create")
    load(shop.options)
    before = content(empty_graph)
    shop.sql("delete from graph_ready.node_customer")
    guarded = shop.with_options(allow_deletes=frozenset())

    with pytest.raises(
        BlockedLoadError, match=r"3 of 5 nodes \(60.0%\) would be deleted or emptied \(3 stay as stubs\)"
    ) as error:
        load(guarded)

    assert "model node_customer has no rows" in str(error.value)
    assert content(empty_graph) == before
    report = load(shop.options)
    assert of(report, "Customer") == (0, 0, 0, 0, 0, 0)
    assert of(report, "Customer", STUBS) == (0, 3, 2)
    assert keys(empty_graph, "Customer", "customer_id") == [("C1",), ("C2",), ("C3",), ("C8",), ("C9",)]
    assert counts(empty_graph)["PURCHASED"] == 8


@pytest.mark.parametrize("stage", ["before the first write", "in the middle of nodes"])
def test_a_node_of_which_a_load_that_broke_off_left_nobody_sure_is_not_emptied_unasked(
    shop, empty_graph, monkeypatch, stage
):
    declare(shop, "create")
    load(shop.options)
    shop.sql("update graph_ready.node_customer set name = name || '!'")
    with monkeypatch.context() as planted, pytest.raises(Crash):
        STAGES[stage](planted)
        load(shop.options)
    before = content(empty_graph)
    shop.sql("delete from graph_ready.node_customer")
    guarded = shop.with_options(allow_deletes=frozenset())

    with pytest.raises(
        BlockedLoadError, match=r"3 of 5 nodes \(60.0%\) would be deleted or emptied \(3 stay as stubs\)"
    ) as error:
        load(guarded)

    assert "model node_customer has no rows" in str(error.value)
    assert content(empty_graph) == before
    load(shop.options)
    assert keys(empty_graph, "Customer", "customer_id") == [("C1",), ("C2",), ("C3",), ("C8",), ("C9",)]


@pytest.mark.parametrize("stage", ["before the first write", "in the middle of nodes"])
def test_an_emptying_that_was_allowed_goes_on_after_the_load_broke_off(shop, empty_graph, monkeypatch, stage):
    declare(shop, "create")
    load(shop.options)
    shop.sql("delete from graph_ready.node_customer where customer_id <> 'C1'")
    limited = {"limits": Limits(0.1, 1)}
    with monkeypatch.context() as planted, pytest.raises(Crash):
        STAGES[stage](planted)
        load(shop.with_options(**limited, allow_deletes=frozenset({"Customer"})))

    # it was allowed no other
    shop.sql(
        "create table kept as from graph_ready.node_product; delete from graph_ready.node_product where product_id = 'P1'"
    )
    guarded = shop.with_options(**limited, allow_deletes=frozenset())
    with pytest.raises(BlockedLoadError) as error:
        load(guarded)
    assert [block.name for block in error.value.blocks] == ["Product"]
    shop.sql("delete from graph_ready.node_product; insert into graph_ready.node_product from kept")
    report = load(guarded)

    assert sum(of(report, "Customer", STUBS)) == 4
    assert keys(empty_graph, "Customer", "customer_id") == [("C2",), ("C3",), ("C8",), ("C9",)]


def test_the_stubs_of_a_first_load_that_broke_off_are_no_loss(shop, empty_graph, monkeypatch):
    declare(shop, "create")
    guarded = shop.with_options(limits=Limits(0.1, 1), allow_deletes=frozenset())
    with monkeypatch.context() as planted, pytest.raises(Crash):
        STAGES["in the middle of edges"](planted)
        load(guarded)

    report = load(guarded)

    assert of(report, "Customer", STUBS) == (0, 2, 0)
    assert counts(empty_graph) == {"Customer": 5, "Product": 4, "PURCHASED": 8}


def test_a_further_label_empties_no_stub(shop, empty_graph):
    declare(shop, "create")
    load(shop.options)
    customers = node("Customer", "customer_id") | {"labels": ["Party"]}
    shop.make("node_customer", customers, "select * from graph_ready.node_customer")

    report = load(shop.with_options(limits=Limits(0.1, 1), allow_deletes=frozenset()))

    assert of(report, "Customer") == (3, 0, 3, 0, 0, 0)
    assert of(report, "Customer", STUBS) == (0, 2, 0)
    assert counts(empty_graph)["Party"] == 5


def test_stubs_at_both_ends_of_one_label_with_a_composite_key(shop, empty_graph):
    knows = edge("KNOWS", ("Person", "t", "a"), ("Person", "t", "b")) | {"on_missing_end": "create"}
    likes = edge("LIKES", ("Person", "t", "a"), ("Person", "t", "b"))
    # nobody can say which row of 3 is right, and 4 has no values at all
    shop.make(
        "node_person",
        node("Person", "tenant", "id"),
        """
        select * from (values ('t', 1, 'Ann'), ('t', 3, 'Cid'), ('t', 3, 'Sid'), ('t', 4, null)) as p (tenant, id, name)
    """,
    )
    # 9 and 8 come in edges that are set aside anyway: rows that differ, a tenant that is not said
    shop.make(
        "edge_knows",
        knows,
        """
        select * from (values
            ('t', 1, 2, 2001), ('t', 3, 3, 2002), ('t', 5, 4, 2003), ('u', 5, 1, 2004), ('u', 5, 1, 2004),
            ('t', 1, 9, 2005), ('t', 1, 9, 2006), (null, 8, 8, 2007)
        ) as k (t, a, b, since)
    """,
    )
    shop.make("edge_likes", likes, "select * from (values ('t', 2, 5), ('t', 1, 7)) as l (t, a, b)")

    report = load(shop.options)
    again = load(shop.options)

    assert of(report, "Person") == (4, 2, 0, 0, 2, 0)
    assert of(report, "Person", STUBS) == (5, 0, 0)
    # 4 has a row, though one without values
    assert keys(empty_graph, "Person", "tenant", "id") == [
        ("t", 2), ("t", 3), ("t", 4), ("t", 5), ("u", 1), ("u", 5),
    ]  # fmt: skip
    assert of(report, "KNOWS") == (8, 4, 0, 0, 4, 0)
    # a stub is a node like any other: 2 and 5 may like each other; nobody makes 7, for this type does not
    assert of(report, "LIKES") == (2, 1, 0, 0, 1, 0)
    assert (of(again, "Person"), of(again, "Person", STUBS)) == ((4, 0, 0, 2, 2, 0), (0, 0, 5))
    shop.sql("insert into graph_ready.node_person values ('t', 5, null)")
    shop.sql("delete from graph_ready.edge_knows where b = 2")
    later = load(shop.options)
    # the row says nothing new of 5: nothing is to be written
    assert of(later, "Person") == (5, 0, 0, 3, 2, 1)
    assert of(later, "Person", STUBS) == (0, 0, 3)
    assert of(later, "LIKES") == (2, 0, 0, 0, 2, 1)


class Oracle:
    """What the graph is to hold by a plain-Python reading of the marts: people with values, and friendships by pair."""

    def __init__(self, people: dict[int, str], friends: set[tuple[int, int]]):
        self.nodes = {key: None for pair in friends for key in pair} | people
        self.stubs = {*self.nodes} - {*people}
        self.friends = friends

    def check(self, target) -> None:
        found = query(target, "MATCH (n:Person) RETURN n.id AS id, n.name AS name")
        assert {row["id"]: row["name"] for row in found} == self.nodes
        pairs = query(target, "MATCH (a)-[:FRIEND]->(b) RETURN a.id AS a, b.id AS b")
        assert sorted((row["a"], row["b"]) for row in pairs) == sorted(self.friends)


def test_marts_that_change_at_random_and_a_load_that_breaks_off_give_what_they_say(shop, empty_graph, monkeypatch):
    chance = random.Random(7)
    friend = edge("FRIEND", ("Person", "a"), ("Person", "b")) | {"on_missing_end": "create"}
    write, before = Writer.write, Oracle({}, set())
    for turn in range(4):
        people = {key: chance.choice("xyz") for key in chance.sample(range(12), 6)}
        friends = {(chance.randrange(12), chance.randrange(12)) for _ in range(8)}
        after = Oracle(people, friends)
        rows = ", ".join(f"({key}, '{name}')" for key, name in people.items())
        shop.make("node_person", node("Person", "id"), f"select * from (values {rows}) as p (id, name)")
        rows = ", ".join(map(str, friends))
        shop.make("edge_friend", friend, f"select * from (values {rows}) as f (a, b)")
        if turn == 2:
            # of the people that change some are written, and of the friendships none; then the marts go on
            def broken(self, frame, statement, tasks):
                write(self, frame.limit(2), statement, tasks)
                raise OSError("the process is gone")

            with monkeypatch.context() as patch:
                patch.setattr(Writer, "write", broken)
                with pytest.raises(OSError, match="is gone"):
                    load(shop.options)
            continue

        report = load(shop.options)

        after.check(empty_graph)
        stubs, rows = of(report, "Person", STUBS), of(report, "Person")
        assert (rows[0], sum(stubs), rows[4]) == (len(people), len(after.stubs), 0)
        if turn < 2:
            kept = {key: before.nodes[key] for key in before.nodes if key in after.nodes}
            new = {*after.nodes} - {*before.nodes}
            assert stubs == (
                len(new & after.stubs),
                sum(kept[key] is not None for key in kept if key in after.stubs),
                sum(kept[key] is None for key in kept if key in after.stubs),
            )
            assert rows[5] == len({*before.nodes} - {*after.nodes})
        before = after
    assert load(shop.options).counts[0].created == 0


def test_an_edge_that_was_rejected_for_its_end_is_tried_again(shop, empty_graph):
    declare(shop, "reject")
    first = load(shop.options)
    shop.sql("insert into graph_ready.node_customer values ('C9', 'Nina', 20, null)")

    second = load(shop.options)

    assert (of(first, "PURCHASED"), of(second, "PURCHASED")) == ((12, 5, 0, 0, 7, 0), (12, 1, 0, 5, 6, 0))
    assert of(second, "Customer", STUBS) == (0, 0, 0)
    assert counts(empty_graph) == {"Customer": 4, "Product": 2, "PURCHASED": 6}


def test_a_missing_end_where_none_may_be_missing_stops_the_load_before_it_writes(shop, empty_graph):
    declare(shop, "fail")
    lenient = shop.with_options(limits=Limits(1, 1), allow_deletes=frozenset({ALL}), allow_rejects=frozenset({ALL}))

    with pytest.raises(BlockedLoadError) as error:
        load(lenient)
    found = plan(lenient)

    said = str(error.value)
    assert "PURCHASED: 3 of the 12 rows of model edge_purchased have an end that is no node" in said
    sample = "customer_id=C9, product_id=P1, order_id=O5, line_number=1 (no Customer with customer_id = C9; orders.csv line 6)"
    assert sample in said
    assert "declare `on_missing_end: reject` or `create` in models/graph/_graph.yml" in said
    assert [block.name for block in found.blocks] == ["PURCHASED"]
    assert (content(empty_graph), counts(empty_graph)) == (([], []), {})
    shop.sql("""
        insert into graph_ready.node_customer values ('C8', 'Max', 1, null), ('C9', 'Nina', 20, null);
        insert into graph_ready.node_product values ('P8', 'Bed', 1), ('P9', 'Mat', 1);
    """)
    # what else is wrong with a row is no missing end
    assert of(load(lenient), "PURCHASED") == (12, 8, 0, 0, 4, 0)


def test_rejected_rows_beyond_the_limit_are_let_through_by_name_also_after_a_load_that_broke_off(
    shop, empty_graph, monkeypatch
):
    limited = {"limits": Limits(1, 0.5), "allow_deletes": frozenset()}
    with pytest.raises(
        BlockedLoadError, match=r"If it is meant to be so: `python -m graph_loader --allow-rejects PURCHASED`"
    ):
        load(shop.with_options(**limited, allow_rejects=frozenset({"Customer"})))
    assert counts(empty_graph) == {}

    def broken(*_):
        raise OSError("the process is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "write", broken)
        with pytest.raises(OSError, match="is gone"):
            load(shop.with_options(**limited, allow_rejects=frozenset({"PURCHASED"})))
    load(shop.with_options(**limited))

    assert counts(empty_graph) == {"Customer": 3, "Product": 2, "PURCHASED": 5}


def test_the_command_shows_stubs_and_policies_and_takes_what_is_allowed(shop, empty_graph, command):
    declare(shop, "create")
    shop.make("edge_viewed", edge("VIEWED", ("Customer", "c"), ("Product", "p")) | {"on_missing_end": "fail"},
              "select 'C1' as c, 'P7' as p")  # fmt: skip

    shown = command(shop, "plan", "--allow-rejects", "VIEWED")
    told = json.loads(command(shop, "plan", "--json").stdout)

    assert shown.returncode == 1, shown.stderr
    assert "PURCHASED: on a missing end create" in shown.stdout
    assert "VIEWED: on a missing end fail" in shown.stdout
    stubs = "2 stubs for edges whose end is in no mart (2 created), such as "
    assert f"Customer: {stubs}customer_id=C8; customer_id=C9" in shown.stdout
    assert (
        "refused: VIEWED: 1 of the 1 rows of model edge_viewed have an end that is no node (such as c=C1, p=P7"
        in shown.stdout
    )
    assert {change["counts"]["name"]: (change["on_missing_end"], change["stubs"]) for change in told["changes"]} == {
        "Customer": (None, ["customer_id=C8", "customer_id=C9"]),
        "Product": (None, ["product_id=P8", "product_id=P9"]),
        "PURCHASED": ("create", []),
        "VIEWED": ("fail", []),
    }
