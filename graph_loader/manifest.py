"""Graph declarations out of dbt's manifest."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

from graph_loader.columns import column_of
from graph_loader.declarations import EdgeDeclaration, GraphDeclaration, Model, NodeDeclaration
from graph_loader.parsing import parse, parse_column
from graph_loader.problems import DeclarationError, Problem
from graph_loader.spark_sql import quoted
from graph_loader.validation import check
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.iceberg import CATALOG


def read_graph(path: Path) -> GraphDeclaration:
    """The graph that a dbt project declares, checked; needs neither Spark nor Neo4j nor the warehouse.

    Args:
        path: the manifest that dbt wrote, `target/manifest.json`.

    Raises:
        ConfigurationError: there is no manifest, it is not readable, or it declares no graph.
        DeclarationError: declarations are wrong; the error names all problems.
    """
    manifest = _read(path)
    adapter = _adapter(manifest)
    nodes, edges, problems = [], [], []
    for entry in sorted(manifest.get("nodes", {}).values(), key=lambda entry: entry["unique_id"]):
        graph = (entry.get("config", {}).get("meta") or {}).get("graph")
        if entry.get("resource_type") != "model" or graph is None:
            continue
        model = _model(entry, adapter)
        if entry["config"].get("materialized") == "ephemeral":
            problems.append(
                Problem(
                    model, "config.materialized", "an ephemeral model has no rows to load: make it a table or a view"
                )
            )
        declaration, wrong = parse(model, graph)
        problems += wrong
        for name, column in entry.get("columns", {}).items():
            problems += parse_column(model, name, _graph_of(column))[1]
        if isinstance(declaration, NodeDeclaration):
            nodes.append(declaration)
        elif isinstance(declaration, EdgeDeclaration):
            edges.append(declaration)
    graph = GraphDeclaration(tuple(nodes), _completed(nodes, edges), adapter)
    # endpoints of declarations that could not be read would be called unknown, so shapes are mended first
    problems = problems or check(graph)
    if problems:
        raise DeclarationError(problems)
    if not nodes:
        raise ConfigurationError(
            f"No model in {path} declares a graph.", "Give a model `config.meta.graph`, then run `dbt parse`."
        )
    return graph


def read_relation(path: Path, kind: str, name: str) -> Model | None:
    """Where a model or a source is that is no part of the graph; None where the project has none of the name.

    Args:
        path: the manifest that dbt wrote.
        kind: `model` or `source`.

    Raises:
        ConfigurationError: there is no manifest, or it is not readable.
    """
    manifest = _read(path)
    entries = manifest.get("sources", {}) if kind == "source" else manifest["nodes"]
    found = (entry for entry in entries.values() if entry["resource_type"] == kind and entry["name"] == name)
    return next((_model(entry, _adapter(manifest)) for entry in found), None)


def _adapter(manifest: dict) -> str:
    return manifest.get("metadata", {}).get("adapter_type") or "duckdb"


def _read(path: Path) -> dict:
    if not path.is_file():
        raise ConfigurationError(
            f"There is no dbt manifest at {path}.",
            "Run `dbt build` (or `dbt parse`) first, or name one with --manifest.",
        )
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{path} is not readable as a dbt manifest: {error}.", "Run `dbt parse` again."
        ) from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("nodes"), dict):
        raise ConfigurationError(f"{path} is no dbt manifest: it has no `nodes`.", "Run `dbt parse` again.")
    return manifest


def _model(entry: dict, adapter: str) -> Model:
    declared_in = (entry.get("patch_path") or "").partition("://")[2]
    model = Model(
        name=entry["name"],
        file=declared_in or entry.get("original_file_path") or "",
        catalog=(entry.get("database") or CATALOG) if adapter == "athena" else "",
        schema=entry.get("schema") or "",
        relation=_relation(entry, adapter),
        description=entry.get("description") or "",
        complete=bool((entry.get("config", {}).get("contract") or {}).get("enforced")),
    )
    columns = (
        column_of(
            name,
            column.get("data_type") or None,
            adapter,
            parse_column(model, name, _graph_of(column))[0],
            column.get("description") or "",
        )
        for name, column in entry.get("columns", {}).items()
    )
    return replace(model, columns=tuple(columns))


def _relation(entry: dict, adapter: str) -> str:
    # a source's name on its engine is its identifier, a model's its alias
    name = entry.get("identifier") or entry.get("alias") or entry["name"]
    if adapter == "duckdb":
        return name
    if adapter == "athena":
        # dbt quotes it as Athena's SQL does, and Spark's takes double quotes for those of a text
        return f"{quoted(entry.get('schema') or '')}.{quoted(name)}"
    # with the catalog where the engine has catalogs, whatever the session's current one is
    return entry.get("relation_name") or ""


def _graph_of(column: dict) -> object:
    """What a column's meta says of the graph; dbt knows two places for it."""
    meta = (column.get("meta") or {}) | ((column.get("config") or {}).get("meta") or {})
    return meta.get("graph")


def _completed(nodes: list[NodeDeclaration], edges: list[EdgeDeclaration]) -> tuple[EdgeDeclaration, ...]:
    """Edges with what the other declarations say of them: the keys of their ends, and whether their type is shared."""
    keys, types = {node.label: node.key for node in nodes}, Counter(edge.type for edge in edges)
    return tuple(
        replace(
            edge,
            start=replace(edge.start, key=keys.get(edge.start.node, ())),
            end=replace(edge.end, key=keys.get(edge.end.node, ())),
            is_shared=types[edge.type] > 1,
        )
        for edge in edges
    )
