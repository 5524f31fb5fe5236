"""The scheduler: tasks, the run queue, and the loop that polls, parks and polls again.

One thread, one queue, as tokio's current-thread scheduler. How a run begins and ends is in
`wakepoint.executor`.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Awaitable
from types import CoroutineType
from typing import Any, TypeVar, cast
from weakref import WeakValueDictionary

from wakepoint import foreign, forking, outsiders
from wakepoint.attention import Attention
from wakepoint.cancelling import tell_beside
from wakepoint.choices import Choices
from wakepoint.coroutine import CoroutineFuture, into_future
from wakepoint.deadlock import deadlock, describe
from wakepoint.driver import Driver
from wakepoint.errors import Cancelled
from wakepoint.failure import Failure, begin_at_users
from wakepoint.future import Cancellable, Future, checked
from wakepoint.generators import Generators
from wakepoint.handle import JoinHandle, Task, TaskState, name_of
from wakepoint.interrupts import Interrupts
from wakepoint.lingering import Lingering
from wakepoint.outsiders import Outsiders
from wakepoint.posting import Posted
from wakepoint.reactor import Reactor
from wakepoint.task import PENDING

T = TypeVar("T")

EVENT_INTERVAL = 61
"""Polls after which a busy executor looks for events all the same (tokio's ``event_interval``)."""

_PENDING = TaskState.PENDING
_READY = TaskState.READY
_RAISED = TaskState.RAISED
_not_anothers = foreign.not_anothers

# Not bound to a coroutine, so that none has to be made for each poll.
_send = CoroutineType.send

new = object.__new__


class Scheduler:
    """Polls the tasks that are woken, on one thread.

    Args:
        reactor: Who waits in the kernel on its behalf.

    Attributes:
        reactor: See above.
        driver: Tells its tasks' coroutines with which context they are polled.
        enqueue: Puts a task into the run queue. Any thread may call it.
        tasks: Those that have not ended, by their number.
        root: What the run began with.
        forked: True in the copy that a forked child has.
        attention: Whether something else than a task is to be looked after between two turns.
        interrupts: Ctrl-C, and who raises something between two polls.
        generators: The async generators that were begun.
        lingering: Who goes on after its cancellation.
        posted: What other threads have handed over.
        choices: Who is first where nobody is to be preferred.
    """

    thread_check_interval = 0.05
    """Seconds after which a parked executor looks whether the threads that might wake it live."""
    patience: float | None = 1.0
    """Seconds after which who goes on after its cancellation is named on stderr; None: never."""
    task_class: type[Task[Any]] = Task

    def __init__(self, reactor: Reactor) -> None:
        self.reactor = reactor
        self.task_class = self.task_class  # what is the instance's own is found quicker
        self.driver = Driver()
        self.forked = False
        self.root: Task[Any] | None = None
        self._forker: Task[Any] | None = None
        self._awaited: Task[Any] | None = None
        self.attention = Attention()
        self.interrupts = Interrupts(self.driver, self.attention, self._end_sleep)
        self.generators = Generators(self.spawn, self.attention, self.look)
        self.lingering = Lingering(self.patience, self.attention)
        self.posted = Posted(self.attention, self.look)
        self.choices = Choices()
        self._outsiders = Outsiders()
        self.tasks: dict[int, Task[Any]] = {}
        self._queue: deque[Task[Any]] = deque()
        self.enqueue = self._queue.append
        self._spawned = 0
        self._failures = WeakValueDictionary[int, Failure]()

    # -- tasks -------------------------------------------------------------------------------

    def spawn(self, future: Awaitable[T], *, name: str | None = None) -> JoinHandle[T]:
        """Queues a future as a task of its own and returns at once.

        Args:
            future: Anything that `into_future` takes.
            name: For people; by default what the future calls itself.
        """
        number = self._spawned = self._spawned + 1
        if type(future) is CoroutineType and (
            future.__qualname__ in _not_anothers or not foreign.is_anothers(future)
        ):
            coroutine, polled = future, None
            name = name or coroutine.__name__
        else:
            coroutine, polled = None, into_future(future)
            name = name or name_of(polled)
        # A call of the class, without what it costs.
        task: Task[T] = new(self.task_class)
        task.__init__(self, coroutine, polled, number, name)  # type: ignore[misc]
        self.tasks[number] = task
        self._queue.append(task)
        if self.reactor.asleep:  # a signal handler spawns in the middle of the wait
            self.look()
        return task

    def abort(self, task: Task[Any]) -> None:
        """Cancels a task; see `JoinHandle.abort`."""
        self.cancel(task, "was aborted")

    def cancel(self, task: Task[Any], how: str) -> None:
        """Cancels a task, unless it has ended.

        Args:
            task: Which one.
            how: What is told of it if it goes on: ``was aborted``.
        """
        future = task.future
        if future is None:
            return
        if isinstance(future, Cancellable):
            future.cancel(Cancelled(f"task {task.number} was aborted"))
            self.lingering.begin(task, future, f"task {task.number} ({task.name}) {how}")
            task.wake()
        else:
            self.let_go(task, TaskState.ABORTED, None)

    def look(self) -> None:
        """There is something else to do than to sleep. Any thread may call it."""
        with contextlib.suppress(OSError):  # EMFILE; then we look now and then
            self._end_sleep()

    def _end_sleep(self) -> None:
        if self.reactor.asleep:
            self.reactor.notify()

    # -- the loop ----------------------------------------------------------------------------

    def run_until(self, task: Task[Any]) -> None:
        """Polls what is woken until that task has ended.

        Raises:
            Deadlock: If every task is pending and nobody is left to wake one of them.
            BaseException: What `Interrupts.raise_due` raises, and what ends a run.
        """
        queue, attention, reactor = self._queue, self.attention, self.reactor
        self._awaited = task
        while task.state is _PENDING:
            if attention.needed:
                self.attend()
            if not queue:
                self._park_or_report()
                continue
            # It is fewer when the task has ended, or something else is to be looked after.
            if self.run_batch() == EVENT_INTERVAL and reactor.expects_events:
                reactor.park(block=False)

    def attend(self) -> None:
        """Looks after all that is no task; what comes meanwhile has to wait for the next turn."""
        if self.forked:
            raise self._cannot_wait()
        self.attention.needed = False
        self.interrupts.raise_due()
        self.generators.close_left()
        self.posted.call_all()
        self.lingering.tell()
        if self.lingering.left is not None:
            self.attention.needed = True

    def run_batch(self, most: int = EVENT_INTERVAL) -> int:
        """Polls the tasks that are queued, and those that they wake.

        Args:
            most: How many polls at most.

        Returns:
            How many there were.
        """
        queue, attention, driver = self._queue, self.attention, self.driver
        polled = 0
        for polled in range(1, most + 1):  # noqa: B007 - how many there were in the end
            task = queue.popleft()
            coroutine = task.coroutine
            if coroutine is None or (task.waits_for is None and coroutine.cr_suspended):
                if task.state is _PENDING:
                    task.queued = False
                    self.poll(task)
            else:
                # What follows is `poll` of a `CoroutineFuture`, without one.
                task.queued = False
                driver.context = task
                try:
                    yielded = task.variables.run(_send, coroutine, None)
                except StopIteration as stop:
                    if task.state is _PENDING:
                        self.finish(task, _READY, stop.value)
                except BaseException as error:
                    self._raised(task, error)
                else:
                    if task.coroutine is coroutine and isinstance(yielded, Future):
                        task.waits_for = yielded
                    else:
                        self._suspended(task, coroutine, yielded)
                finally:
                    driver.context = None
            if attention.needed or not queue:
                break
        # A traceback may keep this frame, and this would keep the task.
        del task, coroutine  # type: ignore[possibly-undefined]  # there was one
        return polled

    def _suspended(
        self, task: Task[T], coroutine: CoroutineType[Any, Any, T], yielded: object
    ) -> None:
        """Takes what the coroutine of a task waits for, if that is not what it always is."""
        future = task.future
        if not isinstance(yielded, Future):
            self._raised(task, foreign.made_for_another(coroutine, yielded))
        elif isinstance(future, CoroutineFuture):  # somebody has asked for it meanwhile
            future.waits_for = yielded

    def poll(self, task: Task[Any]) -> None:
        """Polls one task's future once and keeps its result if there is one."""
        future = task.future
        assert future is not None
        self.driver.context = task
        try:
            polled = task.variables.run(future.poll, task)
            if polled is PENDING or task.done:  # done: it aborted itself meanwhile
                return
            value = checked(future, polled).value
        except BaseException as error:
            self._raised(task, error)
        else:
            self.let_go(task, _READY, value)
        finally:
            self.driver.context = None
            del task, future  # a traceback may keep this frame, and this would keep the task

    def _raised(self, task: Task[Any], error: BaseException) -> None:
        """Ends a task with what its poll raised.

        Raises:
            BaseException: The same, if it is not the task's own: KeyboardInterrupt, SystemExit.
        """
        if isinstance(error, Cancelled):
            self.let_go(task, TaskState.ABORTED, None)
        elif isinstance(error, Exception):
            error = foreign.explained(error)
            begin_at_users(error)
            self.let_go(task, TaskState.RAISED, error)
        else:
            self.interrupted(error)  # before this task ends, which may be the one that goes on
            self.let_go(task, TaskState.RAISED, error)
            raise error

    def let_go(self, task: Task[Any], state: TaskState, outcome: object) -> None:
        """Drops a task's future and ends the task; what only the drop raised is its outcome."""
        future = task.future
        if future is None:
            return
        try:
            # A copy, since a task that aborts itself is running in the original.
            task.variables.copy().run(future.drop)
        except Exception as error:
            if isinstance(outcome, BaseException) and state is TaskState.RAISED:
                tell_beside(outcome, [(repr(future), error)])
            else:
                state, outcome = TaskState.RAISED, error
        self.finish(task, state, outcome)

    def finish(self, task: Task[Any], state: TaskState, outcome: object) -> None:
        """Ends a task and wakes those who wait for that."""
        del self.tasks[task.number]
        if self.lingering.since:
            self.lingering.end(task)
        if self.generators.closers:
            self.generators.closers.discard(task)
        if state is _RAISED:
            outcome = self._failure(task, cast(BaseException, outcome))
        if task is self._awaited:
            self.attention.needed = True
        task.end(state, outcome)

    def _failure(self, task: Task[Any], error: BaseException) -> Failure:
        """Keeps what a task raised. The run raises what it began with, and what is no Exception."""
        failure = Failure(f"task {task.number} ({task.name})", error)
        if task is self.root or not isinstance(error, Exception):
            _ = failure.error
        else:
            self._failures[task.number] = failure
        return failure

    def interrupted(self, error: BaseException) -> None:
        """The run is ended by an exception: it says who goes on after a cancellation."""
        for note in map(str, self.lingering.untold()):
            if note not in getattr(error, "__notes__", ()):
                error.add_note(note)

    def report_failures(self) -> None:
        """Prints the exceptions of all tasks that nobody has joined."""
        for failure in list(self._failures.values()):
            failure.report()

    # -- a forked child ----------------------------------------------------------------------

    def now_forked(self) -> None:
        """This is a forked child; its tasks go on in the parent."""
        self.forked = self.attention.needed = True
        self._forker = self.interrupts.polling
        self.interrupts.now_forked()
        self.posted.now_forked()
        forking.never_free(self)  # that would run what the tasks do when they are dropped
        self.reactor.now_forked()

    def _cannot_wait(self) -> RuntimeError:
        """The error of a task that forked, and awaits in the child."""
        task = self._forker
        where = "" if task is None or task.done else f" ({describe(task)})"
        return RuntimeError(f"{forking.MESSAGE}{where}")

    # -- parking -----------------------------------------------------------------------------

    def _park_or_report(self) -> None:
        reactor = self.reactor
        ours = reactor.expects_events or reactor.blocking_jobs > 0
        # An outsider may have woken somebody and ended just now.
        if not ours and not (self._may_be_woken() or self._queue or self._has_news):
            raise deadlock(self.tasks.values())
        reactor.fall_asleep()
        # `notify` makes what it needs itself; made here, a lack of descriptors can still be told.
        if not reactor.notifiable and (
            not ours or (threading.active_count() > 1 and outsiders.have_threads())
        ):
            ours = self._can_be_woken() and ours
        try:
            if self._queue:
                return
            # If only outsiders can wake us, look now and then if they still can.
            if not self.attention.needed:
                reactor.park(True, None if ours else self.thread_check_interval)
            elif not self._has_news:
                reactor.park(True, self._sleep_at_most(ours))
        finally:
            reactor.asleep = False

    @property
    def _has_news(self) -> bool:
        return bool(self.generators.left or self.interrupts.due or self.posted)

    def _sleep_at_most(self, ours: bool) -> float | None:
        """Seconds after which to come back without an event, or None."""
        limit = None if ours else self.thread_check_interval
        left = self.lingering.left
        return left if limit is None else limit if left is None else min(left, limit)

    def _can_be_woken(self) -> bool:
        """Sees to it that other threads can wake us; if they cannot, we look now and then."""
        try:
            self.reactor.prepare_notify()
        except OSError:
            return False
        return True

    def _may_be_woken(self) -> bool:
        """True if somebody who is no part of this run may still wake a task."""
        own = (self.tasks, self._queue, self.interrupts, self.lingering, self.generators)
        return self._outsiders.may_wake(self, list(self.tasks.values()), own)
