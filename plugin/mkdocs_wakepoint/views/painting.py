"""The parts of a machine's picture as SVG: boxes, arrows and their labels, where they belong."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from mkdocs_wakepoint.views.boxes import FOOT, LINE, MONO, ROW, SANS, Box, Row
from mkdocs_wakepoint.views.edges import BADGE_HEIGHT, Edge, badge_width
from mkdocs_wakepoint.views.layout import Arrow, Layout, Rectangle
from mkdocs_wakepoint.views.markup import element, joined
from mkdocs_wakepoint.views.svg import text, tooltip
from mkdocs_wakepoint.views.words import cut


def paint(box: Box, place: Rectangle, anchor: str) -> Markup:
    """A state."""
    kinds = ["wp-state", f"wp-{box.state.kind.value}"]
    kinds += ["wp-unvisited"] * (not box.visited) + ["wp-stuck"] * box.stuck
    top = box.head(place.width)
    return element(
        "g",
        _frame(place),
        _head(box, place.width),
        *(_row(row, top + number * ROW, place.width) for number, row in enumerate(box.rows)),
        _foot(box, place),
        class_=" ".join(kinds),
        id=f"{anchor}-s{box.state.index}",
        transform=_moved_to(place),
    )


def way_out(layout: Layout, words: str, anchor: str) -> Markup:
    """The one way out for all suspended states together, and where it leads."""
    place = layout.nodes["exit"]
    middle = place.width / 2
    arrow = _path(layout.arrows["exit"], "wp-edge wp-ghost", f"{anchor}-ghost")
    texts = (
        text(line, class_="wp-foot", x=middle, y=y, anchor="middle")
        for line, y in ((words, 25), ("not in this run", 44))
    )
    box = element(
        "g",
        _frame(place),
        *texts,
        class_="wp-state wp-unvisited",
        id=f"{anchor}-exit",
        transform=_moved_to(place),
    )
    return joined((arrow, box))


def transition(edge: Edge, arrow: Arrow, anchor: str) -> Markup:
    """An arrow with its label."""
    kind = "taken" if edge.badges else "ghost"
    return element(
        "g",
        _path(arrow, "wp-edge", f"{anchor}-{kind}"),
        *_label(edge, arrow),
        id=f"{anchor}-{edge.name}",
        class_=f"wp-transition wp-{kind}",
    )


def arrowheads(anchor: str) -> Markup:
    """The tips that the arrows refer to."""
    return element("defs", _arrowhead(anchor, "taken"), _arrowhead(anchor, "ghost"))


def _arrowhead(anchor: str, kind: str) -> Markup:
    return element(
        "marker",
        element("path", d="M0 .5 10 5 0 9.5 2.6 5z"),
        id=f"{anchor}-{kind}",
        class_=f"wp-arrowhead wp-{kind}",
        viewBox="0 0 10 10",
        refX=9,
        refY=5,
        markerWidth=7,
        markerHeight=7,
        orient="auto-start-reverse",
    )


def _label(edge: Edge, arrow: Arrow) -> Iterable[Markup]:
    if arrow.label is None or not edge.lines:
        return
    x = arrow.label[0] - edge.label_width / 2
    y = arrow.label[1] - LINE / 2 * (len(edge.lines) - 1)
    left = x + edge.badges_width
    for badge in edge.badges:
        width = badge_width(badge)
        yield element(
            "rect",
            class_="wp-badge",
            x=x,
            y=y - BADGE_HEIGHT / 2,
            width=width,
            height=BADGE_HEIGHT,
            rx=BADGE_HEIGHT / 2,
        )
        yield text(badge, class_="wp-badge-text", x=x + width / 2, y=y + 4, anchor="middle")
        x += width + 4
    for number, (kind, line) in enumerate(edge.lines):
        yield text(line, class_=f"wp-{kind}", x=left, y=y + 4.5 + number * LINE)


def _path(arrow: Arrow, class_: str, arrowhead: str) -> Markup:
    (x, y), *rest = arrow.points
    curves = " ".join(f"{px:g} {py:g}" for px, py in rest)
    way = f"M{x:g} {y:g}C{curves}"
    return element("path", class_=class_, d=way, marker_end=f"url(#{arrowhead})")


def _moved_to(place: Rectangle) -> str:
    return f"translate({place.x:g} {place.y:g})"


def _frame(place: Rectangle) -> Markup:
    return element("rect", class_="wp-box", width=place.width, height=place.height, rx=7)


def _head(box: Box, width: float) -> Markup:
    lines = box.heading_lines(width)
    height = box.head(width)
    full = tooltip(" ".join(lines), box.heading) if lines[-1].endswith("…") else ""
    spans = (
        element("tspan", line, x=42, y=23.5 + number * LINE) for number, line in enumerate(lines)
    )
    area = f"M1 {height:g}V8a7 7 0 0 1 7-7H{width - 8:g}a7 7 0 0 1 7 7V{height:g}z"
    return joined(
        (
            element("path", class_="wp-head", d=area),
            text(box.mark, class_="wp-mark", x=16, y=23.5),
            element("text", full, *spans, class_="wp-label"),
            text(box.corner, class_="wp-corner", x=width - 16, y=23.5, anchor="end"),
            _rule(height, width),
        )
    )


def _rule(y: float, width: float) -> Markup:
    return element("path", class_="wp-rule", d=f"M1 {y:g}H{width - 1:g}")


def _row(row: Row, top: float, width: float) -> Markup:
    note = len(row.note) * SANS
    short = cut(row.text, int((width - 34 - 16 - 12 - note) / MONO))
    line = top + 17.5
    return element(
        "g",
        element("rect", class_="wp-row", x=1, y=top, width=width - 2, height=ROW),
        _dot(row, top + 13),
        text(tooltip(short, row.text), short, class_="wp-value", x=36, y=line),
        text(row.note, class_="wp-note", x=width - 16, y=line, anchor="end"),
        _rule(top + ROW, width),
        class_="wp-live" if row.live else "wp-kept",
    )


def _dot(row: Row, y: float) -> Markup:
    if row.operand:
        return element("path", class_="wp-dot", d=f"M16 {y:g}l5-5 5 5-5 5z")
    return element("circle", class_="wp-dot", cx=21, cy=y, r=4.5)


def _foot(box: Box, place: Rectangle) -> Markup:
    short = cut(box.foot, int((place.width - 32) / box.foot_character))
    y = place.height - FOOT + 17.5
    return text(tooltip(short, box.foot), short, class_="wp-foot", x=16, y=y)
