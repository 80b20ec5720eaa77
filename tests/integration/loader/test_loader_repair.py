"""What others did to the graph is found, value by value, and set right; what is theirs stays."""

import json

import pytest
from click.testing import Result
from typer.testing import CliRunner

from graph_loader.cli import app
from graph_loader.connection import GraphError
from graph_loader.guards import BlockedLoadError
from graph_loader.operations import compare, load
from graph_loader.reconcile import GraphDiffersError
from tests.support.graph import connected, content, query
from tests.support.marts import Marts, edge, node

pytestmark = pytest.mark.slow

# what a hand that is not ours may do to a node that was written from these values, one node each
VALUES = """
    select 'x' as text, true as flag, 9223372036854775807::bigint as big, 0.1::double as real, 'nan'::double as nothing,
        '-inf'::double as least, '-0.0'::double as zero, ['-0.0'::double] as zeros,
        1234567890.0625::decimal(18, 4) as amount, date '1969-12-31' as day,
        timestamp '2024-03-31 02:30:00.123456' as local_time, timestamp '2024-03-31 02:30:00' as even,
        timestamp '2024-03-31 00:00:00.5' as half, timestamp '0001-01-01 00:00:00' as first,
        timestamptz '2024-03-31 02:30:00.000001+00' as instant, 'on'::enum('on', 'off') as state,
        ['a', 'b'] as words, [1, 2] as numbers, []::varchar[] as empty, [timestamp '2024-01-01 00:00:00'] as times,
        [timestamptz '2024-01-01 00:00:00.25+00'] as instants, [0.5::decimal(4, 2)] as amounts, [date '2024-01-01'] as days,
        [true] as flags, null::varchar as absent, e'it''s \\ "q" \\n\\t 🎉 𝔘' as "na`me ""x"" 'y' {z}.$1 ß"
"""
DRIFT = {
    "text": ("'X'", "''", "['x']", "7", "point({x: 1, y: 2})", "null"),
    "flag": ("false", "'true'"),
    "big": ("9223372036854775806", "9.223372036854775807e18", "'9223372036854775807'"),
    "real": ("0.10000000000000002", "0", "null"),
    "nothing": ("0.0", "null"),
    "zero": ("0", "1e-300"),
    "amount": ("1234567890.0626",),
    "day": ("date('1970-01-01')", "'1969-12-31'", "localdatetime('1969-12-31T00:00:00')"),
    "local_time": (
        "localdatetime('2024-03-31T02:30:00.123457')",
        "localdatetime('2024-03-31T02:30:00.123456001')",
        "datetime('2024-03-31T02:30:00.123456Z')",
        "'2024-03-31T02:30:00.123456'",
    ),
    "instant": (
        "datetime('2024-03-31T02:30:00.000002Z')",
        "datetime('2024-03-31T04:30:00.000001+02:00')",
        "localdatetime('2024-03-31T02:30:00.000001')",
    ),
    "words": ("['b', 'a']", "['a,b']", "'a'", "[1, 2]"),
    "numbers": ("[1.0, 2.0]", "[1]"),
    "empty": ("['']", "null"),
    "times": (
        "[localdatetime('2024-01-01T00:00:01')]",
        "[datetime('2024-01-01T00:00:00Z')]",
        "['2024-01-01T00:00:00']",
    ),
    "absent": ("''", "0"),
}


# the shop's nodes and edges as its marts have them, by hand
FIT = {
    ("C1", "Ann", 31), ("C2", "Bob", None), ("C3", 'Zoë "Z" O\'Hara', 45), ("P1", 19.99), ("P2", 250.0),
    ("C1", "P1", "O1", 1, 2), ("C1", "P1", "O2", 1, 1), ("C2", "P2", "O3", 1, 1), ("C3", "P1", "O4", 1, 5),
    ("C3", "P2", "O10", 1, 7),
}  # fmt: skip


def ours(target) -> set[tuple]:
    """What the graph holds of the shop, things of others apart; no edge may be there twice."""
    texts = (
        "MATCH (n:Customer) WHERE n.customer_id STARTS WITH 'C' RETURN [n.customer_id, n.name, n.age] AS row",
        "MATCH (n:Product) RETURN [n.product_id, n.price] AS row",
        "MATCH (c:Customer)-[r:PURCHASED]->(p:Product) WHERE r.order_id STARTS WITH 'O' "
        "RETURN [c.customer_id, p.product_id, r.order_id, r.line_number, r.quantity] AS row",
    )
    rows = [tuple(row["row"]) for text in texts for row in query(target, text)]
    assert len(rows) == len(set(rows))
    return set(rows)


