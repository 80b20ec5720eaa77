"""Checks on declarations that need more than one of them, or their columns. Touches nothing."""

import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from graph_loader.declarations import (
    LINEAGE_PREFIX,
    Column,
    Declaration,
    EdgeDeclaration,
    End,
    GraphDeclaration,
    Model,
    NodeDeclaration,
)
from graph_loader.parsing import GRAPH_KEY
from graph_loader.problems import Problem, did_you_mean
from graph_loader.types import FLOAT_DIGITS, Conversion, ConversionError, Kind, UnsupportedTypeError, property_type

T = TypeVar("T", bound=Declaration)


def check(graph: GraphDeclaration) -> list[Problem]:
    """All problems of a graph's declarations: names that clash, ends and columns that do not exist, types that do not fit.

    Run on the manifest it judges what the YAML says; run again with the warehouse's columns it judges the marts.
    """
    problems = [*_taken_twice(graph), *_alike(graph)]
    for declaration in graph:
        problems += _columns(declaration, graph.adapter)
        problems += _key(declaration)
        if isinstance(declaration, NodeDeclaration):
            problems += _labels(graph, declaration)
        if isinstance(declaration, EdgeDeclaration):
            problems += _end(graph, declaration, "from", declaration.start)
            problems += _end(graph, declaration, "to", declaration.end)
    return problems


def check_contract(declared: GraphDeclaration, found: GraphDeclaration) -> list[Problem]:
    """Problems of marts whose columns are not of the type that their model's YAML says, or lack one that it converts."""
    problems = []
    for model, built in zip((item.model for item in declared), (item.model for item in found), strict=True):
        for column in model.columns:
            real = built.column(column.name)
            if real is None and column.wanted:
                meant = did_you_mean(column.name, [known.name for known in built.columns])
                problems.append(Problem(model, f"columns.{column.name}", f"the mart has no column of this name{meant}"))
            elif column.type and real and real.type and real.type != column.type:
                said = f"says {column.data_type}, but the mart has {real.data_type}: build it again"
                if _float_for_integer(real, column):
                    said += f", with `{_cast(column.name, column)}` where a null or a division has made a float of it"
                problems.append(Problem(model, f"columns.{column.name}.data_type", said))
    return problems


def _taken_twice(graph: GraphDeclaration) -> Iterator[Problem]:
    for node, first in _repeated(graph.nodes, lambda node: node.label):
        text = f"model {first.model.name} declares the label '{node.label}' already: one model per label"
        yield Problem(node.model, f"{GRAPH_KEY}.node", text)
    for edge, first in _repeated(graph.edges, lambda edge: (edge.type, edge.start.node, edge.end.node)):
        said = f"the relationship type '{edge.type}' from {edge.start.node} to {edge.end.node}"
        text = f"model {first.model.name} declares {said} already: one model per type and labels"
        yield Problem(edge.model, f"{GRAPH_KEY}.edge", text)
    # versions of a model, and models of several packages, may share a name; what is told of marts is told by name
    for declaration, first in _repeated(graph, lambda declaration: declaration.model.name):
        text = (
            f"another model of this name declares '{first.name}': leave it to one version or package, or rename a model"
        )
        yield Problem(declaration.model, GRAPH_KEY, text)


def _alike(graph: GraphDeclaration) -> Iterator[Problem]:
    """Names that differ and that nobody tells apart: by letter case or the composition of letters alone, or that become one."""
    labels = [
        (node.model, f"{GRAPH_KEY}.{place}", label)
        for node in graph.nodes
        for place, label in (
            ("node", node.label),
            *((f"labels[{position}]", label) for position, label in enumerate(node.labels)),
        )
    ]
    types = [(edge.model, f"{GRAPH_KEY}.edge", edge.type) for edge in graph.edges]
    for named, thing in ((labels, "label"), (types, "relationship type")):
        first: dict[str, tuple[Model, str]] = {}
        for model, place, name in named:
            owner, other = first.setdefault(_read(name), (model, name))
            if name != other:
                text = (
                    f"the {thing} '{name}' reads like '{other}' of model {owner.name}, and is another: write both alike"
                )
                yield Problem(model, place, text)
    # a type that is shared goes by a name with its labels
    for edge, before in _repeated(graph.edges, lambda edge: edge.name):
        if (edge.type, edge.start.node, edge.end.node) != (before.type, before.start.node, before.end.node):
            ends = " and ".join(f"'{one.type}' from {one.start.node} to {one.end.node}" for one in (before, edge))
            text = f"{ends} (model {before.model.name}) would both be called '{edge.name}': rename one"
            yield Problem(edge.model, f"{GRAPH_KEY}.edge", text)


