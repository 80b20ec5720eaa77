"""The rows that the loader's benchmark writes: accounts, and payments between them."""

import json
from pathlib import Path

EDGES_PER_NODE = 5
LABEL, TYPE = "Account", "PAID"
NODE_COLUMNS = {
    "account_id": "varchar",
    "name": "varchar",
    "country": "varchar",
    "balance": "double",
    "opened_on": "date",
}
EDGE_COLUMNS = {
    "payer_id": "varchar",
    "payee_id": "varchar",
    "payment_id": "varchar",
    "amount": "double",
    "currency": "varchar",
    "channel": "varchar",
    "paid_on": "date",
}
ENDS_AND_KEY = 3
EDGE_VALUES = tuple(EDGE_COLUMNS)[ENDS_AND_KEY:]
NODE_MART, EDGE_MART = "node_account", "edge_paid"
# multiplications by large primes scatter the ends, so that no order of the rows helps anybody
_ACCOUNTS = """
    select format('A{{:08d}}', i) as account_id, 'Name ' || (i * 7919 % 99991) as name,
        ['FR', 'DE', 'IT', 'ES', 'US'][1 + i % 5] as country, (i * 2654435761 % 1000000) / 100.0 as balance,
        date '2020-01-01' + (i % 1500)::integer as opened_on
    from range({nodes}) as numbers (i)
"""
_PAYMENTS = """
    select format('A{{:08d}}', i * 2654435761 % {nodes}) as payer_id, format('A{{:08d}}', i * 40503 % {nodes}) as payee_id,
        format('P{{:09d}}', i) as payment_id, (i * 7919 % 100000) / 100.0 as amount,
        ['EUR', 'USD', 'GBP'][1 + i % 3] as currency, ['card', 'transfer', 'cash', 'cheque'][1 + i % 4] as channel,
        date '2024-01-01' + (i % 700)::integer as paid_on
    from range({edges}) as numbers (i)
"""


def make_marts(folder: Path, nodes: int, edges_per_node: int) -> None:
    """Write the marts as a DuckDB warehouse with dbt's manifest, as Parquet, and as CSV."""
    import duckdb

    folder.mkdir(exist_ok=True)
    warehouse = folder / "warehouse.duckdb"
    warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema graph_ready")
        for mart, text in ((NODE_MART, _ACCOUNTS), (EDGE_MART, _PAYMENTS)):
            query = text.format(nodes=nodes, edges=nodes * edges_per_node)
            connection.execute(f"create table graph_ready.{mart} as {query}")
            connection.execute(f"copy graph_ready.{mart} to '{folder / mart}.parquet' (format parquet)")
            connection.execute(f"copy graph_ready.{mart} to '{folder / mart}.csv' (header)")
    declared = {
        NODE_MART: {"node": LABEL, "key": ["account_id"]},
        EDGE_MART: {
            "edge": TYPE,
            "from": {"node": LABEL, "columns": ["payer_id"]},
            "to": {"node": LABEL, "columns": ["payee_id"]},
            "key": ["payment_id"],
        },
    }
    entries = [
        _entry(NODE_MART, declared[NODE_MART], NODE_COLUMNS),
        _entry(EDGE_MART, declared[EDGE_MART], EDGE_COLUMNS),
    ]
    manifest = {"metadata": {"adapter_type": "duckdb"}, "nodes": {entry["unique_id"]: entry for entry in entries}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def change_one_percent(warehouse: Path, turn: int) -> None:
    """Change a value of one row in a hundred of both marts: other rows, and to other values, in each turn."""
    import duckdb

    with duckdb.connect(str(warehouse)) as connection:
        for mart, key, value in ((NODE_MART, "account_id", "balance"), (EDGE_MART, "payment_id", "amount")):
            number = f"cast({key}[2:] as bigint)"
            connection.execute(
                f"update graph_ready.{mart} set {value} = {value} + 1 where {number} % 100 = {turn % 100}"
            )


def _entry(name: str, graph: dict, columns: dict[str, str]) -> dict:
    return {
        "unique_id": f"model.bench.{name}",
        "resource_type": "model",
        "name": name,
        "alias": name,
        "schema": "graph_ready",
        "relation_name": f'"warehouse"."graph_ready"."{name}"',
        "original_file_path": f"models/{name}.sql",
        "patch_path": "bench://models/_graph.yml",
        "description": "",
        "columns": {column: {"name": column, "data_type": kind, "description": ""} for column, kind in columns.items()},
        "config": {"materialized": "table", "meta": {"graph": graph}, "contract": {"enforced": True}},
    }
