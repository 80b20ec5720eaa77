import xml.etree.ElementTree as ET

from lakegraph.pipeline.graph_svg import draw

SVG = "{http://www.w3.org/2000/svg}"


def test_each_label_and_type_is_drawn_once():
    root = ET.fromstring(draw(["A", "B"], [("A", "KNOWS", "B"), ("B", "KNOWS_TOO", "A"), ("A", "LIKES", "A")]))

    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert sorted(texts) == ["A", "B", "KNOWS", "KNOWS_TOO", "LIKES"]
    assert len(list(root.iter(f"{SVG}circle"))) == 2


def test_relationships_between_the_same_labels_do_not_cover_each_other():
    root = ET.fromstring(draw(["A", "B"], [("A", "ONE", "B"), ("B", "TWO", "A"), ("A", "THREE", "B")]))

    places = {(text.get("x"), text.get("y")) for text in root.iter(f"{SVG}text")}
    assert len(places) == 5


def test_names_are_text_and_never_markup():
    root = ET.fromstring(draw(["A<b>&"], [("A<b>&", "<script>", "A<b>&")]))

    assert sorted(element.text for element in root.iter(f"{SVG}text")) == ["<script>", "A<b>&"]
