"""The executor: tasks, the run queue and the loop that polls, parks and polls again.

One thread, one queue, as tokio's current-thread scheduler. `run` is the way in.
"""

from __future__ import annotations

import enum
import sys
import threading
import traceback
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar, cast

from wakepoint import backends
from wakepoint.deadlock import describe
from wakepoint.errors import Cancelled, Deadlock, JoinError
from wakepoint.reactor import Reactor
from wakepoint.task import (
    PENDING,
    Context,
    CoroutineFuture,
    Future,
    Poll,
    Ready,
    Waker,
    into_future,
)

T = TypeVar("T")

EVENT_INTERVAL = 61
"""Turns after which a busy executor looks for events all the same (tokio's ``event_interval``)."""


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
        polls: How often it was polled.
    """

    __slots__ = (
        "_context",
        "_executor",
        "_joiners",
        "_queued",
        "future",
        "name",
        "number",
        "observed",
        "outcome",
        "polls",
        "state",
    )

    def __init__(self, executor: Executor, future: Future[T], number: int, name: str) -> None:
        self._executor = executor
        self.future: Future[T] | None = future
        self.number = number
        self.name = name
        self.state = TaskState.PENDING
        self.outcome: Any = None
        self.observed = False
        self.polls = 0
        self._queued = False
        self._joiners: list[Waker] = []
        self._context = Context(executor.make_waker(self))

    def __repr__(self) -> str:
        return f"<Task {self.number} {self.name} {self.state.value}>"

    @property
    def done(self) -> bool:
        """True once the task has a result, an exception or was aborted."""
        return self.state is not TaskState.PENDING

    def end(self, state: TaskState, outcome: object) -> None:
        """Keeps how it ended and wakes who joins it."""
        self.state, self.outcome, self.future = state, outcome, None
        joiners, self._joiners = self._joiners, []
        for waker in joiners:
            waker.wake()


class JoinHandle(Future[T]):
    """Await it for the task's result. Dropping it detaches the task (tokio's JoinHandle)."""

    __slots__ = ("_waker", "task")

    def __init__(self, task: Task[T]) -> None:
        self.task = task
        self._waker: Waker | None = None

    def __repr__(self) -> str:
        return f"JoinHandle(task {self.task.number})"

    def poll(self, cx: Context) -> Poll[T]:
        """Ready once the task is done.

        Raises:
            JoinError: If the task was aborted.
            BaseException: Whatever the task raised.
        """
        task = self.task
        if not task.done:
            if self._waker is None or not self._waker.will_wake(cx.waker):
                self.drop()
                self._waker = cx.waker.clone()
                task._joiners.append(self._waker)
            return PENDING
        task.observed = True
        if task.state is TaskState.READY:
            return Ready(cast(T, task.outcome))
        if task.state is TaskState.RAISED:
            raise task.outcome
        raise JoinError(f"task {task.number} ({task.name}) was aborted")

    def drop(self) -> None:
        waker, self._waker = self._waker, None
        if waker is not None and waker in self.task._joiners:
            self.task._joiners.remove(waker)

    def is_finished(self) -> bool:
        """True once awaiting the handle would not wait."""
        return self.task.done

    def abort(self) -> None:
        """Ends the task at the ``await`` where it is suspended, by raising `Cancelled` there.

        A task that has ended is left as it is. An aborted task may still await in its
        ``finally`` blocks; it has ended when its handle says so.
        """
        self.task.observed = True
        self.task._executor.abort(self.task)


class Executor:
    """Drives tasks on the thread that calls `block_on`.

    Args:
        reactor: Who waits in the kernel on its behalf.
    """

    thread_check_interval = 0.05
    """Seconds after which a parked executor looks whether the threads that might wake it live."""

    def __init__(self, reactor: Reactor) -> None:
        self.reactor = reactor
        self.tasks: dict[int, Task[Any]] = {}
        self.blocking_jobs = 0
        self._queue: deque[Task[Any]] = deque()
        self._spawned = 0
        self._thread = threading.get_ident()
        self._foreign_lock = threading.Lock()
        self._parked = False
        self._unobserved: list[Task[Any]] = []

    # -- tasks -------------------------------------------------------------------------------

    def spawn(self, future: Awaitable[T] | Future[T], *, name: str | None = None) -> JoinHandle[T]:
        """Queues a future as a task of its own and returns at once.

        Args:
            future: Anything that `into_future` takes.
            name: For people; by default what the future calls itself.
        """
        polled = into_future(future)
        self._spawned += 1
        task = Task(self, polled, self._spawned, name or _name_of(polled))
        self.tasks[task.number] = task
        self.schedule(task)
        return JoinHandle(task)

    def make_waker(self, task: Task[Any]) -> Waker:
        """The waker that every poll of the task is given."""
        return Waker(lambda: self.schedule(task))

    def schedule(self, task: Task[Any]) -> bool:
        """Puts a task into the run queue unless it is there already. Any thread may call it.

        Returns:
            True if the task was queued by this call.
        """
        if threading.get_ident() == self._thread:
            if task._queued or task.done:
                return False
            task._queued = True
            self._queue.append(task)
            return True
        with self._foreign_lock:
            if task._queued or task.done:
                return False
            task._queued = True
            self._queue.append(task)
        # The executor sets _parked before it looks at the queue for the last time. So either it
        # sees this task there, or we see _parked here.
        if self._parked:
            self.reactor.notify()
        return True

    def abort(self, task: Task[Any]) -> None:
        """Cancels a task; see `JoinHandle.abort`."""
        if task.done:
            return
        if isinstance(task.future, CoroutineFuture):
            task.future.cancel(Cancelled(f"task {task.number} was aborted"))
            self.schedule(task)
        else:
            self.finish(task, TaskState.ABORTED, None)

    def blocking_started(self) -> None:
        """A blocking job was handed to a thread; while there is one, waiting is no deadlock."""
        with self._foreign_lock:
            self.blocking_jobs += 1

    def blocking_done(self) -> None:
        """A blocking job has ended; called on its thread."""
        with self._foreign_lock:
            self.blocking_jobs -= 1
        if self._parked:  # nobody may be left to wake us: let the loop look
            self.reactor.notify()

    # -- the loop ----------------------------------------------------------------------------

    def block_on(self, future: Awaitable[T] | Future[T]) -> T:
        """Drives a future, and what it spawns, until that future is done.

        Tasks that are still pending then are aborted.

        Raises:
            Deadlock: If every task is pending and nobody is left to wake one of them.
            BaseException: Whatever the future raises.
        """
        self._thread = threading.get_ident()
        outer, _running.executor = _running.executor, self
        try:
            root = self.spawn(future).task
            root.observed = True
            self._run_until(lambda: root.done)
            self._abort_rest()
        finally:
            _running.executor = outer
            self._report_unobserved()
        if root.state is TaskState.READY:
            return cast(T, root.outcome)
        if root.state is TaskState.RAISED:
            raise root.outcome
        raise JoinError("the main task was aborted")

    def _run_until(self, done: Callable[[], bool]) -> None:
        turns = 0
        while not done():
            if self._queue:
                turns += 1
                self.run_batch()
                # A batch may have finished the root: look again before parking.
                if turns % EVENT_INTERVAL == 0 and self.reactor.expects_events:
                    self.reactor.park(block=False)
            else:
                self._park_or_report()

    def run_batch(self) -> None:
        """Polls the tasks that are queued now; those they wake wait for the next batch."""
        queue = self._queue
        for _ in range(len(queue)):
            task = queue.popleft()
            task._queued = False
            if not task.done:
                self.poll(task)

    def poll(self, task: Task[Any]) -> None:
        """Polls one task once and keeps its result if there is one."""
        assert task.future is not None
        task.polls += 1
        try:
            polled = task.future.poll(task._context)
        except Cancelled:
            self.finish(task, TaskState.ABORTED, None)
        except Exception as error:
            self.finish(task, TaskState.RAISED, error)
        except BaseException as error:  # KeyboardInterrupt, SystemExit: not the task's own
            self.finish(task, TaskState.RAISED, error)
            task.observed = True
            raise
        else:
            if polled is not PENDING:
                if not isinstance(polled, Ready):
                    raise TypeError(
                        f"{task.name}: poll() returned {polled!r}; return Ready(value) or PENDING"
                    )
                self.finish(task, TaskState.READY, polled.value)

    def finish(self, task: Task[Any], state: TaskState, outcome: object) -> None:
        """Ends a task and lets go of its future."""
        future = task.future
        del self.tasks[task.number]
        task.end(state, outcome)
        if state is TaskState.RAISED:
            self._unobserved.append(task)
        if future is not None:
            future.drop()

    def _park_or_report(self) -> None:
        ours = self.blocking_jobs > 0 or self.reactor.expects_events
        if not ours and not _foreign_threads():
            raise Deadlock(tuple(describe(task) for task in self.tasks.values()))
        self._parked = True
        try:
            if not self._queue:
                # If only threads that we know nothing of can wake us, look now and then whether
                # they still live.
                self.reactor.park(True, None if ours else self.thread_check_interval)
        finally:
            self._parked = False

    def _abort_rest(self) -> None:
        for task in list(self.tasks.values()):
            self.abort(task)
        try:
            self._run_until(lambda: not self.tasks)
        except Deadlock:  # a finally block awaits what never comes: close it where it stands
            for task in list(self.tasks.values()):
                self.finish(task, TaskState.ABORTED, None)

    def _report_unobserved(self) -> None:
        for task in self._unobserved:
            if not task.observed:
                sys.stderr.write(
                    f"task {task.number} ({task.name}) raised and nobody awaited it:\n"
                )
                traceback.print_exception(task.outcome, file=sys.stderr)
        self._unobserved.clear()


class _Running(threading.local):
    executor: Executor | None = None


_running = _Running()


def current() -> Executor:
    """The executor that polls on this thread.

    Raises:
        RuntimeError: If there is none.
    """
    if _running.executor is None:
        raise RuntimeError("no executor is running on this thread; call wakepoint.run first")
    return _running.executor


def spawn(future: Awaitable[T] | Future[T], *, name: str | None = None) -> JoinHandle[T]:
    """Runs a future as a task of its own, beside the one that calls this (``tokio::spawn``).

    Example:
        >>> async def work():
        ...     return 6 * 7
        >>> async def main():
        ...     return await spawn(work())
        >>> run(main())
        42

    Raises:
        RuntimeError: Outside of `run`.
    """
    return current().spawn(future, name=name)


def build(backend: str) -> Executor:
    """An executor and a reactor of the usual kind."""
    kernel = backends.make_kernel(backend)
    return Executor(Reactor(backends.factory(backend), kernel))


class Builder:
    """Who makes executors for `run`; the recorder puts its own here."""

    def __init__(self) -> None:
        self.make: Callable[[str], Executor] = build


builder = Builder()


def run(future: Awaitable[T] | Future[T], *, backend: str | None = None) -> T:
    """Drives a future to its end and returns its result (tokio's ``block_on``).

    Args:
        future: A coroutine, a `Future`, or any object with ``poll(cx)``.
        backend: ``auto``, ``epoll``, ``kqueue``, ``iocp``, ``io_uring`` or ``simulated``; by
            default what ``WAKEPOINT_BACKEND`` names, or else the platform's own.

    Raises:
        Deadlock: If every task is pending and nobody is left to wake one of them.
        RuntimeError: If this thread runs an executor already.
        ValueError: If there is no such backend.
        BaseException: Whatever the future raises.
    """
    if _running.executor is not None:
        raise RuntimeError("this thread runs an executor already; await the future, or spawn it")
    executor = builder.make(backends.resolve(backend))
    try:
        return executor.block_on(future)
    finally:
        executor.reactor.shut_down()


def _name_of(future: Future[Any]) -> str:
    if isinstance(future, CoroutineFuture):
        return future.coroutine.__name__
    return type(future).__name__


def _foreign_threads() -> bool:
    """True if a thread that is not ours lives: it might hold a waker."""
    return any(
        thread is not threading.current_thread() and not getattr(thread, "wakepoint_idle", False)
        for thread in threading.enumerate()
    )
