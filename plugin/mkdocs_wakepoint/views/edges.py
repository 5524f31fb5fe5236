"""The arrows of a state machine diagram: which ways were taken, which would have been possible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mkdocs_wakepoint.views.box import SANS
from mkdocs_wakepoint.views.story import Instance, Step
from mkdocs_wakepoint.views.stretches import Stretch
from mkdocs_wakepoint.views.words import causes, cut, ranges, wrap
from wakepoint.machine.model import Machine, StateKind, Transition

BADGE_HEIGHT = 19.0
BADGE_ROOM = 9
"""Characters of a badge at most."""
CONDITION_LINES = 2

_BADGE_CHARACTER = 7.0
_SWALLOWED = " swallows the exception"  # in the condition of such a way


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow.

    Attributes:
        source: Index of the state it leaves.
        target: Index of the state it reaches.
        badge: When it was taken: numbers of steps; empty for a way that was possible only.
        room: Characters that the badge of any run of the machine has; 0 if none took this way.
        cause: What made it possible: ``timer 1 fired``.
        condition: In source terms, when this way is taken and no other.
        ways: How many ways of the machine it stands for.
    """

    source: int
    target: int
    badge: str
    room: int
    cause: str
    condition: str
    ways: int = 1

    @property
    def name(self) -> tuple[int, int]:
        """Unique in the diagram."""
        return self.source, self.target

    @property
    def taken(self) -> bool:
        """True if the run that is shown went this way."""
        return bool(self.badge)

    @property
    def badge_width(self) -> float:
        """In pixels, with the gap behind it; 0 if there is none."""
        if not self.room:
            return 0
        return max(BADGE_HEIGHT, 10 + self.room * _BADGE_CHARACTER) + 6

    def lines(self, width: float, leads_to: str = "") -> list[tuple[str, str]]:
        """The label without its badge: of each line, what it tells and the text.

        Args:
            width: Of the label, in pixels.
            leads_to: Where the arrow leads, if it says that in words.
        """
        lines = []
        if self.room:
            room = max(int((width - self.badge_width) / SANS), 1)
            told = " · ".join(filter(None, (leads_to, self.cause)))
            lines.append(("cause", cut(told, room)))
        if self.condition:
            room = max(int(width / SANS), 1)
            texts = wrap(self.condition, room, CONDITION_LINES)
            lines += [("condition", line) for line in texts]
        return lines


def badge(numbers: Sequence[int], room: int = BADGE_ROOM) -> str:
    """Numbers of steps in the characters that there are: ``3``, ``3–5``, ``1 4 9``, ``1…12``.

    Args:
        numbers: Ascending; there may be none.
        room: How many characters.
    """
    if not numbers:
        return ""
    texts = (" ".join(ranges(numbers)), f"{numbers[0]}…{numbers[-1]}", f"…{numbers[-1]}")
    return next((text for text in texts if len(text) <= room), cut(str(numbers[-1]), room))


def edges(instance: Instance, runs: Sequence[Instance]) -> list[Edge]:
    """Every way that a run took, and every other that is possible unless something raises.

    Args:
        instance: The run that is shown.
        runs: All runs of its machine.
    """
    machine = instance.machine
    conditions = _conditions(machine)
    taken = _taken(runs)
    ordinary = [
        _edge(instance, pair, taken.get(pair, 0), conditions.get(pair, ""))
        for pair in sorted({*taken, *conditions})
    ]
    handled = _handled(machine, {*taken, *conditions})
    return sorted([*ordinary, *handled], key=lambda edge: edge.name)


def _edge(instance: Instance, pair: tuple[int, int], room: int, condition: str) -> Edge:
    source, target = pair
    steps = instance.steps_from(source).get(target, [])
    return Edge(source, target, badge(_numbers(steps)), room, _cause(steps), condition)


def _numbers(steps: Iterable[Step]) -> list[int]:
    return [step.number for step in steps]


def _cause(steps: Iterable[Step]) -> str:
    return causes(step.cause for step in steps)


def _taken(runs: Sequence[Instance]) -> dict[tuple[int, int], int]:
    """The ways that any run took, and how much room their badges need."""
    taken: dict[tuple[int, int], int] = {}
    for run in runs:
        for source in dict.fromkeys(step.source for step in run.steps):
            for target, steps in run.steps_from(source).items():
                needed = len(badge(_numbers(steps)))
                taken[source, target] = max(taken.get((source, target), 0), needed)
    return taken


def merged(
    instance: Instance, edges: Iterable[Edge], stretches: Sequence[Stretch]
) -> tuple[list[Edge], int]:
    """Arrows between boxes, where a box may stand for several states.

    Args:
        instance: The run that is shown.
        edges: Arrows between states.
        stretches: The states of each box.

    Returns:
        The arrows, and how many ways lead from a state to another of the same box.
    """
    homes = {
        state: stretch for stretch in stretches for state in range(stretch.first, stretch.last + 1)
    }
    together: defaultdict[tuple[int, int], list[Edge]] = defaultdict(list)
    within = 0
    for edge in edges:
        source, target = homes.get(edge.source), homes.get(edge.target)
        if source is None or target is None:
            continue  # an end that no run reached
        if source is target and source.first != source.last:
            within += edge.ways
        else:
            together[source.first, target.first].append(edge)
    return [_one(instance, *both) for both in sorted(together.items())], within


def _one(instance: Instance, pair: tuple[int, int], several: Sequence[Edge]) -> Edge:
    if len(several) == 1 and several[0].name == pair:
        return several[0]
    ways = [instance.steps_from(edge.source).get(edge.target, []) for edge in several]
    steps = sorted((step for way in ways for step in way), key=lambda step: step.number)
    text = badge(_numbers(steps))
    room = BADGE_ROOM if len(several) > 1 else several[0].room
    conditions = {edge.condition for edge in several}
    return Edge(
        source=pair[0],
        target=pair[1],
        badge=text,
        room=room if any(edge.room for edge in several) else 0,
        cause=_cause(steps),
        condition=conditions.pop() if len(conditions) == 1 else "",
        ways=sum(edge.ways for edge in several),
    )


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
        yield Edge(source, target, "", 0, "", condition, len(sources))
