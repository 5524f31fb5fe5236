"""What is true of the coroutines of a run: where each stands, what it keeps, which ways it went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from mkdocs_wakepoint.views.limits import TEXT, VALUE
from mkdocs_wakepoint.views.stepper.board import Board
from mkdocs_wakepoint.views.stepper.ways import Way
from mkdocs_wakepoint.views.words import cut
from wakepoint.machine.model import Machine, StateKind
from wakepoint.recording import Event

RUNNING: Final = "running"
SUSPENDED: Final = "suspended"


@dataclass(slots=True)
class _Instance:
    machine: Machine
    task: int | None
    parent: int | None
    state: int = 0
    how: str = RUNNING
    """``running``, ``suspended``, or how it ended."""
    steps: int = 0
    children: int = 0
    """How many coroutines it awaits now."""
    is_awaited: bool = False
    names: set[str] = field(default_factory=set)
    counts: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    ways: dict[tuple[int, int], Way] = field(default_factory=dict)

    @property
    def yields(self) -> bool:
        return self.machine.states[self.state].kind is StateKind.YIELD

    def mark(self, is_queued: bool) -> str | None:
        """What is said of it at its line."""
        if self.how not in (RUNNING, SUSPENDED):
            return None
        if self.children:
            return "inside"
        if self.how == RUNNING:
            return "runs"
        if self.yields:
            return "yields"
        return "queued" if is_queued else "waits"


class Instances:
    """The coroutines that have begun.

    Args:
        machines: Of the recording.
        board: Where it is written down what is true of them.
    """

    def __init__(self, machines: tuple[Machine, ...], board: Board) -> None:
        self._machines = machines
        self._board = board
        self._instances: dict[int, _Instance] = {}
        self._of_task: defaultdict[int | None, dict[int, None]] = defaultdict(dict)
        self._indices = {id(machine): index for index, machine in enumerate(machines)}

    def take(self, event: Event) -> None:
        """Takes in an event."""
        handler = self.handlers.get(event.kind)
        if handler is not None:
            handler(self, event)

    def queued(self, task: int, is_queued: bool) -> None:
        """Notes that a task came into the run queue, or out of it."""
        for number in self._of_task[task]:
            self._show_mark(number, is_queued)

    def bring_to_front(self, number: int | None) -> None:
        """Shows this one; None shows what is shown already."""
        if number in self._instances:
            instance = self._instances[number]
            self._board.set("front", number)
            self._board.set(f"last {self._indices[id(instance.machine)]}", number)

    def innermost(self, task: int | None) -> int | None:
        """The coroutine of a task that moved last, of those that await no other."""
        order = self._of_task[task]
        return next((one for one in reversed(order) if not self._instances[one].children), None)

    def awaits_another(self, number: int) -> bool:
        """True if it awaits a coroutine, which is the one that moves."""
        return number in self._instances and bool(self._instances[number].children)

    # -- events --------------------------------------------------------------------------------

    def _started(self, event: Event) -> None:
        number = event["instance"]
        started = _Instance(self._machines[event["machine"]], event["task"], event["parent"])
        self._instances[number] = started
        self._values(event)
        self._awaited(number, now=True)
        self._show(number)

    def _entered(self, event: Event) -> None:
        if event["state"] is not None:
            self._step(event["instance"], event["state"], RUNNING)
            self._values(event)
            self._show(event["instance"])

    def _suspended(self, event: Event) -> None:
        number = event["instance"]
        instance = self._instances[number]
        instance.how = SUSPENDED
        if instance.state:
            instance.counts[instance.state] += 1
            key = f"count {number} {instance.state}"
            self._board.set(key, instance.counts[instance.state])
        if instance.yields:  # whoever awaited its next item has it
            self._awaited(number, now=False)
        self._show(number)

    def _resumed(self, event: Event) -> None:
        self._instances[event["instance"]].how = RUNNING
        self._awaited(event["instance"], now=True)
        self._show(event["instance"])

    def _returned(self, event: Event) -> None:
        self._end(event, StateKind.RETURNED, f"Ready({event['value']})")

    def _raised(self, event: Event) -> None:
        error = f"{event['error']}: {event['message']}".rstrip(": ")
        self._end(event, StateKind.RAISED, error)

    def _dropped(self, event: Event) -> None:
        where = f"in state {event['state']}" if event["state"] else "before its first await"
        self._end(event, StateKind.DROPPED, f"dropped {where}")

    def _end(self, event: Event, kind: StateKind, result: str) -> None:
        number = event["instance"]
        instance = self._instances[number]
        self._step(number, instance.machine.terminal(kind).index, kind.value)
        self._board.set(f"result {number}", cut(result, TEXT))
        self._forget_values(number, instance.names)
        self._awaited(number, now=False)
        self._show(number)
        self._of_task[instance.task].pop(number, None)

    # -- what they change ----------------------------------------------------------------------

    def _step(self, number: int, target: int, how: str) -> None:
        instance = self._instances[number]
        instance.steps += 1
        way = instance.ways.setdefault((instance.state, target), Way())
        way.add(instance.steps)
        self._board.set(f"way {number} {instance.state} {target}", way.text)
        instance.state, instance.how = target, how

    def _awaited(self, number: int, *, now: bool) -> None:
        """Notes that its parent awaits it from now on, or no longer."""
        instance = self._instances[number]
        if instance.is_awaited is now:
            return
        instance.is_awaited = now
        parent = self._instances.get(instance.parent or 0)
        if parent is not None:
            parent.children += 1 if now else -1
            self._show_mark(instance.parent or 0)

    def _show(self, number: int) -> None:
        instance = self._instances[number]
        at = (instance.state, instance.how, instance.steps)
        self._board.set(f"at {number}", at)
        self._show_mark(number)
        # Behind those that moved before it.
        order = self._of_task[instance.task]
        order.pop(number, None)
        order[number] = None

    def _show_mark(self, number: int, is_queued: bool | None = None) -> None:
        instance = self._instances[number]
        if is_queued is None:
            is_queued = f"queue {instance.task}" in self._board.state
        self._board.set(f"mark {number}", instance.mark(is_queued))

    def _values(self, event: Event) -> None:
        number = event["instance"]
        instance = self._instances[number]
        values = {one["name"]: cut(one["value"], VALUE) for one in event["variables"]}
        self._forget_values(number, instance.names - values.keys())
        for name, value in values.items():
            self._board.set(f"value {number} {name}", value)
        instance.names = set(values)

    def _forget_values(self, number: int, names: Iterable[str]) -> None:
        for name in sorted(names):
            self._board.set(f"value {number} {name}", None)

    handlers: ClassVar[Mapping[str, Callable[[Instances, Event], None]]] = {
        "machine.started": _started,
        "state.entered": _entered,
        "state.suspended": _suspended,
        "state.resumed": _resumed,
        "machine.returned": _returned,
        "machine.raised": _raised,
        "machine.dropped": _dropped,
    }
    """What becomes of each kind of event that is about a coroutine."""
