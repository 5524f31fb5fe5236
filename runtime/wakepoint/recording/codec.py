"""Recordings as JSON: the published, versioned form."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from wakepoint.machine.model import (
    Machine,
    Span,
    State,
    StateKind,
    Transition,
    Variable,
    VariableKind,
)
from wakepoint.recording.model import (
    FORMAT_VERSION,
    Environment,
    Event,
    Frame,
    GoesOn,
    Outcome,
    Output,
    Recording,
    Waiting,
)


class RecordingError(ValueError):
    """A text that is no recording of a version that this reader knows."""


def dumps(recording: Recording) -> str:
    """The recording as JSON, the same text for equal recordings, one event a line.

    Example:
        >>> from wakepoint.recording import record
        >>> recording = record("print", backend="simulated")
        >>> loads(dumps(recording)) == recording
        True
    """
    whole = asdict(recording)
    events = whole.pop("events")
    machines = whole.pop("machines")
    if not whole["origins"]:  # of a lowered form alone
        del whole["origins"]
    head = {"version": FORMAT_VERSION, **whole}
    lines = [f"{_json(key)}: {_json(value)}" for key, value in head.items()]
    lines.append(_list("machines", machines))
    lines.append(_list("events", [_flat(event) for event in events]))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _flat(event: dict[str, Any]) -> dict[str, Any]:
    facts = event.pop("facts")
    return {**event, **facts}


def _list(name: str, items: list[Any]) -> str:
    if not items:
        return f'"{name}": []'
    return f'"{name}": [\n' + ",\n".join(f"  {_json(item)}" for item in items) + "\n]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def loads(text: str) -> Recording:
    """Reads what `dumps` wrote.

    Raises:
        RecordingError: If it is no recording, or one of another version.
    """
    try:
        data = json.loads(text)
        version = data["version"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise RecordingError(f"not a recording: {error}") from None
    if version != FORMAT_VERSION:
        raise RecordingError(f"recording of version {version}; this reads {FORMAT_VERSION}")
    try:
        return _recording(data)
    except (KeyError, TypeError, ValueError) as error:
        raise RecordingError(f"a damaged recording: {error!r}") from None


def _recording(data: dict[str, Any]) -> Recording:
    outcome = data["outcome"]
    return Recording(
        source=data["source"],
        environment=Environment(**data["environment"]),
        machines=tuple(map(_machine, data["machines"])),
        events=tuple(map(_event, data["events"])),
        output=tuple(Output(**piece) for piece in data["output"]),
        outcome=Outcome(
            kind=outcome["kind"],
            error=outcome["error"],
            message=outcome["message"],
            frames=tuple(Frame(**frame) for frame in outcome["frames"]),
            waiting=tuple(Waiting(**task) for task in outcome["waiting"]),
            goes_on=tuple(GoesOn(**each) for each in outcome.get("goes_on", ())),
        ),
        truncated=data["truncated"],
        origins=tuple(data.get("origins", ())),
    )


def _event(data: dict[str, Any]) -> Event:
    facts = dict(data)
    return Event(facts.pop("n"), facts.pop("kind"), facts.pop("by"), facts)


def _machine(data: dict[str, Any]) -> Machine:
    return Machine(
        **{
            **data,
            "states": tuple(map(_state, data["states"])),
            "transitions": tuple(Transition(**step) for step in data["transitions"]),
        }
    )


def _state(data: dict[str, Any]) -> State:
    span = data["span"]
    return State(
        **{
            **data,
            "kind": StateKind(data["kind"]),
            "span": None if span is None else Span(**span),
            "variables": tuple(
                Variable(v["name"], VariableKind(v["kind"]), v["live"]) for v in data["variables"]
            ),
        }
    )
