"""Keeps a Neo4j graph equal to the graph marts of a dbt project. Knows nothing of landing."""
