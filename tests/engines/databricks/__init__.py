"""A local stand-in for a Databricks SQL warehouse.

dbt-databricks and its SQL connector are the real ones; `endpoint` speaks their protocol, Spark and Delta execute the SQL.
docs/stand-ins.md says what it does not model.
"""
