"""The state machine of one coroutine, as it ran: inline SVG. Graphviz lays out, this paints."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape

from mkdocs_wakepoint.views.boxes import (
    FOOT,
    HEAD,
    LABEL,
    MONO,
    ROW,
    SANS,
    Box,
    Row,
    boxes,
    common_width,
    cut,
)
from mkdocs_wakepoint.views.layout import POINTS, Arrow, Layout, Rectangle
from mkdocs_wakepoint.views.story import Instance, Step
from wakepoint.machine.model import TERMINAL_KINDS, StateKind

BADGE = 22.0
MAX_BADGES = 4
MARGIN = 14.0
DROPPED_WIDTH = 190.0
_FONT = 'fontname="Courier" fontsize=11'
_FONT_WIDTH = 6.6


class Diagram:
    """One diagram: what Graphviz has to know, and the painting once it has answered.

    Args:
        instance: The run that is shown.
        key: Unique in the page; ids begin ``wp-<key>``.
        runs: How many runs of this machine the recording has.
    """

    def __init__(self, instance: Instance, key: str, runs: int) -> None:
        self._instance = instance
        self._key = f"wp-{key}-{instance.machine.name}"
        self._runs = runs
        self._boxes = boxes(instance)
        self._width = common_width(
            [box for box in self._boxes if box.state.kind is not StateKind.DROPPED]
        )
        self._edges = list(_edges(instance, {box.state.index for box in self._boxes}))

    def dot(self) -> str:
        """The graph for Graphviz: empty boxes of fixed size, and labels of the right width."""
        suspended = [box for box in self._boxes if _suspension(box)]
        others = [box for box in self._boxes if not _suspension(box)]
        lines = [
            "digraph {",
            "graph [rankdir=TB compound=true nodesep=0.5 ranksep=0.42 splines=spline "
            'pad=0 margin=0 label=""]',
            'node [shape=box fixedsize=true label=""]',
            f"edge [arrowhead=none {_FONT}]",
        ]
        if suspended:
            # Room above and beside the boxes for the cluster's own words.
            lines += ["subgraph cluster_suspended {", "margin=26"]
            lines += [self._node(box) for box in suspended] + ["}"]
        lines += [self._node(box) for box in others]
        lines += [edge.dot() for edge in self._edges]
        lines += self._exit(suspended)
        return "\n".join([*lines, "}"])

    def _node(self, box: Box) -> str:
        dropped = box.state.kind is StateKind.DROPPED
        width = DROPPED_WIDTH if dropped else self._width
        group = "" if dropped else " group=spine"
        return f"s{box.state.index} [width={width / POINTS:.3f} height={box.height / POINTS:.3f}{group}]"

    def _exit(self, suspended: list[Box]) -> list[str]:
        """One way out to Dropped for all suspended states together."""
        dropped = self._instance.machine.terminal(StateKind.DROPPED).index
        if any(edge.target == dropped for edge in self._edges):
            return []
        source = suspended[-1].state.index if suspended else 0
        tail = " ltail=cluster_suspended" if suspended else ""
        return [f's{source} -> s{dropped} [id="exit" weight=0{tail}]']

    # -- painting ------------------------------------------------------------------------------

    def svg(self, layout: Layout) -> str:
        """The picture, from the places that Graphviz gave."""
        legend = 34.0
        right = self._right(layout)
        width = math.ceil(right + 2 * MARGIN)
        height = math.ceil(layout.height + 2 * MARGIN + legend)
        parts = [*self._cluster(layout), *self._exit_arrow(layout)]
        for edge in sorted(self._edges, key=lambda edge: bool(edge.steps)):
            parts += edge.paint(layout.arrows[edge.name], self._key)
        for box in self._boxes:
            parts += self._paint(box, layout.nodes[f"s{box.state.index}"])
        parts.append(_legend(layout.height + legend - 6))
        machine = self._instance.machine
        return (
            f'<svg class="wp-svg" viewBox="{-MARGIN:g} {-MARGIN:g} {width} {height}" '
            f'width="{width}" height="{height}" role="img" aria-labelledby="{self._key}-title" '
            f'aria-describedby="{self._key}-text">'
            f'<title id="{self._key}-title">State machine of {escape(machine.name)}</title>'
            f'<desc id="{self._key}-text">{escape(self._words())}</desc>'
            f"<defs>{_marker(self._key, 'taken')}{_marker(self._key, 'ghost')}</defs>"
            f"{''.join(parts)}</svg>"
        )

    def _right(self, layout: Layout) -> float:
        labels = [
            arrow.label[0] + edge.label_width / 2
            for edge in self._edges
            if (arrow := layout.arrows[edge.name]).label
        ]
        return max(layout.width, *labels, 0)

    def _words(self) -> str:
        instance = self._instance
        names = {box.state.index: box.heading for box in self._boxes}
        steps = [
            f"{s.number}: to {names.get(s.target, 'the end')} ({s.cause})" for s in instance.steps
        ]
        told = "; ".join(steps[:20]) or "no transition was taken"
        more = f"; and {len(steps) - 20} more" if len(steps) > 20 else ""
        return f"Transitions in the order of the run. {told}{more}. The table below says the same."

    def _cluster(self, layout: Layout) -> Iterable[str]:
        area = layout.clusters.get("cluster_suspended")
        if area is None:
            return
        yield (
            f'<rect class="wp-cluster" x="{area.x:g}" y="{area.y:g}" '
            f'width="{self._right(layout) - area.x:g}" height="{area.height:g}" rx="12"/>'
            f'<text class="wp-cluster-name" x="{area.x + 10:g}" y="{area.y + 17:g}">'
            'SUSPENDED <tspan class="wp-note">task parked, thread free</tspan></text>'
        )

    def _exit_arrow(self, layout: Layout) -> Iterable[str]:
        arrow = layout.arrows.get("exit")
        if arrow is not None:
            yield _path(arrow, "wp-edge wp-ghost", f"{self._key}-ghost")

    def _paint(self, box: Box, place: Rectangle) -> Iterable[str]:
        kind = box.state.kind.value
        seen = "" if box.visited else " wp-unvisited"
        anchor = f"{self._key}-s{box.state.index}"
        yield (
            f'<g class="wp-state wp-{kind}{seen}" id="{anchor}" '
            f'transform="translate({place.x:g} {place.y:g})">'
            f'<rect class="wp-box" width="{place.width:g}" height="{place.height:g}" rx="7"/>'
        )
        if box.state.kind is StateKind.DROPPED:
            middle = place.width / 2
            yield (
                f'<text class="wp-label" x="{middle:g}" y="24" text-anchor="middle">Dropped</text>'
                f'<text class="wp-foot" x="{middle:g}" y="48" text-anchor="middle">{box.foot}</text></g>'
            )
            return
        yield _head(box, place.width)
        for number, row in enumerate(box.rows):
            yield _row(row, HEAD + number * ROW, place.width)
        yield _foot(box, place)
        yield "</g>"


class _Edge:
    """A transition: taken with its steps, or possible and not taken."""

    def __init__(self, source: int, target: int, steps: list[Step], condition: str | None) -> None:
        self.source, self.target = source, target
        self.steps = steps
        self.name = f"e{source}-{target}"
        self._badges = _badges(steps)
        self._text = _cause(steps) if steps else (condition or "")
        if len(self._text) > 44:
            self._text = self._text[:43] + "…"

    @property
    def label_width(self) -> float:
        """In pixels."""
        badges = sum(max(BADGE, 8 + len(badge) * 7.5) for badge in self._badges)
        return badges + len(self._text) * SANS + 10

    def dot(self) -> str:
        """For Graphviz."""
        weight = 20 if self.steps and self.target == self.source + 1 else 8 if self.steps else 0
        room = "x" * math.ceil(self.label_width / _FONT_WIDTH)
        label = f'label="{room}"' if self.steps or self._text else 'label=""'
        back = " constraint=false" if self.target < self.source else ""
        return f's{self.source} -> s{self.target} [id="{self.name}" weight={weight} {label}{back}]'

    def paint(self, arrow: Arrow, key: str) -> Iterable[str]:
        """The arrow and its label."""
        kind = "taken" if self.steps else "ghost"
        yield f'<g id="{key}-{self.name}" class="wp-transition wp-{kind}">'
        yield _path(arrow, "wp-edge", f"{key}-{kind}")
        if arrow.label is not None:
            x, y = arrow.label[0] - self.label_width / 2, arrow.label[1]
            for badge in self._badges:
                width = max(18.0, 4 + len(badge) * 7.5)
                yield (
                    f'<rect class="wp-badge" x="{x:g}" y="{y - 9:g}" width="{width:g}" height="18" '
                    f'rx="9"/><text class="wp-badge-text" x="{x + width / 2:g}" y="{y + 4:g}" '
                    f'text-anchor="middle">{badge}</text>'
                )
                x += width + 4
            yield f'<text class="wp-cause" x="{x + 3:g}" y="{y + 4.5:g}">{escape(self._text)}</text>'
        yield "</g>"


def _edges(instance: Instance, shown: set[int]) -> Iterable[_Edge]:
    """Every possible transition, and those that were taken though nobody thought them possible."""
    pairs = {(t.source, t.target): t.condition for t in instance.machine.transitions}
    for step in instance.steps:
        pairs.setdefault((step.source, step.target), None)
    for (source, target), condition in sorted(pairs.items()):
        if source in shown and target in shown:
            yield _Edge(source, target, instance.steps_between(source, target), condition)


def _badges(steps: list[Step]) -> list[str]:
    numbers = [str(step.number) for step in steps]
    if len(numbers) <= MAX_BADGES:
        return numbers
    return [*numbers[: MAX_BADGES - 1], "…", numbers[-1]]


def _cause(steps: list[Step]) -> str:
    """What made the steps possible, each cause once; numbers that only count on are left out."""
    causes = list(dict.fromkeys(step.cause for step in steps))
    if len(causes) > 2:
        return f"{causes[0]} … {causes[-1]}"
    return ", ".join(causes)


def _suspension(box: Box) -> bool:
    return box.state.kind is not StateKind.START and box.state.kind not in TERMINAL_KINDS


def _path(arrow: Arrow, kind: str, marker: str) -> str:
    (x, y), *rest = arrow.points
    curves = " ".join(f"{px:g} {py:g}" for px, py in rest)
    return f'<path class="{kind}" d="M{x:g} {y:g}C{curves}" marker-end="url(#{marker})"/>'


def _marker(key: str, kind: str) -> str:
    return (
        f'<marker id="{key}-{kind}" class="wp-arrowhead wp-{kind}" viewBox="0 0 10 10" refX="9" '
        'refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
        '<path d="M0 .5 10 5 0 9.5 2.6 5z"/></marker>'
    )


def _head(box: Box, width: float) -> str:
    room = width - 44 - 16 - 14 - len(box.corner) * LABEL
    heading = cut(box.heading, room, LABEL)
    full = f"<title>{escape(box.heading)}</title>" if heading != box.heading else ""
    below = box.rows or box.foot
    return (
        f'<path class="wp-head" d="M1 {HEAD:g}V8a7 7 0 0 1 7-7H{width - 8:g}a7 7 0 0 1 7 7V{HEAD:g}z"/>'
        f'<text class="wp-mark" x="16" y="23.5">{box.mark}</text>'
        f'<text class="wp-label" x="42" y="23.5">{full}{escape(heading)}</text>'
        f'<text class="wp-corner" x="{width - 16:g}" y="23.5" text-anchor="end">{box.corner}</text>'
        + (f'<path class="wp-rule" d="M1 {HEAD:g}H{width - 1:g}"/>' if below else "")
    )


def _row(row: Row, top: float, width: float) -> str:
    note = len(row.note) * SANS
    text = cut(row.text, width - 34 - 16 - 12 - note, MONO)
    full = f"<title>{escape(row.text)}</title>" if text != row.text else ""
    live = "wp-live" if row.live else "wp-kept"
    dot = (
        f'<path class="wp-dot" d="M16 {top + 13:g}l5-5 5 5-5 5z"/>'
        if row.operand
        else f'<circle class="wp-dot" cx="21" cy="{top + 13:g}" r="4.5"/>'
    )
    return (
        f'<g class="{live}"><rect class="wp-row" x="1" y="{top:g}" width="{width - 2:g}" '
        f'height="{ROW:g}"/>{dot}<text class="wp-value" x="36" y="{top + 17.5:g}">{full}'
        f'{escape(text)}</text><text class="wp-note" x="{width - 16:g}" y="{top + 17.5:g}" '
        f'text-anchor="end">{row.note}</text>'
        f'<path class="wp-rule" d="M1 {top + ROW:g}H{width - 1:g}"/></g>'
    )


def _foot(box: Box, place: Rectangle) -> str:
    text = cut(box.foot, place.width - 32, SANS)
    full = f"<title>{escape(box.foot)}</title>" if text != box.foot else ""
    y = place.height - FOOT + 17.5
    return f'<text class="wp-foot" x="16" y="{y:g}">{full}{escape(text)}</text>'


def _legend(y: float) -> str:
    return (
        f'<g class="wp-legend" transform="translate(0 {y:g})">'
        '<rect class="wp-badge" x="0" y="-14" width="18" height="18" rx="9"/>'
        '<text class="wp-badge-text" x="9" y="-1" text-anchor="middle">n</text>'
        '<text x="24" y="0">n-th transition</text>'
        '<text class="wp-corner" x="122" y="0">×n</text><text x="146" y="0">suspended n times</text>'
        '<circle class="wp-dot" cx="274" cy="-4.5" r="4.5"/><text x="284" y="0">read later</text>'
        '<g class="wp-kept"><circle class="wp-dot" cx="360" cy="-4.5" r="4.5"/></g>'
        '<text x="370" y="0">kept, not read again</text></g>'
    )
