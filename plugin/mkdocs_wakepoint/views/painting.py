"""The parts of a machine's picture as SVG: boxes, arrows and their labels, where they belong.

What a script may change is found by attributes and classes, never by ids; the page on the
architecture tells them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from mkdocs_wakepoint.views.box import (
    FOOT,
    HEAD,
    INDENT,
    LINE,
    NOTES,
    RIGHT,
    ROW,
    SEVERAL,
    UNREACHED,
    Box,
    Row,
)
from mkdocs_wakepoint.views.column import Arrow
from mkdocs_wakepoint.views.edges import BADGE_HEIGHT, Edge
from mkdocs_wakepoint.views.layout import Point, Rectangle
from mkdocs_wakepoint.views.markup import element, joined
from mkdocs_wakepoint.views.svg import text, tooltip
from mkdocs_wakepoint.views.words import cut

FRAME_NAME = "SUSPENDED"
_TIPS = {"down": "l-4.5-9 4.5 2.5 4.5-2.5z", "left": "l9-4.5-2.5 4.5 2.5 4.5z"}
_TIPS["right"] = "l-9-4.5 2.5 4.5-2.5 4.5z"
_BASE = 13.0
"""From the upper end of a line of a label to its base line."""


def paint(box: Box, place: Rectangle) -> Markup:
    """A state, or several."""
    kinds = ["wp-state", f"wp-{box.kind}"]
    kinds += ["wp-unvisited"] * (not box.visited) + ["wp-stuck"] * box.stuck
    top = box.head(place.width)
    parts = [_frame(place)]
    if box.kind == UNREACHED:
        line = f"{box.mark} {box.foot}"
        parts.append(text(line, class_="wp-foot", x=RIGHT, y=place.height / 2 + 4.5))
    else:
        parts.append(_head(box, place.width))
        parts += [_row(row, top + n * ROW, place.width) for n, row in enumerate(box.rows)]
        parts.append(_foot(box, place))
    return element(
        "g",
        *parts,
        class_=" ".join(kinds),
        data_state=None if box.kind == UNREACHED else box.first,
        data_last=box.last if box.kind == SEVERAL else None,
        data_line=box.line or None,
        transform=f"translate({place.x:g} {place.y:g})",
    )


def frame(place: Rectangle, right: float) -> Markup:
    """The frame around states in which the run was suspended.

    Args:
        place: Where it is.
        right: Where its name ends.
    """
    area = element(
        "rect",
        class_="wp-cluster",
        x=place.x,
        y=place.y,
        width=place.width,
        height=place.height,
        rx=8,
    )
    name = text(FRAME_NAME, class_="wp-cluster-name", x=right, y=place.y + 14.5, anchor="end")
    return joined((area, name))


def transition(edge: Edge, arrow: Arrow, width: float, leads_to: str) -> Markup:
    """An arrow with its label.

    Args:
        edge: The arrow.
        arrow: Where it is.
        width: Of its label, in pixels.
        leads_to: Where it leads, if it says that in words.
    """
    return element(
        "g",
        *_line(arrow),
        *_label(edge, arrow.label, width, leads_to),
        class_="wp-transition" if edge.taken else "wp-transition wp-untaken",
        data_from=edge.source,
        data_to=edge.target,
    )


def fold(source: int, count: int, lines: Sequence[str], arrow: Arrow) -> Markup:
    """The one arrow for several that no run took.

    Args:
        source: Index of the state that they leave.
        count: How many they are.
        lines: Where they lead.
        arrow: Where it is.
    """
    x, y = arrow.label
    return element(
        "g",
        *_line(arrow),
        *(
            text(line, class_="wp-condition", x=x, y=y + _BASE + number * LINE)
            for number, line in enumerate(lines)
        ),
        class_="wp-transition wp-untaken",
        data_from=source,
        data_ways=count,
    )


def _line(arrow: Arrow) -> Iterable[Markup]:
    x, y = arrow.tip
    yield element("path", class_="wp-edge", d=arrow.path)
    yield element("path", class_="wp-arrowhead", d=f"M{x:g} {y:g}{_TIPS[arrow.way]}")


def _label(edge: Edge, place: Point, width: float, leads_to: str) -> Iterable[Markup]:
    x, y = place
    if edge.room:
        yield _badge(edge, x, y)
    for number, (kind, line) in enumerate(edge.lines(width, leads_to)):
        left = x + edge.badge_width if kind == "cause" else x
        whole = {"cause": edge.cause, "condition": edge.condition}[kind]
        full = tooltip(line, whole) if line.endswith("…") else ""
        yield text(full, line, class_=f"wp-{kind}", x=left, y=y + _BASE + number * LINE)


def _badge(edge: Edge, x: float, y: float) -> Markup:
    width = edge.badge_width - 6
    return element(
        "g",
        element("rect", x=x, y=y - 1, width=width, height=BADGE_HEIGHT, rx=BADGE_HEIGHT / 2),
        text(
            edge.badge,
            class_="wp-badge-text",
            x=x + width / 2,
            y=y + _BASE,
            anchor="middle",
            room=edge.room,
        ),
        class_="wp-badge",
        data_badge="",
    )


def _frame(place: Rectangle) -> Markup:
    return element("rect", class_="wp-box", width=place.width, height=place.height, rx=7)


def _head(box: Box, width: float) -> Markup:
    lines = box.heading_lines(width)
    height = box.head(width)
    full = tooltip(" ".join(lines), box.heading) if lines[-1].endswith("…") else ""
    y = HEAD / 2 + 4.5
    spans = (element("tspan", line, x=box.left, y=y + n * LINE) for n, line in enumerate(lines))
    area = f"M1 {height:g}V8a7 7 0 0 1 7-7H{width - 8:g}a7 7 0 0 1 7 7V{height:g}z"
    return joined(
        (
            element("path", class_="wp-head", d=area),
            text(box.mark, class_="wp-mark", x=RIGHT, y=y),
            element("text", full, *spans, class_="wp-label"),
            text(box.corner, class_="wp-corner", x=width - RIGHT, y=y, anchor="end"),
            _rule(height, width),
        )
    )


def _rule(y: float, width: float) -> Markup:
    return element("path", class_="wp-rule", d=f"M1 {y:g}H{width - 1:g}")


def _row(row: Row, top: float, width: float) -> Markup:
    kind = "wp-live" if row.live else "wp-kept"
    room, y = row.room(width), top + ROW / 2 + 4.5
    short = cut(row.text, room)
    return element(
        "g",
        element("rect", class_="wp-row", x=1, y=top, width=width - 2, height=ROW),
        "" if row.more else _dot(row, top + ROW / 2),
        text(tooltip(short, row.text), short, class_="wp-value", x=INDENT, y=y, room=room),
        _rule(top + ROW, width),
        class_=kind if row.bound else f"{kind} wp-absent",
        data_variable=None if row.more or row.operand else row.name,
    )


def _dot(row: Row, y: float) -> Markup:
    meaning = element("title", "half evaluated" if row.operand else NOTES[row.live])
    if row.operand:
        return element("path", meaning, class_="wp-dot", d=f"M16 {y:g}l5-5 5 5-5 5z")
    return element("circle", meaning, class_="wp-dot", cx=21, cy=y, r=4.5)


def _foot(box: Box, place: Rectangle) -> Markup:
    room = box.foot_room(place.width)
    short = cut(box.foot, room)
    y = place.height - FOOT + 17.5
    kind = "wp-note" if box.kind == SEVERAL else "wp-foot"
    return text(tooltip(short, box.foot), short, class_=kind, x=RIGHT, y=y, room=room)
