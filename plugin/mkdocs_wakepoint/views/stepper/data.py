"""What the script is given: what is true at each step, as the changes from step to step."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from markupsafe import Markup

from mkdocs_wakepoint.text import visible
from mkdocs_wakepoint.views.asked import choices
from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.limits import STEPS
from mkdocs_wakepoint.views.markup import element
from mkdocs_wakepoint.views.stepper.board import Difference
from mkdocs_wakepoint.views.stepper.fold import differences
from mkdocs_wakepoint.views.stepper.questions import questions
from mkdocs_wakepoint.views.stepper.stops import every, story
from wakepoint.machine.model import Machine
from wakepoint.recording import Recording


def data_block(known: dict[str, Any]) -> Markup:
    """Data for the script as an element that no browser shows or runs.

    It is no script: Material makes those of a page anew when it brings the page without loading it,
    and runs them.
    """
    text = json.dumps(_visible(known), ensure_ascii=False, separators=(",", ":"))
    return element("template", text, class_="wp-run", data_search_exclude=True)


def data(recording: Recording, context: Context) -> dict[str, Any]:
    """The data.

    Returns:
        keys: The keys of `fold`, in the order of their first change.
        steps: For each event the changes as one flat list: index of a key, its value, and so on;
            null takes a key away.
        story, every: Ordinals of the events at which one halts, from 0.
        tasks: Name of each task by its number.
        machines: Of each its name, the id of its picture or null, and for each state the id of its
            line or null, and the line's name.
        instances: Of each, by its number, machine, task and parent.
        questions: Where each is asked, what answers it, its text, choices, and the index of the
            right one, null if any will do. What the author asks is asked at 0.
    """
    events = recording.events[:STEPS]
    halts = story(events)
    lives = "lifecycle" in context.snippet.options.show
    keys, steps = _indexed(differences(recording, lives=lives))
    return {
        "keys": keys,
        "steps": steps,
        "story": halts,
        "every": every(events),
        "tasks": {event["task"]: event["name"] for event in events if event.kind == "task.spawned"},
        "machines": [_machine(machine, context) for machine in recording.machines],
        "instances": {
            event["instance"]: [event["machine"], event["task"], event["parent"]]
            for event in events
            if event.kind == "machine.started"
        },
        "questions": [
            *_asked_by_author(recording, context, halts),
            *(
                [one.at, one.then, one.text, one.choices, one.right]
                for one in questions(recording, halts, context.lines)
            ),
        ],
    }


def _asked_by_author(
    recording: Recording, context: Context, halts: Sequence[int]
) -> Iterator[list[Any]]:
    asked = context.snippet.options.ask
    if asked is None or len(halts) < 2:
        return
    several, right = choices(asked, recording)
    yield [0, halts[1], asked.text, several or ("Let it run",), right]


def _visible(value: Any) -> Any:
    """The same with its texts made safe to look at."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {_visible(key): _visible(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_visible(inner) for inner in value]
    return value


def _indexed(changes: Iterable[Difference]) -> tuple[list[str], list[list[Any]]]:
    indices: dict[str, int] = {}
    steps = []
    for difference in changes:
        step: list[Any] = []
        for key, value in difference.items():
            step += [indices.setdefault(key, len(indices)), value]
        steps.append(step)
    return list(indices), steps


def _machine(machine: Machine, context: Context) -> dict[str, Any]:
    lines = [state.span.line if state.span else machine.first_line for state in machine.states]
    return {
        "name": machine.name,
        "anchor": context.anchor(machine),
        "lines": [context.lines.anchor(line) for line in lines],
        "words": [context.lines.name(line) for line in lines],
    }
