"""A recording as text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice

from mkdocs_wakepoint.text import in_one_line, visible
from mkdocs_wakepoint.views.limits import (
    FEWEST_VARIABLES,
    MACHINES,
    NAMES,
    STATES,
    TEXT,
    VALUE,
)
from mkdocs_wakepoint.views.words import cut, origin, times
from wakepoint.machine.model import Machine, State, StateKind
from wakepoint.recording import Environment, Event, Outcome, Recording
from wakepoint.recording.figures import figures


def text(recording: Recording, line: Callable[[int], str] = str) -> str:
    """What it wrote, and a summary; see there."""
    written = [visible(text.rstrip("\n")) for text in recording.written().values()]
    return "\n\n".join([*written, summary(recording, line)])


def summary(recording: Recording, line: Callable[[int], str] = str) -> str:
    """How it ended, the states of each machine that ran, and the kernel calls.

    Args:
        recording: The run.
        line: Names a line of what ran.
    """
    parts = [f"{ending(recording.outcome)}; {_where(recording.environment)}"]
    if recording.truncated:
        more = times(recording.truncated, "event")
        parts.append(f"at least {more} more than a recording holds, left out")
    kinds = {event.kind for event in recording.events}
    if "trace.replaced" in kinds:
        parts.append(
            "it traced itself in the recorder's place; machines are not recorded from there on"
        )
    if "trace.failed" in kinds:
        parts.append("the recorder failed; machines are not recorded to the end")
    visits = _Visits(recording.events)
    ran = [index for index in range(len(recording.machines)) if visits.runs[index]]
    parts += [_machine(recording.machines[index], index, visits, line) for index in ran[:MACHINES]]
    if len(ran) > MACHINES:
        parts.append(f"{len(ran) - MACHINES} more machines ran")
    parts += [f"no machine: {each.reason}" for each in recording.unanalysed[:MACHINES]]
    counted = figures(recording)
    if counted.polls:
        parts.append(
            f"tasks {counted.tasks}, polls {counted.polls} ({counted.vain} in vain), "
            f"wake-ups {counted.wakes}, parked {counted.parked}"
        )
    if counted.calls:
        calls = [
            (cut(name, VALUE), str(number)) for name, number in islice(counted.calls.items(), NAMES)
        ]
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


class _Visits:
    """How often each machine ran, and its states were entered and suspended in."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.runs: Counter[int] = Counter()
        self.entered: Counter[tuple[int, int | None]] = Counter()
        self.suspended: Counter[tuple[int, int | None]] = Counter()
        machines: dict[int, int] = {}
        for event in events:
            if event.kind == "machine.started":
                machines[event["instance"]] = event["machine"]
                self.runs[event["machine"]] += 1
            elif event.kind == "state.entered":
                self.entered[machines[event["instance"]], event["state"]] += 1
            elif event.kind == "state.suspended":
                self.suspended[machines[event["instance"]], event["state"]] += 1


def _machine(machine: Machine, index: int, visits: _Visits, line: Callable[[int], str]) -> str:
    """A table of the machine's states."""
    rows: list[tuple[str, ...]] = [("", "state", "line", "entered", "suspended", "keeps")]
    states = [state for state in machine.states if state.span is not None]
    rows += [
        _state(
            state,
            line(state.span.line if state.span else 0),
            visits.entered[index, state.index],
            visits.suspended[index, state.index],
        )
        for state in states[:STATES]
    ]
    more = f"\n  and {len(states) - STATES} more states" if len(states) > STATES else ""
    runs = visits.runs[index]
    return f"{cut(machine.qualname, TEXT)}, {times(runs, 'run')}\n{_table(rows)}{more}"


def _state(state: State, line: str, entered: int, suspended: int) -> tuple[str, ...]:
    live = (cut(variable.name, VALUE) for variable in state.variables if variable.live)
    keeps = cut(", ".join(islice(live, FEWEST_VARIABLES * 5)), TEXT)
    label = state.label if state.kind is StateKind.AWAIT else f"{state.kind.value}: {state.label}"
    return str(state.index), cut(label, VALUE), line, str(entered), str(suspended), keeps


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
