"""A declaration that has changed is a migration: the plan tells it, the load carries it out, also after it broke off."""

import pytest

from graph_loader.connection import GraphError
from graph_loader.guards import BlockedLoadError, Limits
from graph_loader.ledger import Ledger
from graph_loader.operations import compare, load, plan
from tests.support.crashes import Crash, crash_at, crash_at_write
from tests.support.graph import content, counts, query
from tests.support.marts import Marts, edge, node

pytestmark = pytest.mark.slow

PEOPLE = """
    select * from (values (1, 'ann@x', 'Ann', 'T1'), (2, 'bob@x', 'Bob', 'T1'), (3, 'eve@x', 'Eve', 'T2'))
        as t (id, email, name, tenant)
"""
KNOWN = "select * from (values (1, 2, 2020), (2, 3, 2021), (3, 3, 2022)) as t (a, b, since)"
BY_EMAIL = f"""
    select p.email as a, q.email as b, since from ({KNOWN})
    join ({PEOPLE}) as p on p.id = a join ({PEOPLE}) as q on q.id = b
"""
# the key of the old nodes is a property of the new ones, and the other way round
NODES_BY_EMAIL = [(1, "ann@x", "Ann", "T1"), (2, "bob@x", "Bob", "T1"), (3, "eve@x", "Eve", "T2")]


@pytest.fixture
def people(tmp_path, empty_graph, spark):
    """Three people who know each other, loaded by their number; a load is guarded."""
    marts = Marts(tmp_path, empty_graph)
    marts.options = marts.with_options(limits=Limits(0.2, 1), allow_deletes=frozenset())
    by_number(marts)
    load(marts.options)
    return marts


def by_number(marts):
    marts.make("node_person", node("Person", "id"), PEOPLE)
    marts.make("edge_knows", edge("KNOWS", ("Person", "a"), ("Person", "b")), KNOWN)


def by_email(marts):
    marts.make("node_person", node("Person", "email"), PEOPLE)
    marts.make("edge_knows", edge("KNOWS", ("Person", "a"), ("Person", "b")), BY_EMAIL)


def by_text(marts):
    marts.make("node_person", node("Person", "id"), f"select * replace (id::varchar as id) from ({PEOPLE})")
    marts.make(
        "edge_knows",
        edge("KNOWS", ("Person", "a"), ("Person", "b")),
        f"select * replace (a::varchar as a, b::varchar as b) from ({KNOWN})",
    )


def by_tenant(marts):
    # with a property that no other declaration has
    marts.make("node_person", node("Person", "tenant", "id"), f"select *, tenant || id as code from ({PEOPLE})")
    marts.make(
        "edge_knows",
        edge("KNOWS", ("Person", "ta", "a"), ("Person", "tb", "b"), "since"),
        f"""
        select p.tenant as ta, a, q.tenant as tb, b, since from ({KNOWN})
        join ({PEOPLE}) as p on p.id = a join ({PEOPLE}) as q on q.id = b
        """,
    )


def graph(target) -> tuple[list, list]:
    """All people, and who knows whom since when, whatever identifies them."""
    nodes = query(target, "MATCH (n) WHERE NOT n:LakegraphMetadata RETURN labels(n) AS l, properties(n) AS p")
    edges = query(target, "MATCH (a)-[r]->(b) RETURN a.name AS a, type(r) AS t, r.since AS since, b.name AS b")
    assert {tuple(row["l"]) for row in nodes} == {("Person",)}
    return (
        sorted((int(row["p"]["id"]), row["p"]["email"], row["p"]["name"], row["p"]["tenant"]) for row in nodes),
        sorted((row["a"], row["t"], row["since"], row["b"]) for row in edges),
    )


EVERYTHING = (
    NODES_BY_EMAIL,
    [("Ann", "KNOWS", 2020, "Bob"), ("Bob", "KNOWS", 2021, "Eve"), ("Eve", "KNOWS", 2022, "Eve")],
)


