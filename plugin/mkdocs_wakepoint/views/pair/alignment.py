"""Which steps two runs have in common, and which only one of them has."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher
from typing import Final

from mkdocs_wakepoint.views.limits import STEPS
from mkdocs_wakepoint.views.pair.moments import Moment, moments
from wakepoint.recording import Recording

BOTH: Final = "="
LEFT: Final = "<"
RIGHT: Final = ">"

_Word = Callable[[Moment], Hashable]


def alignment(left: Recording, right: Recording) -> str:
    """The steps of both runs in one order.

    Two runs of one program have a step in common if the same happens to the same task at the same
    place; two programs, if only that is the same.

    Returns:
        A character for each step: ``=`` both runs have it, ``<`` only the left one, ``>`` only the
        right one. The first stands for the begin of both, and the last for their ends.
    """
    ours, theirs = moments(left), moments(right)
    tasks = _corresponding(_names(right), _names(left))
    words = [_exactly] if left.source == right.source else [_exactly, _roughly]
    return _aligned(ours, [_as_called(one, tasks) for one in theirs], words)


def _names(recording: Recording) -> dict[int, str]:
    """What each task was made of, by its number."""
    spawned = (event for event in recording.events[:STEPS] if event.kind == "task.spawned")
    return {event["task"]: event["name"] for event in spawned}


def _corresponding(theirs: dict[int, str], ours: dict[int, str]) -> dict[int, int]:
    """For each of their tasks, ours of that name, the first for the first; else the next left."""
    of_name: defaultdict[str, deque[int]] = defaultdict(deque)
    for task, name in ours.items():
        of_name[name].append(task)
    found = {task: of_name[name].popleft() for task, name in theirs.items() if of_name[name]}
    rest = iter(sorted(task for several in of_name.values() for task in several))
    beyond = max(ours, default=0)
    return {task: found.get(task) or next(rest, beyond + task) for task in theirs}


def _as_called(moment: Moment, tasks: dict[int, int]) -> Moment:
    """The same with other numbers for tasks."""
    task = None if moment.task is None else tasks[moment.task]
    places = tuple((tasks[one], place) for one, place in moment.places)
    return Moment(moment.n, moment.kind, task, places)


def _exactly(moment: Moment) -> Hashable:
    return moment.kind, moment.task, frozenset(moment.places)


def _roughly(moment: Moment) -> Hashable:
    return moment.kind, moment.task


def _aligned(ours: Sequence[Moment], theirs: Sequence[Moment], words: Sequence[_Word]) -> str:
    """What is equal in the first words; between that, what is in the next; then what is left."""
    if not words or not ours or not theirs:
        return LEFT * len(ours) + RIGHT * len(theirs)
    word, *others = words
    matcher = SequenceMatcher(None, [*map(word, ours)], [*map(word, theirs)], autojunk=False)
    parts, a, b = [], 0, 0
    for mine, other, size in matcher.get_matching_blocks():
        parts += [_aligned(ours[a:mine], theirs[b:other], others), BOTH * size]
        a, b = mine + size, other + size
    return "".join(parts)
