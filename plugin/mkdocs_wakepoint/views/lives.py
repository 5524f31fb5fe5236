"""What becomes of the tasks' futures in a run: where each stands, and the moves that led there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from wakepoint.recording import Event

CREATED, QUEUED, POLLED, PENDING = "created", "queued", "polled", "pending"
READY, RAISED, DROPPED = "ready", "raised", "dropped"

Move = tuple[str, str]
"""From where to where."""

MOVES: Final[dict[Move, str]] = {
    (CREATED, QUEUED): "spawned",
    (QUEUED, POLLED): "its turn has come",
    (QUEUED, DROPPED): "dropped",
    (POLLED, QUEUED): "answers Pending, woken",
    (POLLED, READY): "answers Ready",
    (POLLED, RAISED): "raises",
    (POLLED, DROPPED): "dropped",
    (POLLED, PENDING): "answers Pending",
    (PENDING, QUEUED): "woken",
    (PENDING, POLLED): "aborted",
    (PENDING, DROPPED): "dropped",
}
"""All that are possible, and what makes a task go that way."""

STATES: Final[dict[str, str]] = {
    CREATED: "A call has made it. None of its code has run; to be driven, it becomes a task.",
    QUEUED: "Its task stands in the run queue: it is new, or was woken, maybe while it was polled. "
    "The executor polls it when its turn has come.",
    POLLED: "The executor polls it: its code runs, as far as it can go without waiting.",
    PENDING: "It answered Pending and left its waker with what it waits for. None of its code runs "
    "until the waker is woken, or its task is aborted.",
    READY: "It answered Ready, with its result. Nobody polls it again.",
    RAISED: "Its code raised an exception, and that is its end. Nobody polls it again.",
    DROPPED: "It was let go before its end: its task was aborted, or the run ended. It has no "
    "result.",
}
"""Each state in one sentence or two, in the order in which they are drawn."""


class Lives:
    """Where tasks stand after the events that it took."""

    def __init__(self) -> None:
        self.standing: dict[int, str] = {}
        """The state of each task, by its number."""
        self.counts: Counter[Move] = Counter()
        """How often each move was made."""
        self._woken: set[int] = set()
        """Tasks that were woken while they were polled: they are queued again at once."""

    def take(self, event: Event) -> Move | None:
        """Folds in an event, and says which move it was, if it was one."""
        handler = self.handlers.get(event.kind)
        return handler(self, event) if handler else None

    def _go(self, task: int, target: str) -> Move:
        move = self.standing.get(task, CREATED), target
        self.standing[task] = target
        self._woken.discard(task)
        self.counts[move] += 1
        return move

    def _task_spawned(self, event: Event) -> Move:
        return self._go(event["task"], QUEUED)

    def _task_polled(self, event: Event) -> Move:
        return self._go(event["task"], POLLED)

    def _task_pending(self, event: Event) -> Move:
        return self._go(event["task"], QUEUED if event["task"] in self._woken else PENDING)

    def _task_ended(self, event: Event) -> Move:
        return self._go(event["task"], event.kind.removeprefix("task."))

    def _waker_woken(self, event: Event) -> Move | None:
        task = event["task"]
        if not event["queued"]:
            return None
        if self.standing.get(task) == PENDING:
            return self._go(task, QUEUED)
        self._woken.add(task)
        return None

    handlers: ClassVar[Mapping[str, Callable[[Lives, Event], Move | None]]] = {
        "task.spawned": _task_spawned,
        "task.polled": _task_polled,
        "task.pending": _task_pending,
        "task.ready": _task_ended,
        "task.raised": _task_ended,
        "task.dropped": _task_ended,
        "waker.woken": _waker_woken,
    }
    """What becomes of each kind of event that is about a task's life."""