def keys(target) -> list[tuple]:
    found = query(target, "SHOW CONSTRAINTS YIELD labelsOrTypes AS l, properties AS p")
    indexes = query(target, "SHOW INDEXES YIELD owningConstraint AS c, type AS t WHERE c IS NULL AND t = 'RANGE'")
    assert indexes == []
    return sorted((row["l"][0], *row["p"]) for row in found if row["l"] != ["LakegraphMetadata"])


def test_an_edge_whose_ends_were_declared_the_wrong_way_round_is_turned(people, empty_graph):
    people.make("edge_knows", edge("KNOWS", ("Person", "b"), ("Person", "a")), KNOWN)

    report = load(people.with_options(allow_deletes=frozenset({"KNOWS"})))

    assert graph(empty_graph)[1] == [
        ("Bob", "KNOWS", 2020, "Ann"),
        ("Eve", "KNOWS", 2021, "Bob"),
        ("Eve", "KNOWS", 2022, "Eve"),
    ]
    assert [(one.created, one.deleted) for one in report.counts if one.name == "KNOWS"] == [(2, 2)]
    assert all(agreement.agrees for agreement in compare(people.options, deep=True))


def test_another_key_is_told_and_carried_out(people, empty_graph):
    by_email(people)
    before = content(empty_graph)

    agreed = compare(people.options)
    told = plan(people.options)

    assert content(empty_graph) == before
    assert [agreement.agrees for agreement in agreed] == [False, False]
    assert told.blocks == ()
    assert [(change.counts.name, change.counts.migration) for change in told.changes] == [
        ("Person", ("has key email STRING, no longer key id INTEGER: its 3 nodes are deleted and written anew",)),
        (
            "KNOWS",
            (
                "has key none, from Person (email STRING), to Person (email STRING), "
                "no longer key none, from Person (id INTEGER), to Person (id INTEGER): "
                "its 3 edges are deleted and written anew",
            ),
        ),
    ]
    assert [statement.split(" FOR ")[1] for statement in told.constraints_created] == [
        "(node:`Person`) REQUIRE (node.`email`) IS UNIQUE"
    ]
    assert [
        statement.startswith("DROP CONSTRAINT `lakegraph_Person_id_") for statement in told.constraints_dropped
    ] == [True]

    report, again = load(people.options), load(people.options)

    assert graph(empty_graph) == EVERYTHING
    assert keys(empty_graph) == [("Person", "email")]
    assert [(row.sent, row.created, row.deleted, row.in_graph) for row in report.counts] == [(3, 3, 3, 3)] * 2
    assert [(row.unchanged, row.deleted, row.migration) for row in again.counts] == [(3, 0, ())] * 2


@pytest.mark.parametrize(("other", "key"), [(by_text, ("id",)), (by_tenant, ("tenant", "id"))])
def test_another_type_and_other_columns_are_other_keys(people, empty_graph, other, key):
    other(people)

    load(people.options)

    assert graph(empty_graph) == EVERYTHING
    assert keys(empty_graph) == [("Person", *key)]
    by_number(people)
    load(people.options)
    assert graph(empty_graph) == EVERYTHING
    assert keys(empty_graph) == [("Person", "id")]


# the writes: former edges, former nodes, nodes, edges
STAGES = {
    "in the middle of former edges": crash_at_write(1, before=False, share=1),
    "in the middle of former nodes": crash_at_write(2, before=False, share=1),
    "in the middle of the new nodes": crash_at_write(3, before=False, share=2),
    "in the middle of the new edges": crash_at_write(4, before=False, share=2),
    "before the ledger": crash_at(Ledger, "commit"),
}