def command(shop, *arguments: str) -> Result:
    """A command on a shop's lake and server, in this process, for a Spark session of its own takes its time."""
    neo4j = shop.options.neo4j
    env = {"NEO4J_URI": neo4j.uri, "NEO4J_USERNAME": neo4j.username, "NEO4J_PASSWORD": neo4j.password}
    return CliRunner().invoke(app, [*arguments, "--lake", str(shop.lake), "--manifest", str(shop.manifest)], env=env)


@pytest.fixture
def marts(tmp_path, empty_graph, spark):
    return Marts(tmp_path, empty_graph)


def things(target) -> dict[int, dict[str, str]]:
    """The declared properties of every Thing, by id."""
    found = query(target, "MATCH (n:Thing) RETURN n.id AS id, properties(n) AS properties")
    return {
        row["id"]: {name: repr(value) for name, value in row["properties"].items() if name != "seen"} for row in found
    }


def test_every_change_of_a_value_is_found_and_set_right(marts, empty_graph):
    changes = [(name, value) for name, values in DRIFT.items() for value in values]
    untouched = 3
    marts.make(
        "node_thing",
        node("Thing", "id"),
        f"select n as id, v.* from ({VALUES}) as v, range({len(changes) + untouched}) as r(n)",
    )
    load(marts.options)
    before = things(empty_graph)
    assert all(agreement.agrees for agreement in compare(marts.options, deep=True))
    with connected(empty_graph) as driver:
        for number, (name, value) in enumerate(changes):
            driver.execute_query(f"MATCH (n:Thing {{id: {number}}}) SET n.`{name}` = {value}, n.seen = true")

    # which Neo4j takes for the same as the -0.0 it has
    marts.sql(f"update graph_ready.node_thing set zero = 0.0, zeros = [0.0] where id >= {len(changes)}")

    agreement = compare(marts.options, deep=True)[0]
    report = load(marts.with_options(repair=True))

    assert (agreement.drifted, agreement.missing, agreement.outdated) == (len(changes), 0, 0)
    assert all(quick.agrees for quick in compare(marts.options))
    thing = report.counts[0]
    assert (thing.updated, thing.unchanged, thing.repaired) == (len(changes), untouched, len(changes))
    assert things(empty_graph) == before


def test_keys_that_became_numbers_of_another_type_are_found_and_set_right(marts, empty_graph):
    marts.make("node_thing", node("Thing", "id"), "select n as id, n * 10 as size from range(3) as r(n)")
    likes = edge("LIKES", ("Thing", "a"), ("Thing", "b"), "n")
    marts.make("edge_likes", likes, "select 0 as a, n as b, n from range(3) as r(n)")
    load(marts.options)
    query(empty_graph, "MATCH (n:Thing) WHERE n.id < 2 SET n.id = toFloat(n.id)")
    query(empty_graph, "MATCH ()-[r:LIKES {n: 2}]->() SET r.n = 2.0")
    stored = "MATCH (n:Thing) OPTIONAL MATCH (n)<-[r:LIKES]-() RETURN n.id AS id, n.size AS size, r.n AS n ORDER BY id"

    drifted = compare(marts.options, deep=True)
    load(marts.with_options(repair=True))

    # an end that is not what it was makes its edges others'
    assert [(found.missing, found.agrees) for found in drifted] == [(2, False), (3, False)]
    assert all(found.agrees for found in compare(marts.options, deep=True))
    assert repr([tuple(row.values()) for row in query(empty_graph, stored)]) == "[(0, 0, 0), (1, 10, 1), (2, 20, 2)]"


def changed_by_others(target) -> None:
    """One node deleted, one changed, one edge doubled with another value, one changed, and things of others."""
    query(
        target,
        """
        MATCH (c1:Customer {customer_id: 'C1'}), (c2:Customer {customer_id: 'C2'}), (c3:Customer {customer_id: 'C3'}),
            (p1:Product {product_id: 'P1'}), (c1)-[r1:PURCHASED {order_id: 'O1'}]->(p1), (c2)-[r3:PURCHASED]->(p2)
        SET c1.name = 'Mallory', c1.score = 7, r1.quantity = '2', r1.note = 'theirs'
        CREATE (c2)-[twin:PURCHASED]->(p2), (c2)-[other:PURCHASED {order_id: 'X1', line_number: 1}]->(p1),
            (:Customer {customer_id: 'X1', name: 'Xaver'}), (:Customer {customer_id: 7}), (:Campaign)-[:SHOWS]->(p1),
            (c1)-[:PURCHASED]->(:Campaign)
        SET twin = properties(r3), twin.quantity = 99
        DETACH DELETE c3
        """,
    )


