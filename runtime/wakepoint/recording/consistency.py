"""Whether a recording agrees with itself: what every view of it relies on.

Each event has to follow from those before it. Two executors may run side by side, on two threads,
and each counts its own tasks; so of one number there may be several.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from wakepoint.machine import sizes as machine_sizes
from wakepoint.machine.model import TERMINAL_KINDS, Machine, Span, StateKind
from wakepoint.recording.model import Event, Recording
from wakepoint.recording.reading import RecordingError

_ENDS: Final = (StateKind.RETURNED, StateKind.RAISED, StateKind.DROPPED)


def check(recording: Recording) -> None:
    """Checks what a recording says against what it says elsewhere.

    Raises:
        RecordingError: If something in it is not so; the error says where.
    """
    lines = recording.source.count("\n") + 1
    if len(recording.origins) > lines:
        raise RecordingError(f"there are {len(recording.origins)} origins, of {lines} lines")
    # A recording that is kept beside its page has no source, that of a lowered form has another.
    within = lines if recording.source and not recording.origins else None
    for place, machine in enumerate(recording.machines, 1):
        try:
            _check_machine(machine, within)
        except RecordingError as error:
            raise error.within(f"machine {place}") from None
    _check_sum_of(recording)
    run = _Run(recording.machines)
    for n, event in enumerate(recording.events, 1):
        if event.n != n:
            raise RecordingError(f"event {n}: its number is {event.n}")
        try:
            run.take(event)
        except RecordingError as error:
            raise error.within(f"event {n} ({event.kind})") from None
    _check_output(recording)


def _check_output(recording: Recording) -> None:
    """Every piece was written after an event that there is, and not before the one before it."""
    count = len(recording.events)
    before = 0
    for place, piece in enumerate(recording.output, 1):
        if piece.n is None:
            continue
        if piece.n > count:
            raise RecordingError(
                f"piece of output {place}: there is no event {piece.n}, of {count}"
            )
        if piece.n < before:
            raise RecordingError(
                f"piece of output {place}: it follows event {piece.n}, one before it event {before}"
            )
        before = piece.n


def _check_sum_of(recording: Recording) -> None:
    """No machine is too large by itself; together they may be."""
    machines = recording.machines
    sums = {
        "states": (sum(len(m.states) for m in machines), machine_sizes.ALL_STATES),
        "transitions": (
            sum(len(m.transitions) for m in machines),
            machine_sizes.ALL_TRANSITIONS,
        ),
        "saved variables": (
            sum(len(s.variables) for m in machines for s in m.states),
            machine_sizes.ALL_VARIABLES,
        ),
    }
    for what, (count, most) in sums.items():
        if count > most:
            raise RecordingError(f"its machines have {count} {what}; {most} are the most")


# --- machines -------------------------------------------------------------------------------------


def _check_machine(machine: Machine, lines: int | None) -> None:
    states = machine.states
    kinds = [state.kind for state in states]
    if len(states) < 4 or kinds[0] is not StateKind.START or tuple(kinds[-3:]) != _ENDS:
        raise RecordingError("its states do not begin with start or end with the three ends")
    for index, state in enumerate(states):
        if state.index != index:
            raise RecordingError(f"state {index}: its index is {state.index}")
        if 0 < index < len(states) - 3 and not is_suspension(state.kind):
            raise RecordingError(f"state {index}: {state.kind} stands among the suspensions")
        if state.span is not None:
            _check_span(index, state.span, lines)
    for place, step in enumerate(machine.transitions, 1):
        if step.source >= len(states) - 3 or not 0 < step.target < len(states):
            raise RecordingError(
                f"transition {place}: it leads from state {step.source} to {step.target}, "
                f"of {len(states)}"
            )


def _check_span(state: int, span: Span, lines: int | None) -> None:
    if (span.line, span.column) > (span.end_line, span.end_column):
        raise RecordingError(f"state {state}: its span ends before it begins")
    if lines is not None and span.end_line > lines:
        raise RecordingError(
            f"state {state}: it stands in line {span.end_line}; the source has {lines}"
        )


def is_suspension(kind: StateKind) -> bool:
    """False for the start and for the ends."""
    return kind is not StateKind.START and kind not in TERMINAL_KINDS


# --- events ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Instance:
    """A run of a machine: which, the state that it entered last, and whether it has ended."""

    machine: Machine
    entered: int | None = None
    ended: bool = False


class _Run:
    def __init__(self, machines: tuple[Machine, ...]) -> None:
        self._machines = machines
        self._instances: dict[int, _Instance] = {}
        # Of each number the tasks by how often they were polled.
        self._tasks: dict[int, Counter[int]] = {}
        self._timers: set[int] = set()
        self._operations: set[int] = set()

    def take(self, event: Event) -> None:
        """Checks one event against those before it."""
        checker = self.checkers.get(event.kind)
        if checker is not None:
            checker(self, event)
        task = event.facts.get("task")
        if task is not None and task not in self._tasks:
            raise RecordingError(f"there is no task {task} yet")

    # -- tasks ---------------------------------------------------------------------------------

    def _task_spawned(self, event: Event) -> None:
        self._tasks.setdefault(event["task"], Counter())[0] += 1

    def _task_polled(self, event: Event) -> None:
        polls = self._polls(event)
        before = event["poll"] - 1
        if not polls[before]:
            raise RecordingError(f"poll {event['poll']} of task {event['task']} is out of order")
        polls[before] -= 1
        polls[before + 1] += 1

    def _poll_over(self, event: Event) -> None:
        if not self._polls(event)[event["poll"]]:
            raise RecordingError(f"poll {event['poll']} of task {event['task']} has not begun")

    def _polls(self, event: Event) -> Counter[int]:
        polls = self._tasks.get(event["task"])
        if polls is None:
            raise RecordingError(f"there is no task {event['task']} yet")
        return polls

    # -- instances -------------------------------------------------------------------------------

    def _machine_started(self, event: Event) -> None:
        number, machine, parent = event["instance"], event["machine"], event["parent"]
        if number in self._instances:
            raise RecordingError(f"instance {number} has started before")
        if machine >= len(self._machines):
            raise RecordingError(f"there is no machine {machine}, of {len(self._machines)}")
        if parent is not None and parent not in self._instances:
            raise RecordingError(f"there is no instance {parent} yet, its parent")
        self._instances[number] = _Instance(self._machines[machine])

    def _state_entered(self, event: Event) -> None:
        instance = self._running(event)
        state = event["state"]
        self._check_state(instance, state)
        if state is not None and not is_suspension(instance.machine.states[state].kind):
            raise RecordingError(f"state {state} is no suspension")
        instance.entered = state

    def _state_suspended(self, event: Event) -> None:
        instance = self._running(event)
        if event["state"] != instance.entered:
            raise RecordingError(
                f"it suspends in state {event['state']}, and entered {instance.entered}"
            )

    def _stands(self, event: Event) -> None:
        self._check_state(self._running(event), event["state"])

    def _ended(self, event: Event) -> None:
        instance = self._running(event)
        instance.ended = True

    def _dropped(self, event: Event) -> None:
        self._stands(event)
        self._ended(event)

    def _future_polled(self, event: Event) -> None:
        if event["instance"] is not None:
            self._running(event)

    def _running(self, event: Event) -> _Instance:
        instance = self._instances.get(event["instance"])
        if instance is None:
            raise RecordingError(f"instance {event['instance']} has not started")
        if instance.ended:
            raise RecordingError(f"instance {event['instance']} has ended")
        return instance

    @staticmethod
    def _check_state(instance: _Instance, state: int | None) -> None:
        count = len(instance.machine.states)
        if state is not None and state >= count:
            raise RecordingError(f"there is no state {state}, of {count}")

    # -- timers and operations -------------------------------------------------------------------

    def _timer_armed(self, event: Event) -> None:
        self._timers.add(event["timer"])

    def _timer_over(self, event: Event) -> None:
        if event["timer"] not in self._timers:
            raise RecordingError(f"timer {event['timer']} was not armed")

    def _operation_submitted(self, event: Event) -> None:
        self._operations.add(event["operation"])

    def _operation_over(self, event: Event) -> None:
        if event["operation"] not in self._operations:
            raise RecordingError(f"operation {event['operation']} was not submitted")

    checkers: ClassVar[Mapping[str, Callable[[_Run, Event], None]]] = {
        "task.spawned": _task_spawned,
        "task.polled": _task_polled,
        "task.pending": _poll_over,
        "task.ready": _poll_over,
        "task.raised": _poll_over,
        "machine.started": _machine_started,
        "state.entered": _state_entered,
        "state.suspended": _state_suspended,
        "state.resumed": _stands,
        "machine.returned": _ended,
        "machine.raised": _ended,
        "machine.dropped": _dropped,
        "future.polled": _future_polled,
        "timer.armed": _timer_armed,
        "timer.fired": _timer_over,
        "timer.cancelled": _timer_over,
        "operation.submitted": _operation_submitted,
        "operation.completed": _operation_over,
        "operation.cancelled": _operation_over,
    }
    """What checks each kind of event that has to follow from others."""
