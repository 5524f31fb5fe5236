"""How large a recording may be: what is longer is cut when it is made, and refused when it is read.

A coroutine that is too large is left out by its analysis; see `wakepoint.machine.sizes`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from wakepoint.machine.model import Machine
from wakepoint.recording.model import Event, Outcome, Recording
from wakepoint.recording.safe_repr import cut, safe_repr

CHARACTERS: Final = 64 << 20
"""Of the whole text."""
EVENTS: Final = 50_000
"""More than these are counted, not kept."""
TEXT: Final = 2_000
"""Characters of a name, a label, a value or any other text but those below."""
MESSAGE: Final = 20_000
"""Characters of what the exception says that ended the run."""
SOURCE: Final = 4 << 20
OUTPUT: Final = 4 << 20
"""Characters of the source, and of a piece of output."""
LINES: Final = 200_000
"""Of a lowered form."""
PIECES: Final = 1_000
"""Pieces of output."""
FRAMES: Final = 2_000
"""Lines of a traceback: of a longer one the outermost half and the innermost."""
TASKS: Final = 10_000
"""Pending tasks of a deadlock, and those who go on after the time limit."""
ITEMS: Final = 1_000
"""Items of a fact that is a list."""
NUMBER: Final = 10**15
"""No number is larger."""

_SMALL: Final = frozenset({str, int, bool, type(None)})


def bounded(recording: Recording) -> Recording:
    """A recording of which nothing is too large; a text that was cut ends with ``…``."""
    return replace(
        recording,
        machines=tuple(map(_machine, recording.machines)),
        events=tuple(map(_event, recording.events)),
        outcome=_outcome(recording.outcome),
    )


def _event(event: Event) -> Event:
    for value in event.facts.values():
        if not (len(value) <= TEXT if type(value) is str else _is_small(value)):
            facts = {name: _plain(fact) for name, fact in event.facts.items()}
            return Event(event.n, event.kind, event.by, facts)
    return event


def _is_small(value: Any) -> bool:
    """True for what `_plain` would leave as it is."""
    kind = type(value)
    if kind is str:
        return len(value) <= TEXT
    if kind is list:
        return len(value) <= ITEMS and all(map(_is_small, value))
    if kind is dict:
        return all(map(_is_small, value.values()))
    return kind in _SMALL


def _plain(value: Any) -> Any:
    """A fact as JSON has it: a name, for instance, may be of any type."""
    if isinstance(value, str):
        return cut(value, TEXT)
    if isinstance(value, list):
        return [_plain(one) for one in value[:ITEMS]]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value if type(value) in _SMALL else safe_repr(value)


def _machine(machine: Machine) -> Machine:
    texts = (machine.qualname, machine.filename, *(step.condition for step in machine.transitions))
    if max((len(text or "") for text in texts), default=0) > TEXT or any(
        len(text) > TEXT
        for state in machine.states
        for text in (state.label, *(variable.name for variable in state.variables))
    ):
        return _with_short_texts(machine)
    return machine


def _with_short_texts(machine: Machine) -> Machine:
    return replace(
        machine,
        name=_plain(machine.name),
        qualname=_plain(machine.qualname),
        filename=_plain(machine.filename),
        states=tuple(
            replace(
                state,
                label=_plain(state.label),
                variables=tuple(replace(each, name=_plain(each.name)) for each in state.variables),
            )
            for state in machine.states
        ),
        transitions=tuple(
            replace(step, condition=_plain(step.condition)) for step in machine.transitions
        ),
    )


def _outcome(outcome: Outcome) -> Outcome:
    half = FRAMES // 2
    frames = outcome.frames
    if len(frames) > FRAMES:
        frames = (*frames[:half], *frames[-half:])
    return replace(
        outcome,
        error=None if outcome.error is None else _text(outcome.error),
        message=cut(outcome.message, MESSAGE),
        frames=tuple(replace(frame, function=_text(frame.function)) for frame in frames),
        waiting=tuple(
            replace(one, name=_text(one.name), waits_for=_text(one.waits_for))
            for one in outcome.waiting[:TASKS]
        ),
        goes_on=tuple(
            replace(one, what=_text(one.what), how=_text(one.how))
            for one in outcome.goes_on[:TASKS]
        ),
    )


def _text(value: Any) -> str:
    return cut(value if isinstance(value, str) else safe_repr(value), TEXT)
