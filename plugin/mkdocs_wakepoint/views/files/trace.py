"""A run as a trace in the JSON format of Chrome, which Perfetto opens.

https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU

A recording knows in which order things happened and not how long they took. So the time of an event
is its ordinal, as so many microseconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from mkdocs_wakepoint.views.strace import call
from wakepoint.recording import Event, Recording

TIME: Final = "The time of an event is its ordinal in the recording; durations say nothing."

_PROCESS: Final = 1
_EXECUTOR, _REACTOR, _KERNEL = 1, 2, 3
_FIRST_TASK: Final = 10
"""The track of task 1; those of the other tasks follow."""


def trace(recording: Recording) -> str:
    """The whole file."""
    environment = recording.environment
    whole = {
        "traceEvents": _Tracer(recording).traced(),
        "displayTimeUnit": "ns",
        "otherData": {
            "time": TIME,
            "backend": environment.backend or "none",
            "system": environment.system,
            "python": environment.python,
        },
    }
    return json.dumps(whole, ensure_ascii=False, indent=0) + "\n"


class _Tracer:
    def __init__(self, recording: Recording) -> None:
        self._events = recording.events
        self._tracks = {_EXECUTOR: "executor", _REACTOR: "reactor", _KERNEL: "kernel"}
        self._written: list[dict[str, Any]] = []
        self._polled: dict[int, Event] = {}  # task -> the poll that is under way
        self._flows: dict[int, int] = {}  # task -> the wake-up that queued it
        self._parked: Event | None = None

    def traced(self) -> list[dict[str, Any]]:
        for event in self._events:
            handler = self.handlers.get(event.kind)
            if handler is not None:
                handler(self, event)
        last = self._events[-1].n + 1 if self._events else 1
        for task, event in self._polled.items():  # the run ended in the middle of it
            self._slice(_track(task), event.n, last, f"poll {event['poll']}", {"ended": "never"})
        if self._parked is not None:
            self._slice(_EXECUTOR, self._parked.n, last, "parked", {"ended": "never"})
        return [*self._names(), *self._written]

    def _names(self) -> list[dict[str, Any]]:
        named: list[tuple[str, int, dict[str, Any]]] = []
        named += [("process_name", 0, {"name": f"Wakepoint. {TIME}"})]
        for track, name in sorted(self._tracks.items()):
            named += [("thread_name", track, {"name": name})]
            named += [("thread_sort_index", track, {"sort_index": track})]
        return [
            {"ph": "M", "name": name, "pid": _PROCESS, "tid": track, "args": args}
            for name, track, args in named
        ]

    # -- the kinds of events -----------------------------------------------------------------------

    def _spawned(self, event: Event) -> None:
        self._tracks[_track(event["task"])] = f"task {event['task']} ({event['name']})"

    def _poll(self, event: Event) -> None:
        self._polled[event["task"]] = event
        flow = self._flows.pop(event["task"], None)
        if flow is not None:
            # It ends in the slice that it stands in: the poll.
            self._flow("f", flow, _track(event["task"]), event.n, bp="e")

    def _poll_ended(self, event: Event) -> None:
        began = self._polled.pop(event["task"], None)
        if began is not None:
            facts = {"ended": event.kind.partition(".")[2]}
            name = f"poll {began['poll']}"
            self._slice(_track(event["task"]), began.n, event.n + 1, name, facts)

    def _park(self, event: Event) -> None:
        self._parked = event

    def _unpark(self, event: Event) -> None:
        if self._parked is not None:
            facts = {"until": self._parked["until"], "events": event["events"]}
            self._slice(_EXECUTOR, self._parked.n, event.n + 1, "parked", facts)
        self._parked = None

    def _wake(self, event: Event) -> None:
        track = self._track_of(event.by)
        facts = {"task": event["task"], "because": event["because"], "queued": event["queued"]}
        self._slice(track, event.n, event.n + 1, f"wake task {event['task']}", facts)
        if event["queued"]:
            self._flows[event["task"]] = event.n
            self._flow("s", event.n, track, event.n)

    def _call(self, event: Event) -> None:
        facts = {"by": event.by, "call": call(event), "error": event["error"]}
        self._slice(_KERNEL, event.n, event.n + 1, event["name"], facts)

    # -- what is written of them -------------------------------------------------------------------

    def _track_of(self, actor: str) -> int:
        sort, _, number = actor.partition(" ")
        if sort == "task" and number.isdigit():
            return _track(int(number))
        return _REACTOR if actor == "reactor" else _EXECUTOR

    def _slice(self, track: int, begin: int, end: int, name: str, args: dict[str, Any]) -> None:
        self._written.append(
            {"ph": "X", "name": name, "cat": "wakepoint", "pid": _PROCESS, "tid": track}
            | {"ts": begin, "dur": end - begin, "args": {"event": begin, **args}}
        )

    def _flow(self, ph: str, number: int, track: int, at: int, **more: str) -> None:
        self._written.append(
            {"ph": ph, "name": "wake", "cat": "wake", "id": number, "pid": _PROCESS}
            | {"tid": track, "ts": at, **more}
        )

    handlers: ClassVar[Mapping[str, Callable[[_Tracer, Event], None]]] = {
        "task.spawned": _spawned,
        "task.polled": _poll,
        "task.pending": _poll_ended,
        "task.ready": _poll_ended,
        "task.raised": _poll_ended,
        "task.dropped": _poll_ended,
        "executor.parked": _park,
        "executor.unparked": _unpark,
        "waker.woken": _wake,
        "kernel.called": _call,
    }
    """What is written of each kind of event that has a place in a trace."""


def _track(task: int) -> int:
    return _FIRST_TASK + task - 1
