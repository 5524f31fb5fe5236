"""What a reader can be asked before a step is shown; the run has the answers.

Each question is asked at one halt of the story and answered by what happens until the next. Of one
kind there are a few, and none that is like one before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mkdocs_wakepoint.views.limits import VALUE
from mkdocs_wakepoint.views.source_lines import SourceLines
from mkdocs_wakepoint.views.stepper.board import State
from mkdocs_wakepoint.views.stepper.fold import Fold
from mkdocs_wakepoint.views.words import cut
from wakepoint.machine.model import Machine
from wakepoint.recording import Event, Recording

MOST_OF_A_KIND: Final = 3
MOST_CHOICES: Final = 5
_READY: Final = "Ready: it has ended"
_PARKS: Final = "It parks the thread"
_POLL_ENDS: Final = frozenset({"task.pending", "task.ready", "task.raised"})


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answers.

    Attributes:
        at: Ordinal of the event after which it is asked.
        then: Ordinal of the event that answers it.
        text: The question.
        choices: The answers that one can give.
        right: Index of what the run did.
        alike: Equal for questions of which one is enough.
    """

    at: int
    then: int
    text: str
    choices: tuple[str, ...]
    right: int
    alike: tuple[object, ...]


def questions(recording: Recording, halts: Sequence[int], lines: SourceLines) -> list[Question]:
    """The questions of a run.

    Args:
        recording: The run.
        halts: Where the story halts, ascending, from 0.
        lines: Names the lines of what ran.
    """
    chosen: list[Question] = []
    asked: Counter[object] = Counter()
    unlike: set[tuple[object, ...]] = set()
    for question in _Asker(recording, lines).ask(halts):
        kind = question.alike[0]
        if question.alike not in unlike and asked[kind] < MOST_OF_A_KIND:
            chosen.append(question)
            unlike.add(question.alike)
            asked[kind] += 1
    return chosen


@dataclass(frozen=True, slots=True)
class _Draft:
    """A question without the place where it is asked; `possible` may be too many."""

    text: str
    possible: Iterable[str]
    right: str
    alike: tuple[object, ...]

    def between(self, at: int, then: int) -> Question:
        """The question that is asked at one event and answered by another."""
        choices = _choices(self.possible, self.right)
        return Question(at, then, self.text, choices, choices.index(self.right), self.alike)


@dataclass(frozen=True, slots=True)
class _Stand:
    """What of a halt the question that is asked there needs: the state goes on changing."""

    event: Event
    front: int | None
    alive: tuple[int, ...]
    queue: tuple[int, ...]
    waits: dict[str, str]
    values: dict[str, str]


