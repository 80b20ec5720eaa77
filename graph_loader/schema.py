"""The graph model as plain data: labels, types, properties, constraints."""

from graph_loader import cypher
from graph_loader.declarations import Column, Declaration, EdgeDeclaration, GraphDeclaration


def described(graph: GraphDeclaration) -> dict:
    """The model of a graph as JSON holds it."""
    return {
        "nodes": [
            {
                "label": node.label,
                "labels": list(node.labels),
                **_common(node),
                "constraint": cypher.constraint(node),
            }
            for node in graph.nodes
        ],
        "edges": [
            {"type": edge.type, **_ends(edge), "on_missing_end": edge.on_missing_end, **_common(edge)}
            for edge in graph.edges
        ],
    }


def type_of(column: Column) -> str:
    """A property's type in words, with the conversion that makes its values; `?` where nobody says its SQL type."""
    if column.type is None:
        return "?"
    conversion = column.type.conversion
    return f"{column.type} ({column.data_type} as {conversion})" if conversion else str(column.type)


def _common(declaration: Declaration) -> dict:
    return {
        "model": declaration.model.name,
        "description": declaration.model.description,
        "key": list(declaration.key),
        "properties": [
            {
                "name": column.name,
                "type": str(column.type) if column.type else None,
                "sql_type": column.data_type,
                "conversion": column.type.conversion if column.type else None,
                "description": column.description,
            }
            for column in declaration.properties
        ],
    }


def _ends(edge: EdgeDeclaration) -> dict:
    return {
        "from": {"node": edge.start.node, "columns": list(edge.start.columns)},
        "to": {"node": edge.end.node, "columns": list(edge.end.columns)},
    }
