"""A local stand-in for a Databricks SQL warehouse.

dbt-databricks and its SQL connector are the real ones; `endpoint` speaks their protocol, Spark and Delta execute the SQL. What
it does not model: Unity Catalog beyond schemas, tables and views (no row filters; grants, tags and keys are taken note of),
Photon and its planner, result files in cloud storage, sizes and queues of warehouses, and time zones other than UTC.
"""
