"""A local stand-in for Amazon Athena: the real dbt-athena adapter talks to it, real Trino executes the SQL.

    dbt-athena ── Athena's API ──> endpoint.py ──> Trino 476 ──┐
        └─────── Glue, S3, STS ──────────────────> moto <──────┘

Everything listens on 127.0.0.1 on free ports. The endpoint speaks Athena's API, turns what only Athena understands into
Trino's SQL (plan.py, tables.py), and refuses what Athena refuses and Trino does not (rules.py).

docs/stand-ins.md says what it does not model.
"""
