"""The graph marts, as the warehouse has them: their real columns, their number of rows, and a Spark DataFrame for each."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from graph_loader import duckdb_values
from graph_loader.catalogs import spark_name
from graph_loader.columns import column_of
from graph_loader.declarations import LINEAGE_PREFIX, Column, Declaration, GraphDeclaration, Model
from graph_loader.duckdb_values import quoted as duckdb_quoted
from graph_loader.duckdb_values import text_literal
from graph_loader.engines import Engine
from graph_loader.problems import DeclarationError
from graph_loader.relations import Relation, in_parquet, in_spark
from graph_loader.repeats import Repeats
from graph_loader.spark_sql import LINEAGE, UNFIT, quoted
from graph_loader.spark_tables import kind_of, spark_table
from graph_loader.spark_values import converted
from graph_loader.validation import check, check_contract
from lakegraph.runtime.warehouse import WarehouseError, reading

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True)
class Marts:
    """The marts of a graph as they were at one moment.

    Attributes:
        graph: the declarations with the columns that the marts really have, checked.
        rows: how many rows each model has, counted by the warehouse.
        read: gives a model's rows.
        fingerprints: what tells a model's rows from any others, whatever their order, as the warehouse has reckoned it;
            empty where it does not.
        repeats: whether keys come more than once, as far as somebody has looked.
    """

    graph: GraphDeclaration
    rows: dict[str, int]
    read: Callable[["SparkSession", Model], Relation]
    fingerprints: dict[str, str] = field(default_factory=dict)
    repeats: Repeats = field(default_factory=Repeats)

    @property
    def all_rows(self) -> int:
        """How many rows all models have together."""
        return sum(self.rows.values())

    def has_repeats(self, engine: Engine, declaration: Declaration) -> bool:
        """Whether a key comes more than once in the mart of a node or an edge; null is no key."""
        model = declaration.model
        return self.repeats.among(engine, declaration, self.read(engine.spark, model), self.columns(model))

    def columns(self, model: Model) -> list[str]:
        """The columns of what `read` gives of a model."""
        return [*(column.name for column in copied_columns(model)), *[UNFIT] * has_unfit(model, self.graph.adapter)]


@contextmanager
def open_marts(graph: GraphDeclaration, warehouse: Path, spark: Callable[[], "SparkSession"]) -> Iterator[Marts]:
    """The marts of a graph, out of DuckDB or, for any other adapter, out of Spark's own catalog.

    Args:
        graph: the declarations as the manifest has them.
        warehouse: the DuckDB file, read-only and only until the marts are copied.
        spark: gives the Spark session; called only when it is needed.

    Raises:
        ConfigurationError: there is no warehouse.
        WarehouseError: another process writes the warehouse, or a mart was never built.
        DeclarationError: the marts are not as declared; the error names all problems.
    """
    if graph.adapter != "duckdb":
        yield _spark_marts(graph, spark())
        return
    with tempfile.TemporaryDirectory(prefix="graph-marts-") as folder:
        with reading(warehouse) as connection:
            bound = _bind(
                graph, {item.model.name: _duckdb_columns(connection, item.model, warehouse) for item in graph}
            )
            rows = {item.model.name: _copy(connection, item.model, Path(folder)) for item in bound}
            fingerprints = {
                item.model.name: _fingerprint(connection, item.model, _parquet(Path(folder), item.model))
                for item in bound
            }

        def read(session: "SparkSession", model: Model) -> Relation:
            columns = copied_columns(model)
            fields = [f"{quoted(column.name)} {duckdb_values.spark_type(column)}" for column in columns]
            fields += [f"{UNFIT} string"] * has_unfit(model, graph.adapter)
            selected = duckdb_values.travelling(columns)
            return in_parquet(session, _parquet(Path(folder), model), ", ".join(fields), selected)

        yield Marts(bound, rows, read, fingerprints)


def _bind(graph: GraphDeclaration, columns: dict[str, tuple[Column, ...]]) -> GraphDeclaration:
    bound = graph.with_columns(columns)
    problems = [*check(bound), *check_contract(graph, bound)]
    if problems:
        raise DeclarationError(problems)
    return bound


def _column(model: Model, name: str, data_type: str, adapter: str) -> Column:
    declared = model.column(name)
    return column_of(name, data_type, adapter, declared.wanted if declared else None)


def _duckdb_columns(connection: "DuckDBPyConnection", model: Model, warehouse: Path) -> tuple[Column, ...]:
    found = connection.execute(
        "select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ? order by column_index",
        [model.schema, model.relation],
    ).fetchall()
    if not found:
        raise WarehouseError(
            f"Model {model.name} has no relation {model.schema}.{model.relation} in {warehouse}.",
            f"Build it: `dbt build --select {model.name}`.",
        )
    return tuple(_column(model, name, data_type, "duckdb") for name, data_type in found)


def _copy(connection: "DuckDBPyConnection", model: Model, folder: Path) -> int:
    import duckdb

    columns = copied_columns(model)
    fields = [f"{duckdb_values.copied(column)} as {duckdb_quoted(column.name)}" for column in columns]
    fields += filter(None, [duckdb_values.unfit(columns)])
    relation = f"{duckdb_quoted(model.schema)}.{duckdb_quoted(model.relation)}"
    target = text_literal(str(_parquet(folder, model)))
    try:
        return connection.execute(
            f"copy (select {', '.join(fields)} from {relation}) to {target} (format parquet)"
        ).fetchone()[0]
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise WarehouseError(
            f"The rows of model {model.name} cannot be read: {reason}", "Build the model again."
        ) from error


def _fingerprint(connection: "DuckDBPyConnection", model: Model, file: Path) -> str:
    """What tells the rows of a copied mart from any others, whatever their order, with the columns that they are of."""
    columns = copied_columns(model)
    query = duckdb_values.fingerprint(columns, f"read_parquet({text_literal(str(file))})")
    sums = connection.execute(query).fetchone()
    return json.dumps([[(column.name, column.data_type, column.wanted) for column in columns], *sums])


def copied_columns(model: Model) -> list[Column]:
    """The columns that a load looks at: all but unknown lineage, and lineage of a type that nothing can hold."""
    return [column for column in model.columns if column.type and (column.name in LINEAGE or not _is_lineage(column))]


def has_unfit(model: Model, adapter: str) -> bool:
    """Whether the rows of a model come with a column that tells what no property can hold."""
    return adapter == "duckdb" and duckdb_values.unfit(copied_columns(model)) is not None


def _is_lineage(column: Column) -> bool:
    return column.name.startswith(LINEAGE_PREFIX)


def _parquet(folder: Path, model: Model) -> Path:
    return folder / f"{model.name}.parquet"


def _spark_marts(graph: GraphDeclaration, session: "SparkSession") -> Marts:
    tables = {item.model.name: _spark_table(item.model, session) for item in graph}
    columns = {
        item.model.name: tuple(
            _column(item.model, field.name, field.dataType.simpleString(), "spark")
            for field in tables[item.model.name].schema.fields
        )
        for item in graph
    }
    rows = {name: table.count() for name, table in tables.items()}

    def read(_: "SparkSession", model: Model) -> Relation:
        table = tables[model.name]
        fields = [converted(column, table.schema[column.name].dataType) for column in copied_columns(model)]
        return in_spark(table.selectExpr(*fields))

    return Marts(_bind(graph, columns), rows, read)


def _spark_table(model: Model, session: "SparkSession") -> "DataFrame":
    table = spark_table(model, session)
    if table is None:
        raise WarehouseError(
            f"Model {model.name} has no {kind_of(model)} {spark_name(model, session)} that Spark can read.",
            f"Build it: `dbt build --select {model.name}`.",
        )
    return table
