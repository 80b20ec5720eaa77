"""A shop's graph marts, small enough to be counted by hand."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from graph_loader.operations import load
from tests.support.graph import empty, query
from tests.support.marts import Marts, edge, node
from tests.support.network import Network

CUSTOMERS = """
    select * from (values
        ('C1', 'Ann', 31, date '2024-01-02'), ('C2', 'Bob', null, date '2024-02-03'), ('C3', 'Zoë "Z" O''Hara', 45, null)
    ) as t (customer_id, name, age, signup_date)
"""
PRODUCTS = "select * from (values ('P1', 'Lamp', 19.99), ('P2', 'Desk', 250.0)) as t (product_id, name, price)"
PURCHASES = """
    select *, 'orders.csv' as _source_file, row_number() over () + 1 as _source_line, 'batch_1' as _batch_id
    from (values
        ('C1', 'P1', 'O1', 1, 2), ('C1', 'P1', 'O2', 1, 1), ('C2', 'P2', 'O3', 1, 1), ('C3', 'P1', 'O4', 1, 5),
        ('C9', 'P1', 'O5', 1, 1), ('C1', 'P9', 'O6', 1, 1), ('C8', 'P8', 'O7', 1, 1), (null, 'P1', 'O8', 1, 1),
        ('C2', 'P1', 'O9', 1, 3), ('C2', 'P1', 'O9', 1, 4), ('C3', 'P2', 'O10', 1, 7), ('C3', 'P2', 'O10', 1, 7)
    ) as t (customer_id, product_id, order_id, line_number, quantity)
"""


@pytest.fixture
def empty_graph(neo4j_server):
    """The shared server's database without anything in it, constraints included: a Neo4jTarget."""
    empty(neo4j_server)
    return neo4j_server


@pytest.fixture
def command() -> Callable[..., subprocess.CompletedProcess]:
    """Runs the command line on the lake and the server of a `Marts`, or with another address or password."""

    def run(marts: Marts, *arguments: str, uri: str = "", secret: str = "") -> subprocess.CompletedProcess:
        neo4j = marts.options.neo4j
        given = {"URI": uri or neo4j.uri, "USERNAME": neo4j.username, "PASSWORD": secret or neo4j.password}
        env = {**os.environ, **{f"NEO4J_{name}": value for name, value in given.items()}}
        place = ["--lake", str(marts.lake), "--manifest", str(marts.manifest)]
        line = [sys.executable, "-m", "graph_loader", *arguments, *place]
        return subprocess.run(line, env=env, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def shop(tmp_path, empty_graph, spark) -> Marts:
    """3 customers, 2 products, and 12 purchases of which 5 are fit for the graph."""
    marts = Marts(tmp_path, empty_graph)
    marts.make("node_customer", node("Customer", "customer_id"), CUSTOMERS)
    marts.make("node_product", node("Product", "product_id"), PRODUCTS)
    purchased = edge("PURCHASED", ("Customer", "customer_id"), ("Product", "product_id"), "order_id", "line_number")
    marts.make("edge_purchased", purchased, PURCHASES)
    return marts


@pytest.fixture(scope="module")
def network(tmp_path_factory, neo4j_server, spark):
    """Marts whose graph was loaded; each test leaves both equal, and the next goes on from there."""
    query(neo4j_server, "MATCH (n) DETACH DELETE n")
    network = Network(tmp_path_factory.mktemp("network"), neo4j_server)
    load(network.options)
    return network
