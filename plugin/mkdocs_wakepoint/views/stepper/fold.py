"""What is true after each event of a run.

A key names one thing that a reader sees: ``task 1``, ``wait fd 4 READ``, ``value 2 size``. What
an event changes is a handful of keys, so a step is a small difference, whichever way one goes.

| key | value |
| --- | --- |
| ``task T`` | ``queued``, ``running``, ``pending`` or how it ended; how often it was polled |
| ``queue T`` | ordinal of the event that put it into the run queue |
| ``at I`` | state of an instance; ``running``, ``suspended`` or how it ended; its steps so far |
| ``mark I`` | what is said at its line: ``runs``, ``waits``, ``queued``, ``inside``, ``yields`` |
| ``value I name`` | a variable of it, as it was when the state was entered |
| ``count I S`` | how often it was suspended in a state |
| ``way I S S`` | numbers of its steps that went from one state to another |
| ``result I`` | what it ended with |
| ``front`` | the instance that moves |
| ``last M`` | the instance of a machine that moved last |
| ``wait …`` | ordinal of the registration, the task that it wakes, and what is said of it |
| ``parked`` | until what the thread sleeps |
| ``call`` | ordinal of the last kernel call |
| ``buffer fd N`` | bytes that wait in the kernel to be received from it |
| ``move A B`` | how often a task went from one state of its life to another; event of the last |

What has no value is absent: a variable that is not bound, a task that is not queued. Moves are
there only where the snippet shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import ClassVar, Final

from mkdocs_wakepoint.views.limits import STEPS
from mkdocs_wakepoint.views.lives import Lives
from mkdocs_wakepoint.views.stepper.board import Board, Difference, State
from mkdocs_wakepoint.views.stepper.buffers import Buffers
from mkdocs_wakepoint.views.stepper.instances import Instances
from wakepoint.recording import Event, Recording

_INTERESTS: Final = {"readable": ("READ",), "writable": ("WRITE",), "closed": ("READ", "WRITE")}


def differences(recording: Recording, *, lives: bool = False) -> Iterator[Difference]:
    """What each event changes, in the order of the run; of so many as can be stepped through.

    Args:
        recording: The run.
        lives: Fold in the lives of its tasks' futures too.
    """
    fold = Fold(recording, lives=lives)
    for event in islice(recording.events, STEPS):
        yield fold.take(event)


class Fold:
    """What is true after the events that it took.

    Args:
        recording: Whose events it is going to be given, in order.
        lives: Fold in the lives of its tasks' futures too.
    """

    def __init__(self, recording: Recording, *, lives: bool = False) -> None:
        self._board = Board()
        self._instances = Instances(recording.machines, self._board)
        self._buffers = Buffers()
        self._lives = Lives() if lives else None

    @property
    def state(self) -> State:
        """What is true now, by key."""
        return self._board.state

    def take(self, event: Event) -> Difference:
        """Folds in one event, and says what it changed."""
        handler = self.handlers.get(event.kind)
        if handler is not None:
            handler(self, event)
        self._instances.take(event)
        for source, count in self._buffers.take(event):
            self._board.set(f"buffer {source}", count)
        move = self._lives.take(event) if self._lives else None
        if self._lives and move:
            self._board.set(f"move {' '.join(move)}", (self._lives.counts[move], event.n))
        self._instances.bring_to_front(self._moved(event))
        return self._board.take_difference()

    def _moved(self, event: Event) -> int | None:
        """The coroutine that an event is about. What awaits it stops and goes on along with it."""
        instance: int | None = event.facts.get("instance")
        if instance is not None:
            return None if self._instances.awaits_another(instance) else instance
        if event.kind == "task.polled":
            return self._instances.innermost(event["task"])
        return None

    # -- tasks ---------------------------------------------------------------------------------

    def _task_spawned(self, event: Event) -> None:
        self._board.set(f"task {event['task']}", ("queued", 0))
        self._queue(event["task"], event.n)

    def _task_polled(self, event: Event) -> None:
        self._queue(event["task"], None)
        self._board.set(f"task {event['task']}", ("running", event["poll"]))
        self._board.set("parked", None)

    def _task_pending(self, event: Event) -> None:
        is_queued = f"queue {event['task']}" in self.state  # woken while it ran
        how = "queued" if is_queued else "pending"
        self._board.set(f"task {event['task']}", (how, event["poll"]))

    def _task_ended(self, event: Event) -> None:
        how = event.kind.removeprefix("task.")
        self._board.set(f"task {event['task']}", (how, self._polls(event["task"])))
        self._queue(event["task"], None)

    def _queue(self, task: int, n: int | None) -> None:
        self._board.set(f"queue {task}", n)
        self._instances.queued(task, n is not None)

    def _polls(self, task: int) -> int:
        known = self.state.get(f"task {task}")
        return int(known[1] or 0) if isinstance(known, tuple) else 0

    # -- who waits for what --------------------------------------------------------------------

    def _waker_woken(self, event: Event) -> None:
        source, _, happened = (event["because"] or "").rpartition(" ")
        for interest in _INTERESTS.get(happened, ()):
            self._board.set(f"wait {source} {interest}", None)
        if event["queued"]:
            task = event["task"]
            how, polls = ("running" if self._is_running(task) else "queued"), self._polls(task)
            self._board.set(f"task {task}", (how, polls))
            self._queue(task, event.n)
        self._board.set("parked", None)

    def _is_running(self, task: int) -> bool:
        known = self.state.get(f"task {task}")
        return isinstance(known, tuple) and known[0] == "running"

    def _interest_registered(self, event: Event) -> None:
        what = f"{event['source']} {event['interest']}"
        self._board.set(f"wait {what}", (event.n, event["task"], what))

    def _interest_removed(self, event: Event) -> None:
        self._board.set(f"wait {event['source']} {event['interest']}", None)

    def _timer_armed(self, event: Event) -> None:
        what = f"timer {event['timer']}"
        self._board.set(f"wait {what}", (event.n, event["task"], f"{what} ({event['delay']})"))

    def _timer_ended(self, event: Event) -> None:
        self._board.set(f"wait timer {event['timer']}", None)

    def _operation_submitted(self, event: Event) -> None:
        what = f"{event['name']} on {event['source']}"
        self._board.set(f"wait operation {event['operation']}", (event.n, event["task"], what))

    def _operation_completed(self, event: Event) -> None:
        self._board.set(f"wait operation {event['operation']}", None)

    # -- the thread and the kernel -------------------------------------------------------------

    def _executor_parked(self, event: Event) -> None:
        self._board.set("parked", event["until"])

    def _executor_unparked(self, _: Event) -> None:
        self._board.set("parked", None)

    def _kernel_called(self, event: Event) -> None:
        self._board.set("call", event.n)

    handlers: ClassVar[Mapping[str, Callable[[Fold, Event], None]]] = {
        "task.spawned": _task_spawned,
        "task.polled": _task_polled,
        "task.pending": _task_pending,
        "task.ready": _task_ended,
        "task.raised": _task_ended,
        "task.dropped": _task_ended,
        "waker.woken": _waker_woken,
        "interest.registered": _interest_registered,
        "interest.removed": _interest_removed,
        "timer.armed": _timer_armed,
        "timer.fired": _timer_ended,
        "timer.cancelled": _timer_ended,
        "operation.submitted": _operation_submitted,
        "operation.completed": _operation_completed,
        "executor.parked": _executor_parked,
        "executor.unparked": _executor_unparked,
        "kernel.called": _kernel_called,
    }
    """What becomes of each kind of event that is not about a coroutine alone."""