@pytest.mark.parametrize(
    ("stage", "attempted", "last"),
    [
        ("in the middle of former edges", by_email, by_email),
        ("in the middle of former nodes", by_email, by_number),
        ("in the middle of the new nodes", by_email, by_email),
        ("in the middle of the new edges", by_email, by_email),
        ("in the middle of the new edges", by_email, by_number),
        ("in the middle of the new edges", by_tenant, by_email),
        ("before the ledger", by_text, by_number),
    ],
)
def test_a_migration_that_broke_off_is_ended_or_taken_back_by_the_next_load(
    people, empty_graph, monkeypatch, stage, attempted, last
):
    attempted(people)
    with monkeypatch.context() as planted, pytest.raises(Crash):
        STAGES[stage](planted)
        load(people.options)
    last(people)

    report, again = load(people.options), load(people.options)

    assert graph(empty_graph) == EVERYTHING
    assert keys(empty_graph) == [("Person", "email" if last is by_email else "id")]
    assert all(agreement.agrees and not agreement.others for agreement in report.agreements)
    assert {row.unchanged for row in again.counts} == {3}


def test_a_migration_that_would_lose_rows_or_whose_mart_is_empty_is_refused(people, empty_graph):
    by_email(people)
    before = content(empty_graph)
    people.sql("delete from graph_ready.node_person where id = 3")
    with pytest.raises(BlockedLoadError, match=r"Person: 1 of 3 nodes \(33.3%\) would be deleted, and that is more"):
        load(people.options)
    people.sql("delete from graph_ready.node_person")

    with pytest.raises(BlockedLoadError, match=r"Person: 3 of 3 nodes .* model node_person has no rows"):
        load(people.options)

    assert content(empty_graph) == before


def test_a_node_that_others_use_stays_with_them_and_is_written_anew(people, empty_graph):
    query(empty_graph, "MATCH (n:Person {id: 1}) CREATE (:Campaign)-[:SHOWS]->(n) SET n.score = 7")
    by_email(people)

    report = load(people.options)

    assert [(row.name, row.created, row.left_to_others) for row in report.counts] == [("Person", 3, 1), ("KNOWS", 3, 0)]
    assert query(empty_graph, "MATCH (:Campaign)-[:SHOWS]->(n) RETURN labels(n) AS l, properties(n) AS p") == [
        {"l": [], "p": {"score": 7}}
    ]
    assert counts(empty_graph) == {"Person": 3, "Campaign": 1, "KNOWS": 3, "SHOWS": 1}


def test_a_renamed_label_is_no_loss_and_a_dropped_one_is(people, empty_graph):
    people.make("node_person", node("Human", "id"), PEOPLE)
    people.make("edge_knows", edge("KNOWS", ("Human", "a"), ("Human", "b")), KNOWN)

    told = plan(people.options)
    load(people.options)

    assert [
        (change.counts.name, change.counts.migration) for change in told.changes if change.counts.kind == "node"
    ] == [
        ("Human", ()),
        ("Person", ("model node_person declares Human instead: its 3 nodes go with their constraint",)),
    ]
    assert counts(empty_graph) == {"Human": 3, "KNOWS": 3}
    assert keys(empty_graph) == [("Human", "id")]
    people.forget("edge_knows")
    with pytest.raises(BlockedLoadError, match=r"KNOWS: 3 of 3 edges .* no model declares it any more"):
        load(people.options)


def test_a_renamed_type_is_no_loss_also_where_the_load_broke_off(people, empty_graph, monkeypatch):
    people.make("edge_knows", edge("LIKES", ("Person", "a"), ("Person", "b")), KNOWN)

    told = plan(people.options)
    with monkeypatch.context() as planted, pytest.raises(Crash):
        # the writes: the new edges, then the delete of the old ones
        crash_at_write(2, before=False, share=1)(planted)
        load(people.options)
    between = counts(empty_graph)
    report, again = load(people.options), load(people.options)

    assert told.blocks == ()
    assert [(change.counts.name, change.counts.created, change.counts.deleted) for change in told.changes] == [
        ("Person", 0, 0),
        ("LIKES", 3, 0),
        ("KNOWS", 0, 3),
    ]
    assert [change.counts.migration for change in told.changes] == [
        (),
        (),
        ("model edge_knows declares LIKES instead: its 3 edges go",),
    ]
    assert between == {"Person": 3, "LIKES": 3, "KNOWS": 2}
    assert graph(empty_graph) == (
        NODES_BY_EMAIL,
        [("Ann", "LIKES", 2020, "Bob"), ("Bob", "LIKES", 2021, "Eve"), ("Eve", "LIKES", 2022, "Eve")],
    )
    assert all(agreement.agrees and not agreement.others for agreement in report.agreements)
    assert [(row.name, row.unchanged, row.deleted) for row in again.counts] == [("Person", 3, 0), ("LIKES", 3, 0)]


