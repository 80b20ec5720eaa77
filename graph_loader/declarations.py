"""What a graph is made of: nodes and edges, each taken from one dbt model."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from graph_loader.types import PropertyType

# Columns that carry lineage, not content; they never become properties.
LINEAGE_PREFIX = "_"


@dataclass(frozen=True)
class Column:
    """A column of a mart. `type` is None while nobody has said its SQL type or a property cannot hold it."""

    name: str
    type: PropertyType | None = None
    data_type: str | None = None
    description: str = ""
    # the conversion that its declaration asks for, if any
    wanted: str | None = None


@dataclass(frozen=True)
class Model:
    """The dbt model behind a declaration: where it is declared and where its rows are.

    Attributes:
        catalog: Athena's data catalog; empty for all other adapters.
        schema: the schema or database.
        relation: in DuckDB, its name within the schema; for Spark, its name as SQL has it, within Athena's catalog or in full.
        complete: whether `columns` are all there are, by an enforced contract or by the warehouse's word.
    """

    name: str
    file: str = ""
    catalog: str = ""
    schema: str = ""
    relation: str = ""
    description: str = ""
    columns: tuple[Column, ...] = ()
    complete: bool = False

    def column(self, name: str) -> Column | None:
        """The column of a name, or None."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Identity:
    """One of the values that identify a node or an edge: the property it is in the graph, and the column it is in the mart."""

    role: Literal["key", "from", "to"]
    property: str
    column: str
    type: PropertyType | None

    @property
    def name(self) -> str:
        """Its name in what is sent to the graph and in the ledger; it survives a renamed mart column."""
        return f"{LINEAGE_PREFIX}{self.role}_{self.property}"


@dataclass(frozen=True)
class NodeDeclaration:
    """Nodes of one label, a row each. They may carry further labels, which identify nothing."""

    model: Model
    label: str
    key: tuple[str, ...]
    labels: tuple[str, ...] = ()

    kind = "node"

    @property
    def name(self) -> str:
        """The label."""
        return self.label

    @property
    def names(self) -> frozenset[str]:
        """What options may call it."""
        return frozenset({self.label})

    @property
    def properties(self) -> tuple[Column, ...]:
        """What a node of this label holds, its key included."""
        return _public(self.model.columns)

    @property
    def values(self) -> tuple[Column, ...]:
        """The properties that may change: all but the key."""
        return tuple(column for column in self.properties if column.name not in self.key)

    @property
    def identity(self) -> tuple[Identity, ...]:
        """What tells two nodes apart."""
        return tuple(_identity(self.model, "key", name, name) for name in self.key)


@dataclass(frozen=True)
class End:
    """Where an edge starts or ends: a label, the mart's columns that hold its key, and the names of that key."""

    node: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()


class OnMissingEnd(StrEnum):
    """What becomes of an edge whose end is no accepted row of the end's label."""

    # it is set aside, and tried again by the next load
    REJECT = "reject"
    # a node without values, a stub, is made for it
    CREATE = "create"
    # the load stops before its first write
    FAIL = "fail"


@dataclass(frozen=True)
class EdgeDeclaration:
    """Edges of one type between two labels, a row each. Without a key there is at most one edge per pair of ends.

    Attributes:
        is_shared: whether there are edges of the type between other labels too, which are another declaration's.
    """

    model: Model
    type: str
    start: End
    end: End
    key: tuple[str, ...] = ()
    on_missing_end: OnMissingEnd = OnMissingEnd.REJECT
    is_shared: bool = False

    kind = "edge"

    @property
    def name(self) -> str:
        """The relationship type, with the labels of its ends where it is shared."""
        return f"{self.start.node}-{self.type}->{self.end.node}" if self.is_shared else self.type

    @property
    def names(self) -> frozenset[str]:
        """What options may call it: its type means all edges of it."""
        return frozenset({self.type, self.name})

    @property
    def properties(self) -> tuple[Column, ...]:
        """What an edge of this type holds, its key included; the columns of its ends are no properties."""
        ends = {*self.start.columns, *self.end.columns} - {*self.key}
        return tuple(column for column in _public(self.model.columns) if column.name not in ends)

    @property
    def values(self) -> tuple[Column, ...]:
        """The properties that may change: all but the key."""
        return tuple(column for column in self.properties if column.name not in self.key)

    @property
    def identity(self) -> tuple[Identity, ...]:
        """What tells two edges apart: both ends and the key."""
        return (
            *(
                _identity(self.model, "from", name, column)
                for name, column in zip(self.start.key, self.start.columns, strict=True)
            ),
            *(
                _identity(self.model, "to", name, column)
                for name, column in zip(self.end.key, self.end.columns, strict=True)
            ),
            *(_identity(self.model, "key", name, name) for name in self.key),
        )


Declaration = NodeDeclaration | EdgeDeclaration


@dataclass(frozen=True)
class GraphDeclaration:
    """All nodes and edges that a dbt project declares, and the adapter its marts are built with."""

    nodes: tuple[NodeDeclaration, ...]
    edges: tuple[EdgeDeclaration, ...]
    adapter: str = "duckdb"

    def __iter__(self) -> Iterator[Declaration]:
        return iter((*self.nodes, *self.edges))

    def node(self, label: str) -> NodeDeclaration | None:
        """The declaration of a label, or None."""
        return next((node for node in self.nodes if node.label == label), None)

    def with_columns(self, columns: dict[str, tuple[Column, ...]]) -> "GraphDeclaration":
        """The same graph with the columns that the warehouse says each model has; descriptions stay."""

        def bound(declaration: Declaration) -> Declaration:
            model = declaration.model
            described = {column.name: column.description for column in model.columns}
            found = tuple(replace(column, description=described.get(column.name, "")) for column in columns[model.name])
            return replace(declaration, model=replace(model, columns=found, complete=True))

        return replace(self, nodes=tuple(map(bound, self.nodes)), edges=tuple(map(bound, self.edges)))


def _public(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    return tuple(column for column in columns if not column.name.startswith(LINEAGE_PREFIX))


def _identity(model: Model, role: Literal["key", "from", "to"], name: str, column: str) -> Identity:
    found = model.column(column)
    return Identity(role, name, column, found.type if found else None)
