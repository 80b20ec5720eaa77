"""A whole graph by plain Cypher and the Python driver, as text that differs where a value or its type does."""

from neo4j import GraphDatabase

NODES = """
    MATCH (n) WHERE NOT n:LakegraphMetadata
    RETURN elementId(n) AS id, labels(n) AS labels, [name IN keys(n) | [name, valueType(n[name]), n[name]]] AS properties
"""
EDGES = """
    MATCH (a)-[r]->(b)
    RETURN elementId(a) AS start, type(r) AS type, elementId(b) AS end,
        [name IN keys(r) | [name, valueType(r[name]), r[name]]] AS properties
"""


def graph_of(uri: str, username: str, password: str) -> dict[str, list[str]]:
    """All nodes and all edges in a fixed order, each a line of text; an edge has the lines of the nodes at its ends."""
    with GraphDatabase.driver(uri, auth=(username, password)) as driver:
        nodes = {
            row["id"]: f"({':'.join(sorted(row['labels']))} {_told(row['properties'])})"
            for row in driver.execute_query(NODES).records
        }
        edges = [
            f"{nodes[row['start']]}-[{row['type']} {_told(row['properties'])}]->{nodes[row['end']]}"
            for row in driver.execute_query(EDGES).records
        ]
    return {"nodes": sorted(nodes.values()), "edges": sorted(edges)}


def _told(properties: list[list]) -> str:
    # the type as Neo4j has it, and Python's own text of a value, which tells -0.0 from 0.0 and all digits of a float
    return ", ".join(
        f"{name} :: {kind} = {value!r}" for name, kind, value in sorted(properties, key=lambda one: one[0])
    )