def test_renamed_and_retyped_properties_are_told_and_leave_unchanged_rows_too(people, empty_graph):
    people.make(
        "node_person",
        node("Person", "id") | {"labels": ["Party"]},
        f"select id, email, name as full_name, length(tenant) as tenant from ({PEOPLE})",
    )

    told = plan(people.options)
    load(people.options)

    assert told.changes[0].counts.migration == (
        "label Party is new",
        "property full_name is new",
        "property name goes",
        "property tenant becomes INTEGER and was STRING",
    )
    found = query(empty_graph, "MATCH (n:Person:Party) RETURN properties(n) AS p ORDER BY n.id")
    assert [row["p"] for row in found] == [
        {"id": number, "email": email, "full_name": name, "tenant": 2} for number, email, name, _ in NODES_BY_EMAIL
    ]


def test_keys_whose_names_run_together_have_constraints_of_their_own(tmp_path, empty_graph, spark):
    marts = Marts(tmp_path, empty_graph)
    # as an earlier version named it
    query(empty_graph, "CREATE CONSTRAINT lakegraph_A_b_c FOR (n:A_b) REQUIRE n.c IS UNIQUE")
    query(empty_graph, "CREATE CONSTRAINT mine FOR (n:B) REQUIRE n.c IS UNIQUE")
    marts.make("node_1", node("A_b", "c"), "select 1 as c")
    marts.make("node_2", node("A", "b", "c"), "select 1 as b, 1 as c")
    marts.make("node_3", node("B", "c"), "select 1 as c")

    assert [statement.split(" FOR ")[1] for statement in plan(marts.options).constraints_created] == [
        "(m:`LakegraphMetadata`) REQUIRE m.graph_id IS UNIQUE",
        "(node:`A`) REQUIRE (node.`b`, node.`c`) IS UNIQUE",
    ]
    load(marts.options)

    assert keys(empty_graph) == [("A", "b", "c"), ("A_b", "c"), ("B", "c")]
    marts.forget("node_1")
    marts.forget("node_3")
    load(marts.options)
    # a constraint that others made stays theirs
    assert keys(empty_graph) == [("A", "b", "c"), ("B", "c")]


def test_stubs_are_no_rows_of_a_migration(people, empty_graph):
    knows = edge("KNOWS", ("Person", "a"), ("Person", "b")) | {"on_missing_end": "create"}
    people.make("edge_knows", knows, f"{KNOWN} union all select 7, 8, 2023")
    load(people.options)
    people.make("node_person", node("Person", "email"), PEOPLE)
    people.make("edge_knows", knows, f"{BY_EMAIL} union all select 'x@x', 'y@x', 2023")
    # the row that has gone comes back as a stub of its edges
    people.sql("delete from graph_ready.node_person where id = 3")

    with pytest.raises(BlockedLoadError, match=r"Person: 1 of 3 nodes \(33.3%\) would be deleted, and that is more"):
        load(people.options)
    people.make("node_person", node("Person", "email"), PEOPLE)
    told = plan(people.options)
    load(people.options)

    assert told.blocks == ()
    assert told.changes[0].counts.migration == (
        "has key email STRING, no longer key id INTEGER: its 3 nodes and 2 stubs are deleted and written anew",
    )
    assert counts(empty_graph) == {"Person": 5, "KNOWS": 4}


