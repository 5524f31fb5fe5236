"""Where boxes and arrows go: computed by Graphviz, from empty boxes of fixed size.

Graphviz draws nothing here. It gets sizes and gives places; `mkdocs_wakepoint.views.machine`
paints. A ``dot`` program is used if there is one; if not, or if it fails, Graphviz compiled to
WebAssembly.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mkdocs_wakepoint.views import dot

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


_MOST = 1024
LAYOUTS: Final[dict[str, Layout]] = {}
"""Those that were made: `mkdocs serve` draws a site again and again."""


def uses_dot() -> bool:
    """True if a ``dot`` program lays out."""
    path = dot.program()
    return path is not None and dot.version(path) is not None


def lay_out(graphs: Iterable[str]) -> list[Layout]:
    """Lays out graphs in DOT, each edge with an ``id``; with ``dot``, all in one start of it."""
    wanted = list(graphs)
    known = {graph: LAYOUTS[graph] for graph in wanted if graph in LAYOUTS}
    new = [graph for graph in dict.fromkeys(wanted) if graph not in known]
    for graph, answer in zip(new, _answers(new), strict=True):
        known[graph] = _read(answer)
    if len(LAYOUTS) + len(new) > _MOST:
        LAYOUTS.clear()
    LAYOUTS.update(known)
    return [known[graph] for graph in wanted]


def _answers(graphs: Sequence[str]) -> list[dict[str, Any]]:
    answers = dot.lay_out(graphs) if graphs and uses_dot() else [None] * len(graphs)
    return [
        _with_wasm(graph) if answer is None else answer
        for graph, answer in zip(graphs, answers, strict=True)
    ]


def _with_wasm(graph: str) -> dict[str, Any]:
    from mkdocs_wakepoint.views.graphviz import GRAPHVIZ  # noqa: PLC0415 - `dot` spares it

    answer: dict[str, Any] = json.loads(GRAPHVIZ.render(graph))
    return answer


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
