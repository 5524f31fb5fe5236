"""Which states of a machine have a box of their own in its picture, and which share one.

States that are all alike say nothing new, and of hundreds nobody sees the order. So a long stretch
of states in which no run was suspended becomes one box, and so do those in the middle if there are
too many. The table of states is not concerned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mkdocs_wakepoint.views.limits import BOXES, QUIET
from mkdocs_wakepoint.views.story import Instance
from wakepoint.machine.model import TERMINAL_KINDS, Machine, StateKind


@dataclass(frozen=True, slots=True)
class Stretch:
    """States that share a box: from the first to the last, which may be the same."""

    first: int
    last: int


def stretches(instance: Instance, runs: Sequence[Instance], room: int = BOXES) -> list[Stretch]:
    """The states of a picture, in order: each is in a stretch, but for ends that no run reached.

    Args:
        instance: The run that is shown.
        runs: All runs of the machine.
        room: So many states have a box of their own, at most.
    """
    machine = instance.machine
    first_end = len(machine.states) - len(TERMINAL_KINDS)
    ends = [machine.terminal(kind).index for kind in _reached(runs)]
    alone = set(_chosen(instance, runs, ends, range(1, first_end), room))
    made: list[Stretch] = []
    for index in range(first_end):
        if made and index not in alone and made[-1].last not in alone:
            made[-1] = Stretch(made[-1].first, index)
        else:
            made.append(Stretch(index, index))
    return [*made, *(Stretch(index, index) for index in ends)]


def _reached(runs: Sequence[Instance]) -> list[StateKind]:
    """The ends that have a box: to return is what a function is for, the others need a reason."""
    reached = {StateKind.RETURNED, *(run.end for run in runs)}
    kinds = (StateKind.RETURNED, StateKind.RAISED, StateKind.DROPPED)
    return [kind for kind in kinds if kind in reached]


def _chosen(
    instance: Instance, runs: Sequence[Instance], ends: Iterable[int], inner: range, room: int
) -> list[int]:
    """The states that have a box of their own, the most telling first."""
    suspended = {visit.state for run in runs for visit in run.visits if visit.suspended}
    loud = sorted(suspended.intersection(inner))
    room -= 1 + len(ends := [*ends])
    middle = max(room * 3 // 4, 1)
    order = [
        instance.standing,
        *_turns(instance.machine, runs),
        *loud[:middle],
        *reversed(loud[middle:]),
        *_shown_of_quiet(sorted({*inner} - {*loud})),
    ]
    chosen = [index for index in dict.fromkeys(order) if index in inner]
    return [0, *ends, *chosen[: max(room, 1)]]


def _turns(machine: Machine, runs: Sequence[Instance]) -> list[int]:
    """Where a run went elsewhere than to the next state, and where it came to."""
    first_end = len(machine.states) - len(TERMINAL_KINDS)
    pairs = {
        (step.source, step.target)
        for run in runs
        for step in run.steps
        if step.target < first_end and step.target != step.source + 1
    }
    return [index for pair in sorted(pairs) for index in pair]


def _shown_of_quiet(quiet: Sequence[int]) -> Iterable[int]:
    """Of each long stretch the two at its ends, of others all."""
    stretch: list[int] = []
    for index in [*quiet, -1]:
        if stretch and index != stretch[-1] + 1:
            yield from stretch if len(stretch) < QUIET else (stretch[0], stretch[-1])
            stretch = []
        stretch.append(index)
