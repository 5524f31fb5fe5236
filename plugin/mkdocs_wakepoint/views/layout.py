"""Where things go: computed by Graphviz, from empty boxes of fixed size.

Graphviz draws nothing here. It gets sizes and gives places; `mkdocs_wakepoint.views.painting`
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

    @property
    def middle(self) -> float:
        """The x of the centre."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Places:
    """Where the nodes of a graph are, by name."""

    nodes: dict[str, Rectangle]


_MOST = 1024
LAYOUTS: Final[dict[str, Places]] = {}
"""Those that were made: `mkdocs serve` draws a site again and again."""


def uses_dot() -> bool:
    """True if a ``dot`` program lays out."""
    path = dot.program()
    return path is not None and dot.version(path) is not None


def lay_out(graphs: Iterable[str]) -> list[Places]:
    """Lays out graphs in DOT; with ``dot``, all in one start of it."""
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


def _read(data: dict[str, Any]) -> Places:
    height = float(data["bb"].split(",")[3])
    things = (thing for thing in data.get("objects", ()) if "pos" in thing)
    return Places({thing["name"]: _node(thing, height) for thing in things})


def _node(thing: dict[str, Any], height: float) -> Rectangle:
    x, y = map(float, thing["pos"].split(","))
    w, h = float(thing["width"]) * POINTS, float(thing["height"]) * POINTS
    return Rectangle(round(x - w / 2, 1), round(height - y - h / 2, 1), w, h)
