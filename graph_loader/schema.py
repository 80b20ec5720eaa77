"""The graph model as plain data: labels, types, properties, constraints."""

from graph_loader import cypher
from graph_loader.declarations import Declaration, EdgeDeclaration, GraphDeclaration


def described(graph: GraphDeclaration) -> dict:
    """The model of a graph as JSON holds it."""
    return {
        "nodes": [
            {"label": node.label, **_common(node), "constraint": cypher.constraint(node)} for node in graph.nodes
        ],
        "edges": [
            {"type": edge.type, **_ends(edge), "on_missing_end": edge.on_missing_end, **_common(edge)}
            for edge in graph.edges
        ],
    }


def _common(declaration: Declaration) -> dict:
    return {
        "model": declaration.model.name,
        "description": declaration.model.description,
        "key": list(declaration.key),
        "properties": [
            {"name": column.name, "type": str(column.type) if column.type else None, "description": column.description}
            for column in declaration.properties
        ],
    }


def _ends(edge: EdgeDeclaration) -> dict:
    return {
        "from": {"node": edge.start.node, "columns": list(edge.start.columns)},
        "to": {"node": edge.end.node, "columns": list(edge.end.columns)},
    }