def test_a_deep_reconciliation_counts_what_differs_with_samples_and_leaves_others_alone(shop, empty_graph):
    load(shop.options)
    changed_by_others(empty_graph)
    before = content(empty_graph)

    found = {agreement.name: agreement for agreement in compare(shop.options, deep=True)}
    done = command(shop, "reconcile", "--deep", "--json")
    shown = command(shop, "reconcile", "--deep")

    numbers = ("expected", "in_graph", "drifted", "missing", "stale", "surplus", "outdated", "others")
    assert {name: tuple(getattr(agreement, number) for number in numbers) for name, agreement in found.items()} == {
        "Customer": (3, 2, 1, 1, 0, 0, 0, 2),
        "Product": (2, 2, 0, 0, 0, 0, 0, 0),
        # O4 and O10 went with their customer; O3 is there twice
        "PURCHASED": (5, 4, 2, 2, 0, 1, 0, 2),
    }
    assert {sample.differs: sample.keys for sample in found["PURCHASED"].samples} == {
        "drifted": (
            "customer_id=C1, product_id=P1, order_id=O1, line_number=1",
            "customer_id=C2, product_id=P2, order_id=O3, line_number=1",
        ),
        "missing": (
            "customer_id=C3, product_id=P1, order_id=O4, line_number=1",
            "customer_id=C3, product_id=P2, order_id=O10, line_number=1",
        ),
        "surplus": ("customer_id=C2, product_id=P2, order_id=O3, line_number=1",),
    }
    assert [row["drifted"] for row in json.loads(done.stdout)] == [1, 0, 2]
    assert "Customer: drifted, such as customer_id=C1\n" in shown.stdout
    assert [type(result.exception) for result in (done, shown)] == [GraphDiffersError] * 2
    assert "Customer: 3 expected, 2 in the graph (1 missing, 1 changed by others)" in str(shown.exception)
    assert content(empty_graph) == before


def test_a_plain_load_tells_of_a_repair_which_makes_the_graph_equal_to_its_marts(shop, empty_graph):
    load(shop.options)
    changed_by_others(empty_graph)
    with pytest.raises(GraphDiffersError, match="load --repair"):
        load(shop.options)

    done = command(shop, "load", "--repair", "--no-expectations", "--json")

    assert done.exit_code == 0, done.exception
    counted = {row["name"]: row for row in json.loads(done.stdout)["counts"]}
    numbers = ("created", "updated", "unchanged", "deleted", "repaired", "copies_deleted", "in_graph")
    assert {name: tuple(row[number] for number in numbers) for name, row in counted.items()} == {
        "Customer": (1, 1, 1, 0, 2, 0, 3),
        "Product": (0, 0, 2, 0, 0, 0, 2),
        "PURCHASED": (2, 2, 1, 0, 4, 1, 5),
    }
    assert ours(empty_graph) == FIT
    assert all(agreement.agrees for agreement in compare(shop.options, deep=True))
    left = query(
        empty_graph,
        """
        MATCH (c1:Customer {customer_id: 'C1'})-[r:PURCHASED {order_id: 'O1'}]->(p:Product)<-[:SHOWS]-(:Campaign)
        RETURN c1.score AS score, r.note AS note, COUNT { (:Customer {name: 'Xaver'}) } AS xaver,
            COUNT { (:Customer {customer_id: 7}) } AS seven, COUNT { ()-[:PURCHASED {order_id: 'X1'}]->() } AS theirs,
            COUNT { (:Customer)-[:PURCHASED]->(:Campaign) } AS elsewhere
        """,
    )
    assert left == [{"score": 7, "note": "theirs", "xaver": 1, "seven": 1, "theirs": 1, "elsewhere": 1}]


