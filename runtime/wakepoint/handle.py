"""A spawned task and the handle by which others wait for it."""

from __future__ import annotations

import contextvars
import enum
import threading
from collections.abc import Generator
from typing import Any, Generic, Protocol, TypeVar, cast

from wakepoint.errors import JoinError
from wakepoint.task import PENDING, Context, Future, Poll, Ready, Waker

T = TypeVar("T")


class Scheduler(Protocol):
    """What a task asks of its executor."""

    def make_waker(self, task: Task[Any]) -> Waker:
        """The waker that every poll of the task is given."""

    def abort(self, task: Task[Any]) -> None:
        """Cancels the task; see `JoinHandle.abort`."""

    def observed(self, task: Task[Any]) -> None:
        """Somebody was given the task's outcome, or does not want it."""

    def report(self, task: Task[Any]) -> None:
        """Prints the exception of a task that nobody will join, unless somebody was given it."""


class TaskState(enum.Enum):
    """How far a task has come."""

    PENDING = "pending"
    READY = "ready"
    RAISED = "raised"
    ABORTED = "aborted"


class Task(Generic[T]):
    """A future that the executor drives on its own.

    Attributes:
        number: From 1, in the order of spawning.
        name: What it runs, for people.
        future: The future; None once the task has ended.
        state: How far it has come.
        outcome: The result or the exception, once there is one.
        observed: True once somebody was given the outcome, or did not want it.
        detached: True once the handle is gone, so that nobody can join the task any more.
        polls: How often it was polled.
        queued: Held while the task is in the run queue. A lock, since taking one is a test and
            a set in one step on any thread.
        handles: How many handles there are.
        joiners: Those who wait for the task's end, each by a handle of its own, and their wakers.
        variables: The task's own context variables (PEP 567).
    """

    __slots__ = (
        "context",
        "detached",
        "executor",
        "future",
        "handles",
        "joiners",
        "name",
        "number",
        "observed",
        "outcome",
        "polls",
        "queued",
        "state",
        "variables",
    )

    def __init__(self, executor: Scheduler, future: Future[T], number: int, name: str) -> None:
        self.executor = executor
        self.future: Future[T] | None = future
        self.number = number
        self.name = name
        self.state = TaskState.PENDING
        self.outcome: Any = None
        self.observed = False
        self.detached = False
        self.polls = 0
        self.queued = threading.Lock()
        self.handles = 0
        self.joiners: dict[JoinHandle[T], Waker] = {}
        self.variables = contextvars.copy_context()
        self.context = Context(executor.make_waker(self))

    def __repr__(self) -> str:
        return f"<Task {self.number} {self.name} {self.state.value}>"

    @property
    def done(self) -> bool:
        """True once the task has a result, an exception or was aborted."""
        return self.state is not TaskState.PENDING

    def end(self, state: TaskState, outcome: object) -> None:
        """Keeps how it ended and wakes those who wait for that."""
        self.state, self.outcome, self.future = state, outcome, None
        joiners, self.joiners = self.joiners, {}
        for waker in joiners.values():
            waker.wake()


class JoinHandle(Future[T]):
    """Await it for the task's result, as often as you like and in as many tasks.

    Letting go of it detaches the task, which goes on by itself (tokio's JoinHandle).
    """

    __slots__ = ("task",)

    def __init__(self, task: Task[T]) -> None:
        self.task = task
        task.handles += 1

    def __repr__(self) -> str:
        return f"JoinHandle(task {self.task.number})"

    def into_future(self) -> JoinHandle[T]:
        """A handle of its own for whoever waits: who gives up takes no waker of another's."""
        return JoinHandle(self.task)

    def __await__(self) -> Generator[Future[Any], BaseException | None, T]:
        return super(JoinHandle, self.into_future()).__await__()

    def poll(self, cx: Context) -> Poll[T]:
        """Ready once the task is done.

        Raises:
            JoinError: If the task was aborted.
            BaseException: Whatever the task raised.
        """
        task = self.task
        if not task.done:
            waker = task.joiners.get(self)
            if waker is None or not waker.will_wake(cx.waker):
                task.joiners[self] = cx.waker.clone()
            return PENDING
        task.executor.observed(task)
        if task.state is TaskState.READY:
            return Ready(cast(T, task.outcome))
        if task.state is TaskState.RAISED:
            raise task.outcome
        raise JoinError(f"task {task.number} ({task.name}) was aborted")

    def drop(self) -> None:
        """Whoever waits by this handle does not any more; the task goes on."""
        self.task.joiners.pop(self, None)

    def __del__(self) -> None:
        self.task.handles -= 1
        if not self.task.handles:
            self.task.detached = True
            self.task.executor.report(self.task)

    def is_finished(self) -> bool:
        """True once awaiting the handle would not wait."""
        return self.task.done

    def abort(self) -> None:
        """Ends the task at the ``await`` where it is suspended, by raising `Cancelled` there.

        A task that has ended is left as it is. An aborted task may still await in its
        ``finally`` blocks; it has ended when its handle says so.
        """
        self.task.executor.abort(self.task)
