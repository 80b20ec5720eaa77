"""Looks into a graph with the Neo4j driver alone."""

from contextlib import contextmanager

from neo4j import GraphDatabase

from graph_loader.cypher import quoted


@contextmanager
def connected(target):
    """A driver for a Neo4jTarget."""
    with GraphDatabase.driver(target.uri, auth=(target.username, target.password)) as driver:
        yield driver


def query(target, text: str, **parameters) -> list[dict]:
    """The rows that a Cypher text gives."""
    with connected(target) as driver:
        return [record.data() for record in driver.execute_query(text, parameters).records]


def empty(target) -> None:
    """Leave nothing in a database, constraints included."""
    query(target, "MATCH (n) DETACH DELETE n")
    for constraint in query(target, "SHOW CONSTRAINTS YIELD name"):
        query(target, f"DROP CONSTRAINT {quoted(constraint['name'])}")


def counts(target) -> dict[str, int]:
    """How many nodes each label and how many relationships each type has; the loader's own label left out."""
    nodes = query(target, "MATCH (n) UNWIND labels(n) AS name RETURN name, count(*) AS number")
    edges = query(target, "MATCH ()-[r]->() RETURN type(r) AS name, count(*) AS number")
    return {row["name"]: row["number"] for row in nodes + edges if "Lakegraph" not in row["name"]}


def content(target) -> tuple[list, list]:
    """Everything in the graph, in a fixed order: nodes and relationships with all their properties."""
    nodes = query(target, "MATCH (n) RETURN labels(n) AS labels, properties(n) AS properties")
    edges = query(
        target,
        "MATCH (a)-[r]->(b) RETURN properties(a) AS start, type(r) AS type, properties(r) AS properties, properties(b) AS end",
    )
    ours = [node for node in nodes if not any("Lakegraph" in label for label in node["labels"])]
    return sorted(map(repr, ours)), sorted(map(repr, edges))


def store(target) -> dict[str, list[str]]:
    """All that a database holds, the loader's own node included: nodes, relationships, constraints, indexes, names in use."""
    texts = {
        "nodes": "MATCH (n) RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS properties",
        "edges": "MATCH (a)-[r]->(b) RETURN elementId(r) AS id, elementId(a) AS start, type(r) AS type, "
        "properties(r) AS properties, elementId(b) AS end",
        "constraints": "SHOW CONSTRAINTS YIELD id, name, type, entityType, labelsOrTypes, properties",
        "indexes": "SHOW INDEXES YIELD id, name, state, type, entityType, labelsOrTypes, properties, owningConstraint",
        "labels": "CALL db.labels() YIELD label",
        "types": "CALL db.relationshipTypes() YIELD relationshipType",
        "keys": "CALL db.propertyKeys() YIELD propertyKey",
    }
    return {name: sorted(map(repr, query(target, text))) for name, text in texts.items()}
