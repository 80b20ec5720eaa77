"""Questions to a graph that is small enough to be answered by hand."""

import csv
import io
import json
import os
import subprocess
import sys

import pytest

from graph_loader.connection import connect
from graph_loader.questions import all_questions, ask, find_question
from tests.support.graph import content, query
from tests.support.place import ROOT

pytestmark = pytest.mark.slow

NODES = """
    CREATE (:Customer {customer_id: 'C1', name: 'Ann', email: 'a@x'}), (:Customer {customer_id: 'C2', name: 'Bob'}),
           (:Customer {customer_id: 'C3', name: 'Zoë "Z", O\\'Hara'})
    CREATE (k1:Category {category_id: 'K1', name: 'Home', path: 'Home'}),
           (k2:Category {category_id: 'K2', name: 'Lights', path: 'Home > Lights'})-[:CHILD_OF]->(k1),
           (k3:Category {category_id: 'K3', name: 'Desk lights', path: 'Home > Lights > Desk lights'})-[:CHILD_OF]->(k2)
    CREATE (p1:Product {product_id: 'P1', name: 'Lamp', price: 10.0, currency: 'EUR', stock_quantity: 5})-[:BELONGS_TO]->(k3),
           (p2:Product {product_id: 'P2', name: 'Desk', price: 200.0, currency: 'EUR'})-[:BELONGS_TO]->(k1),
           (p3:Product {product_id: 'P3', name: 'Torch', discontinued: true})-[:BELONGS_TO]->(k2),
           (p4:Product {product_id: 'P4', name: 'Rug', category: 'Home', price: 30.0, currency: 'EUR'})-[:BELONGS_TO]->(k3)
    CREATE (s1:Supplier {supplier_id: 'S1', name: 'Acme', country: 'FR', reliability: 0.5})-[:SUPPLIES]->(p1),
           (s1)-[:SUPPLIES]->(p3), (:Supplier {supplier_id: 'S2', name: 'Best', reliability: 0.9})-[:SUPPLIES]->(p4)
"""
ORDERS = """
    UNWIND [
        ['O1', 'C1', '2025-01-01', 'EUR', 30.0, 'delivered', [['P1', 10.0], ['P2', 20.0]]],
        ['O2', 'C1', '2025-01-15', 'usd', 7.5, 'delivered', [['P1', 7.5]]],
        ['O3', 'C2', '2025-02-10', 'EUR', 100.0, 'Cancelled', [['P2', 100.0]]],
        ['O4', 'C2', '2025-06-01', 'EUR', 40.0, 'delivered', [['P1', 10.0], ['P4', 30.0]]],
        ['O5', 'C1', '2025-01-20', null, 5.0, null, [['P3', 5.0]]],
        ['O6', 'C2', '2025-01-10', 'EUR', 1.0, 'delivered', []],
        ['O7', 'C3', '2025-05-01', 'EUR', 9.0, 'delivered', [['P4', 9.0]]]
    ] AS row
    MATCH (c:Customer {customer_id: row[1]})
    CREATE (c)-[:PLACED]->(o:Order
        {order_id: row[0], order_date: date(row[2]), currency: row[3], amount: row[4], status: row[5]})
    WITH c, o, row UNWIND row[6] AS line
    MATCH (p:Product {product_id: line[0]})
    CREATE (o)-[:CONTAINS {amount: line[1]}]->(p), (c)-[:PURCHASED {order_id: row[0], date: date(row[2])}]->(p)
"""
REVIEWS = """
    UNWIND [['R1', 'C1', '2025-01-20', 1.0, 'negative'], ['R2', 'C2', '2025-03-01', 2.0, 'neutral']] AS row
    MATCH (c:Customer {customer_id: row[1]}), (p:Product {product_id: 'P1'})
    CREATE (c)-[:WROTE]->(:Review {review_id: row[0], review_date: date(row[2]), rating: row[3], sentiment: row[4]})
        -[:ABOUT]->(p)
"""
EXPECTED = [
    (
        "best_customers",
        [],
        [
            ["C2", "Bob", 2, 41.0, "EUR"],
            ["C1", "Ann", 1, 30.0, "EUR"],
            ["C3", 'Zoë "Z", O\'Hara', 1, 9.0, "EUR"],
            ["C1", "Ann", 1, 5.0, "UNKNOWN"],
            ["C1", "Ann", 1, 7.5, "USD"],
        ],
    ),
    # so many of each currency
    (
        "best_customers",
        ["limit=1"],
        [["C2", "Bob", 2, 41.0, "EUR"], ["C1", "Ann", 1, 5.0, "UNKNOWN"], ["C1", "Ann", 1, 7.5, "USD"]],
    ),
    ("bought_together", ["limit=2"], [["Lamp", "Desk", 2], ["Desk", "Rug", 1]]),
    ("category_products", ["category=K1", "limit=1"], [["Home", "P2", "Desk", 200.0, "EUR", None]]),
    (
        "category_products",
        ["category=lights", "discontinued=true"],
        [
            ["Home > Lights", "P3", "Torch", None, None, None],
            ["Home > Lights > Desk lights", "P1", "Lamp", 10.0, "EUR", 5],
            ["Home > Lights > Desk lights", "P4", "Rug", 30.0, "EUR", None],
        ],
    ),
    ("category_products", ["category=K2", "limit=1"], [["Home > Lights > Desk lights", "P1", "Lamp", 10.0, "EUR", 5]]),
    (
        "customer_history",
        ["customer=C2"],
        [
            ["2025-06-01", "order", "O4", ["Lamp", "Rug"], 40.0, "EUR", "delivered", None],
            ["2025-03-01", "review", "R2", ["Lamp"], None, None, None, 2.0],
            ["2025-02-10", "order", "O3", ["Desk"], 100.0, "EUR", "Cancelled", None],
            ["2025-01-10", "order", "O6", [], 1.0, "EUR", "delivered", None],
        ],
    ),
    # from 20 January to 1 June
    ("customers_at_risk", ["orders=2"], [["C1", "Ann", "a@x", 3, "2025-01-20", 132]]),
    (
        "customers_at_risk",
        ["orders=1", "days=31"],
        [["C1", "Ann", "a@x", 3, "2025-01-20", 132], ["C3", 'Zoë "Z", O\'Hara', None, 1, "2025-05-01", 31]],
    ),
    (
        "fragile_suppliers",
        [],
        [["Acme", 0.5, 1, 20.0, "EUR"], ["Acme", 0.5, 1, 5.0, "UNKNOWN"], ["Acme", 0.5, 1, 7.5, "USD"]],
    ),
    (
        "fragile_suppliers",
        ["reliability=0.95", "limit=1"],
        [["Best", 0.9, 1, 39.0, "EUR"], ["Acme", 0.5, 1, 5.0, "UNKNOWN"], ["Acme", 0.5, 1, 7.5, "USD"]],
    ),
    ("loose_products", [], [["P2", "Desk", False, True]]),
    ("poorly_rated_products", ["reviews=2"], [["P1", "Lamp", 1.5, 2, 1]]),
    ("poorly_rated_products", ["reviews=3"], []),
    ("product_suppliers", ["product=P1"], [["S1", "Acme", "FR", 0.5, True, 1], ["S2", "Best", None, 0.9, False, 1]]),
    ("recommendations", ["customer=C1"], [["P4", "Rug", "Home", 30.0, "EUR", 1, 2]]),
    ("recommendations", ["customer=C2"], []),
    (
        "recommendations",
        ["customer=C3"],
        [["P1", "Lamp", None, 10.0, "EUR", 1, 1], ["P2", "Desk", None, 200.0, "EUR", 1, 1]],
    ),
    ("supplier_outage", ["supplier=S1"], [["P1", "Lamp", 5, 2, "2025-06-01"]]),
    (
        "turnover_by_month",
        ["since=2025-01-15", "until=2025-05-31"],
        [["2025-01-01", "UNKNOWN", 1, 5.0], ["2025-01-01", "USD", 1, 7.5], ["2025-05-01", "EUR", 1, 9.0]],
    ),
]