def test_a_renamed_label_whose_only_nodes_are_stubs_is_no_loss(people, empty_graph):
    knows = edge("KNOWS", ("Person", "a"), ("Person", "b")) | {"on_missing_end": "create"}
    people.make("node_person", node("Person", "id"), f"{PEOPLE} limit 0")
    people.make("edge_knows", knows, KNOWN)
    load(people.with_options(allow_deletes=frozenset({"Person"})))
    people.make("node_person", node("Human", "id"), f"{PEOPLE} limit 0")
    people.make("edge_knows", knows | edge("KNOWS", ("Human", "a"), ("Human", "b")), KNOWN)

    told = plan(people.options)
    load(people.options)

    assert told.blocks == ()
    assert [change.counts.migration for change in told.changes if change.counts.name == "Person"] == [
        ("model node_person declares Human instead: its 3 stubs go with their constraint",)
    ]
    assert counts(empty_graph) == {"Human": 3, "KNOWS": 3}


def test_a_new_key_that_nodes_of_others_share_is_refused_before_anything_goes(people, empty_graph):
    # loads wrote one of the three that would be x@x, and all that are bob@x
    query(
        empty_graph,
        """
        CREATE (:Person {email: 'x@x', tenant: 'T1'}), (:Person {id: 'three', email: 'x@x'}), (:Person {email: 'ann@x'})
        WITH 1 AS one MATCH (n:Person {id: 1}) SET n.email = 'x@x'
        """,
    )
    by_email(people)
    before = content(empty_graph)
    pointer = (people.options.settings.ledger / "lakegraph" / "pointer.json").read_text()

    told = plan(people.options)
    with pytest.raises(
        BlockedLoadError, match=r"^Nothing was written .*key email cannot be made unique, .* such as email=x@x\."
    ):
        load(people.options)

    assert [(block.name, block.reason.rpartition(", for ")[2]) for block in told.blocks] == [
        ("Person", "several nodes of others share it, such as email=x@x")
    ]

    assert content(empty_graph) == before
    assert (people.options.settings.ledger / "lakegraph" / "pointer.json").read_text() == pointer
    query(empty_graph, "MATCH (n:Person {id: 'three'}) SET n.email = 'y@y'")
    load(people.options)
    assert counts(empty_graph) == {"Person": 5, "KNOWS": 3}


def test_of_a_new_key_that_only_the_server_refuses_it_is_told_that_former_nodes_may_be_gone(people, empty_graph):
    # as many as loads wrote, so that nobody looks for copies
    query(
        empty_graph,
        """
        MATCH (n:Person) WHERE n.id > 1 DETACH DELETE n
        WITH count(*) AS deleted CREATE (:Person {email: 'x@x'}), (:Person {email: 'x@x'})
        """,
    )
    by_email(people)

    with pytest.raises(GraphError, match=r"`email` = 'x@x'.* goes on from there\. .* former key may be gone"):
        load(people.options)

    assert counts(empty_graph) == {"Person": 2}
    query(empty_graph, "MATCH (n:Person) DELETE n")
    load(people.options)
    assert graph(empty_graph) == EVERYTHING


def test_copies_of_a_new_key_that_loads_wrote_go_anyway(people, empty_graph):
    # as a mart may have it that has a property twice
    people.make("node_person", node("Person", "id"), f"select * replace ('same@x' as email) from ({PEOPLE})")
    load(people.options)
    by_email(people)

    load(people.options)

    assert graph(empty_graph) == EVERYTHING


def test_an_index_of_others_on_a_new_key_is_refused_before_anything_goes(people, empty_graph):
    query(empty_graph, "CREATE INDEX theirs FOR (n:Person) ON (n.email)")
    by_email(people)
    before = content(empty_graph)

    told = plan(people.options)
    with pytest.raises(
        BlockedLoadError, match=r"its key email cannot be made unique, for others have the index theirs on it\."
    ):
        load(people.options)

    assert [block.override for block in told.blocks] == ["drop that index"]

    assert content(empty_graph) == before
    query(empty_graph, "DROP INDEX theirs")
    load(people.options)
    assert graph(empty_graph) == EVERYTHING