def test_a_repair_takes_in_what_the_marts_changed_meanwhile(shop, empty_graph):
    load(shop.options)
    changed_by_others(empty_graph)
    shop.sql("""
        update graph_ready.node_customer set name = 'Anna' where customer_id = 'C1';
        update graph_ready.node_customer set name = 'Bill' where customer_id = 'C2';
        alter table graph_ready.node_customer drop column age;
        delete from graph_ready.edge_purchased where order_id = 'O3';
        insert into graph_ready.node_customer values ('C9', 'Nina', null);
    """)
    shop.make("node_customer", node("Customer", "customer_id"), "select * from graph_ready.node_customer")
    query(empty_graph, "MATCH (c:Customer {customer_id: 'X1'}) SET c.age = 99")

    found = {agreement.name: agreement for agreement in compare(shop.options, deep=True)}
    report = load(shop.with_options(repair=True))

    # both customers that are there are written by any load; C3 and C9 are missing
    assert (found["Customer"].drifted, found["Customer"].outdated, found["Customer"].missing) == (0, 2, 2)
    # O3 and its copy have left the mart
    assert (found["PURCHASED"].drifted, found["PURCHASED"].stale, found["PURCHASED"].missing) == (1, 2, 3)
    customers = query(empty_graph, "MATCH (n:Customer) WHERE n.customer_id STARTS WITH 'C' RETURN n{.*} AS n")
    assert {row["n"]["customer_id"]: (row["n"]["name"], row["n"].get("age")) for row in customers} == {
        "C1": ("Anna", None), "C2": ("Bill", None), "C3": ('Zoë "Z" O\'Hara', None), "C9": ("Nina", None),
    }  # fmt: skip
    assert query(empty_graph, "MATCH (c:Customer {customer_id: 'X1'}) RETURN c.age AS age") == [{"age": 99}]
    purchased = next(counts for counts in report.counts if counts.name == "PURCHASED")
    assert (purchased.created, purchased.updated, purchased.deleted, purchased.repaired) == (3, 1, 1, 3)
    again = load(shop.options)
    assert {(row.created, row.updated, row.deleted) for row in again.counts} == {(0, 0, 0)}


def test_a_repair_of_nothing_writes_nothing(shop, empty_graph):
    load(shop.options)
    before = content(empty_graph)

    report = load(shop.with_options(repair=True))

    assert {(row.created, row.updated, row.deleted, row.repaired) for row in report.counts} == {(0, 0, 0, 0)}
    assert not [timing for timing in report.timings if timing.step.startswith(("write", "delete"))]
    assert content(empty_graph) == before


def test_what_left_its_mart_and_the_graph_is_forgotten(shop, empty_graph):
    load(shop.options)
    query(empty_graph, "MATCH (c:Customer {customer_id: 'C1'}) DETACH DELETE c")
    shop.sql("delete from graph_ready.node_customer where customer_id = 'C1'")

    report = load(shop.with_options(repair=True))

    assert (report.counts[0].deleted, report.counts[0].unchanged, report.counts[0].in_graph) == (0, 2, 2)
    query(empty_graph, "CREATE (:Customer {customer_id: 'C1'})")
    # whoever made it now, it was no load
    assert {agreement.name: agreement.others for agreement in compare(shop.options)}["Customer"] == 1


def test_guards_hold_for_a_repair(shop, empty_graph):
    load(shop.options)
    changed_by_others(empty_graph)
    shop.sql("delete from graph_ready.node_product")
    before = content(empty_graph)

    with pytest.raises(BlockedLoadError, match="model node_product has no rows"):
        load(shop.with_options(repair=True, allow_deletes=frozenset()))

    assert content(empty_graph) == before


def test_a_repair_that_broke_off_is_ended_by_the_next_load(shop, empty_graph, monkeypatch):
    load(shop.options)
    changed_by_others(empty_graph)
    with monkeypatch.context() as patch, pytest.raises(GraphError, match="is gone"):
        patch.setattr("graph_loader.execution.upsert", _broken)
        load(shop.with_options(repair=True))

    report = load(shop.options)

    assert ours(empty_graph) == FIT
    assert sum(row.repaired for row in report.counts) == 6
    assert load(shop.options).counts[0].repaired is None


def _broken(*arguments):
    raise GraphError("The server is gone.")


def test_a_server_that_goes_away_while_it_is_read_is_told(shop, monkeypatch):
    load(shop.options)
    monkeypatch.setattr("graph_loader.contents.contents", lambda *_: "MATCH (n) RETURN 1 / 0 AS `_key_customer_id`")

    with pytest.raises(GraphError, match=r"Reading from Neo4j at .* broke off: .*by zero"):
        compare(shop.options, deep=True)