class _Asker:
    def __init__(self, recording: Recording, lines: SourceLines) -> None:
        self._events = recording.events
        self._machines = recording.machines
        self._machine_of: dict[int, Machine] = {}
        self._task_of: dict[int, int | None] = {}
        self._names = {
            event["task"]: event["name"]
            for event in recording.events
            if event.kind == "task.spawned"
        }
        self._lines = lines
        self._fold = Fold(recording)

    def ask(self, halts: Sequence[int]) -> Iterator[Question]:
        """A question for each halt at which there is one to be asked."""
        before: _Stand | None = None
        taken = 0
        for halt in halts[1:]:
            for event in self._events[taken:halt]:
                if event.kind == "machine.started":
                    self._machine_of[event["instance"]] = self._machines[event["machine"]]
                    self._task_of[event["instance"]] = event["task"]
                self._fold.take(event)
            taken = halt
            event = self._events[halt - 1]
            if before is not None:
                for draft in self._between(before, event):
                    yield draft.between(before.event.n, halt)
            before = self._stand(event)

    def _stand(self, event: Event) -> _Stand:
        state = self._fold.state
        front = state.get("front")
        assert front is None or isinstance(front, int)
        tasks = [(key, value) for key, value in state.items() if key.startswith("task ")]
        alive = sorted(
            int(key[5:])
            for key, value in tasks
            if isinstance(value, tuple) and value[0] in ("queued", "pending", "running")
        )
        queue = sorted(
            (key for key in state if key.startswith("queue ")), key=lambda key: _order(state, key)
        )
        return _Stand(
            event,
            front,
            tuple(alive),
            tuple(int(key[6:]) for key in queue),
            {key[5:]: _said(state[key]) for key in state if key.startswith("wait ")},
            _values(state, front),
        )

    def _between(self, before: _Stand, event: Event) -> Iterator[_Draft]:
        match before.event.kind:
            case "executor.parked":
                yield from self._what_wakes(before, event)
            case "task.polled" if event.kind in _POLL_ENDS:
                yield from self._what_changes(before)
                yield from self._where_it_ends(before, event)
            case "task.polled":
                pass  # something was woken or spawned in the middle of that poll
            case _ if event.kind in ("task.polled", "executor.parked"):
                yield from self._who_runs(before, event)

    def _who_runs(self, before: _Stand, event: Event) -> Iterator[_Draft]:
        polls = event.kind == "task.polled"
        right = f"It polls task {event['task']}" if polls else _PARKS
        possible = [*(f"It polls task {task}" for task in before.alive), _PARKS]
        if len(before.alive) > 1 or not before.queue:
            alike = ("next", right, len(before.queue) > 1)
            yield _Draft("What does the executor do next?", possible, right, alike)

    @staticmethod
    def _what_wakes(before: _Stand, event: Event) -> Iterator[_Draft]:
        if event.kind != "waker.woken" or len(before.waits) < 2:
            return
        source, _, happened = (event["because"] or "").rpartition(" ")
        keys = [source] if happened == "fired" else [f"{source} READ", f"{source} WRITE"]
        right = next((before.waits[key] for key in keys if key in before.waits), None)
        if right is not None:
            text = "The thread is parked. What comes first?"
            yield _Draft(text, before.waits.values(), right, ("wake", happened, right))

    def _where_it_ends(self, before: _Stand, event: Event) -> Iterator[_Draft]:
        front = self._fold.state.get("front")
        assert front is None or isinstance(front, int)
        machines = self._machines_of(event["task"], before.front, front)
        if not machines or front is None:
            return
        ends = {"task.ready": _READY, "task.raised": "With an exception"}
        right = ends.get(event.kind) or self._stays(self._line(front))
        lines = {state.span.line for one in machines for state in one.states if state.span}
        possible = [*map(self._stays, sorted(lines)), _READY]
        text = f"How does this poll of task {event['task']} end?"
        yield _Draft(text, possible, right, ("end", right, before.front))

    def _machines_of(self, task: int, *instances: int | None) -> list[Machine]:
        """The machines of those of the instances that are the task's."""
        return [
            self._machine_of[number]
            for number in instances
            if number is not None and self._task_of.get(number) == task
        ]

    def _line(self, instance: int) -> int:
        """Where it stands."""
        at = self._fold.state.get(f"at {instance}")
        assert isinstance(at, tuple)
        machine = self._machine_of[instance]
        span = machine.states[int(at[0] or 0)].span
        return span.line if span is not None else machine.first_line

    def _stays(self, line: int) -> str:
        return f"Pending, in {self._lines.name(line)}"

    def _what_changes(self, before: _Stand) -> Iterator[_Draft]:
        if before.front is None or self._fold.state.get("front") != before.front:
            return
        values = _values(self._fold.state, before.front)
        names = [name for name in before.values if name in values]
        changed = [name for name in names if values[name] != before.values[name]]
        if len(changed) == 1 and len(names) > 1 and not values.keys() - before.values.keys():
            name = cut(self._machine_of[before.front].name, VALUE)
            text = f"Which variable of {name} has another value when this poll ends?"
            yield _Draft(text, names, changed[0], ("value", changed[0]))


def _choices(possible: Iterable[str], right: str) -> tuple[str, ...]:
    """A few of what is possible, in that order, the right one among them."""
    several = list(dict.fromkeys(possible))
    if right not in several:
        several.append(right)
    while len(several) > MOST_CHOICES:
        several.remove(next(one for one in reversed(several) if one != right))
    return tuple(several)


def _order(state: State, key: str) -> int:
    value = state[key]
    assert isinstance(value, int)
    return value


def _said(value: object) -> str:
    assert isinstance(value, tuple)
    return str(value[2])


def _values(state: State, instance: int | None) -> dict[str, str]:
    start = f"value {instance} "
    return {key[len(start) :]: str(value) for key, value in state.items() if key.startswith(start)}
