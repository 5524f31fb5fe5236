"""What a recording tells, folded from its events: who visited which state, how often, and why.

Every view takes its facts from here, so the picture, the table and the text cannot disagree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from mkdocs_wakepoint.views.limits import CAUSES
from wakepoint.machine.model import Machine, StateKind
from wakepoint.recording import Event, Recording

STRAIGHT_ON = "went straight on"
FIRST_POLL = "first poll"
CANCELLED = "cancelled"
LET_GO = "let go"


@dataclass(slots=True)
class Visit:
    """One stay in a state.

    Attributes:
        state: Index of the state.
        variables: Name to value, when it was entered.
        awaiting: Type of what is awaited.
        suspended: How many polls ended here.
        waits_on: What was registered while it stood here: ``timer 1``, ``fd 4 READ``.
        n: Ordinal of the event that entered it.
        inside: The coroutine that it awaited, a machine of its own, if it was one.
    """

    state: int
    variables: dict[str, str]
    awaiting: str
    n: int
    suspended: int = 0
    waits_on: list[str] = field(default_factory=list)
    inside: Instance | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One transition that was taken.

    Attributes:
        number: From 1, in the order of this instance's run.
        source: Index of the state that was left.
        target: Index of the state that was reached.
        cause: What made it possible: ``timer 1 fired``, ``went straight on``, ``first poll``.
    """

    number: int
    source: int
    target: int
    cause: str


@dataclass(slots=True)
class Instance:
    """One run of a machine, from its first poll to its end."""

    number: int
    machine: Machine
    task: int | None
    parent: int | None
    arguments: dict[str, str]
    visits: list[Visit] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    end: StateKind | None = None
    result: str = ""
    end_line: int | None = None
    _stays: dict[int, list[Visit]] = field(default_factory=dict)
    _ways: dict[int, dict[int, list[Step]]] = field(default_factory=dict)

    def enter(self, visit: Visit) -> None:
        """Notes one more stay."""
        self.visits.append(visit)
        self._stays.setdefault(visit.state, []).append(visit)

    def step(self, target: int, cause: str) -> None:
        """Notes one more transition."""
        taken = Step(len(self.steps) + 1, self.standing, target, cause)
        self.steps.append(taken)
        self._ways.setdefault(taken.source, {}).setdefault(target, []).append(taken)

    @property
    def standing(self) -> int:
        """The state it reached last, 0 before the first await."""
        return self.steps[-1].target if self.steps else 0

    def visits_of(self, state: int) -> list[Visit]:
        """Every stay in that state, in order."""
        return self._stays.get(state, [])

    def suspended(self, state: int) -> int:
        """How often a poll ended in that state."""
        return sum(visit.suspended for visit in self.visits_of(state))

    def steps_from(self, source: int) -> dict[int, list[Step]]:
        """The steps that left a state, by the state that they reached."""
        return self._ways.get(source, {})

    @property
    def stands(self) -> int | None:
        """The state in which the recording left it; None if it came to an end."""
        return None if self.end is not None else self.standing


@dataclass(slots=True)
class Story:
    """A recording, folded."""

    recording: Recording
    instances: list[Instance]

    def by_machine(self) -> dict[int, list[Instance]]:
        """The runs of each machine, in order, by the machine's index."""
        indices = {id(machine): index for index, machine in enumerate(self.recording.machines)}
        runs: dict[int, list[Instance]] = {}
        for instance in self.instances:
            runs.setdefault(indices[id(instance.machine)], []).append(instance)
        return runs


def tell(recording: Recording) -> Story:
    """Folds a recording's events."""
    teller = _Teller(recording)
    for event in recording.events:
        teller.take(event)
    return Story(recording, list(teller.instances.values()))


