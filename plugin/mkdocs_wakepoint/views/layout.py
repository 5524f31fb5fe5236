"""Where boxes and arrows go: computed by Graphviz, from empty boxes of fixed size.

Graphviz draws nothing here. It gets sizes and gives places; `mkdocs_wakepoint.views.machine`
paints. It is Graphviz compiled to WebAssembly, also where there is a ``dot`` program: to start that
for each graph takes longer than the layouts of a whole page, and each version of it lays out in its
own way.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from mkdocs_wakepoint.views.graphviz import Graphviz

POINTS = 72.0
"""Graphviz' points per inch; we use a point as a pixel."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Left, top, width and height, in pixels from the top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the lower edge."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Arrow:
    """A path of Bézier curves (one point, then three for each curve), and its label's centre."""

    points: tuple[Point, ...]
    label: Point | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A graph whose parts have their places.

    Attributes:
        width: Of the whole, in pixels.
        height: Of the whole.
        nodes: By name.
        clusters: By name.
        arrows: By ``id``.
    """

    width: float
    height: float
    nodes: dict[str, Rectangle]
    clusters: dict[str, Rectangle]
    arrows: dict[str, Arrow]


GRAPHVIZ: Final = Graphviz()
"""The one that lays out; whoever can keep its machine code starts it."""


@lru_cache(maxsize=1024)  # `mkdocs serve` draws a site again and again
def lay_out(graph: str) -> Layout:
    """Lays out a graph in DOT, each edge with an ``id``."""
    return _read(json.loads(GRAPHVIZ.render(graph)))


def _read(data: dict[str, Any]) -> Layout:
    _, _, width, height = map(float, data["bb"].split(","))
    nodes: dict[str, Rectangle] = {}
    clusters: dict[str, Rectangle] = {}
    for thing in data.get("objects", ()):
        if "pos" in thing:
            nodes[thing["name"]] = _node(thing, height)
        elif "bb" in thing:
            clusters[thing["name"]] = _cluster(thing, height)
    arrows = {edge["id"]: _arrow(edge, height) for edge in data.get("edges", ()) if "pos" in edge}
    return Layout(width, height, nodes, clusters, arrows)


def _node(thing: dict[str, Any], height: float) -> Rectangle:
    x, y = map(float, thing["pos"].split(","))
    w, h = float(thing["width"]) * POINTS, float(thing["height"]) * POINTS
    return Rectangle(round(x - w / 2, 1), round(height - y - h / 2, 1), w, h)


def _cluster(thing: dict[str, Any], height: float) -> Rectangle:
    left, low, right, up = map(float, thing["bb"].split(","))
    return Rectangle(left, round(height - up, 1), right - left, up - low)


def _arrow(edge: dict[str, Any], height: float) -> Arrow:
    points = []
    end: Point | None = None
    for word in edge["pos"].split():
        if word.startswith("e,"):
            end = _point(word[2:], height)
        elif not word.startswith("s,"):
            points.append(_point(word, height))
    if end is not None:
        points.append(end)
    return Arrow(tuple(points), _point(edge["lp"], height) if "lp" in edge else None)


def _point(text: str, height: float) -> Point:
    x, y = map(float, text.split(","))
    return round(x, 1), round(height - y, 1)
