"""Brings data in: drops are read, checked and written to bronze. Knows nothing of dbt or Neo4j."""
