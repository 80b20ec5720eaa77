"""How large a row is that goes to the graph: expressions in Spark's SQL out of declarations. Pure."""

from collections.abc import Iterable

from graph_loader.declarations import Column, Declaration
from graph_loader.spark_sql import quoted
from graph_loader.types import Kind, PropertyType


def characters(declaration: Declaration, of_item: int) -> str:
    """The expression for the characters of a row's texts and lists.

    Args:
        of_item: the characters that count for an item of a list that is not a text.
    """
    columns = [Column(name, kind) for _, kind, name in sent_fields(declaration)]
    return f"({' + '.join(['0', *sizes(columns, of_item).values()])})"


def has_texts(declaration: Declaration) -> bool:
    """Whether rows have texts or lists, without which all are about as large."""
    return any(kind.is_list or kind.kind is Kind.STRING for _, kind, _ in sent_fields(declaration))


def sizes(columns: Iterable[Column], of_item: int) -> dict[str, str]:
    """Per column of texts or lists, the expression for its characters; for `of_item` see `characters`."""
    found = {}
    for column in columns:
        name = quoted(column.name)
        if column.type.is_list:
            own = f"length(array_join({name}, ''))" if column.type.kind is Kind.STRING else f"size({name}) * {of_item}"
            found[column.name] = f"coalesce(if({name} is null, 0, size({name}) + {own}), 0)"
        elif column.type.kind is Kind.STRING:
            found[column.name] = f"coalesce(length({name}), 0)"
    return found


def sent_properties(declaration: Declaration) -> list[tuple[str, PropertyType, str]]:
    """Of each property its name, its type, and the column of a step's rows that holds it."""
    keys = [(item.property, item.type, item.name) for item in declaration.identity if item.role == "key"]
    return keys + [(column.name, column.type, column.name) for column in declaration.values]


def sent_fields(declaration: Declaration) -> list[tuple[str, PropertyType, str]]:
    """Likewise, with the keys of an edge's ends before."""
    ends = [(item.property, item.type, item.name) for item in declaration.identity if item.role != "key"]
    return ends + sent_properties(declaration)
