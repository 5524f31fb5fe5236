"""What the signs of a state machine diagram mean; only those that the diagram has."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from mkdocs_wakepoint.views.diagram import Diagram
from mkdocs_wakepoint.views.markup import element


def legend(diagram: Diagram) -> Markup:
    """As text that wraps where the page is narrow."""
    items = (
        element("span", _sign(kind, sign), f" {meaning}") for kind, sign, meaning in _signs(diagram)
    )
    return element("p", *items, class_="wp-signs", aria_hidden="true")


def step_sign(number: str) -> Markup:
    """The number of a step as the arrows have it."""
    # The style sheet asks for the two elements; see its first comment.
    return element("span", element("b", number), class_="wp-sign wp-sign-step")


def _sign(kind: str, sign: str) -> Markup:
    if kind == "step":
        return step_sign(sign)
    return element("span", sign, class_=f"wp-sign wp-sign-{kind}")


def _signs(diagram: Diagram) -> Iterable[tuple[str, str, str]]:
    edges, boxes = diagram.thinned.edges, diagram.boxes
    rows = [row for box in boxes for row in box.rows if not row.more]
    if any(edge.taken for edge in edges):
        yield "step", "n", "n-th transition"
    if any(box.corner.startswith("×") for box in boxes):
        yield "count", "×n", "suspended n times"
    if any(row.live and not row.operand for row in rows):
        yield "live", "●", "read later"
    if any(not row.live for row in rows):
        yield "kept", "○", "kept by CPython, never read again"
    if any(row.operand for row in rows):
        yield "live", "◆", "half of an expression"
    if diagram.thinned.folded or not all(edge.taken for edge in edges):
        yield "ghost", "╌╌", "possible, not taken"
