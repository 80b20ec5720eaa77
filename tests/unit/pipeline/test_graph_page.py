from graph_loader.declarations import Column, EdgeDeclaration, End, GraphDeclaration, Model, NodeDeclaration
from graph_loader.types import property_type
from lakegraph.pipeline.graph_page import draw_graph, render_page


def model(name, description, *columns):
    return Model(name=name, description=description, columns=columns, complete=True)


def column(name, data_type, description=""):
    return Column(name, property_type(data_type), data_type, description)


THING = NodeDeclaration(
    model(
        "node_thing", "A **thing**.", column("id", "varchar", "Its `id`."), column("_file", "varchar", "hidden lineage")
    ),
    "Thing",
    ("id",),
)
LIKES = EdgeDeclaration(
    model(
        "edge_likes",
        "<script>alert(1)</script>",
        column("a", "varchar"),
        column("b", "varchar"),
        column("since", "date", "When."),
    ),
    "LIKES",
    End("Thing", ("a",), ("id",)),
    End("Thing", ("b",), ("id",)),
)
GRAPH = GraphDeclaration((THING,), (LIKES,))


def test_the_page_shows_labels_types_and_properties_with_their_meaning():
    page = render_page(GRAPH, draw_graph(GRAPH))

    assert '<h3 id="Thing">Thing</h3>' in page
    assert "<p>A <strong>thing</strong>.</p>" in page
    assert '<td class="key">id</td><td>STRING</td><td>varchar</td><td>Its <code>id</code>.</td>' in page
    assert "<td>since</td><td>DATE</td><td>date</td><td>When.</td>" in page
    assert "At most one between the same two nodes" in page
    assert "hidden lineage" not in page


def test_markup_in_a_description_stays_text():
    page = render_page(GRAPH, draw_graph(GRAPH))

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
