"""The arrows of a state machine diagram: which ways were taken, which would have been possible."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from mkdocs_wakepoint.views.boxes import SANS
from mkdocs_wakepoint.views.story import Instance
from mkdocs_wakepoint.views.words import MAX_PILLS, causes, ranges, wrap
from wakepoint.machine.model import Machine, StateKind, Transition

BADGE_HEIGHT = 19.0
LINE = 18.0
LONGEST, LINES = 25, 2
"""Characters of a label's line, and lines of its cause and of its condition; the description and
the table say them in full."""

_SWALLOWED = " swallows the exception"  # in the condition of such a way
_LAID_OUT = 6.6  # a character of Courier at 11 points


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow.

    Attributes:
        source: Index of the state it leaves.
        target: Index of the state it reaches.
        badges: When it was taken: numbers of steps; empty for a possible way that was not.
        cause: What made it possible: ``timer 1 fired``.
        condition: In source terms, when this way is taken and no other.
        first: Number of the first step that took it; 0 for one that was not taken.
    """

    source: int
    target: int
    badges: tuple[str, ...]
    cause: str
    condition: str
    first: int = 0

    @property
    def name(self) -> str:
        """Unique in the diagram."""
        return f"e{self.source}-{self.target}"

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The label without its badges: of each line, what it tells and the text."""
        texts = (("cause", self.cause), ("condition", self.condition))
        return [(kind, line) for kind, text in texts if text for line in wrap(text, LONGEST, LINES)]

    @property
    def badges_width(self) -> float:
        """In pixels, with the gap behind the last one."""
        return sum(badge_width(badge) + 4 for badge in self.badges) + 3 * bool(self.badges)

    @property
    def label_width(self) -> float:
        """In pixels."""
        return self.badges_width + max((len(text) * SANS for _, text in self.lines), default=0)

    def dot(self) -> str:
        """For Graphviz, which lays out a label of the right size."""
        room = "x" * math.ceil((self.label_width + 10) / _LAID_OUT)
        label = "\\n".join(room for _ in self.lines)
        back = " constraint=false" if self.target < self.source else ""
        return (
            f's{self.source} -> s{self.target} [id="{self.name}" weight={self.weight} '
            f'label="{label}"{back}]'
        )

    @property
    def weight(self) -> int:
        """Taken ways are drawn straight, above all those down the spine."""
        if not self.badges:
            return 0
        return 20 if self.target == self.source + 1 else 8


def badge_width(text: str) -> float:
    """In pixels."""
    return max(BADGE_HEIGHT, 10 + len(text) * 7.0)


def edges(instance: Instance) -> list[Edge]:
    """Every way that was taken, and every other that is possible unless something raises."""
    conditions = _conditions(instance.machine)
    taken = list(_taken(instance, conditions))
    gone = {(edge.source, edge.target) for edge in taken}
    ghosts = [
        Edge(source, target, (), "", condition)
        for (source, target), condition in conditions.items()
        if (source, target) not in gone
    ]
    return sorted(
        [*taken, *ghosts, *_handled(instance.machine, gone | conditions.keys())],
        key=lambda edge: (edge.source, edge.target),
    )


def _taken(instance: Instance, conditions: dict[tuple[int, int], str]) -> Iterable[Edge]:
    for state in instance.machine.states:
        for target, steps in instance.steps_from(state.index).items():
            numbers = [step.number for step in steps]
            count = f"×{len(numbers)} " if len(numbers) > MAX_PILLS else ""
            cause = count + causes(step.cause for step in steps)
            condition = conditions.get((state.index, target), "")
            badges = tuple(ranges(numbers))
            yield Edge(state.index, target, badges, cause, condition, numbers[0])


def _conditions(machine: Machine) -> dict[tuple[int, int], str]:
    """The ways from state to state that need no exception, and when each is taken."""
    conditions: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for way in machine.transitions:
        if not way.exceptional:
            texts = conditions[way.source, way.target]
            if way.condition and way.condition not in texts:
                texts.append(way.condition)
    return {pair: " or ".join(texts) for pair, texts in conditions.items()}


def _handled(machine: Machine, drawn: Iterable[tuple[int, int]]) -> Iterable[Edge]:
    """Exceptions that the function itself handles: one arrow to each handler, from its nearest.

    Those that leave the function are not drawn one by one: all states together have one way out.
    Nor are those that a context manager would have to swallow: each could, and few do.
    """
    ways: defaultdict[int, list[Transition]] = defaultdict(list)
    ends = {machine.terminal(StateKind.RAISED).index, machine.terminal(StateKind.DROPPED).index}
    for way in machine.transitions:
        leaves = way.target in ends or _SWALLOWED in (way.condition or "")
        if way.exceptional and not leaves and (way.source, way.target) not in drawn:
            ways[way.target].append(way)
    for target, all_ways in ways.items():
        sources = sorted({way.source for way in all_ways})
        before = [source for source in sources if source <= target]
        source = before[-1] if before else sources[0]
        conditions = list(dict.fromkeys(way.condition for way in all_ways if way.condition))
        condition = " or ".join(conditions) or "an exception is raised"
        if len(sources) > 1:
            condition += f", in {', '.join(ranges(sources))}"
        yield Edge(source, target, (), "", condition)
