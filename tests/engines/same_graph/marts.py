"""The graph marts that all engines are given: those of a generated shop, and two of values of every type that they share."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from lakegraph.landing.generate.operations import generate
from lakegraph.landing.generate.options import GenerateOptions
from lakegraph.landing.operations import land
from lakegraph.pipeline.dbt import DbtProcess, outcome_of
from lakegraph.runtime.settings import settings
from tests.engines.variables import variables
from tests.support.marts import SCHEMA, edge, node

TARGETS = {"duckdb": "dev", "databricks": "databricks_local", "athena": "athena_local"}

# name to DuckDB's type, the words of a contract on Databricks and on Athena, and the values of two rows
TYPES = {
    "day": ("date", "date", "date", "'2024-02-29'", "'1500-03-01'"),
    "flag": ("boolean", "boolean", "boolean", "true", "false"),
    "number": ("bigint", "bigint", "bigint", "-9223372036854775808", "9223372036854775807"),
    "small": ("integer", "int", "integer", "-2147483648", "0"),
    "real": ("double", "double", "double", "0.1", "'-infinity'"),
    "loose": ("float", "float", "real", "0.1", "'nan'"),
    "zero": ("double", "double", "double", "'-0.0'", "1e-320"),
    "price": ("decimal(9,2)", "decimal(9,2)", "decimal(9,2)", "-1234567.89", "0"),
    "amount": ("decimal(18,4)", "decimal(18,4)", "decimal(18,4)", "99999999999999.9999", "81985529216486.8951"),
    "exact": (
        "decimal(38,10)",
        "decimal(38,10)",
        "decimal(38,10)",
        "1234567890123456789012345678.0123456789",
        "'0.0000000001'",
    ),
    "at": ("timestamp", "timestamp_ntz", "timestamp(6)", "'2024-03-31 02:30:00.123456'", "'0001-01-01 00:00:00'"),
    "instant": (
        "timestamptz",
        "timestamp",
        "timestamp(6) with time zone",
        "'2024-03-31 02:30:00.000001+02'",
        "'1969-12-31 23:59:59.9+00'",
    ),
    "words": ("varchar", "string", "varchar", "'e' || chr(769) || ' é 𝔘 ' || chr(0) || ' end '", "''"),
    "tags": ("varchar[]", "array<string>", "array(varchar)", "['a', '', 'ö,[]']", "[]"),
    "reals": ("double[]", "array<double>", "array(double)", "[0.1, 1e300]", "null"),
    "days": ("date[]", "array<date>", "array(date)", "['0999-01-01', '2024-02-29']", "[]"),
    "times": ("timestamp[]", "array<timestamp_ntz>", "array(timestamp(6))", "['2024-01-01 00:00:00.5']", "null"),
    "flags": ("boolean[]", "array<boolean>", "array(boolean)", "[true, false]", "[]"),
    "prices": ("decimal(18,4)[]", "array<decimal(18,4)>", "array(decimal(18,4))", "[0.1, 2]", "[]"),
    "amounts": (
        "decimal(18,4)[]",
        "array<decimal(18,4)>",
        "array(decimal(18,4))",
        "list_transform(range(500), lambda i: cast(12345678901234.5678 + i * 7654321.4321 as decimal(18,4)))",
        "[]",
    ),
    "exacts": (
        "decimal(38,10)[]",
        "array<decimal(38,10)>",
        "array(decimal(38,10))",
        "list_transform(range(500), lambda i: cast(1234567890123456789.0123456789 + i * 98765432101234.567 as decimal(38,10)))",
        "[]",
    ),
    "nested": (
        "struct(b integer, a varchar[])",
        "struct<b:int,a:array<string>>",
        "row(b integer, a array(varchar))",
        "{'b': 1, 'a': ['x', null]}",
        "{'b': null, 'a': null}",
    ),
}
# what dbt tells the loader beside the marts
RECORDS = (("ops", "graph_model_results"), ("silver", "batch_as_of"))
OF_ALL_TYPES = ("node_value", "edge_other")
KEY = ("day", "flag", "at", "words")
ENDS = {f"{end}_{name}": name for end in ("from", "to") for name in KEY}
# label or type to a change of one row, which takes the relation and what identifies the row, and where its key is
CHANGES = {
    "Customer": (
        "node_customer",
        "update {} set name = 'Someone Else' where customer_id = '{}'",
        "select customer_id from graph_ready.node_customer order by 1 limit 1",
    ),
    "PURCHASED": (
        "edge_purchased",
        "update {} set quantity = quantity + 1000 where order_id = '{}' and line_number = {}",
        "select order_id, line_number from graph_ready.edge_purchased join graph_ready.node_customer using (customer_id) "
        "join graph_ready.node_product using (product_id) order by 1, 2 limit 1",
    ),
    # by the smallest part of a value
    "Value": (
        "node_value",
        "update {} set instant = timestamp '2024-03-31 00:30:00.000002' where number = {}",
        "select min(number) from graph_ready.node_value",
    ),
}


@dataclass(frozen=True)
class SharedMarts:
    """The marts as files, one a model, and for each adapter a manifest that declares them.

    Attributes:
        lake: the lake whose warehouse has them.
        files: a Parquet file for each relation, named by its schema and its name.
        manifests: by adapter.
        changes: relations and the statements that change one row of each, with `{}` for the name of the relation.
        failure: those that delete a customer, and say that the latest build of the customers failed.
        batch: the id of the batch that the marts are as of.
    """

    lake: Path
    files: Path
    manifests: dict[str, Path]
    changes: list[tuple[str, str]]
    failure: list[tuple[str, str]]
    batch: str


def make_marts(root: Path, models: Collection[str]) -> SharedMarts:
    """Generate a shop with faults, build it on DuckDB, and have dbt write a manifest for each adapter.

    Args:
        models: those of the shop's graph marts that count.
    """
    lake, files = root / "lake", root / "files"
    generate(GenerateOptions(root / "drops", date(2025, 1, 15), days=1, scale=0.05, dirt=0.05))
    assert land(settings(drops=root / "drops", lake=lake)).complete
    manifests = _ask_dbt(root)
    files.mkdir()
    with duckdb.connect(str(lake / "warehouse.duckdb")) as warehouse:
        _make_values(warehouse)
        tables = "select table_name from duckdb_tables() where schema_name = ?"
        found = {name for (name,) in warehouse.execute(tables, [SCHEMA]).fetchall()}
        marts = {(SCHEMA, name) for name in found & {*models, *OF_ALL_TYPES}}
        for relation in (".".join(place) for place in (*marts, *RECORDS)):
            warehouse.execute(f"copy {relation} to '{files / relation}.parquet' (format parquet)")
        changes = [
            (f"{SCHEMA}.{model}", change.format("{}", *warehouse.execute(key).fetchone()))
            for model, change, key in CHANGES.values()
        ]
        customer, *_ = warehouse.execute(f"select max(customer_id) from {SCHEMA}.node_customer").fetchone()
        (batch,) = warehouse.execute("select batch_id from silver.batch_as_of").fetchone()
    failure = [
        (f"{SCHEMA}.node_customer", f"delete from {{}} where customer_id = '{customer}'"),
        ("ops.graph_model_results", "update {} set status = 'error' where model = 'node_customer'"),
    ]
    for position, manifest in enumerate(manifests.values()):
        _declare(manifest, models, position)
    return SharedMarts(lake, files, manifests, changes, failure, batch)


def _ask_dbt(root: Path) -> dict[str, Path]:
    manifests = {}
    process = DbtProcess()
    try:
        for adapter, target in TARGETS.items():
            built = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
            arguments = ["build", *built] if adapter == "duckdb" else ["parse"]
            outcome_of(f"dbt {arguments[0]}", process.ask([*arguments, "--target", target], variables(root, target)))
            manifests[adapter] = root / f"target_{target}" / "manifest.json"
    finally:
        process.close()
    return manifests


def _make_values(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = [
        ", ".join(f"cast({row[position]} as {row[0]}) as {name}" for name, row in TYPES.items()) for position in (3, 4)
    ]
    warehouse.execute("set timezone = 'UTC'")
    warehouse.execute(f"create table {SCHEMA}.node_value as select {rows[0]} union all select {rows[1]}")
    ends = ", ".join(f"{name.partition('_')[0]}_value.{own} as {name}" for name, own in ENDS.items())
    warehouse.execute(
        f"create table {SCHEMA}.edge_other as select {ends}, from_value.amount as amount "
        f"from {SCHEMA}.node_value as from_value, {SCHEMA}.node_value as to_value where from_value.day <> to_value.day"
    )


def _declare(manifest: Path, models: Collection[str], position: int) -> None:
    """Leave in a manifest the models that count, and add those of all types, with a contract in the words of the engine."""
    content = json.loads(manifest.read_text(encoding="utf-8"))
    nodes = content["nodes"]
    like = nodes["model.lakegraph.node_customer"]
    for entry in nodes.values():
        if entry["name"] not in models:
            entry.get("config", {}).get("meta", {}).pop("graph", None)
    types = {name: row[position] for name, row in TYPES.items()}
    other = edge("OTHER", *(("Value", *(name for name in ENDS if name.startswith(end))) for end in ("from", "to")))
    ends = {end: types[own] for end, own in ENDS.items()} | {"amount": types["amount"]}
    of_all_types = ((node("Value", *KEY), types), (other, ends))
    for name, (graph, columns) in zip(OF_ALL_TYPES, of_all_types, strict=True):
        nodes[f"model.lakegraph.{name}"] = like | {
            "unique_id": f"model.lakegraph.{name}",
            "name": name,
            "alias": name,
            "relation_name": like["relation_name"].replace("node_customer", name),
            "columns": {column: {"name": column, "data_type": kind} for column, kind in columns.items()},
            "config": like["config"] | {"meta": {"graph": graph}},
        }
    manifest.write_text(json.dumps(content), encoding="utf-8")