class _Teller:
    def __init__(self, recording: Recording) -> None:
        self.instances: dict[int, Instance] = {}
        self._machines = recording.machines
        self._woken: dict[int, str] = {}  # task -> why it was queued
        self._cause: dict[int | None, str] = {}  # task -> why it is being polled
        self._registered: defaultdict[int | None, list[str]] = defaultdict(list)
        self._moved: set[int] = set()  # instances that took a step in the poll that is under way
        # After a deadlock the runtime drops what is stuck; what is worth showing is where it is.
        polls = (event.n for event in recording.events if event.kind == "task.pending")
        deadlock = recording.outcome.kind == "deadlock"
        self._over = max(polls, default=0) if deadlock else len(recording.events)

    def take(self, event: Event) -> None:
        """Folds in one event."""
        handler = self.handlers.get(event.kind)
        if handler is not None:
            handler(self, event)

    # -- tasks ---------------------------------------------------------------------------------

    def _waker_woken(self, event: Event) -> None:
        if event["queued"]:
            self._woken[event["task"]] = event["because"] or f"woken by {event.by}"

    def _task_polled(self, event: Event) -> None:
        task = event["task"]
        # After the first, nobody polls a task that was not woken, unless to end it.
        unwoken = FIRST_POLL if event["poll"] == 1 else CANCELLED
        self._cause[task] = self._woken.pop(task, unwoken)
        self._registered[task] = []
        self._moved.clear()

    def _interest_registered(self, event: Event) -> None:
        self._register(event, f"{event['source']} {event['interest']}")

    def _timer_armed(self, event: Event) -> None:
        self._register(event, f"timer {event['timer']}")

    def _operation_submitted(self, event: Event) -> None:
        self._register(event, f"{event['name']} on {event['source']}")

    def _register(self, event: Event, what: str) -> None:
        registered = self._registered[event["task"]]
        if len(registered) < CAUSES:
            registered.append(what)

    # -- instances -------------------------------------------------------------------------------

    def _machine_started(self, event: Event) -> None:
        started = Instance(
            number=event["instance"],
            machine=self._machines[event["machine"]],
            task=event["task"],
            parent=event["parent"],
            arguments=_values(event),
        )
        self.instances[started.number] = started
        parent = self.instances.get(started.parent or 0)
        if parent is not None and parent.visits:
            parent.visits[-1].inside = started

    def _state_entered(self, event: Event) -> None:
        instance = self.instances[event["instance"]]
        if event["state"] is None:
            return
        self._step(instance, event["state"])
        instance.enter(Visit(event["state"], _values(event), event["awaiting"], event.n))

    def _state_resumed(self, event: Event) -> None:
        """An async generator that is asked for one more item is awaited once more."""
        instance = self.instances[event["instance"]]
        parent = self.instances.get(instance.parent or 0)
        if parent is not None and parent.visits:
            visit = parent.visits[-1]
            if visit.awaiting == f"async generator {instance.machine.name}":
                visit.inside = instance

    def _state_suspended(self, event: Event) -> None:
        instance = self.instances[event["instance"]]
        if not instance.visits:
            return
        visit = instance.visits[-1]
        visit.suspended += 1
        for what in self._registered[instance.task]:
            if what not in visit.waits_on and len(visit.waits_on) < CAUSES:
                visit.waits_on.append(what)
        if not visit.waits_on and visit.awaiting:
            visit.waits_on.append(visit.awaiting)

    def _machine_returned(self, event: Event) -> None:
        self._end(event, StateKind.RETURNED, f"Ready({event['value']})")
        self.instances[event["instance"]].end_line = event["line"]

    def _machine_raised(self, event: Event) -> None:
        self._end(event, StateKind.RAISED, f"{event['error']}: {event['message']}".rstrip(": "))
        self.instances[event["instance"]].end_line = event["line"]

    def _machine_dropped(self, event: Event) -> None:
        if event.n > self._over:
            return
        where = f"in state {event['state']}" if event["state"] else "before its first poll"
        self._end(event, StateKind.DROPPED, f"dropped {where}")

    def _end(self, event: Event, kind: StateKind, result: str) -> None:
        instance = self.instances[event["instance"]]
        self._step(instance, instance.machine.terminal(kind).index)
        instance.end, instance.result = kind, result

    def _step(self, instance: Instance, target: int) -> None:
        cause = self._cause.get(instance.task, FIRST_POLL)
        if target == instance.machine.terminal(StateKind.DROPPED).index:
            cause = LET_GO
        elif instance.number in self._moved:
            cause = STRAIGHT_ON
        elif not instance.steps and instance.parent is not None:
            cause = f"polled by {self.instances[instance.parent].machine.name}"
        self._moved.add(instance.number)
        instance.step(target, cause)

    handlers: ClassVar[Mapping[str, Callable[[_Teller, Event], None]]] = {
        "waker.woken": _waker_woken,
        "task.polled": _task_polled,
        "interest.registered": _interest_registered,
        "timer.armed": _timer_armed,
        "operation.submitted": _operation_submitted,
        "machine.started": _machine_started,
        "state.entered": _state_entered,
        "state.resumed": _state_resumed,
        "state.suspended": _state_suspended,
        "machine.returned": _machine_returned,
        "machine.raised": _machine_raised,
        "machine.dropped": _machine_dropped,
    }
    """What is made of each kind of event that a story has to do with."""


def _values(event: Event) -> dict[str, str]:
    return {variable["name"]: variable["value"] for variable in event["variables"]}
