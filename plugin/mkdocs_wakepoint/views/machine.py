"""The state machine of one coroutine, as it ran: inline SVG. Graphviz only lays it out."""

from __future__ import annotations

import math
from collections.abc import Iterable

from markupsafe import Markup

from mkdocs_wakepoint.views.boxes import Box, boxes, common_width
from mkdocs_wakepoint.views.context import Context, Shown
from mkdocs_wakepoint.views.edges import edges
from mkdocs_wakepoint.views.layout import POINTS, Layout, lay_out
from mkdocs_wakepoint.views.legend import legend
from mkdocs_wakepoint.views.markup import code, element, joined, scrolling
from mkdocs_wakepoint.views.missing import left_out
from mkdocs_wakepoint.views.painting import arrowheads, paint, transition, way_out
from mkdocs_wakepoint.views.source_lines import SourceLines
from mkdocs_wakepoint.views.svg import MARGIN, picture
from mkdocs_wakepoint.views.thinning import thinned
from mkdocs_wakepoint.views.words import times
from wakepoint.machine.model import TERMINAL_KINDS, StateKind
from wakepoint.recording import Recording

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


def machines(recording: Recording, context: Context) -> Markup:
    """A figure for each machine that is shown, and which ones are not."""
    diagrams = [Diagram(shown, context.lines) for shown in context.shown]
    layouts = lay_out(diagram.dot() for diagram in diagrams)
    figures = (
        _figure(shown, diagram, layout, explained=shown is context.shown[0])
        for shown, diagram, layout in zip(context.shown, diagrams, layouts, strict=True)
    )
    return joined((*figures, left_out(recording, context)))


def graphs(context: Context) -> list[str]:
    """What Graphviz is going to be given for them, in DOT."""
    return [Diagram(shown, context.lines).dot() for shown in context.shown]


def _figure(shown: Shown, diagram: Diagram, layout: Layout, *, explained: bool) -> Markup:
    picture = diagram.svg(layout)
    return element(
        "figure",
        scrolling(f"State machine of {shown.instance.machine.name}", picture),
        legend(diagram.boxes, diagram.edges) if explained else "",
        element("figcaption", _caption(shown), _folded(shown, diagram)),
        class_="wp-machine",
        id=shown.anchor,
        data_search_exclude=True,
    )


def _caption(shown: Shown) -> Markup:
    name = code(shown.instance.machine.qualname)
    if shown.runs == 0:
        return joined(("The machine of ", name, ". Nothing polled it in this run."))
    suspended = times(sum(visit.suspended for visit in shown.instance.visits), "time")
    which = "" if shown.runs == 1 else f" This is the first of its {shown.runs} runs."
    return joined(("The machine of ", name, f", suspended {suspended} in this run.{which}"))


def _folded(shown: Shown, diagram: Diagram) -> str:
    """What the picture leaves out, in sentences."""
    machine, thinned = shown.instance.machine, diagram.thinned
    states = len(machine.states) - len(shown.states)
    all_states = f"state of the {len(machine.states):,} it has"
    sentences = [_left_out(states, all_states, all_states.replace("state", "states", 1))]
    if machine.unlisted:
        possible = f"{machine.unlisted:,} steps are possible in it"
        sentences.append(f"{possible}; only what the run took is drawn.")
    else:
        sentences.append(_left_out(thinned.untaken, *_STEPS))
    sentences.append(_left_out(thinned.taken, "way that it took", "ways that it took"))
    return "".join(f" {sentence}" for sentence in sentences if sentence)


_STEPS = "step that the run did not take", "steps that the run did not take"


def _left_out(count: int, one: str, several: str) -> str:
    if not count:
        return ""
    return f"1 {one} is left out." if count == 1 else f"{count:,} {several} are left out."


class Diagram:
    """One diagram: what Graphviz has to know, and the painting once it has answered.

    Args:
        shown: The machine, and the run that is shown.
        lines: Names the lines of what ran.
    """

    def __init__(self, shown: Shown, lines: SourceLines) -> None:
        self._instance = instance = shown.instance
        self._anchor = shown.anchor
        # Ways out by an exception or by being dropped are drawn one by one only if they happened.
        ends = (StateKind.RAISED, StateKind.DROPPED)
        made = boxes(instance, shown.states, lines)
        self.boxes = [box for box in made if box.visited or box.state.kind not in ends]
        order = [box.state.index for box in self.boxes]
        known = set(order)
        among = [edge for edge in edges(instance) if {edge.source, edge.target} <= known]
        whole = len(shown.states) == len(instance.machine.states)
        self.thinned = thinned(among, order, whole=whole)
        self.edges = self.thinned.edges
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
        lines += [
            f's{source} -> s{target} [id="spine{source}" style=invis weight={_BELOW}]'
            for source, target in self.thinned.spine
        ]
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
        ways |= dict.fromkeys(self.thinned.spine, _BELOW)
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

    def svg(self, layout: Layout) -> Markup:
        """The picture, from the places that Graphviz gave."""
        right = self._right(layout)
        parts = [arrowheads(self._anchor), *self._cluster(layout, right)]
        if "exit" in layout.nodes:
            parts.append(way_out(layout, self._exit_words, self._anchor))
        taken_last = sorted(self.edges, key=lambda edge: bool(edge.badges))
        arrows = (transition(one, layout.arrows[one.name], self._anchor) for one in taken_last)
        states = (
            paint(one, layout.nodes[f"s{one.state.index}"], self._anchor) for one in self.boxes
        )
        parts += [*arrows, *states]
        return picture(
            self._anchor,
            f"State machine of {self._instance.machine.name}",
            self._words(),
            parts,
            width=math.ceil(right + 2 * MARGIN),
            height=math.ceil(layout.height + 2 * MARGIN),
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
        text = "; ".join(steps[:_TOLD_STEPS]) or "none was taken"
        more = f"; and {len(steps) - _TOLD_STEPS} more" if len(steps) > _TOLD_STEPS else ""
        return f"Transitions in the order of the run: {text}{more}."

    def _cluster(self, layout: Layout, right: float) -> Iterable[Markup]:
        area = layout.clusters.get("cluster_suspended")
        if area is None:
            return
        # A taken way out of the last state crosses the border; it must not be the picture's edge.
        right = max(area.right, right - 4)
        width = right - area.x
        yield element(
            "rect",
            class_="wp-cluster",
            x=area.x,
            y=area.y,
            width=width,
            height=area.height,
            rx=12,
        )
        yield element(
            "text",
            f"{CLUSTER_NAME} ",
            element("tspan", CLUSTER_NOTE, class_="wp-note"),
            class_="wp-cluster-name",
            x=right - 12,
            y=area.y + 18,
            text_anchor="end",
        )
