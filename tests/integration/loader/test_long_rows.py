"""Rows with long texts, of which a usual batch would be more than server and loader can hold at once."""

import pytest

from graph_loader import long_rows
from graph_loader.operations import load
from graph_loader.writer import Writer
from tests.support.graph import query
from tests.support.marts import Marts, edge, node

pytestmark = pytest.mark.slow

PEOPLE = """
    select i as id, case when i % 10 = 0 then repeat('é', {long} + i) else 'n' || i end as text,
        case when i = 5 then list_transform(range(10 * {long}), lambda n: 'x') end as words
    from range(60) as t (i)
"""
KNOWN = """
    select i as a, (i + 1) % 60 as b, i as n, case when i % 20 = 0 then repeat('y', {long} + i) end as text
    from range(60) as t (i)
"""


@pytest.fixture
def batches(monkeypatch) -> list[tuple[str, int, int]]:
    """Of each write: what it matches, its rows, and the rows in one of its transactions."""
    written, real = [], Writer.write

    def write(self, rows, statement, tasks):
        written.append(("KNOWS" if "KNOWS" in statement else "Person", rows.count(), self.batch_rows))
        real(self, rows, statement, tasks)

    monkeypatch.setattr(Writer, "write", write)
    return written


def test_long_rows_go_in_transactions_of_fewer_rows(tmp_path, empty_graph, batches, monkeypatch):
    long = long_rows.BOUNDS[0]
    # so that two of the longest fit, and not three
    monkeypatch.setattr(long_rows, "BATCH_CHARACTERS", 2 * (long + 100))
    marts = Marts(tmp_path, empty_graph)
    marts.make("node_person", node("Person", "id"), PEOPLE.format(long=long))
    marts.make("edge_knows", edge("KNOWS", ("Person", "a"), ("Person", "b"), "n"), KNOWN.format(long=long))

    report = load(marts.options)

    # 0 is as long as a usual row may be; the list of 5 is so long that it shares no transaction
    usual = marts.options.batch_rows
    assert batches == [
        ("Person", 54, usual),
        ("Person", 5, 2),
        ("Person", 1, 1),
        ("KNOWS", 58, usual),
        ("KNOWS", 2, 2),
    ]
    assert {counts.name: counts.created for counts in report.counts} == {"Person": 60, "KNOWS": 60}
    held = query(empty_graph, "MATCH (n:Person) RETURN n.id AS id, n.text AS text, n.words AS words ORDER BY id")
    assert [tuple(row.values()) for row in held] == marts.rows(
        "select id, text, words from graph_ready.node_person order by id"
    )
    edges = query(
        empty_graph, "MATCH (a)-[r:KNOWS]->(b) RETURN a.id AS a, b.id AS b, r.n AS n, r.text AS text ORDER BY n"
    )
    assert [tuple(row.values()) for row in edges] == marts.rows(
        "select a, b, n, text from graph_ready.edge_knows order by n"
    )

    batches.clear()
    marts.sql(f"update graph_ready.node_person set text = repeat('z', {long} + 7) where id in (10, 11)")
    report = load(marts.options)

    assert batches == [("Person", 2, 2)]
    assert {counts.name: (counts.created, counts.updated) for counts in report.counts} == {
        "Person": (0, 2),
        "KNOWS": (0, 0),
    }


@pytest.mark.soak
def test_a_mart_of_long_texts_is_loaded_by_a_small_server(tmp_path, empty_graph):
    """A gigabyte of text: one usual batch of it is twice the heap of the server, and as large as that of Spark."""
    marts = Marts(tmp_path, empty_graph)
    marts.make(
        "node_person", node("Person", "id"), "select i as id, repeat('x', 200000 + i) as text from range(5000) as t (i)"
    )

    load(marts.options)

    found = query(empty_graph, "MATCH (n:Person) RETURN count(*) AS nodes, sum(size(n.text)) AS characters")
    assert found == [{"nodes": 5000, "characters": 5000 * 200000 + sum(range(5000))}]
