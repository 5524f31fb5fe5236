"""The picture of one state machine: what is in it, how wide it is, and its painting."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from mkdocs_wakepoint.views.box import LINE, SANS
from mkdocs_wakepoint.views.boxes import boxes
from mkdocs_wakepoint.views.column import LABEL, STUB, Branch, Column, Layout, Part, box_width
from mkdocs_wakepoint.views.context import Shown
from mkdocs_wakepoint.views.edges import Edge, edges, merged
from mkdocs_wakepoint.views.layout import Places
from mkdocs_wakepoint.views.limits import BOXES
from mkdocs_wakepoint.views.painting import fold, frame, paint, transition
from mkdocs_wakepoint.views.source_lines import SourceLines
from mkdocs_wakepoint.views.stretches import stretches
from mkdocs_wakepoint.views.svg import MARGIN, picture
from mkdocs_wakepoint.views.thinning import thinned
from mkdocs_wakepoint.views.words import ranges, times, wrap
from wakepoint.machine.model import TERMINAL_KINDS

WIDTHS = (330, 360, 420, 480)
"""Of a picture, in pixels, margins included: the first one that has room for what it shows.

A phone has room for the first, the smaller half of a screen for the second. The style sheet knows
them, see ``wp-goes-on``.
"""
NARROWEST = 265.0
"""Of a box."""
_TOLD_STEPS = 20
_FOLD_LINES = 3
"""Of the label of an arrow that stands for several."""


class Diagram:
    """One picture.

    Args:
        shown: The machine, and the run that is shown.
        lines: Names the lines of what ran.

    Attributes:
        boxes: From the top down.
        thinned: Its arrows.
        within: How many ways lead from a state to another in the same box.
        width: In pixels, margins included.
    """

    def __init__(self, shown: Shown, lines: SourceLines) -> None:
        self._instance = instance = shown.instance
        self._anchor = shown.anchor
        parts = stretches(instance, shown.runs, min(BOXES, len(shown.states)))
        arrows, self.within = merged(instance, edges(instance, shown.runs), parts)
        self._places = {part.first: place for place, part in enumerate(parts)}
        self.boxes = boxes(instance, shown.runs, parts, lines)
        self.thinned = thinned(arrows, [*self._places])
        self._tracks = max(self.thinned.tracks.values(), default=-1) + 1
        self.width = self._chosen_width()
        self._box_width = self._boxes_in(self.width)
        self._label_width = self._box_width - LABEL
        self._column = self._made_column()

    def _boxes_in(self, width: int) -> float:
        return box_width(width - 2 * MARGIN, self._tracks)

    def _chosen_width(self) -> int:
        """Arrows need room; a text that would be cut asks for the second width, never for more."""
        possible = [width for width in WIDTHS if self._boxes_in(width) >= NARROWEST]
        first, second, *_ = WIDTHS
        wanted = max(box.wanted_width for box in self.boxes)
        if possible[0] == first and self._boxes_in(first) < wanted:
            return second
        return possible[0]

    def _made_column(self) -> Column:
        leaving: dict[int, list[Branch]] = {box.first: [] for box in self.boxes}
        for edge in self.thinned.edges:
            leaving[edge.source].append(self._branch(edge))
        for source, folded in self.thinned.folded.items():
            leaving[source].append(Branch(source, LINE * len(self._fold_lines(folded))))
        parts = [
            Part(box.height(self._box_width), box.suspended, tuple(leaving[box.first]))
            for box in self.boxes
        ]
        return Column(parts, self.width - 2 * MARGIN, self._tracks)

    def _branch(self, edge: Edge) -> Branch:
        height = LINE * len(edge.lines(self._label_width))
        if edge.name in self.thinned.told:
            return Branch(edge.name, height)
        track = self.thinned.track(edge)
        return Branch(edge.name, height, self._places[edge.target], track)

    def _fold_lines(self, folded: Sequence[Edge]) -> list[str]:
        """The label of an arrow that stands for several: how many those are, and where to."""
        count = times(sum(edge.ways for edge in folded), "other way")
        room = int((self._label_width - STUB) / SANS)
        return wrap(f"or {count}: to {self._names(folded)}", room, _FOLD_LINES)

    def _names(self, led_to: Sequence[Edge]) -> str:
        boxes = [self.boxes[self._places[edge.target]] for edge in led_to]
        machine = self._instance.machine
        states = [
            machine.states[index] for box in boxes for index in range(box.first, box.last + 1)
        ]
        numbers = [state.index for state in states if state.kind not in TERMINAL_KINDS]
        ends = [state.kind.value for state in states if state.kind in TERMINAL_KINDS]
        return ", ".join([*ranges(numbers), *ends])

    def dot(self) -> str:
        """What Graphviz is to lay out."""
        return self._column.dot()

    # -- painting ------------------------------------------------------------------------------

    def svg(self, places: Places) -> Markup:
        """The picture, from the places that Graphviz gave."""
        layout = self._column.placed(places)
        right = layout.boxes[0].right
        return picture(
            self._anchor,
            f"State machine of {self._instance.machine.name}",
            self._words(),
            [
                *(frame(place, right) for place in layout.frames),
                *self._arrows(layout),
                *map(paint, self.boxes, layout.boxes),
            ],
            width=math.ceil(layout.width + 2 * MARGIN),
            height=math.ceil(layout.height + 2 * MARGIN),
        )

    def _arrows(self, layout: Layout) -> Sequence[Markup]:
        """Those that were taken lie above the others."""
        arrows = layout.arrows
        folds = [
            fold(source, sum(edge.ways for edge in some), self._fold_lines(some), arrows[source])
            for source, some in self.thinned.folded.items()
        ]
        return [
            *folds,
            *(
                transition(edge, arrows[edge.name], self._label_width, self._leads_to(edge))
                for edge in sorted(self.thinned.edges, key=lambda edge: edge.taken)
            ),
        ]

    def _leads_to(self, edge: Edge) -> str:
        """Where an arrow leads that ends beside its label; empty for others."""
        return f"to {self._names([edge])}" if edge.name in self.thinned.told else ""

    def _words(self) -> str:
        names = {box.first: box.heading for box in self.boxes}
        steps = [
            f"{step.number}: to {names.get(step.target, f'state {step.target}')} ({step.cause})"
            for step in self._instance.steps[:_TOLD_STEPS]
        ]
        text = "; ".join(steps) or "none was taken"
        more = len(self._instance.steps) - _TOLD_STEPS
        told = f"; and {more} more" if more > 0 else ""
        return f"Transitions in the order of the run: {text}{told}."
