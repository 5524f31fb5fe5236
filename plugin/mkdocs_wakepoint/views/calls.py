"""Who called whom: a recording's events as rows between lifelines, for the timeline."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from mkdocs_wakepoint.views.awaited import Awaited
from mkdocs_wakepoint.views.boxes import heading
from mkdocs_wakepoint.views.limits import DEEP, TEXT
from mkdocs_wakepoint.views.row import (
    EXECUTOR,
    KERNEL,
    OTHERS,
    REACTOR,
    WAKER,
    Row,
    lane_of_task,
)
from mkdocs_wakepoint.views.set_up import sort_of
from mkdocs_wakepoint.views.story import Instance, Story
from mkdocs_wakepoint.views.strace import invocation
from mkdocs_wakepoint.views.turns import next_turns, straight_on
from mkdocs_wakepoint.views.words import cut
from wakepoint.recording import Event

STRAIGHT_ON: Final = ": straight on"
"""How the row of an await ends that did not suspend."""

_REGISTRATIONS = frozenset({"interest.registered", "timer.armed", "operation.submitted"})


def rows(story: Story) -> list[Row]:
    """Every row, in the order of the run."""
    return _Reader(story).read()


class _Reader:
    def __init__(self, story: Story) -> None:
        self._events: Sequence[Event] = story.recording.events
        self._instances = {instance.number: instance for instance in story.instances}
        machines = Counter(instance.task for instance in story.instances)
        self._nested = {task for task, count in machines.items() if count > 1}
        spawned = [event for event in self._events if event.kind == "task.spawned"]
        self._one_task = len({event["task"] for event in spawned}) < 2
        self._awaited = Awaited()
        self._until = ""  # what the thread sleeps for, while it is parked
        # Name and state of what was suspended since the last poll began, innermost first.
        self._standing: list[tuple[str, int]] = []
        self._straight_on = straight_on(self._events)
        self._turns = next_turns(self._events)
        self._rows: list[Row] = []

    def read(self) -> list[Row]:
        for index, event in enumerate(self._events):
            self._awaited.take(event)
            handler = self.handlers.get(event.kind)
            if handler is not None:
                handler(self, event, index)
        return self._rows

    # -- tasks ---------------------------------------------------------------------------------

    def _task_spawned(self, event: Event, index: int) -> None:
        name, lane = event["name"], lane_of_task(event["task"])
        # Otherwise the name stands at the head of the lane.
        text = f"spawn {name}" if self._one_task or lane == OTHERS else f"spawn {lane}"
        full = f"spawn task {event['task']}: {name}"
        self._add(event, "spawn", event.by, EXECUTOR, text, key=name, full=full)

    def _task_polled(self, event: Event, index: int) -> None:
        self._standing.clear()
        other = lane_of_task(event["task"]) == OTHERS
        text = f"poll {event['poll']}" + (f" of task {event['task']}" if other else "")
        self._add(event, "poll", EXECUTOR, self._lane(event), text)

    def _task_pending(self, event: Event, index: int) -> None:
        depth = len(self._standing)
        path = self._standing[: -DEEP - 1 : -1]
        state = f", state {path[0][1]}" if depth == 1 else ""
        text = f"Pending, {depth} deep" if depth > 1 else f"Pending{state}"
        more = [f"and {depth - DEEP} more"] if depth > DEEP else []
        where = ", ".join([f"{name} in state {state}" for name, state in path] + more)
        full = f"Pending: {where}" if path else text
        lane = self._lane(event)
        self._add(event, "pending", lane, EXECUTOR, text, key=path, full=full)

    def _task_ready(self, event: Event, index: int) -> None:
        self._add(event, "ready", self._lane(event), EXECUTOR, f"Ready({event['value']})")

    def _task_raised(self, event: Event, index: int) -> None:
        text = f"raised {event['error']}: {event['message']}".rstrip(": ")
        self._add(event, "raised", self._lane(event), EXECUTOR, text, key=event["error"])

    def _task_dropped(self, event: Event, index: int) -> None:
        self._add(event, "note", self._lane(event), self._lane(event), f"dropped: {event['why']}")

    # -- coroutines ----------------------------------------------------------------------------

    def _state_entered(self, event: Event, index: int) -> None:
        instance = self._instances[event["instance"]]
        if instance.task is None or event["state"] is None:
            return
        name = f"{instance.machine.name} " if instance.task in self._nested else ""
        awaited = heading(instance.machine.states[event["state"]])
        on = STRAIGHT_ON if index in self._straight_on else ""
        text = cut(f"{name}{event['state']}: {awaited}", TEXT)
        self._within(event, instance, "state", f"{text}{on}")

    def _state_suspended(self, event: Event, index: int) -> None:
        name = self._instances[event["instance"]].machine.name
        self._standing.append((name, event["state"]))

    def _machine_returned(self, event: Event, index: int) -> None:
        instance = self._instances[event["instance"]]
        if instance.parent is not None:  # the task's own ends with its task
            text = f"{instance.machine.name} returns {event['value']}"
            self._within(event, instance, "returned", text)

    def _machine_raised(self, event: Event, index: int) -> None:
        instance = self._instances[event["instance"]]
        if instance.parent is not None:
            text = f"{instance.machine.name} raises {event['error']}"
            self._within(event, instance, "failed", text)

    def _machine_dropped(self, event: Event, index: int) -> None:
        instance = self._instances[event["instance"]]
        text = f"{instance.machine.name} dropped in state {event['state']}"
        self._within(event, instance, "note", text)

    def _within(self, event: Event, instance: Instance, kind: str, text: str) -> None:
        if instance.task is not None:
            lane = lane_of_task(instance.task)
            key = (instance.machine.name, event.facts.get("state"), text.endswith(STRAIGHT_ON))
            self._add(event, kind, lane, lane, text, key=key, task=instance.task)

    # -- wakers and the reactor ------------------------------------------------------------------

    def _waker_cloned(self, event: Event, index: int) -> None:
        around = self._events[max(index - 1, 0) : index + 2]
        if any(one.kind in _REGISTRATIONS and one["task"] == event["task"] for one in around):
            return  # told there
        full = f"clones the waker{self._of_task(event)}, to keep it"
        self._add(event, "register", event.by, WAKER, "keep a clone", full=full)

    def _waker_woken(self, event: Event, index: int) -> None:
        because = f": {event['because']}" if event["because"] else ""
        idle = "" if event["queued"] else ", to no effect"
        full = f"wake{self._of_task(event, ' ')}{because}{idle}"
        short = (event["because"] or "wake").replace(" completed", " done")
        text = short if event["queued"] else "wake, to no effect"
        self._add(event, "wake", event.by, WAKER, text, key=event["queued"], full=full)
        if event["queued"]:
            self._add(event, "wake", WAKER, EXECUTOR, f"queue task {event['task']}")

    def _waker_dropped(self, event: Event, index: int) -> None:
        self._add(event, "note", WAKER, WAKER, f"waker{self._of_task(event)} dropped unused")

    def _timer_armed(self, event: Event, index: int) -> None:
        text = f"timer {event['timer']}, {event['delay']} + waker"
        self._add(event, "register", self._lane(event), REACTOR, text)

    def _timer_cancelled(self, event: Event, index: int) -> None:
        self._add(event, "register", event.by, REACTOR, f"cancel timer {event['timer']}")

    def _interest_registered(self, event: Event, index: int) -> None:
        text = f"{event['source']} {event['interest']} + waker"
        self._add(event, "register", self._lane(event), REACTOR, text, key=event["interest"])

    def _interest_removed(self, event: Event, index: int) -> None:
        text = f"forget {event['source']} {event['interest']}"
        self._add(event, "register", event.by, REACTOR, text, key=event["interest"])

    def _operation_submitted(self, event: Event, index: int) -> None:
        text = f"{event['name']} on {event['source']} + waker"
        self._add(event, "register", self._lane(event), REACTOR, text, key=event["name"])

    def _operation_cancelled(self, event: Event, index: int) -> None:
        self._add(event, "register", event.by, REACTOR, f"cancel operation {event['operation']}")

    def _event_dispatched(self, event: Event, index: int) -> None:
        after = self._events[index + 1 : index + 2]
        if not any(one.kind == "waker.woken" for one in after):
            text = f"{event['source']} {event['event']}: nobody waits for it"
            self._add(event, "note", REACTOR, REACTOR, text)

    # -- the kernel ------------------------------------------------------------------------------

    def _executor_parked(self, event: Event, index: int) -> None:
        self._until = self._awaited.until(event["until"])
        self._add(event, "park", EXECUTOR, REACTOR, "queue empty: park")
        if self._turns[index] != "executor.unparked":  # the wait was interrupted
            text = f"parked until {self._until}"
            full = f"{text}, which did not come"
            self._add(event, "parked", REACTOR, KERNEL, text, full=full)

    def _executor_unparked(self, event: Event, index: int) -> None:
        self._until = ""
        before = self._events[index - 1]
        result = before["result"] if before.kind == "kernel.called" else f"{event['events']} events"
        text = _terse(result).removeprefix("1 event: ")
        self._add(event, "unpark", KERNEL, REACTOR, text, key=event["events"] > 0, full=result)

    def _kernel_called(self, event: Event, index: int) -> None:
        call = invocation(event)
        after = self._events[index + 1 : index + 2]
        if self._until and after and after[0].kind == "executor.unparked":
            bounds = [each for each in event["args"] if _BOUND.search(each)]
            text = f"{event['name']}({', '.join(['…', *bounds] if bounds else event['args'])})"
            self._add(event, "call", event.by, KERNEL, text, key=event["name"], full=call)
            self._add(event, "parked", REACTOR, KERNEL, f"parked until {self._until}")
            return
        result = event["error"] or event["result"]
        short = _terse(call) if result == "0" else f"{_terse(call)} = {result}"
        key, full = (event["name"], event["error"]), f"{call} = {result}"
        quiet = event["name"] if sort_of(event["name"], event["error"]) else ""
        self._add(event, "call", event.by, KERNEL, short, key=key, full=full, call=quiet)

    # -- words -------------------------------------------------------------------------------------

    def _add(
        self,
        event: Event,
        kind: str,
        source: str,
        target: str,
        text: str,
        *,
        key: object = None,
        full: str = "",
        task: int | None = None,
        call: str = "",
    ) -> None:
        source = self._shared(source)
        row_key = (kind, source, target, str(key))
        task = event.facts.get("task", task)
        first = not self._rows or self._rows[-1].n != event.n
        whole = cut(full or text, TEXT)
        if not text.endswith(STRAIGHT_ON):
            text = cut(text, TEXT)
        row = Row(event.n, kind, source, target, text, row_key, task, whole, first, call)
        self._rows.append(row)

    @staticmethod
    def _shared(actor: str) -> str:
        sort, _, number = actor.partition(" ")
        return lane_of_task(int(number)) if sort == "task" and number.isdigit() else actor

    @staticmethod
    def _lane(event: Event) -> str:
        task = event["task"]
        return event.by if task is None else lane_of_task(task)

    def _of_task(self, event: Event, between: str = " of ") -> str:
        return "" if self._one_task else f"{between}task {event['task']}"

    handlers: ClassVar[Mapping[str, Callable[[_Reader, Event, int], None]]] = {
        "task.spawned": _task_spawned,
        "task.polled": _task_polled,
        "task.pending": _task_pending,
        "task.ready": _task_ready,
        "task.raised": _task_raised,
        "task.dropped": _task_dropped,
        "state.entered": _state_entered,
        "state.suspended": _state_suspended,
        "machine.returned": _machine_returned,
        "machine.raised": _machine_raised,
        "machine.dropped": _machine_dropped,
        "waker.cloned": _waker_cloned,
        "waker.woken": _waker_woken,
        "waker.dropped": _waker_dropped,
        "timer.armed": _timer_armed,
        "timer.cancelled": _timer_cancelled,
        "interest.registered": _interest_registered,
        "interest.removed": _interest_removed,
        "operation.submitted": _operation_submitted,
        "operation.cancelled": _operation_cancelled,
        "event.dispatched": _event_dispatched,
        "executor.parked": _executor_parked,
        "executor.unparked": _executor_unparked,
        "kernel.called": _kernel_called,
    }
    """What makes the rows of each kind of event that has any."""


_BOUND = re.compile(r"\b(?:until|timeout)\b")
"""What says how long a wait may take; which descriptor is asked matters less."""
_REDUNDANT = re.compile(r"\b(?:EPOLL_CTL_|EPOLL(?=[A-Z]))|(?<=epoll_ctl\()fd \d+, ")


def _terse(call: str) -> str:
    """A call without what its name says already: ``epoll_ctl(ADD, fd 6, IN|OUT)``."""
    return _REDUNDANT.sub("", call)
