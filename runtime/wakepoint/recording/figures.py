"""What can be counted in a recording: polls, suspensions, wake-ups, kernel calls."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from wakepoint.recording.model import Event, Recording

_PROGRESS = frozenset(
    {"state.entered", "machine.started", "machine.returned", "machine.raised", "task.spawned"}
)

_RECEIVES = ("recv", "read")
_SENDS = ("send", "write")


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of one run.

    Attributes:
        tasks: Futures that became tasks.
        polls: How often the executor polled a task.
        vain: Polls that brought their task no further: pending again, in the same state.
        entered: Visits of states, of all coroutines together.
        suspended: How often a coroutine was suspended.
        wakes: How often a waker put a task into the run queue.
        idle_wakes: How often a waker was called to no effect.
        parked: How often the thread slept in the kernel.
        events: Events that the kernel returned.
        timers: Timers that fired.
        calls: Kernel calls by name.
        operations: Calls that were handed to the kernel to be done later, by name.
        received: Bytes that came from the kernel.
        sent: Bytes that the kernel took.
        received_pending: Those of ``received`` that the kernel wrote into the buffer of an
            operation that was pending, and not within a call.
        sent_pending: Those of ``sent`` that the kernel took from such a buffer.
    """

    tasks: int
    polls: int
    vain: int
    entered: int
    suspended: int
    wakes: int
    idle_wakes: int
    parked: int
    events: int
    timers: int
    calls: dict[str, int]
    operations: dict[str, int]
    received: int
    sent: int
    received_pending: int
    sent_pending: int


def figures(recording: Recording) -> Figures:
    """Counts what happened in a run."""
    kinds = Counter(event.kind for event in recording.events)
    woken = [event for event in recording.events if event.kind == "waker.woken"]
    useful = sum(bool(event["queued"]) for event in woken)
    unparked = [event for event in recording.events if event.kind == "executor.unparked"]
    calls = [event for event in recording.events if event.kind == "kernel.called"]
    handed = {
        event["operation"]: event["name"]
        for event in recording.events
        if event.kind == "operation.submitted"
    }
    done = [event for event in recording.events if event.kind == "operation.completed"]
    received = _completed(done, handed, _RECEIVES)
    sent = _completed(done, handed, _SENDS)
    return Figures(
        tasks=kinds["task.spawned"],
        polls=kinds["task.polled"],
        vain=_vain(recording.events),
        entered=kinds["state.entered"],
        suspended=kinds["state.suspended"],
        wakes=useful,
        idle_wakes=len(woken) - useful,
        parked=kinds["executor.parked"],
        events=sum(event["events"] for event in unparked),
        timers=kinds["timer.fired"],
        calls=dict(sorted(Counter(event["name"] for event in calls).items())),
        operations=dict(sorted(Counter(handed.values()).items())),
        received=_moved(calls, _RECEIVES) + received,
        sent=_moved(calls, _SENDS) + sent,
        received_pending=received,
        sent_pending=sent,
    )


def visits(recording: Recording, kind: str, function: str, state: int | None = None) -> int | None:
    """How often a function entered its states, or was suspended in them.

    Args:
        recording: The run.
        kind: ``state.entered`` or ``state.suspended``.
        function: Its name. All its calls count.
        state: The index of one state; None for all of them.

    Returns:
        The number; None if the snippet has no such function, or that no such state.
    """
    machines = [machine.name == function for machine in recording.machines]
    states = [machine.states for machine in recording.machines if machine.name == function]
    if not states or (state is not None and state >= max(map(len, states))):
        return None
    instances = {
        event["instance"]
        for event in recording.events
        if event.kind == "machine.started" and machines[event["machine"]]
    }
    return sum(
        event["instance"] in instances and state in (None, event["state"])
        for event in recording.events
        if event.kind == kind
    )


def _moved(calls: list[Event], names: tuple[str, ...]) -> int:
    return sum(event["bytes"] or 0 for event in calls if event["name"].startswith(names))


def _completed(done: list[Event], handed: dict[int, str], names: tuple[str, ...]) -> int:
    """The bytes that operations moved; a result begins with their number: ``5 bytes``, ``5``."""
    moved = 0
    for event in done:
        if event["error"] is None and handed.get(event["operation"], "").startswith(names):
            count = re.search(r"\d+", event["result"])
            moved += int(count[0]) if count else 0
    return moved


def _vain(events: tuple[Event, ...]) -> int:
    vain = 0
    progress = True
    for event in events:
        if event.kind == "task.polled":
            progress = event["poll"] == 1
        elif event.kind in _PROGRESS or (
            event.kind == "future.polled" and event["outcome"] != "pending"
        ):
            progress = True
        elif event.kind == "task.pending" and not progress:
            vain += 1
    return vain
