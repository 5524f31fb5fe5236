"""What every view is given: the snippet, its run folded, and which machines are shown where."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from mkdocs_wakepoint.snippet import Snippet
from mkdocs_wakepoint.views.limits import FEWEST_STATES, MACHINES, STATES, VALUE
from mkdocs_wakepoint.views.source_lines import SourceLines
from mkdocs_wakepoint.views.story import Instance, Story, tell
from wakepoint.machine.model import TERMINAL_KINDS, Machine, State
from wakepoint.recording import Recording


@dataclass(frozen=True, slots=True)
class Shown:
    """A machine that is shown, by its first run.

    Attributes:
        instance: That run.
        anchor: What the ids of its parts begin with, unique in the page.
        runs: Every run of the machine that the recording has; none if nothing polled it.
        states: Those that are shown, in order: all of them, unless they are too many.
    """

    instance: Instance
    anchor: str
    runs: tuple[Instance, ...]
    states: tuple[State, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What a view knows beside the recording.

    Attributes:
        snippet: What the author wrote.
        story: The recording, folded.
        lines: Names the lines of what ran.
        shown: The machines that the author wants to see, outermost first.
        left_out: How many others there are, for which there is no room.
        others: Recordings of the same snippet from other platforms.
        lowered: The run of its lowered form, if that is shown.
    """

    snippet: Snippet
    story: Story
    lines: SourceLines
    shown: tuple[Shown, ...]
    others: tuple[Recording, ...] = ()
    lowered: Recording | None = None
    left_out: int = 0

    def anchor(self, machine: Machine) -> str | None:
        """Where a machine is shown, if it is."""
        return next((one.anchor for one in self.shown if one.instance.machine is machine), None)


def context(snippet: Snippet, recording: Recording, others: tuple[Recording, ...] = ()) -> Context:
    """Folds a recording, and chooses the machines that are shown."""
    story = tell(recording)
    lines = SourceLines(snippet, recording.source)
    by_machine = story.by_machine()
    name = snippet.options.machine
    chosen: list[tuple[Instance, tuple[Instance, ...]]] = []
    for index, machine in enumerate(recording.machines):
        if name and name not in (machine.name, machine.qualname):
            continue
        runs = by_machine.get(index, [])
        if not name and not lines.shows(machine.first_line):
            continue  # whoever hides a function wants no picture of it
        if runs:
            chosen.append((runs[0], tuple(runs)))
        elif name:  # asked for, so its possible states are worth a picture
            chosen.append((Instance(0, machine, None, None, {}), ()))
    # In the order of their start a machine comes before those that it awaits.
    chosen.sort(key=lambda pair: pair[0].number)
    taken: Counter[str] = Counter()
    room = STATES
    shown = []
    for instance, runs_of_it in chosen[:MACHINES]:
        states = _states(instance, max(room, FEWEST_STATES))
        shown.append(Shown(instance, _anchor(snippet, instance.machine, taken), runs_of_it, states))
        room -= len(states)
    more = len(chosen) - len(shown)
    return Context(snippet, story, lines, tuple(shown), others, left_out=more)


def _states(instance: Instance, room: int) -> tuple[State, ...]:
    """The states that are shown: those that the run entered go first, then their neighbours."""
    states = instance.machine.states
    if len(states) <= room:
        return states
    first, last = 1, len(states) - len(TERMINAL_KINDS)
    visited = list(dict.fromkeys(visit.state for visit in instance.visits))
    beside = (state + step for state in visited for step in (1, -1))
    wanted = dict.fromkeys((instance.standing, *visited, *beside, *range(first, last)))
    inner = [state for state in wanted if first <= state < last]
    chosen = {0, *inner[: room - 1 - len(TERMINAL_KINDS)], *range(last, len(states))}
    return tuple(states[index] for index in sorted(chosen))


def _anchor(snippet: Snippet, machine: Machine, taken: Counter[str]) -> str:
    name = re.sub(r"\W+", "-", machine.qualname[:VALUE]).strip("-")
    taken[name] += 1
    again = "" if taken[name] == 1 else f".{taken[name]}"
    return f"wp-{snippet.key}-{name}{again}"