def _read(name: str) -> str:
    """A name as it reads: in one letter case and one composition of letters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _repeated(declarations: Iterable[T], key: Callable[[T], Hashable]) -> Iterator[tuple[T, T]]:
    """Each declaration whose key another one before it has, with the first one of that key."""
    first: dict[Hashable, T] = {}
    for declaration in declarations:
        if key(declaration) in first:
            yield declaration, first[key(declaration)]
        first.setdefault(key(declaration), declaration)


def _columns(declaration: Declaration, adapter: str) -> Iterator[Problem]:
    """Columns that become properties or identify a row must be of a type that a property can hold, under a name of their own."""
    seen: dict[str, str] = {}
    identity = {*declaration.key}
    if isinstance(declaration, EdgeDeclaration):
        identity |= {*declaration.start.columns, *declaration.end.columns}
    for column in declaration.model.columns:
        if column.name.startswith(LINEAGE_PREFIX) and column.name not in identity:
            continue
        place = f"columns.{column.name}"
        if column.name.lower() in seen:
            yield Problem(
                declaration.model,
                place,
                f"differs from column '{seen[column.name.lower()]}' in letter case only: rename one",
            )
        seen.setdefault(column.name.lower(), column.name)
        if column.data_type and column.type is None:
            yield _no_type(declaration.model, column, place, adapter)


def _no_type(model: Model, column: Column, place: str, adapter: str) -> Problem:
    try:
        property_type(column.data_type or "", adapter, column.wanted)
    except ConversionError as error:
        return Problem(model, f"{place}.{GRAPH_KEY}.as", str(error))
    except UnsupportedTypeError as error:
        reason = str(error)
    else:
        reason = "cast it to another type"
    return Problem(model, f"{place}.data_type", f"Neo4j cannot hold {column.data_type}: {reason}")


def _labels(graph: GraphDeclaration, node: NodeDeclaration) -> Iterator[Problem]:
    """A further label must be nobody's own: its nodes would be taken for those of the model that declares it."""
    for position, label in enumerate(node.labels):
        if owner := graph.node(label):
            said = "is the node's own label" if owner is node else f"is the label of model {owner.model.name}"
            yield Problem(node.model, f"{GRAPH_KEY}.labels[{position}]", f"'{label}' {said}: leave it out")


def _key(declaration: Declaration) -> Iterator[Problem]:
    for position, name in enumerate(declaration.key):
        yield from _identifying_column(declaration.model, f"{GRAPH_KEY}.key[{position}]", name)


def _identifying_column(model: Model, place: str, name: str) -> Iterator[Problem]:
    column = model.column(name)
    if name.startswith(LINEAGE_PREFIX):
        yield Problem(
            model, place, f"column '{name}' is lineage, for it starts with '{LINEAGE_PREFIX}': it identifies nothing"
        )
    elif column is None:
        if model.complete:
            names = [known.name for known in model.columns]
            yield Problem(model, place, f"the model has no column '{name}'{did_you_mean(name, names)}")
    elif column.type and not column.type.can_be_key:
        text = f"column '{name}' is a {column.data_type}, which cannot identify anything: cast it to varchar or bigint"
        if column.type.conversion is Conversion.ROUNDED:
            text = (
                f"column '{name}' is a {column.data_type}, of which a graph's FLOAT keeps {FLOAT_DIGITS} digits: "
                f"give it `{GRAPH_KEY}.as: text`, which keeps all"
            )
        yield Problem(model, place, text)


def _end(graph: GraphDeclaration, edge: EdgeDeclaration, role: str, end: End) -> Iterator[Problem]:
    place = f"{GRAPH_KEY}.{role}"
    for position, name in enumerate(end.columns):
        yield from _identifying_column(edge.model, f"{place}.columns[{position}]", name)
    node = graph.node(end.node)
    if node is None:
        labels = [known.label for known in graph.nodes]
        yield Problem(
            edge.model, f"{place}.node", f"no model declares the label '{end.node}'{did_you_mean(end.node, labels)}"
        )
    elif len(end.columns) != len(node.key):
        key = ", ".join(node.key)
        yield Problem(
            edge.model,
            f"{place}.columns",
            f"has {len(end.columns)} columns, but the key of {node.label} has {len(node.key)} ({key})",
        )
    else:
        yield from _end_types(edge, place, end, node)


def _end_types(edge: EdgeDeclaration, place: str, end: End, node: NodeDeclaration) -> Iterator[Problem]:
    for position, (name, key) in enumerate(zip(end.columns, node.key, strict=True)):
        mine, theirs = edge.model.column(name), node.model.column(key)
        if mine and theirs and mine.type and theirs.type and mine.type != theirs.type:
            theirs_said = f"{node.label}.{key} in {node.model.name} is a {theirs.data_type}"
            text = f"column '{name}' is a {mine.data_type}, but {theirs_said}: they would never match"
            # a number that was read with a null beside it is a float on one of the sides
            if _float_for_integer(mine, theirs):
                text += f"; cast it in the mart, such as `{_cast(name, theirs)}`"
            elif _float_for_integer(theirs, mine):
                text += f"; cast {key} in {node.model.name}, such as `{_cast(key, mine)}`"
            else:
                text += f"; cast one of them in its mart, such as `{_cast(name, theirs)}`"
            yield Problem(edge.model, f"{place}.columns[{position}]", text)


def _float_for_integer(found: Column, wanted: Column) -> bool:
    """Whether a column is of floats where integers are wanted."""
    return found.type.kind is Kind.FLOAT and wanted.type.kind is Kind.INTEGER


def _cast(name: str, wanted: Column) -> str:
    return f"cast({name} as {(wanted.data_type or str(wanted.type)).lower()})"
