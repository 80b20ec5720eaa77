"""Draws labels and relationship types as one SVG picture."""

import math
from collections import Counter
from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 960, 700
# room for a circle, and above and below it for a relationship of a label with itself
MARGIN_X, MARGIN_Y = 110, 135
RADIUS = 46
# How far a curve bends away from the straight line, in pixels, for each further relationship between the same two labels.
BEND = 46


def draw(labels: Sequence[str], relationships: Sequence[tuple[str, str, str]]) -> str:
    """A picture of a graph model.

    Args:
        labels: the node labels; they are placed on an ellipse, in this order.
        relationships: start label, relationship type, end label.

    Returns:
        An SVG document.
    """
    places = _places(labels)
    drawn: Counter[frozenset[str]] = Counter()
    arrows = []
    for start, name, end in relationships:
        pair = frozenset((start, end))
        arrows.append(
            _loop(places[start], name) if start == end else _arrow(places[start], places[end], name, drawn[pair])
        )
        drawn[pair] += 1
    circles = [_circle(places[label], label) for label in labels]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="system-ui, sans-serif">'
        "<title>The graph model</title>"
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 L10 5 L0 10 z" fill="#5b6b7b"/></marker></defs>'
        f"{''.join(arrows)}{''.join(circles)}</svg>"
    )


def _places(labels: Sequence[str]) -> dict[str, tuple[float, float]]:
    middle_x, middle_y = WIDTH / 2, HEIGHT / 2
    places = {}
    for number, label in enumerate(labels):
        angle = 2 * math.pi * number / len(labels) - math.pi / 2
        places[label] = (
            middle_x + (middle_x - MARGIN_X) * math.cos(angle),
            middle_y + (middle_y - MARGIN_Y) * math.sin(angle),
        )
    return places


def _circle(place: tuple[float, float], label: str) -> str:
    x, y = place
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}" fill="#e8f1fb" stroke="#2f6fb3" stroke-width="2"/>'
        f'<text x="{x:.1f}" y="{y + 5:.1f}" text-anchor="middle" font-size="15" font-weight="600">{escape(label)}</text>'
    )


def _arrow(start: tuple[float, float], end: tuple[float, float], name: str, earlier: int) -> str:
    # both directions bend around the same straight line, so the normal must not depend on which end comes first
    (left, right) = sorted((start, end))
    length = math.dist(left, right)
    normal = ((left[1] - right[1]) / length, (right[0] - left[0]) / length)
    bend = BEND * (earlier // 2 + 1) * (-1) ** earlier
    middle = ((start[0] + end[0]) / 2 + normal[0] * bend, (start[1] + end[1]) / 2 + normal[1] * bend)
    begin, stop = _towards(start, middle), _towards(end, middle)
    return _curve(f"M{_point(begin)} Q{_point(middle)} {_point(stop)}", _middle(begin, middle, stop), name)


def _loop(place: tuple[float, float], name: str) -> str:
    x, y = place
    outward = 1 if y >= HEIGHT / 2 else -1
    begin, stop = (x - 24, y + outward * 40), (x + 24, y + outward * 40)
    far = ((x - 62, y + outward * 116), (x + 62, y + outward * 116))
    path = f"M{_point(begin)} C{_point(far[0])} {_point(far[1])} {_point(stop)}"
    return _curve(path, (x + 78, y + outward * 76), name)


def _curve(path: str, place: tuple[float, float], name: str) -> str:
    x, y = place
    return (
        f'<path d="{path}" fill="none" stroke="#5b6b7b" stroke-width="1.6" marker-end="url(#head)"/>'
        f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="12" fill="#334" stroke="#fff" '
        f'stroke-width="4" paint-order="stroke">{escape(name)}</text>'
    )


def _towards(place: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """The point of a label's circle that lies towards another point."""
    share = RADIUS / math.dist(place, other)
    return (place[0] + (other[0] - place[0]) * share, place[1] + (other[1] - place[1]) * share)


def _middle(begin: tuple[float, float], control: tuple[float, float], stop: tuple[float, float]) -> tuple[float, float]:
    """The point half-way along a quadratic Bézier curve."""
    return tuple(begin[axis] / 4 + control[axis] / 2 + stop[axis] / 4 for axis in (0, 1))


def _point(place: tuple[float, float]) -> str:
    return f"{place[0]:.1f} {place[1]:.1f}"
