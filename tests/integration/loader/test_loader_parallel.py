"""Edges written by many tasks at once, without a second try: a deadlock would end the load."""

import json
import os
import subprocess
import sys

import pytest

from graph_loader import operations, strategy
from graph_loader.operations import load, plan
from tests.support.graph import counts, query
from tests.support.marts import Marts, edge, node
from tests.support.place import ROOT

pytestmark = pytest.mark.slow

PEOPLE, EDGES, GROUPED_FROM = 2_000, 8_000, 5_000
# new edges of the second load: MERGE locks both ends of one before it creates it, which CREATE does not
MORE = {"HUBS": 4_000, "UNIFORM": 20_000}
# a thirtieth of all edges begins at each of three hubs, a quarter ends at one
HUBS = """
    select case when i % 10 < 1 then i % 3 else i * 7919 % {people} end as a,
        case when i % 4 = 0 then 5 else i * 104729 % {people} end as b, i as n, i * 0.5 as x
    from range({first}, {last}) as numbers (i)
"""
UNIFORM = """
    select i * 7919 % {people} as a, i * 104729 // 3 % {people} as b, i as n, i * 0.5 as x
    from range({first}, {last}) as numbers (i)
"""


def rows(text: str, first: int, last: int) -> str:
    """The query for some edges, by their numbers."""
    return text.format(people=PEOPLE, first=first, last=last)


LOADS = """
import json, sys
from pathlib import Path
import duckdb
from graph_loader import execution, operations, strategy
from graph_loader.load_options import LoadOptions
from graph_loader.writer import Writer
from lakegraph.runtime.settings import settings
from lakegraph.runtime.spark import spark_session

lake, manifest, tasks, strategy.GROUPED_FROM, *changes = *sys.argv[1:4], int(sys.argv[4]), *sys.argv[5:]
choose, write, chosen, statements = execution.choose, Writer.write, {}, []

def noted(step, tasks):
    found = choose(step, tasks)
    chosen[step.declaration.name] = [found.name, found.tasks, found.why]
    return found

def written(self, rows, statement, tasks):
    statements.append([statement, rows.coalesce(tasks).rdd.getNumPartitions()])
    write(self, rows, statement, tasks)

execution.choose, Writer.write = noted, written
spark_session("parallel", cores=int(tasks))
options = LoadOptions(
    settings(lake=Path(lake)), Path(manifest), quiet=True, expectations=False, batch_rows=1000, retries=0)
found = []
for change in ("", *changes):
    with duckdb.connect(str(options.settings.warehouse)) as warehouse:
        warehouse.execute(change)
    chosen.clear(), statements.clear()
    report = operations.load(options)
    found.append({"status": report.status, "chosen": dict(chosen), "statements": list(statements),
        "retries": [timing.retries for timing in report.timings if timing.writes],
        "changed": {counts.name: [counts.created, counts.updated] for counts in report.counts}})
print(json.dumps(found))
"""


@pytest.fixture
def network(tmp_path, empty_graph):
    """People who know each other: with hubs, and without."""
    marts = Marts(tmp_path, empty_graph)
    marts.make("node_person", node("Person", "id"), f"select i as id from range({PEOPLE}) as numbers (i)")
    for name, text in (("HUBS", HUBS), ("UNIFORM", UNIFORM)):
        declared = edge(name, ("Person", "a"), ("Person", "b"), "n")
        marts.make(f"edge_{name.lower()}", declared, rows(text, 0, EDGES))
    return marts


def loaded(marts, target, tasks: int, *changes: str) -> list[dict]:
    """Loads by so many tasks at once, in a process of their own, for a session cannot be given more of them.

    Args:
        changes: what is done to the marts after each load but the last.
    """
    env = {**os.environ, "NEO4J_URI": target.uri, "NEO4J_USERNAME": target.username, "NEO4J_PASSWORD": target.password}
    line = [sys.executable, "-c", LOADS, str(marts.lake), str(marts.manifest), str(tasks), str(GROUPED_FROM), *changes]
    done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("tasks", [2, 4, 8])
