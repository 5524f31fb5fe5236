"""A spawned task and the handle by which others wait for it."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Generator
from contextvars import copy_context
from types import CoroutineType
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

from wakepoint.coroutine import CoroutineFuture
from wakepoint.driver import Driver, current_driver, driver
from wakepoint.errors import JoinError
from wakepoint.failure import Failure, show_users_part
from wakepoint.future import Cancellable, Future, raise_refusal
from wakepoint.task import PENDING, Context, Poll, Ready, Waker

T = TypeVar("T")
W = TypeVar("W", bound=Waker)


class Sleeper(Protocol):
    """What a waker asks of the reactor."""

    @property
    def asleep(self) -> bool:
        """True while somebody has to call `notify`, as the thread sleeps in the kernel."""


class Schedule(Protocol):
    """What a task asks of its executor (tokio's ``task::Schedule``).

    Attributes:
        driver: Who resumes the task's coroutines.
        enqueue: Puts a task into the run queue. Any thread may call it.
    """

    driver: Driver
    enqueue: Callable[[Task[Any]], None]

    @property
    def reactor(self) -> Sleeper:
        """Who sleeps in the kernel on its behalf."""

    def look(self) -> None:
        """There is something else to do than to sleep. Any thread may call it."""

    def abort(self, task: Task[Any]) -> None:
        """Cancels the task; see `JoinHandle.abort`."""


class TaskState(enum.Enum):
    """How far a task has come."""

    PENDING = "pending"
    READY = "ready"
    RAISED = "raised"
    ABORTED = "aborted"


# Looked up at each poll and each join: a name of the module is found quicker than one of a class.
_PENDING = TaskState.PENDING
_READY = TaskState.READY


class JoinHandle(Future[T]):
    """Await it for a task's result, as often as you like and in as many tasks.

    Letting go of it detaches the task, which goes on by itself (tokio's JoinHandle). There, the
    handle points to the task; in Python a reference does, so what `spawn` returns is the task.

    Cancel safe: whoever gives up awaiting it leaves the task running, and can await it again.
    """

    __slots__ = ()

    starts_at_once: ClassVar[bool] = True

    @property
    def task(self) -> Task[T]:
        """The task."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"JoinHandle(task {self.task.number})"

    def into_future(self) -> JoinHandle[T]:
        """A handle of its own for whoever waits: who gives up takes no waker of another's."""
        return Joining(self.task)

    def __await__(self) -> Generator[Future[Any], BaseException | None, T]:
        task = self.task
        context = current_driver().context
        if type(context) is not Task:
            return (yield from Future.__await__(self.into_future()))
        # What follows is `Future.__await__` of a handle of its own, without that.
        me = None
        try:
            while task.state is _PENDING:
                waker: Waker = context  # type: ignore[assignment]  # a task is one
                if me is None:
                    me = object()
                if task.joiners is None:
                    task.joiners = {me: waker}
                else:
                    task.joiners[me] = waker
                sent = yield self
                if sent is not None:
                    try:
                        raise sent
                    finally:
                        del sent  # whose traceback holds this frame
                context = current_driver().context
                if type(context) is not Task:  # another goes on with it
                    return (yield from Future.__await__(self.into_future()))
            return task.result()
        except Exception as error:
            show_users_part()
            if isinstance(error, RuntimeError):
                raise_refusal(self, error)
            raise
        finally:
            if me is not None and task.joiners is not None:  # it is pending still
                task.joiners.pop(me, None)

    def poll(self, cx: Context) -> Poll[T]:
        """Ready once the task is done.

        Raises:
            JoinError: If the task was aborted.
            BaseException: Whatever the task raised.
        """
        task = self.task
        if task.state is not _PENDING:
            return Ready(task.result())
        if task.joiners is None:
            task.joiners = {}
        waker = task.joiners.get(self)
        if waker is None or not waker.will_wake(cx.waker):
            task.joiners[self] = cx.waker.clone()
        return PENDING

    def drop(self) -> None:
        """Whoever waits by this handle does not any more; the task goes on."""
        if self.task.joiners is not None:
            self.task.joiners.pop(self, None)

    def is_finished(self) -> bool:
        """True once awaiting the handle would not wait."""
        return self.task.state is not _PENDING

    def abort(self) -> None:
        """Ends the task at the ``await`` where it is suspended, by raising `Cancelled` there.

        A task that has ended is left as it is. An aborted task may still await in its
        ``finally`` blocks; it has ended when its handle says so.
        """
        task = self.task
        task.executor.abort(task)


class Task(Context, Waker, JoinHandle[T]):  # type: ignore[misc]  # a `Future` has no slots
    """A future that the executor drives on its own.

    One object is all that there is of a task: it is the context that its future is polled with, the
    waker in that, and the handle by which others wait for it. So there is one thing to make at a
    spawn, and one for the collector to look at. The executor resumes its coroutine without a future
    around it (`coroutine`), unless somebody asks for that (`future`).

    Attributes:
        number: From 1, in the order of spawning.
        name: What it runs, for people.
        coroutine: What the executor resumes; None if it polls the future, or the task has ended.
        state: How far it has come.
        outcome: The result; a `Failure` if it raised.
        queued: True while the task is in the run queue, and when it has ended.
        joiners: Those who wait for the task's end and their wakers, by what each calls itself.
        variables: The task's own context variables (PEP 567).
        waits_for: What its coroutine is suspended in.
    """

    __slots__ = (
        *("_future", "coroutine", "executor", "joiners", "name", "number", "outcome"),
        *("queued", "state", "variables", "waits_for"),
    )
    __new__ = object.__new__  # type: ignore[assignment]  # quicker: that of `Waker` is Python code

    outcome: Any

    def __init__(
        self,
        executor: Schedule,
        coroutine: CoroutineType[Any, Any, T] | None,
        future: Future[T] | None,
        number: int,
        name: str,
    ) -> None:
        self.executor = executor
        self.coroutine = coroutine
        if coroutine is None:
            self._future: Future[T] | None = future
        self.waits_for: Future[Any] | None = None
        self.number = number
        self.name = name
        self.state = _PENDING
        self.queued = True
        self.joiners: dict[object, Waker] | None = None
        self.variables = variables = copy_context()
        if current_driver() is not executor.driver:
            variables.run(driver.set, executor.driver)

    @property
    def task(self) -> Task[T]:
        """The task itself."""
        return self

    # Not kept: every reference of a task is one more for the collector to follow.
    @property
    def waker(self) -> Waker:  # type: ignore[override]  # nobody gives it another
        """The task itself."""
        return self

    @property
    def done(self) -> bool:
        """True once the task has a result, an exception or was aborted."""
        return self.state is not _PENDING

    @property
    def future(self) -> Future[T] | None:
        """What it runs; None once the task has ended. From now on that is polled."""
        coroutine = self.coroutine
        if coroutine is not None:
            future = CoroutineFuture(coroutine)
            future.waits_for = self.waits_for
            self._future, self.coroutine, self.waits_for = future, None, None
        return self._future

    @property
    def runs(self) -> Awaitable[T] | None:
        """What it runs, for whoever only looks: unlike `future` this changes nothing."""
        return self.coroutine or self._future

    def wake(self) -> bool:
        """Puts the task into the run queue unless it is there already. Any thread may call it.

        Returns:
            True if the task was queued by this call.
        """
        # Two threads may both find that it is not queued. Then it is polled once too often, which
        # a future has to bear anyway; never too seldom, since the flag is taken back before a poll.
        if self.queued:
            return False
        self.queued = True
        executor = self.executor
        executor.enqueue(self)
        # The executor says that it sleeps before it looks at the queue for the last time. So
        # either it sees this task there, or we see here that it sleeps. It may be this thread
        # that sleeps: a signal handler runs in the middle of the wait.
        if executor.reactor.asleep:
            executor.look()
        return True

    def end(self, state: TaskState, outcome: object) -> None:
        """Keeps how it ended and wakes those who wait for that."""
        self.state, self.outcome = state, outcome
        self.queued = True  # so that nobody queues it any more
        self.coroutine = self._future = self.waits_for = None
        del self.variables  # one thing less for the collector to look at
        joiners = self.joiners
        if joiners is not None:
            self.joiners = None
            for waker in joiners.values():
                waker.wake()

    def result(self) -> T:
        """What the task returned; it has ended.

        Raises:
            JoinError: If the task was aborted.
            BaseException: Whatever the task raised.
        """
        if self.state is _READY:
            outcome: T = self.outcome
            return outcome
        if self.state is TaskState.RAISED:
            raise cast(Failure, self.outcome).error
        raise JoinError(f"task {self.number} ({self.name}) was aborted")


class TaskBesideWaker(Task[T], Generic[T, W]):
    """A task whose waker is an object beside it, which does more than to wake.

    Who makes one gives it that waker.
    """

    __slots__ = ("_waker",)

    _waker: W

    @property
    def waker(self) -> W:  # type: ignore[override]  # as in `Task`
        """Its waker."""
        return self._waker

    def end(self, state: TaskState, outcome: object) -> None:
        """As `Task.end`."""
        super().end(state, outcome)
        del self._waker  # which holds the task


class Joining(JoinHandle[T]):
    """A handle that is not the task itself: what waits for it, where several may do so."""

    __slots__ = ("_task",)

    def __init__(self, task: Task[T]) -> None:
        self._task = task

    @property
    def task(self) -> Task[T]:
        return self._task


Joining.__name__ = JoinHandle.__name__  # what it is to whoever reads a recording


def name_of(future: Future[Any]) -> str:
    """What a future that is spawned is called if nobody names it."""
    return future.name if isinstance(future, Cancellable) else type(future).__name__
