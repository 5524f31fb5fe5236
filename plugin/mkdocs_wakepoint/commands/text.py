"""A recording as text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mkdocs_wakepoint.text import in_one_line, visible
from mkdocs_wakepoint.views.words import origin, times
from wakepoint.machine.model import Machine, State, StateKind
from wakepoint.recording import Environment, Event, Outcome, Recording
from wakepoint.recording.figures import figures


def text(recording: Recording) -> str:
    """What it wrote, and a summary."""
    written = [visible(piece.text.rstrip("\n")) for piece in recording.output]
    return "\n\n".join([*written, summary(recording)])


def summary(recording: Recording) -> str:
    """How it ended, the states of each machine that ran, and the kernel calls."""
    parts = [f"{ending(recording.outcome)}; {_where(recording.environment)}"]
    if recording.truncated:
        parts.append(f"{times(recording.truncated, 'event')} more than a recording holds, left out")
    if any(event.kind == "trace.replaced" for event in recording.events):
        parts.append("it set a trace function of its own; machines are not recorded from there on")
    for index, machine in enumerate(recording.machines):
        parts += _machine(machine, index, recording.events)
    counted = figures(recording)
    if counted.polls:
        parts.append(
            f"tasks {counted.tasks}, polls {counted.polls} ({counted.vain} in vain), "
            f"wake-ups {counted.wakes}, parked {counted.parked}"
        )
    if counted.calls:
        calls = [(name, str(number)) for name, number in counted.calls.items()]
        parts.append(_table([("kernel call", "times"), *calls]))
    return visible("\n\n".join(parts))


def ending(outcome: Outcome) -> str:
    """How a run ended, in a few words."""
    parts = (outcome.kind, outcome.error, in_one_line(outcome.message))
    return ": ".join(filter(None, parts))


def _where(environment: Environment) -> str:
    backend = f"{environment.backend} on " if environment.backend else ""
    when = [f"recorded {environment.recorded}"] if environment.recorded else []
    return backend + ", ".join((*origin(environment), *when))


def _machine(machine: Machine, index: int, events: Sequence[Event]) -> list[str]:
    """A table of the machine's states; nothing if it never ran."""
    runs = {e["instance"] for e in events if e.kind == "machine.started" and e["machine"] == index}
    if not runs:
        return []
    of_it = [event for event in events if event.facts.get("instance") in runs]
    entered = Counter(event["state"] for event in of_it if event.kind == "state.entered")
    suspended = Counter(event["state"] for event in of_it if event.kind == "state.suspended")
    rows: list[tuple[str, ...]] = [("", "state", "line", "entered", "suspended", "keeps")]
    rows += [
        _state(state, entered[state.index], suspended[state.index])
        for state in machine.states
        if state.span is not None
    ]
    return [f"{machine.qualname}, {times(len(runs), 'run')}\n{_table(rows)}"]


def _state(state: State, entered: int, suspended: int) -> tuple[str, ...]:
    keeps = ", ".join(variable.name for variable in state.variables if variable.live)
    assert state.span is not None
    label = state.label if state.kind is StateKind.AWAIT else f"{state.kind.value}: {state.label}"
    line = str(state.span.line)
    return str(state.index), label, line, str(entered), str(suspended), keeps


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    """Columns under their heads; numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if cell.isdigit() else cell.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        ]
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)
