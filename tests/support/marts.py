"""A small dbt project's output, made by hand: graph marts in DuckDB and the manifest that declares them."""

import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import duckdb

from graph_loader.guards import ALL, Limits
from graph_loader.load_options import LoadOptions
from lakegraph.runtime.settings import settings

SCHEMA = "graph_ready"


def node(label: str, *key: str) -> dict:
    """A node declaration as a model's YAML has it."""
    return {"node": label, "key": list(key)}


def edge(name: str, start: tuple[str, ...], end: tuple[str, ...], *key: str) -> dict:
    """An edge declaration; each end is a label and then its columns."""
    declared = {
        "edge": name,
        "from": {"node": start[0], "columns": list(start[1:])},
        "to": {"node": end[0], "columns": list(end[1:])},
    }
    return declared | ({"key": list(key)} if key else {})


def model(name: str, graph: object, columns: dict[str, str] | None = None, contract: bool = True, **config) -> dict:
    """A model's entry in a manifest; `columns` gives each column's SQL type."""
    return {
        "unique_id": f"model.shop.{name}",
        "resource_type": "model",
        "name": name,
        "alias": name,
        "schema": SCHEMA,
        "relation_name": f'"warehouse"."{SCHEMA}"."{name}"',
        "original_file_path": f"models/graph/{name}.sql",
        "patch_path": "shop://models/graph/_graph.yml",
        "description": f"About {name}.",
        "columns": {
            column: {"name": column, "data_type": data_type, "description": f"The {column}."}
            for column, data_type in (columns or {}).items()
        },
        "config": {"materialized": "table", "meta": {"graph": graph}, "contract": {"enforced": contract}} | config,
    }


def write_manifest(path: Path, *models: dict, adapter: str = "duckdb", sources: Collection[dict] = ()) -> Path:
    """A manifest with these models and sources."""
    manifest = {"metadata": {"adapter_type": adapter}, "nodes": {entry["unique_id"]: entry for entry in models}}
    manifest["sources"] = {entry["unique_id"]: entry for entry in sources}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return path


class Marts:
    """A lake whose warehouse holds graph marts that a test makes and changes by SQL."""

    def __init__(self, root: Path, neo4j):
        self.lake = root / "lake"
        self.lake.mkdir(parents=True)
        self.manifest = root / "target" / "manifest.json"
        self._models: dict[str, dict] = {}
        # marts of a handful of rows lose and reject large shares of them
        self.options = LoadOptions(
            settings(lake=self.lake),
            self.manifest,
            neo4j=neo4j,
            quiet=True,
            expectations=False,
            limits=Limits(1, 1),
            allow_deletes=frozenset({ALL}),
        )

    def make(self, name: str, graph: dict, query: str) -> None:
        """Build a mart from a query and declare it, with a contract on the columns it has; again replaces it."""
        self.sql(f'create schema if not exists {SCHEMA}; create or replace table {SCHEMA}."{name}" as {query}')
        found = self.rows(
            f"select column_name, data_type from duckdb_columns() where table_name = '{name}' order by column_index"
        )
        self.declare(model(name, graph, dict(found)))

    def declare(self, entry: dict) -> None:
        """Put a model into the manifest."""
        self._models[entry["name"]] = entry
        write_manifest(self.manifest, *self._models.values())

    def forget(self, name: str) -> None:
        """Take a model out of the manifest."""
        del self._models[name]
        write_manifest(self.manifest, *self._models.values())

    def sql(self, statements: str) -> None:
        """Run SQL on the warehouse."""
        with duckdb.connect(str(self.lake / "warehouse.duckdb")) as connection:
            connection.execute(f"set timezone = 'UTC'; {statements}")

    def rows(self, query: str) -> list[tuple]:
        """The rows of a query on the warehouse."""
        with duckdb.connect(str(self.lake / "warehouse.duckdb")) as connection:
            return connection.execute(query).fetchall()

    def with_options(self, **changes) -> LoadOptions:
        """The options of a load, changed."""
        return replace(self.options, **changes)
