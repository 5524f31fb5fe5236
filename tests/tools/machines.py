"""Machines as text that a person can check, and as data that another Python can be held to."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from typing import Any

from wakepoint.machine import analyze_source
from wakepoint.machine.model import Machine, State, StateKind, Transition, VariableKind


def table(machine: Machine) -> Iterator[str]:
    """The machine, two lines a state: what it keeps, and where it goes from there.

    An exceptional transition is marked by ``!``.
    """
    for state in machine.states:
        if state.kind in {StateKind.RETURNED, StateKind.RAISED, StateKind.DROPPED}:
            continue
        yield f"{_title(state)}: {'; '.join(_kept(state)) or 'nothing'}"
        steps = [each for each in machine.transitions if each.source == state.index]
        yield f"    {' | '.join(_step(each, machine) for each in steps)}"


def _title(state: State) -> str:
    if state.kind is StateKind.START:
        return f"0 {state.label}"
    also = " (also on exception)" if state.on_exception else ""
    return f"{state.index} {state.kind} {state.label}".rstrip() + also


def _kept(state: State) -> Iterator[str]:
    for kind in VariableKind:
        of_kind = [each for each in state.variables if each.kind is kind]
        if kind is VariableKind.LOCAL:
            dead = [each.name for each in of_kind if not each.live]
            of_kind = [each for each in of_kind if each.live]
        else:
            dead = []
        names = [each.name for each in of_kind]
        if names:
            yield f"{'live' if kind is VariableKind.LOCAL else kind} {', '.join(names)}"
        if dead:
            yield f"kept {', '.join(dead)}"


def _step(step: Transition, machine: Machine) -> str:
    target = machine.states[step.target]
    name = str(step.target) if target.span else str(target.kind)
    arrow = "!→" if step.exceptional else "→"
    if step.condition in {None, "otherwise"}:
        return " ".join(filter(None, (arrow, name, step.condition)))
    return f"{arrow} {name} if {step.condition}"


def as_data(text: str, filename: str) -> list[dict[str, Any]]:
    """Every machine of a module with all that is in it, in a form that JSON has."""
    machines = []
    for analysis in analyze_source(text, filename):
        data = dataclasses.asdict(analysis.machine)
        data["poll_transitions"] = [dataclasses.asdict(e) for e in analysis.poll_transitions]
        machines.append(data)
    return machines


def main() -> None:
    """Reads a JSON list of modules' sources and writes their machines."""
    json.dump([as_data(text, "<source>") for text in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    main()
