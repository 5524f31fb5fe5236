"""What comes later in a run, where a row of the timeline says so already."""

from __future__ import annotations

from collections.abc import Sequence

from wakepoint.recording import Event

_TURNS = frozenset({"executor.parked", "executor.unparked", "task.polled"})


def straight_on(events: Sequence[Event]) -> set[int]:
    """The indices of events that enter a state in which the instance does not suspend then."""
    going_on = set()
    next_kind: dict[int, str] = {}  # of each instance
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        instance = event.facts.get("instance")
        if instance is None or event.kind == "future.polled":
            continue
        if event.kind == "state.entered":
            after = next_kind.get(instance, "state.suspended")
            if after != "state.suspended":
                going_on.add(index)
        next_kind[instance] = event.kind
    return going_on


def next_turns(events: Sequence[Event]) -> list[str]:
    """What kind of turn comes next behind each event; empty where there is none."""
    turns = []
    turn = ""
    for event in reversed(events):
        turns.append(turn)
        if event.kind in _TURNS:
            turn = event.kind
    return turns[::-1]
