"""The graph's page: the drawing of its model, and the data dictionary of labels, types and properties."""

from graph_loader.declarations import GraphDeclaration
from lakegraph.pipeline.graph_svg import draw


def draw_graph(graph: GraphDeclaration) -> str:
    """The declared labels and relationship types as an SVG document."""
    labels = [node.label for node in graph.nodes]
    return draw(labels, [(edge.start.node, edge.type, edge.end.node) for edge in graph.edges])


def render_page(graph: GraphDeclaration, drawing: str) -> str:
    """One static HTML page that needs nothing from elsewhere.

    Args:
        graph: the declarations, with the descriptions of models and columns.
        drawing: the SVG document to stand on top.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    templates = Environment(
        loader=PackageLoader("lakegraph.pipeline"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # dbt's descriptions are Markdown; raw HTML in them stays text
    markdown = MarkdownIt("js-default")
    templates.filters["markdown"] = lambda text: Markup(markdown.render(text))  # noqa: S704
    templates.filters["inline_markdown"] = lambda text: Markup(markdown.renderInline(text))  # noqa: S704
    return templates.get_template("graph.html.j2").render(graph=graph, drawing=drawing)
