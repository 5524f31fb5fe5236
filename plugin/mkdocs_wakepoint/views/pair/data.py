"""What the script is given of recordings that are walked through two at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from markupsafe import Markup

from mkdocs_wakepoint.snippet import Snippet
from mkdocs_wakepoint.views.context import context
from mkdocs_wakepoint.views.markup import element
from mkdocs_wakepoint.views.pair.alignment import alignment
from mkdocs_wakepoint.views.pair.moments import moments
from mkdocs_wakepoint.views.stepper.data import data
from mkdocs_wakepoint.views.stepper.sentences import sentences
from wakepoint.recording import Recording


@dataclass(frozen=True, slots=True)
class Walked:
    """A recording that can be on either side.

    Attributes:
        name: What tells it from the others.
        recording: The run.
        snippet: What ran.
        in_page: True if the page has a stepper of the same recording, which has its data too.
    """

    name: str
    recording: Recording
    snippet: Snippet
    in_page: bool


def pair_data(walked: Sequence[Walked], codes: Sequence[int]) -> dict[str, Any]:
    """The data.

    Args:
        walked: The recordings.
        codes: Which code of the page's each has run.

    Returns:
        runs: Of each recording its name, the key of its snippet, and its code; ``halts``, the
            ordinals of the events at which one halts, from 0, and ``tasks``, whom each of those is
            about, 0 for nobody; ``calls``, the ordinals of kernel calls; and ``data``, what
            `mkdocs_wakepoint.views.stepper.data.data` has of it, null if the page has that already.
        alignments: For each two of them, by their numbers ``0 1``, their steps in one order; see
            `mkdocs_wakepoint.views.pair.alignment.alignment`.
    """
    return {
        "runs": [_run(one, code) for one, code in zip(walked, codes, strict=True)],
        "alignments": {
            f"{left} {right}": alignment(walked[left].recording, walked[right].recording)
            for left, right in combinations(range(len(walked)), 2)
        },
    }


def _run(one: Walked, code: int) -> dict[str, Any]:
    steps = moments(one.recording)
    halts = [step.n for step in steps]
    return {
        "name": one.name,
        "key": one.snippet.key,
        "code": code,
        "halts": halts,
        "tasks": [step.task or 0 for step in steps],
        "calls": _calls(one.recording, halts),
        "data": None if one.in_page else _short(one, halts),
    }


def _short(one: Walked, halts: Sequence[int]) -> dict[str, Any]:
    """The data of a run with what happens from halt to halt as one change."""
    known = data(one.recording, context(one.snippet, one.recording))
    stops, steps = set(halts), []
    together: dict[int, Any] = {}
    for n, step in enumerate(known["steps"][: halts[-1]], 1):
        together.update(zip(step[::2], step[1::2], strict=True))
        steps.append([part for change in together.items() for part in change] if n in stops else [])
        together = {} if n in stops else together
    kept = ("keys", "tasks", "machines", "instances")
    return {**{name: known[name] for name in kept}, "steps": steps}


def _calls(recording: Recording, halts: Sequence[int]) -> list[int]:
    events = recording.events[: halts[-1]]
    return [event.n for event in events if event.kind == "kernel.called"]


def told(one: Walked) -> Markup:
    """What is said of its halts and kernel calls, each in the place of its event."""
    halts = [step.n for step in moments(one.recording)]
    said = {*halts, *_calls(one.recording, halts)}
    lines = context(one.snippet, one.recording).lines
    events = one.recording.events[: halts[-1]]
    items = (
        element("li", sentence if event.n in said else "")
        for event, sentence in zip(events, sentences(one.recording, lines), strict=False)
    )
    return element("template", *items, class_="wp-told", data_search_exclude=True)
