"""What changes little is kept beside the ledger's rows; read together they are what the marts have, load after load."""

import json
import random

import duckdb
import pyarrow.parquet as pq
import pytest

from graph_loader.difference import LostRowsError
from graph_loader.engines import DuckdbEngine, SparkEngine
from graph_loader.ledger import MOST_CHANGED, Ledger, open_ledger
from graph_loader.ledger_state import LedgerError
from graph_loader.manifest import read_graph
from graph_loader.marts import open_marts
from graph_loader.operations import compare, load
from graph_loader.plan import planned
from graph_loader.progress import NoProgress
from graph_loader.rebuild import rebuild
from graph_loader.trace import Trace
from tests.support.crashes import Crash, crash_at, crash_at_write
from tests.support.graph import query
from tests.support.marts import Marts, edge, node
from tests.support.network import EDGES, NODES, Network, assert_equals_marts, load_makes_good

pytestmark = pytest.mark.slow

PLACES, ROADS = 200, 400


class Country(Marts):
    """Places whose key needs quotes, and roads between them, which change at random and are known here too."""

    def __init__(self, root, seed: int):
        super().__init__(root, None)
        self.random = random.Random(seed)
        self.places = {(f"p{i}", i / 2): 0 for i in range(PLACES)}
        self.roads = {self._road(i): 0 for i in range(ROADS)}
        place = node("Place", "a.`name`", "at")
        self.make("node_place", place, "select '' as \"a.`name`\", 0.0::double as at, 0 as value where false")
        road = edge("ROAD", ("Place", "a.`name`", "at"), ("Place", "b", "b_at"), "n")
        columns = "'' as \"a.`name`\", 0.0::double as at, '' as b, 0.0::double as b_at, 0 as n, 0 as value"
        self.make("edge_road", road, f"select {columns} where false")
        self.write()

    def _road(self, number: int) -> tuple:
        return (*self.random.choice(sorted(self.places)), *self.random.choice(sorted(self.places)), number)

    def change(self, share: float) -> None:
        """Change, add and take away so many of the places and of the roads; roads of places that go, go with them."""
        for rows, new in ((self.places, lambda i: (f"new {i}", -i)), (self.roads, self._road)):
            some = self.random.sample(sorted(rows), max(3, int(len(rows) * share)))
            for position, key in enumerate(some):
                if position % 3 == 0:
                    rows[key] += 1
                elif position % 3 == 1:
                    del rows[key]
                else:
                    rows[new(self.random.randrange(10**6, 10**9))] = 0
            # those that are back as they were
            rows.update(dict.fromkeys(self.random.sample(some, len(some) // 3), 0))
        self.roads = {
            key: value for key, value in self.roads.items() if key[:2] in self.places and key[2:4] in self.places
        }
        self.write()

    def write(self) -> None:
        """Have the marts hold what is known here."""

        def values(rows: dict[tuple, int]) -> str:
            return ", ".join(map(repr, ((*key, value) for key, value in rows.items())))

        self.sql(f"""
            delete from graph_ready.node_place; insert into graph_ready.node_place values {values(self.places)};
            delete from graph_ready.edge_road; insert into graph_ready.edge_road values {values(self.roads)};
        """)


def entries_of(country, engine, ledger, spark) -> dict:
    """Plan a load and take it for done.

    Returns:
        Name to its rows in the ledger, and the entry.
    """
    graph, warehouse = read_graph(country.manifest), country.lake / "warehouse.duckdb"
    with (
        open_marts(graph, warehouse, lambda: spark) as marts,
        planned(engine, marts, ledger, Trace(NoProgress()), frozenset({"all"})) as plan,
    ):
        ledger.begin(plan.attempt)
        ledger.commit(plan.attempt)
        ledger.sweep()
    return {step.declaration.name: (rows_of(engine, ledger, step.entry), step.entry) for step in plan.steps}


def rows_of(engine, ledger, entry) -> dict[tuple, bytes]:
    """Identity to hash, as the engine reads it and as Spark does."""
    relation = ledger.rows(engine.spark, entry)
    read = [tuple(row.values()) for row in engine.fetched("select * from entry_rows", {"entry_rows": relation})]
    by_spark = [tuple(row) for row in relation.frame.collect()]
    assert sorted((row[:-1], bytes(row[-1])) for row in read) == sorted((row[:-1], bytes(row[-1])) for row in by_spark)
    found = {row[:-1]: bytes(row[-1]) for row in read}
    assert len(found) == len(read) == entry.rows
    return found


@pytest.mark.parametrize(("kind", "rounds"), [(DuckdbEngine, 8), (SparkEngine, 3)])
def test_rows_and_changes_are_what_the_marts_have(tmp_path, spark, kind, rounds):
    country = Country(tmp_path, seed=7)
    graph = read_graph(country.manifest)
    (tmp_path / "rows").mkdir()
    engine = kind(spark, tmp_path / "rows") if kind is DuckdbEngine else kind(spark)
    beside, anew = 0, 0
    try:
        with open_ledger(tmp_path / "ledger", graph) as ledger:
            ledger.start_anew()
            before = entries_of(country, engine, ledger, spark)
            for turn in range(rounds):
                country.change(0.2 if turn == rounds // 2 else 0.02)
                now = entries_of(country, engine, ledger, spark)
                for name, wanted in (("Place", country.places), ("ROAD", country.roads)):
                    (rows, entry), (former, formerly) = now[name], before[name]
                    assert rows.keys() == wanted.keys()
                    # rows of the same values have the same hash, and no others
                    assert len({(wanted[key], hashed) for key, hashed in rows.items()}) == len(set(wanted.values()))
                    assert len(set(rows.values())) == len(set(wanted.values()))
                    assert former.keys() != rows.keys()
                    is_beside = entry.folder == formerly.folder
                    assert is_beside == (entry.changes_folder is not None)
                    assert entry.rows_changed <= MOST_CHANGED * formerly.rows
                    beside, anew = beside + is_beside, anew + (not is_beside)
                before = now
                folders = {path.parent.relative_to(ledger.folder) for path in ledger.folder.rglob("*.parquet")}
                assert {str(folder) for folder in folders} == {
                    folder for _, entry in now.values() for folder in entry.folders
                }
            entry = now["Place"][1]
            assert entry.changes_folder
            (ledger.folder / entry.changes_folder).rename(tmp_path / "elsewhere")
            assert not ledger.has_rows(entry)
            with pytest.raises(LedgerError, match=f"lacks {entry.changes_folder}, the rows of Place"):
                ledger.rows(spark, entry)
    finally:
        engine.release()
    assert beside >= rounds
    assert anew >= 2


@pytest.fixture
def network(tmp_path, empty_graph):
    return Network(tmp_path, empty_graph)


def change_little(network, number: int) -> None:
    """Change two people and friendships, take away two and add two; those that were taken away the last time come back."""
    network.sql(f"""
        insert into {NODES} select 5000 + i, 'came ' || i, {number} from range(2) as t (i)
            where not exists (select 1 from {NODES} where id = 5000);
        delete from {NODES} where id between 5000 and 5001 and version < {number};
        update {NODES} set version = {number} where id in ({number}, {number} + 100);
        delete from {EDGES} where n in ({number} * 2, {number} * 2 + 1) and n < 1000;
        update {EDGES} set version = {number} where n in ({number} + 200, {number} + 250);
        insert into {EDGES} select i, i + 3, 7000 + {number} * 10 + i, {number} from range(2) as t (i);
    """)


# people are written first, then friendships; friendships go before people
STAGES = {
    "in the middle of people": crash_at_write(1, before=False, share=1),
    "between people and friendships": crash_at_write(2, before=True),
    "between deletes": crash_at_write(3, before=False),
    "before the ledger": crash_at(Ledger, "commit"),
}


@pytest.mark.parametrize(
    "stage",
    [pytest.param(stage, marks=pytest.mark.soak) if "between" in stage else stage for stage in STAGES],
)
def test_a_load_of_few_changes_that_broke_off_is_made_good(network, empty_graph, monkeypatch, stage):
    load(network.options)
    change_little(network, 2)
    load(network.options)
    assert {entry["changes_folder"] for entry in network.pointer()["entries"].values()} == {"2/0", "2/1"}
    change_little(network, 3)
    with monkeypatch.context() as planted, pytest.raises(Crash):
        STAGES[stage](planted)
        load(network.options)
    change_little(network, 4)

    load_makes_good(network, empty_graph, monkeypatch)
    change_little(network, 5)
    report = load(network.options)

    assert_equals_marts(network, empty_graph)
    assert all(0 < counts.created + counts.updated + counts.deleted < 10 for counts in report.counts)
    assert {bool(entry["changes_folder"]) for entry in network.pointer()["entries"].values()} == {True}


def test_what_is_kept_beside_the_rows_is_ours_in_a_rebuilt_ledger_too(network, empty_graph):
    load(network.options)
    change_little(network, 2)
    load(network.options)
    network.sql(f"delete from {NODES} where id = 5000; delete from {EDGES} where n in (7020, 7021)")

    rebuild(network.options)
    entries = network.pointer()["entries"].values()
    report = load(network.options)

    # in neither mart, but in what the ledger before it kept beside the rows
    assert {entry["changes_folder"] for entry in entries} == {None}
    assert {counts.name: (counts.created, counts.updated, counts.deleted) for counts in report.counts} == {
        "Person": (0, 0, 1),
        "KNOWS": (0, 0, 2),
    }
    assert_equals_marts(network, empty_graph)


def test_stubs_come_and_go_with_what_is_kept_beside_the_rows(tmp_path, empty_graph):
    marts = Marts(tmp_path, empty_graph)
    marts.make("node_person", node("Person", "id"), "select i as id, 'n' || i as name from range(200) as t (i)")
    knows = edge("KNOWS", ("Person", "a"), ("Person", "b"), "n") | {"on_missing_end": "create"}
    marts.make("edge_knows", knows, "select i as a, i + 150 as b, i as n from range(60) as t (i)")
    load(marts.options)
    changes = [
        # a stub gets its row, a row becomes a stub, a stub is needed no more, and another one is
        "insert into graph_ready.node_person values (205, 'n205'); delete from graph_ready.node_person where id = 3",
        "delete from graph_ready.edge_knows where n = 57; update graph_ready.edge_knows set b = 900 where n = 58",
        "insert into graph_ready.node_person values (3, 'back'); delete from graph_ready.node_person where id = 205",
    ]
    for change in changes:
        marts.sql(change)
        report = load(marts.options)

        held = query(marts.options.neo4j, "MATCH (n:Person) RETURN n.id AS id, n.name AS name")
        people, known = (
            marts.rows("select id, name from graph_ready.node_person"),
            marts.rows("from graph_ready.edge_knows"),
        )
        ends = {end for row in known for end in row[:2]}
        expected = dict.fromkeys(ends) | dict(people)
        assert {row["id"]: row["name"] for row in held} == expected
        assert len(held) == len(expected)
        edges = query(marts.options.neo4j, "MATCH (a)-[r:KNOWS]->(b) RETURN [a.id, b.id, r.n] AS row")
        assert sorted(tuple(row["row"]) for row in edges) == sorted(known)
        assert all(agreement.agrees for agreement in report.agreements)
        pointer = json.loads((marts.options.settings.ledger / "lakegraph" / "pointer.json").read_text())
        assert pointer["entries"]["node:Person"]["changes_folder"]
        assert all(agreement.agrees for agreement in compare(marts.options, deep=True))


def test_a_ledger_that_has_lost_a_file_is_refused_and_can_be_rebuilt(network, empty_graph):
    load(network.options)
    folder = network.options.settings.ledger / "lakegraph" / network.pointer()["entries"]["node:Person"]["folder"]
    [file] = folder.glob("*.parquet")
    half = duckdb.sql(f"select * from '{file}' where _key_id % 2 = 0").to_arrow_table()
    pq.write_table(half, file)
    change_little(network, 2)

    with pytest.raises(LostRowsError, match=r"Where files of the ledger have been lost: .*--rebuild-ledger"):
        load(network.options)

    rebuild(network.options)
    load(network.options)
    assert_equals_marts(network, empty_graph)
