"""What every view is given: the snippet, its run folded, and which machines are shown where."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from mkdocs_wakepoint.snippet import Snippet
from mkdocs_wakepoint.views.source_lines import SourceLines
from mkdocs_wakepoint.views.story import Instance, Story, tell
from wakepoint.machine.model import Machine
from wakepoint.recording import Recording


@dataclass(frozen=True, slots=True)
class Shown:
    """A machine that is shown, by its first run.

    Attributes:
        instance: That run.
        anchor: What the ids of its parts begin with, unique in the page.
        runs: How many runs of the machine the recording has; 0 if nothing polled it.
    """

    instance: Instance
    anchor: str
    runs: int


@dataclass(frozen=True, slots=True)
class Context:
    """What a view knows beside the recording.

    Attributes:
        snippet: What the author wrote.
        story: The recording, folded.
        lines: Names the lines of what ran.
        shown: The machines that the author wants to see, outermost first.
        others: Recordings of the same snippet from other platforms.
        lowered: The run of its lowered form, if that is shown.
    """

    snippet: Snippet
    story: Story
    lines: SourceLines
    shown: tuple[Shown, ...]
    others: tuple[Recording, ...] = ()
    lowered: Recording | None = None

    def anchor(self, machine: Machine) -> str | None:
        """Where a machine is shown, if it is."""
        return next((one.anchor for one in self.shown if one.instance.machine is machine), None)


def context(snippet: Snippet, recording: Recording, others: tuple[Recording, ...] = ()) -> Context:
    """Folds a recording, and chooses the machines that are shown."""
    story = tell(recording)
    lines = SourceLines(snippet, recording.source)
    name = snippet.options.machine
    chosen: list[tuple[Instance, int]] = []
    for machine in recording.machines:
        if name and name not in (machine.name, machine.qualname):
            continue
        runs = story.of_machine(machine)
        if not name and not lines.shows(machine.first_line):
            continue  # whoever hides a function wants no picture of it
        if runs:
            chosen.append((runs[0], len(runs)))
        elif name:  # asked for, so its possible states are worth a picture
            chosen.append((Instance(0, machine, None, None, {}), 0))
    # In the order of their start a machine comes before those that it awaits.
    chosen.sort(key=lambda pair: pair[0].number)
    taken: Counter[str] = Counter()
    return Context(
        snippet,
        story,
        lines,
        tuple(
            Shown(instance, _anchor(snippet, instance.machine, taken), runs)
            for instance, runs in chosen
        ),
        others,
    )


def _anchor(snippet: Snippet, machine: Machine, taken: Counter[str]) -> str:
    name = re.sub(r"\W+", "-", machine.qualname).strip("-")
    taken[name] += 1
    again = "" if taken[name] == 1 else f".{taken[name]}"
    return f"wp-{snippet.key}-{name}{again}"
