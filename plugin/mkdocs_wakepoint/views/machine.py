"""The state machine of one coroutine, as it ran: inline SVG. Graphviz lays out, this paints."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape

from mkdocs_wakepoint.views.boxes import FOOT, LINE, MONO, ROW, SANS, Box, Row, boxes, common_width
from mkdocs_wakepoint.views.context import Context, Shown
from mkdocs_wakepoint.views.edges import BADGE_HEIGHT, Edge, badge_width, edges
from mkdocs_wakepoint.views.layout import POINTS, Arrow, Layout, Rectangle, lay_out
from mkdocs_wakepoint.views.legend import legend
from mkdocs_wakepoint.views.story import Instance
from mkdocs_wakepoint.views.words import cut, times
from wakepoint.machine.model import TERMINAL_KINDS, StateKind
from wakepoint.recording import Recording

MARGIN = 3.0
EXIT_WIDTH, EXIT_HEIGHT = 150.0, 58.0
CLUSTER_NAME = "SUSPENDED"
CLUSTER_NOTE = "task pending, thread free"
CLUSTER_WIDTH = 240.0
"""Of the two together, in pixels."""
_TOLD_STEPS = 20
_BELOW = 20
"""Out of a frame, Graphviz obeys an arrow by its weight, ten times as much as it shortens one."""
_GRAPH = """digraph {
graph [rankdir=TB compound=true nodesep=0.5 ranksep=0.42 splines=spline pad=0 margin=0 label=""]
node [shape=box fixedsize=true label=""]
edge [arrowhead=none fontname="Courier" fontsize=11]"""


def machines(recording: Recording, context: Context) -> str:
    """A figure for each machine that is shown."""
    figures = []
    for number, shown in enumerate(context.shown):
        diagram = Diagram(shown.instance, shown.anchor, recording.source)
        svg = diagram.svg(lay_out(diagram.dot()))
        name = escape(shown.instance.machine.name)
        explained = legend(diagram.boxes, diagram.edges) if number == 0 else ""
        figures.append(
            f'<figure class="wp-machine" id="{shown.anchor}" data-search-exclude>'
            f'<div class="wp-scroll" tabindex="0" role="region" '
            f'aria-label="State machine of {name}">{svg}</div>'
            f"{explained}<figcaption>{_caption(shown)}</figcaption></figure>"
        )
    return "".join(figures)


def _caption(shown: Shown) -> str:
    name = f"<code>{escape(shown.instance.machine.qualname)}</code>"
    if shown.runs == 0:
        return f"The machine of {name}. Nothing polled it in this run."
    suspended = times(sum(visit.suspended for visit in shown.instance.visits), "time")
    which = "" if shown.runs == 1 else f" This is the first of its {shown.runs} runs."
    return f"The machine of {name}, suspended {suspended} in this run.{which}"


class Diagram:
    """One diagram: what Graphviz has to know, and the painting once it has answered.

    Args:
        instance: The run that is shown.
        anchor: What ids begin with.
        source: The snippet.
    """

    def __init__(self, instance: Instance, anchor: str, source: str) -> None:
        self._instance = instance
        self._anchor = anchor
        # Ways out by an exception or by being dropped are drawn one by one only if they happened.
        ends = (StateKind.RAISED, StateKind.DROPPED)
        made = boxes(instance, source)
        self.boxes = [box for box in made if box.visited or box.state.kind not in ends]
        self.edges = edges(instance)
        hidden = [box.state.kind for box in made if box not in self.boxes]
        self._exit_words = " or ".join(kind.value for kind in hidden).capitalize()
        self._width = common_width(self.boxes)
        self._suspended = [box for box in self.boxes if box.suspension]

    def dot(self) -> str:
        """The graph for Graphviz: empty boxes of fixed size, and labels of the right width."""
        others = [box for box in self.boxes if not box.suspension]
        lines = [_GRAPH]
        if self._suspended:
            # Room above and beside the boxes for the cluster's own words.
            lines += ["subgraph cluster_suspended {", "margin=26"]
            lines += [self._node(box) for box in self._suspended] + ["}"]
        lines += [self._node(box) for box in others]
        lines += [edge.dot() for edge in self.edges]
        lines += [*self._ends_below(), *self._exit()]
        return "\n".join([*lines, "}"])

    def _node(self, box: Box) -> str:
        height = box.height(self._width) / POINTS
        width = self._width / POINTS
        return f"s{box.state.index} [width={width:.3f} height={height:.3f} group=spine]"

    def _ends_below(self) -> Iterable[str]:
        """Whichever state leads there, the ends stand below all of the frame."""
        suspended = {box.state.index for box in self._suspended}
        ways = {(edge.source, edge.target): edge.weight for edge in self.edges}
        lowest = suspended - {source for source, target in ways if source < target in suspended}
        ends = [box.state.index for box in self.boxes if box.state.kind in TERMINAL_KINDS]
        for source in sorted(lowest):
            for end in ends:
                if ways.get((source, end), 0) < _BELOW:
                    name = f"below{source}-{end}"
                    yield f's{source} -> s{end} [id="{name}" style=invis weight={_BELOW}]'

    def _exit(self) -> list[str]:
        """One way out for all suspended states together, where none of them took it."""
        if not self._exit_words:
            return []
        source = self._suspended[-1].state.index if self._suspended else 0
        returned = self._instance.machine.terminal(StateKind.RETURNED).index
        tail = " ltail=cluster_suspended" if self._suspended else ""
        return [
            f"exit [width={EXIT_WIDTH / POINTS:.3f} height={EXIT_HEIGHT / POINTS:.3f}]",
            f's{source} -> exit [id="exit" weight=0{tail}]',
            # Beside the end of the spine, and to the right of it.
            f'{{rank=same; s{returned} -> exit [id="beside" style=invis weight=1]}}',
        ]

    # -- painting ------------------------------------------------------------------------------

    def svg(self, layout: Layout) -> str:
        """The picture, from the places that Graphviz gave."""
        right = self._right(layout)
        width = math.ceil(right + 2 * MARGIN)
        height = math.ceil(layout.height + 2 * MARGIN)
        parts = [*self._cluster(layout, right), *self._exit_box(layout)]
        for edge in sorted(self.edges, key=lambda edge: bool(edge.badges)):
            parts += _transition(edge, layout.arrows[edge.name], self._anchor)
        for box in self.boxes:
            parts += self._paint(box, layout.nodes[f"s{box.state.index}"])
        return (
            f'<svg class="wp-svg" viewBox="{-MARGIN:g} {-MARGIN:g} {width} {height}" '
            f'width="{width}" height="{height}" role="img" aria-labelledby="{self._anchor}-title" '
            f'aria-describedby="{self._anchor}-text">'
            f'<title id="{self._anchor}-title">State machine of '
            f"{escape(self._instance.machine.name)}</title>"
            f'<desc id="{self._anchor}-text">{escape(self._words())}</desc>'
            f"<defs>{_marker(self._anchor, 'taken')}{_marker(self._anchor, 'ghost')}</defs>"
            f"{''.join(parts)}</svg>"
        )

    def _right(self, layout: Layout) -> float:
        labels = [
            arrow.label[0] + edge.label_width / 2
            for edge in self.edges
            if (arrow := layout.arrows[edge.name]).label
        ]
        return max(layout.width, *labels, self._cluster_right(layout), 0)

    def _cluster_right(self, layout: Layout) -> float:
        """The frame is so wide that its name stands beside the arrow that comes from above."""
        if not self._suspended:
            return 0.0
        first = layout.nodes[f"s{self._suspended[0].state.index}"]
        return first.x + first.width / 2 + 12 + CLUSTER_WIDTH

    def _words(self) -> str:
        names = {box.state.index: box.heading for box in self.boxes}
        steps = [
            f"{step.number}: to {names.get(step.target, 'the end')} ({step.cause})"
            for step in self._instance.steps
        ]
        told = "; ".join(steps[:_TOLD_STEPS]) or "none was taken"
        more = f"; and {len(steps) - _TOLD_STEPS} more" if len(steps) > _TOLD_STEPS else ""
        return f"Transitions in the order of the run: {told}{more}."

    def _cluster(self, layout: Layout, right: float) -> Iterable[str]:
        area = layout.clusters.get("cluster_suspended")
        if area is None:
            return
        # A taken way out of the last state crosses the border; it must not be the picture's edge.
        right = max(area.right, right - 4)
        yield (
            f'<rect class="wp-cluster" x="{area.x:g}" y="{area.y:g}" '
            f'width="{right - area.x:g}" height="{area.height:g}" rx="12"/>'
            f'<text class="wp-cluster-name" x="{right - 12:g}" y="{area.y + 18:g}" '
            f'text-anchor="end">{CLUSTER_NAME} '
            f'<tspan class="wp-note">{CLUSTER_NOTE}</tspan></text>'
        )

    def _exit_box(self, layout: Layout) -> Iterable[str]:
        if "exit" not in layout.nodes:
            return
        place = layout.nodes["exit"]
        middle = place.width / 2
        yield _path(layout.arrows["exit"], "wp-edge wp-ghost", f"{self._anchor}-ghost")
        yield (
            f'<g class="wp-state wp-unvisited" id="{self._anchor}-exit" '
            f'transform="translate({place.x:g} {place.y:g})">'
            f'<rect class="wp-box" width="{place.width:g}" height="{place.height:g}" rx="7"/>'
            f'<text class="wp-foot" x="{middle:g}" y="25" text-anchor="middle">'
            f"{self._exit_words}</text>"
            f'<text class="wp-foot" x="{middle:g}" y="44" text-anchor="middle">not in this run'
            "</text></g>"
        )

    def _paint(self, box: Box, place: Rectangle) -> Iterable[str]:
        kinds = ["wp-state", f"wp-{box.state.kind.value}"]
        kinds += ["wp-unvisited"] * (not box.visited) + ["wp-stuck"] * box.stuck
        yield (
            f'<g class="{" ".join(kinds)}" id="{self._anchor}-s{box.state.index}" '
            f'transform="translate({place.x:g} {place.y:g})">'
            f'<rect class="wp-box" width="{place.width:g}" height="{place.height:g}" rx="7"/>'
        )
        yield _head(box, place.width)
        top = box.head(place.width)
        for number, row in enumerate(box.rows):
            yield _row(row, top + number * ROW, place.width)
        yield _foot(box, place)
        yield "</g>"


def _transition(edge: Edge, arrow: Arrow, anchor: str) -> Iterable[str]:
    kind = "taken" if edge.badges else "ghost"
    yield f'<g id="{anchor}-{edge.name}" class="wp-transition wp-{kind}">'
    yield _path(arrow, "wp-edge", f"{anchor}-{kind}")
    if arrow.label is not None and edge.lines:
        x = arrow.label[0] - edge.label_width / 2
        y = arrow.label[1] - LINE / 2 * (len(edge.lines) - 1)
        left = x + edge.badges_width
        for badge in edge.badges:
            width = badge_width(badge)
            yield (
                f'<rect class="wp-badge" x="{x:g}" y="{y - BADGE_HEIGHT / 2:g}" width="{width:g}" '
                f'height="{BADGE_HEIGHT:g}" rx="{BADGE_HEIGHT / 2:g}"/><text class="wp-badge-text" '
                f'x="{x + width / 2:g}" y="{y + 4:g}" text-anchor="middle">{badge}</text>'
            )
            x += width + 4
        for number, (told, text) in enumerate(edge.lines):
            yield (
                f'<text class="wp-{told}" x="{left:g}" y="{y + 4.5 + number * LINE:g}">'
                f"{escape(text)}</text>"
            )
    yield "</g>"


def _path(arrow: Arrow, kind: str, marker: str) -> str:
    (x, y), *rest = arrow.points
    curves = " ".join(f"{px:g} {py:g}" for px, py in rest)
    return f'<path class="{kind}" d="M{x:g} {y:g}C{curves}" marker-end="url(#{marker})"/>'


def _marker(anchor: str, kind: str) -> str:
    return (
        f'<marker id="{anchor}-{kind}" class="wp-arrowhead wp-{kind}" viewBox="0 0 10 10" refX="9" '
        'refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
        '<path d="M0 .5 10 5 0 9.5 2.6 5z"/></marker>'
    )


def _full(shown: str, whole: str) -> str:
    """A tooltip with the whole text where it was cut."""
    return f"<title>{escape(whole)}</title>" if shown != whole else ""


def _head(box: Box, width: float) -> str:
    lines = box.heading_lines(width)
    height = box.head(width)
    full = _full(" ".join(lines), box.heading) if lines[-1].endswith("…") else ""
    told = "".join(
        f'<tspan x="42" y="{23.5 + number * LINE:g}">{escape(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    return (
        f'<path class="wp-head" d="M1 {height:g}V8a7 7 0 0 1 7-7H{width - 8:g}a7 7 0 0 1 7 7'
        f'V{height:g}z"/><text class="wp-mark" x="16" y="23.5">{box.mark}</text>'
        f'<text class="wp-label">{full}{told}</text>'
        f'<text class="wp-corner" x="{width - 16:g}" y="23.5" text-anchor="end">{box.corner}</text>'
        f'<path class="wp-rule" d="M1 {height:g}H{width - 1:g}"/>'
    )


def _row(row: Row, top: float, width: float) -> str:
    note = len(row.note) * SANS
    text = cut(row.text, int((width - 34 - 16 - 12 - note) / MONO))
    live = "wp-live" if row.live else "wp-kept"
    dot = (
        f'<path class="wp-dot" d="M16 {top + 13:g}l5-5 5 5-5 5z"/>'
        if row.operand
        else f'<circle class="wp-dot" cx="21" cy="{top + 13:g}" r="4.5"/>'
    )
    return (
        f'<g class="{live}"><rect class="wp-row" x="1" y="{top:g}" width="{width - 2:g}" '
        f'height="{ROW:g}"/>{dot}<text class="wp-value" x="36" y="{top + 17.5:g}">'
        f"{_full(text, row.text)}{escape(text)}</text>"
        f'<text class="wp-note" x="{width - 16:g}" y="{top + 17.5:g}" text-anchor="end">'
        f'{row.note}</text><path class="wp-rule" d="M1 {top + ROW:g}H{width - 1:g}"/></g>'
    )


def _foot(box: Box, place: Rectangle) -> str:
    text = cut(box.foot, int((place.width - 32) / box.foot_character))
    y = place.height - FOOT + 17.5
    return f'<text class="wp-foot" x="16" y="{y:g}">{_full(text, box.foot)}{escape(text)}</text>'