@pytest.fixture
def graph(empty_graph):
    """Three customers, four products, seven orders in two currencies: a Neo4jTarget."""
    for statement in (NODES, ORDERS, REVIEWS):
        query(empty_graph, statement)
    return empty_graph


def command(target, *arguments: str, cwd=ROOT, **changed: str) -> subprocess.CompletedProcess:
    """`python -m graph_loader query` on a server; nothing it prints may hold the password."""
    env = {**os.environ, "NEO4J_URI": target.uri, "NEO4J_USERNAME": target.username, "NEO4J_PASSWORD": target.password}
    line = [sys.executable, "-m", "graph_loader", "query", *arguments]
    env |= {"PYTHONPATH": str(ROOT), **changed}
    done = subprocess.run(line, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert target.password not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def own_questions(folder, **questions: str):
    """A project with these questions."""
    (folder / "dbt_project.yml").touch()
    kept = folder / "models" / "graph" / "questions"
    kept.mkdir(parents=True)
    for name, text in questions.items():
        (kept / f"{name}.cypher").write_text(text, encoding="utf-8")
    return folder


def test_every_kept_question_is_answered_as_by_hand(graph):
    with connect(graph) as connection:
        for name, given, rows in EXPECTED:
            question = find_question(name)
            assert ask(connection, question, question.values(given)).rows == rows, (name, given)

    assert {name for name, _, _ in EXPECTED} == {question.name for question in all_questions()}


def test_the_command_answers_as_table_json_and_csv(graph):
    limited = ("best_customers", "--param", "limit=3")

    table = command(graph, *limited)
    as_json = command(graph, *limited, "--json")
    as_csv = command(graph, *limited, "--format", "csv")
    history = command(graph, "customer_history", "--param", "customer=C2", "--param", "limit=1", "--format", "json")

    assert (table.returncode, as_json.returncode, as_csv.returncode) == (0, 0, 0), table.stderr + as_json.stderr
    assert table.stdout.splitlines()[0].startswith("Which customers ordered for the largest amount")
    assert [line.split() for line in table.stdout.splitlines()[1:]] == [
        ["customer", "name", "orders", "amount", "currency"],
        ["C2", "Bob", "2", "41.0", "EUR"],
        ["C1", "Ann", "1", "30.0", "EUR"],
        ["C3", "Zoë", '"Z",', "O'Hara", "1", "9.0", "EUR"],
        ["C1", "Ann", "1", "5.0", "UNKNOWN"],
        ["C1", "Ann", "1", "7.5", "USD"],
    ]
    rows = json.loads(as_json.stdout)
    assert rows[2] == {"customer": "C3", "name": 'Zoë "Z", O\'Hara', "orders": 1, "amount": 9.0, "currency": "EUR"}
    read = list(csv.DictReader(io.StringIO(as_csv.stdout)))
    assert read == [{name: str(value) for name, value in row.items()} for row in rows]
    assert json.loads(history.stdout) == [
        {
            "date": "2025-06-01",
            "event": "order",
            "id": "O4",
            "products": ["Lamp", "Rug"],
            "amount": 40.0,
            "currency": "EUR",
            "status": "delivered",
            "rating": None,
        }
    ]


def test_nodes_relationships_and_paths_are_shown_with_their_properties(graph, tmp_path):
    project = own_questions(
        tmp_path,
        path="// Which path?\nMATCH path = (s:Supplier {supplier_id: 'S2'})-[r]->(p) RETURN s, r, path, 1.5 AS n",
    )

    (row,) = json.loads(command(graph, "path", "--json", cwd=project).stdout)
    as_csv = command(graph, "path", "--format", "csv", cwd=project).stdout

    supplier = {"labels": ["Supplier"], "properties": {"supplier_id": "S2", "name": "Best", "reliability": 0.9}}
    assert (row["s"], row["r"], row["n"]) == (supplier, {"type": "SUPPLIES", "properties": {}}, 1.5)
    assert row["path"][:2] == [supplier, row["r"]]
    assert (row["path"][2]["labels"], row["path"][2]["properties"]["product_id"]) == (["Product"], "P4")
    assert json.loads(next(csv.DictReader(io.StringIO(as_csv)))["s"]) == supplier


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "CREATE (:Customer {customer_id: 'C9'}) RETURN 1",
            "refuses to write for a statement that may only read. Take out",
        ),
        ("MATCH (c:Customer) SET c.name = 'x' RETURN c", "refuses to write for a statement that may only read."),
        ("MATCH (n) DETACH DELETE n", "refuses to write for a statement that may only read."),
        ("CREATE INDEX by_name FOR (c:Customer) ON (c.name)", "refuses "),
        ("MATCH (c:Customer)\nRETRUN c", "refuses a statement: Invalid input 'RETRUN': "),
        (
            "RETURN $undeclared",
            "refuses a statement: Expected parameter(s): undeclared (Neo.ClientError.Statement.ParameterMissing). "
            "Correct the statement, or the values that it is given, then run the command again.",
        ),
    ],
)
def test_a_question_that_writes_or_is_no_cypher_is_refused(graph, tmp_path, text, said):
    before = content(graph)
    project = own_questions(tmp_path, wrong=f"// Who?\n{text}\n")

    done = command(graph, "wrong", cwd=project)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: Neo4j at {graph.uri} {said}")
    assert done.stderr.count("\n") == 1
    assert content(graph) == before
    assert query(graph, "SHOW INDEXES YIELD name WHERE name = 'by_name' RETURN name") == []


def test_a_value_is_never_part_of_the_statement(graph):
    before = content(graph)

    done = command(graph, "customer_history", "--json", "--param", "customer=C1'}) DETACH DELETE n //")

    assert (done.returncode, json.loads(done.stdout)) == (0, [])
    assert content(graph) == before


def test_a_malformed_header_and_a_server_that_is_not_there_are_told(graph, tmp_path):
    project = own_questions(tmp_path, wrong="// Who?\n// $limit: int\nRETURN $limit\n", right="// Who?\nRETURN 1")
    file = project / "models" / "graph" / "questions" / "wrong.cypher"

    malformed = command(graph, "wrong", cwd=project)
    nowhere = command(graph, "right", cwd=project, NEO4J_URI="bolt://127.0.0.1:1")

    assert malformed.returncode == 2
    assert malformed.stderr.startswith(
        f"error: {file}, line 2: 'int' is no type of a parameter (did you mean 'integer'?)"
    )
    assert nowhere.returncode == 1
    assert nowhere.stderr.startswith("error: Neo4j at bolt://127.0.0.1:1 does not answer: ")
    assert nowhere.stderr.count("\n") == 1
