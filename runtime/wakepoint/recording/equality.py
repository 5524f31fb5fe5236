"""What an original and its lowered form have in common: whether two runs went the same way."""

from __future__ import annotations

import re
from typing import Any

from wakepoint.machine.model import Machine, VariableKind
from wakepoint.recording.model import Event, Recording

_ADDRESS = re.compile(r"\b0x(?:[0-9a-fA-F]{6,16}\b|…)")
_COROUTINE = re.compile(r"<(?:coroutine|async_generator) object (\S+) at 0x(?:[0-9a-fA-F]+|…)>")
_OF_GENERATOR = re.compile(r"async generator .*|coroutine async_generator_a(send|throw)")
"""What a step of one is awaited as: by who iterates a coroutine's own, or one that it was given."""

MachineFact = tuple[str, dict[str, Any]]
"""The kind of an event, and its facts."""

# fmt: off
_KINDS = frozenset((
    "machine.started", "state.entered", "state.suspended", "state.resumed", "future.polled",
    "machine.returned", "machine.raised", "machine.dropped",
))
# fmt: on


def machine_facts(recording: Recording) -> list[MachineFact]:
    """What a recording says about its machines, with what an original and its lowered form share.

    These are the states with the values of the variables that are live, what was polled and what
    came of it, results and exceptions. Lines differ, and a lowered machine keeps live variables
    alone. An inner function stays a coroutine in both; only what it awaits is told.
    """
    machines: dict[int, Machine] = {}
    numbers: dict[int, int] = {}
    facts = []
    for event in recording.events:
        if event.kind not in _KINDS:
            continue
        if event.kind == "machine.started":
            machines[event["instance"]] = machine = recording.machines[event["machine"]]
            if "<locals>" not in machine.qualname:
                numbers[event["instance"]] = len(numbers) + 1
        if event["instance"] in numbers and not _ends_a_generator(event, machines):
            facts.append((event.kind, _shared_facts(event, machines, numbers)))
    return facts


def _shared_facts(
    event: Event, machines: dict[int, Machine], numbers: dict[int, int]
) -> dict[str, Any]:
    facts = {k: v for k, v in event.facts.items() if k not in {"line", "future", "machine"}}
    if "variables" in facts:
        state = machines[facts["instance"]].states[facts.get("state") or 0]
        live = {
            variable.name
            for variable in state.variables
            if variable.live and variable.kind in {VariableKind.LOCAL, VariableKind.CELL}
        }
        facts["variables"] = {
            each["name"]: each["value"] for each in facts["variables"] if each["name"] in live
        }
    if "awaiting" in facts:
        facts["awaiting"] = _OF_GENERATOR.sub("async generator", facts["awaiting"])
    if "parent" in facts:
        facts["parent"] = numbers.get(facts["parent"])
    return facts | {"instance": numbers[facts["instance"]]}


def alike(text: str) -> str:
    """A text without what differs between any two runs, or between coroutines and machines."""
    return _ADDRESS.sub("0x…", _COROUTINE.sub(r"\1()", text))


def _ends_a_generator(event: Event, machines: dict[int, Machine]) -> bool:
    """True if it tells of an async generator that is not needed any more.

    CPython ends one as soon as nobody holds it, a lowered machine holds it until its own end.
    """
    machine = machines.get(event.facts.get("instance", 0))
    if machine is None or machine.kind != "async generator":
        return False
    return event.kind in {"machine.dropped", "state.resumed"}
