"""Rows of a label or type that the graph does not have are created without a look; sent twice, they still are there once."""

import pytest

from graph_loader.connection import TransientGraphError
from graph_loader.operations import load, plan
from graph_loader.writer import Writer
from tests.support.graph import content, counts, query

pytestmark = pytest.mark.slow


@pytest.fixture
def written(monkeypatch):
    """What is written: pairs of the first words of a statement's last clause and of what it is about."""
    real, seen = Writer.write, []

    def write(self, rows, statement, tasks):
        verb = next(
            line.split()[0] for line in statement.splitlines() if line.startswith(("CREATE", "MERGE", "DELETE"))
        )
        seen.append((verb, next(name for name in ("PURCHASED", "Customer", "Product") if f":`{name}`" in statement)))
        real(self, rows, statement, tasks)

    monkeypatch.setattr(Writer, "write", write)
    return seen


def ways(options):
    return {change.counts.name: change.writes for change in plan(options).changes}


def test_a_first_load_creates_and_later_ones_merge(shop, empty_graph, written):
    before = ways(shop.options)
    load(shop.options)
    first = list(written)
    shop.sql("insert into graph_ready.node_customer values ('C9', 'Nine', 9, null)")
    written.clear()
    after = ways(shop.options)
    load(shop.options)

    names = ["Customer", "Product", "PURCHASED"]
    assert before == dict.fromkeys(names, "create")
    assert first == [("CREATE", name) for name in names]
    assert after == dict.fromkeys(names, "merge")
    assert written == [("MERGE", "Customer"), ("MERGE", "PURCHASED")]
    assert counts(empty_graph) == {"Customer": 4, "Product": 2, "PURCHASED": 6}


def test_what_others_have_of_a_type_is_looked_at(shop, empty_graph, written):
    query(empty_graph, "CREATE (:Shop)-[:PURCHASED]->(:House)")

    load(shop.options)

    assert written == [("CREATE", "Customer"), ("CREATE", "Product"), ("MERGE", "PURCHASED")]
    assert counts(empty_graph) == {"Customer": 3, "Product": 2, "Shop": 1, "House": 1, "PURCHASED": 6}


@pytest.mark.parametrize("lost", ["Customer", "PURCHASED"])
def test_rows_whose_commit_nobody_heard_of_are_there_once(shop, empty_graph, monkeypatch, written, lost):
    real, once = Writer.write, []

    def write(self, rows, statement, tasks):
        real(self, rows, statement, tasks)
        if written[-1][1] == lost and not once:
            once.append(self)
            raise TransientGraphError("The answer to a commit is lost.")

    monkeypatch.setattr(Writer, "write", write)
    load(shop.options)
    found = content(empty_graph)
    monkeypatch.undo()
    query(empty_graph, "MATCH (n) DETACH DELETE n")
    load(shop.options.__class__(**{**vars(shop.options), "graph_id": "another"}))

    assert [verb for verb, name in written if name == lost][:2] == ["CREATE", "MERGE"]
    assert counts(empty_graph) == {"Customer": 3, "Product": 2, "PURCHASED": 5}
    assert found == content(empty_graph)
