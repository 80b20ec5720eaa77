"""What every part stands on: settings, secrets, Spark, a local Neo4j, operational tables. Imports none of the others."""
