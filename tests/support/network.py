"""People who know each other, in versions: marts large enough to be caught in the middle, and what a graph of them must hold."""

import json
from pathlib import Path

from graph_loader.operations import load
from graph_loader.reconcile import reconcile
from tests.support.graph import query
from tests.support.marts import Marts, edge, node

PEOPLE = KNOWN = 300
# of each version: people without friends and friendships that the next one lacks, and friendships of nobody
LEAVING, STRANGERS = 60, 7
# the id of nobody in any version
NOBODY = 999
BATCH_ROWS = 10
NODES, EDGES = "graph_ready.node_person", "graph_ready.edge_knows"


class Network(Marts):
    """Marts whose every row, save a few, is another one in each version."""

    def __init__(self, root: Path, neo4j):
        super().__init__(root, neo4j)
        self.options = self.with_options(batch_rows=BATCH_ROWS)
        self.version, self.key = 0, "id"
        self.set_version(1)

    def set_version(self, version: int) -> None:
        """Make the marts anew: most rows change their values, some are new, some have gone, some stay as they are."""
        self.version, gone = version, version * 1_000
        self.make(
            "node_person",
            node("Person", self.key),
            f"""
            select i as id, 'n' || i as name, if(i % 10 = 0, 0, {version}) as version from range({PEOPLE}) as t (i)
            union all
            select {gone} + i, 'leaves ' || i || ' of {version}', {version} from range({LEAVING}) as t (i)
            """,
        )
        self.make(
            "edge_knows",
            edge("KNOWS", ("Person", "a"), ("Person", "b"), "n"),
            f"""
            select {self._end("a")} as a, {self._end("b")} as b, n, version from (
                select i as a, i * 7 % {PEOPLE} as b, i as n, if(i % 10 = 0, 0, {version}) as version
                from range({KNOWN}) as t (i)
                union all
                select i, i + 1, {gone} + i, {version} from range({LEAVING}) as t (i)
                union all
                select i, {NOBODY}, i, {version} from range({STRANGERS}) as t (i)
            )
            """,
        )

    def change_key(self) -> None:
        """Make the marts anew, with the next version, of people who are known by their names, or by their ids again."""
        self.key = "id" if self.key == "name" else "name"
        self.set_version(self.version + 1)

    def _end(self, number: str) -> str:
        """What names the person of a number, of those who have friends."""
        return number if self.key == "id" else f"'n' || {number}"

    def pointer(self) -> dict:
        """What the ledger says; nothing before the first load."""
        file = self.options.settings.ledger / "lakegraph" / "pointer.json"
        return json.loads(file.read_text()) if file.exists() else {}

    def written(self) -> tuple[set, set]:
        """Ids of people and numbers of friendships that are in the graph as the latest version of the marts has them."""
        nodes = query(
            self.options.neo4j, "MATCH (n:Person {version: $version}) RETURN n.id AS key", version=self.version
        )
        edges = query(
            self.options.neo4j, "MATCH ()-[r:KNOWS {version: $version}]->() RETURN r.n AS key", version=self.version
        )
        return {row["key"] for row in nodes}, {row["key"] for row in edges}

    def people(self) -> list[tuple]:
        """The rows of the people's mart."""
        return self.rows(f"select id, name, version from {NODES}")

    def known(self) -> list[tuple]:
        """The rows of the friendships' mart, with the ids of people."""
        ends = "a, b" if self.key == "id" else "a[2:]::int, b[2:]::int"
        return self.rows(f"select {ends}, n, version from {EDGES}")

    def next_version(self) -> dict[str, list]:
        """Make the marts anew, with the next version.

        Returns:
            What the load does one after the other, with what is there already and will be touched: ids of people, numbers of
            friendships.
        """
        people, known = self._fit()
        self.set_version(self.version + 1)
        new_people, new_known = self._fit()
        return {
            "nodes": [key for key, row in people.items() if new_people.get(key, row) != row],
            "edges": [key for key, row in known.items() if new_known.get(key, row) != row],
            "edges that go": [key for key in known if key not in new_known],
            "nodes that go": [key for key in people if key not in new_people],
        }

    def _fit(self) -> tuple[dict, dict]:
        """People by id, and friendships of people who are there by number."""
        people = {row[0]: row for row in self.people()}
        return people, {row[2]: row for row in self.known() if row[0] in people and row[1] in people}


def assert_equals_marts(network: Network, target) -> None:
    """Compare the graph with the rows of the marts, worked out here in plain Python."""
    people, known = network.people(), network.known()
    ids = {row[0] for row in people}
    fit = [row for row in known if row[0] in ids and row[1] in ids]
    assert len(set(fit)) == len(fit)
    nodes = query(target, "MATCH (n:Person) RETURN [n.id, n.name, n.version] AS row, size(keys(n)) AS properties")
    edges = query(
        target,
        "MATCH (a:Person)-[r:KNOWS]->(b:Person) RETURN [a.id, b.id, r.n, r.version] AS row, size(keys(r)) AS properties",
    )
    assert sorted(tuple(row["row"]) for row in nodes) == sorted(people)
    assert sorted(tuple(row["row"]) for row in edges) == sorted(fit)
    assert {row["properties"] for row in nodes} <= {3}
    assert {row["properties"] for row in edges} <= {2}
    total = "MATCH (n) WHERE NOT n:LakegraphMetadata RETURN count(n) AS nodes, COUNT { ()-[]->() } AS edges"
    assert query(target, total) == [{"nodes": len(people), "edges": len(fit)}]


def some(keys: list, number: int) -> list:
    """So many of some keys, spread over them."""
    return keys[:: max(1, len(keys) // number)][:number]


def load_makes_good(network: Network, target, monkeypatch) -> None:
    """One more load: the graph equals the marts, value by value and by the loader's own deep comparison, and all adds up."""
    from graph_loader import operations
    from graph_loader.deep import reconcile_deep

    with monkeypatch.context() as patch:
        # the load's own comparison, as deep as that of `reconcile --deep`
        assert operations.reconcile is reconcile
        patch.setattr(operations, "reconcile", reconcile_deep)
        report = load(network.options)

    assert_equals_marts(network, target)
    sent = {"Person": len(network.people()), "KNOWS": len(network.known())}
    for counts in report.counts:
        assert counts.sent == sent[counts.name]
        assert counts.sent == counts.created + counts.updated + counts.unchanged + counts.rejected
        assert counts.in_graph == counts.sent - counts.rejected
    assert len(report.agreements) == 2
    assert all(found.agrees and found.drifted == 0 and found.others == 0 for found in report.agreements)
    pointer = network.pointer()
    assert pointer["pending"] == []
    left = query(target, "MATCH (m:LakegraphMetadata) RETURN m.generation AS generation, m.lease_owner AS owner")
    assert left == [{"generation": pointer["generation"], "owner": None}]