def test_edges_with_hubs_and_without_are_written_in_parallel_without_a_deadlock(network, empty_graph, tasks):
    change = "".join(
        f"update graph_ready.edge_{name} set x = x + n;"
        f"insert into graph_ready.edge_{name} {rows(text, EDGES, EDGES + MORE[name])};"
        for name, text in (("HUBS", HUBS), ("UNIFORM", UNIFORM))
    )

    first, again = loaded(network, empty_graph, tasks, change)

    for found, verb in ((first, "CREATE (from)-[edge:`{}` "), (again, "MERGE (from)-[edge:`{}` ")):
        # without a second try, one deadlock would have ended it
        assert (found["status"], set(found["retries"])) == ("succeeded", {0})
        assert found["chosen"]["UNIFORM"][:2] == ["grouped", tasks]
        assert found["chosen"]["HUBS"][:2] == ["grouped", tasks]
        assert "hub" in found["chosen"]["HUBS"][2]
        for name in ("HUBS", "UNIFORM"):
            ran = [(text, at_once) for text, at_once in found["statements"] if f"`{name}`" in text]
            # each round, and nothing else
            assert len(ran) >= 2 * tasks - 1
            assert all(verb.format(name) in text and at_once == tasks for text, at_once in ran), ran
    # 0 added to the number 0 changes nothing
    assert again["changed"] == {"Person": [0, 0]} | {name: [more, EDGES - 1] for name, more in MORE.items()}
    assert counts(empty_graph) == {"Person": PEOPLE} | {name: EDGES + more for name, more in MORE.items()}
    for name in ("HUBS", "UNIFORM"):
        inside = query(
            empty_graph,
            f"MATCH (a)-[r:{name}]->(b) RETURN count(DISTINCT r.n) AS n, sum(a.id) AS a, sum(b.id) AS b, sum(r.x) AS x",
        )
        outside = network.rows(
            f"select count(distinct n), sum(a)::bigint, sum(b)::bigint, sum(x)::double from graph_ready.edge_{name}"
        )
        assert [tuple(row[name] for name in ("n", "a", "b", "x")) for row in inside] == outside


def test_edges_are_written_one_after_the_other_where_that_is_quicker(network, empty_graph, spark, monkeypatch):
    monkeypatch.setattr(strategy, "GROUPED_FROM", GROUPED_FROM)
    star = f"select 1 as a, i % {PEOPLE} as b, i as n from range({GROUPED_FROM}) as numbers (i)"
    network.make("edge_star", edge("STAR", ("Person", "a"), ("Person", "b"), "n"), star)
    network.make("edge_few", edge("FEW", ("Person", "a"), ("Person", "b"), "n"), "select 1 as a, 2 as b, 3 as n")

    found = {change.counts.name: change for change in plan(network.options).changes}
    one_task = {change.counts.name: change for change in plan(network.with_options(tasks=1)).changes}

    assert (found["STAR"].strategy, found["STAR"].tasks) == ("serial", 1)
    assert "share an end" in found["STAR"].why
    assert (found["FEW"].strategy, found["FEW"].tasks) == ("serial", 1)
    assert found["UNIFORM"].strategy == "grouped"
    assert {(change.strategy, change.tasks) for change in one_task.values() if change.counts.kind == "edge"} == {
        ("serial", 1)
    }


def test_a_load_that_broke_off_between_two_rounds_is_made_good(network, empty_graph, spark, monkeypatch):
    from graph_loader.writer import Writer

    monkeypatch.setattr(strategy, "GROUPED_FROM", GROUPED_FROM)
    real, calls = Writer.write, []

    def write(self, rows, statement, tasks):
        calls.append(statement)
        if len(calls) == 3:
            raise RuntimeError("broke off")
        real(self, rows, statement, tasks)

    monkeypatch.setattr(Writer, "write", write)
    with pytest.raises(RuntimeError, match="broke off"):
        load(network.options)
    part = counts(empty_graph).get("HUBS", 0)
    monkeypatch.undo()
    operations.load(network.options)

    assert 0 < part < EDGES
    assert counts(empty_graph) == {"Person": PEOPLE, "HUBS": EDGES, "UNIFORM": EDGES}
