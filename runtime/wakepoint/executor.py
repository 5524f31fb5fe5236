"""The executor: tasks, the run queue and the loop that polls, parks and polls again.

One thread, one queue, as tokio's current-thread scheduler. `wakepoint.runtime` builds one.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from wakepoint import foreign, forking
from wakepoint.cancelling import report, tell_beside
from wakepoint.coroutine import into_future
from wakepoint.deadlock import describe
from wakepoint.errors import Cancelled, Deadlock, JoinError
from wakepoint.generators import Generators
from wakepoint.handle import JoinHandle, Task, TaskState
from wakepoint.interrupts import Interrupts
from wakepoint.lingering import Lingering, watching
from wakepoint.reactor import Reactor
from wakepoint.task import PENDING, Cancellable, Future, Waker, checked

T = TypeVar("T")

EVENT_INTERVAL = 61
"""Polls after which a busy executor looks for events all the same (tokio's ``event_interval``)."""


class Executor:
    """Drives tasks on the thread that calls `block_on`.

    Args:
        reactor: Who waits in the kernel on its behalf.
    """

    thread_check_interval = 0.05
    """Seconds after which a parked executor looks whether the threads that might wake it live."""
    patience: float | None = 1.0
    """Seconds after which who goes on after its cancellation is named on stderr; None: never."""

    def __init__(self, reactor: Reactor) -> None:
        self.reactor = reactor
        self.forked = False
        self._forker: Task[Any] | None = None
        self.interrupts = Interrupts(self._end_sleep)
        self.generators = Generators(self.spawn, self._look)
        self.lingering = Lingering(self.patience)
        self.tasks: dict[int, Task[Any]] = {}
        self._queue: deque[Task[Any]] = deque()
        self._spawned = 0
        self._unobserved: dict[int, Task[Any]] = {}

    # -- tasks -------------------------------------------------------------------------------

    def spawn(self, future: Awaitable[T], *, name: str | None = None) -> JoinHandle[T]:
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
        if task.done or not task.queued.acquire(blocking=False):
            return False
        self._queue.append(task)
        # The executor says that it sleeps before it looks at the queue for the last time. So
        # either it sees this task there, or we see here that it sleeps. It may be this thread
        # that sleeps: a signal handler runs in the middle of the wait.
        self._look()
        return True

    def abort(self, task: Task[Any]) -> None:
        """Cancels a task; see `JoinHandle.abort`."""
        self._cancel(task, "was aborted")

    def _cancel(self, task: Task[Any], how: str) -> None:
        if task.done:
            return
        if isinstance(task.future, Cancellable):
            task.future.cancel(Cancelled(f"task {task.number} was aborted"))
            self.lingering.begin(task, task.future, f"task {task.number} ({task.name}) {how}")
            self.schedule(task)
        else:
            self._let_go(task, TaskState.ABORTED, None)

    def _look(self) -> None:
        """There is something else to do than to sleep. Any thread may call it."""
        with contextlib.suppress(OSError):  # EMFILE; then we look now and then
            self._end_sleep()

    def _end_sleep(self) -> None:
        if self.reactor.asleep:
            self.reactor.notify()

    # -- the loop ----------------------------------------------------------------------------

    def block_on(self, future: Awaitable[T]) -> T:
        """Drives a future, and what it spawns, until that future is done.

        Tasks that are still pending then are aborted, and may await in their ``finally`` blocks;
        when they have ended, so are those that they spawned there. So it is after a first Ctrl-C
        (unless the program has a handler of its own), and when a task raises KeyboardInterrupt or
        SystemExit. At a second Ctrl-C, or one while they are ending already, and after any other
        exception that no task raised (`Deadlock`), they are dropped: at once, in the order of
        spawning.

        In a child that is forked meanwhile nobody is aborted or dropped: the tasks go on in the
        parent. If the future is done there, this returns; if it has to wait, RuntimeError says so.

        Async generators that were left before their end are closed in tasks of their own, and a
        line on stderr names each. So is each that is still open at the end.

        Raises:
            Deadlock: If every task is pending and nobody is left to wake one of them.
            KeyboardInterrupt: After Ctrl-C.
            BaseException: Whatever the future raises.
        """
        forking.watch(self)
        outer, running.executor = running.executor, self
        outer_lingering, watching.lingering = watching.lingering, self.lingering
        try:
            with self.generators.watched(), self.interrupts.watched():
                root = self._run_root(future)
        except BaseException as error:
            self.interrupted(error)
            raise
        finally:
            self._drop_rest()
            for task in list(self._unobserved.values()):
                self.report(task)
            running.executor, watching.lingering = outer, outer_lingering
        if root.state is TaskState.READY:
            return cast(T, root.outcome)
        if root.state is TaskState.RAISED:
            raise root.outcome
        raise JoinError("the main task was aborted")

    def _run_root(self, future: Awaitable[T]) -> Task[T]:
        root = self.spawn(future).task
        root.observed = True
        try:
            self._run_until(lambda: root.done)
        except KeyboardInterrupt:
            self._end_rest("was aborted by Ctrl-C")
            raise
        except SystemExit:
            self._end_rest("was aborted by sys.exit")
            raise
        self._end_rest(f"was aborted when {root.name} ended")
        return root

    def interrupted(self, error: BaseException) -> None:
        """The run is ended by an exception: it says who goes on after a cancellation."""
        for note in map(str, self.lingering.untold()):
            if note not in getattr(error, "__notes__", ()):
                error.add_note(note)

    def _run_until(self, done: Callable[[], bool]) -> None:
        polls = 0
        while not done():
            if self.forked:
                raise self._cannot_wait()
            if self.interrupts.due:
                self.interrupts.raise_due()
            if self.generators.left:
                self.generators.close_left()
            if self.lingering.left == 0.0:
                self.lingering.tell()
            if not self._queue:
                self._park_or_report()
                continue
            polls += self.run_batch()
            # A batch may have finished the root: look again before parking.
            if polls >= EVENT_INTERVAL:
                polls = 0
                if self.reactor.expects_events:
                    self.reactor.park(block=False)

    def run_batch(self) -> int:
        """Polls the tasks that are queued now; those they wake wait for the next batch.

        Returns:
            How many there were.
        """
        queue = self._queue
        batch = len(queue)
        for _ in range(batch):
            task = queue.popleft()
            task.queued.release()
            if not task.done:
                self.poll(task)
            if self.forked:
                break
        return batch

    def now_forked(self) -> None:
        """This is a forked child; its tasks go on in the parent."""
        self.forked = True
        self._forker = self.interrupts.polling
        self.interrupts.now_forked()
        forking.never_free(self)  # that would run what the tasks do when they are dropped
        self.reactor.now_forked()

    def _cannot_wait(self) -> RuntimeError:
        """The error of a task that forked, and awaits in the child."""
        task = self._forker
        where = "" if task is None or task.done else f" ({describe(task)})"
        return RuntimeError(f"{forking.MESSAGE}{where}")

    def poll(self, task: Task[Any]) -> None:
        """Polls one task once and keeps its result if there is one."""
        future = task.future
        assert future is not None
        task.polls += 1
        self.interrupts.polling = task
        try:
            polled = task.variables.run(future.poll, task.context)
            if polled is PENDING or task.done:  # done: it aborted itself meanwhile
                return
            value = checked(future, polled).value
        except Cancelled:
            self._let_go(task, TaskState.ABORTED, None)
        except Exception as error:
            self._let_go(task, TaskState.RAISED, foreign.explained(error))
        except BaseException as error:  # KeyboardInterrupt, SystemExit: not the task's own
            task.observed = True
            self.interrupted(error)  # before this task ends, which may be the one that goes on
            self._let_go(task, TaskState.RAISED, error)
            raise
        else:
            self._let_go(task, TaskState.READY, value)
        finally:
            self.interrupts.polling = None

    def _let_go(self, task: Task[Any], state: TaskState, outcome: object) -> None:
        """Drops a task's future and ends the task; what only the drop raised is its outcome."""
        if task.done:
            return
        assert task.future is not None
        try:
            # A copy, since a task that aborts itself is running in the original.
            task.variables.copy().run(task.future.drop)
        except Exception as error:
            if isinstance(outcome, BaseException) and state is TaskState.RAISED:
                tell_beside(outcome, [(repr(task.future), error)])
            else:
                state, outcome = TaskState.RAISED, error
        self.finish(task, state, outcome)

    def finish(self, task: Task[Any], state: TaskState, outcome: object) -> None:
        """Ends a task and wakes those who wait for that."""
        del self.tasks[task.number]
        self.lingering.end(task)
        self.generators.ended(task)
        task.end(state, outcome)
        if state is TaskState.RAISED and not task.observed:
            self._unobserved[task.number] = task
            if task.detached:
                self.report(task)

    def observed(self, task: Task[Any]) -> None:
        """Somebody was given the task's outcome, or does not want it."""
        task.observed = True
        self._unobserved.pop(task.number, None)

    def report(self, task: Task[Any]) -> None:
        """Prints the exception of a task that nobody will join, unless somebody was given it."""
        if self._unobserved.pop(task.number, None) is not None:
            report(f"task {task.number} ({task.name}) raised and nobody awaited it:", task.outcome)

    def _park_or_report(self) -> None:
        ours = self.reactor.blocking_jobs > 0 or self.reactor.expects_events
        if not ours and not _foreign_threads():
            raise Deadlock(tuple(describe(task) for task in self.tasks.values()))
        self.reactor.fall_asleep()
        if not self.reactor.notifiable and _foreign_threads():
            ours = self._can_be_woken() and ours
        try:
            if not self._has_news():
                self.reactor.park(True, self._sleep_at_most(ours))
        finally:
            self.reactor.asleep = False

    def _can_be_woken(self) -> bool:
        """Sees to it that other threads can wake us; if they cannot, we look now and then."""
        try:
            self.reactor.prepare_notify()
        except OSError:
            return False
        return True

    def _has_news(self) -> bool:
        return bool(self._queue) or self.generators.left or self.interrupts.due

    def _sleep_at_most(self, ours: bool) -> float | None:
        """Seconds after which to come back without an event, or None."""
        limits = [] if ours else [self.thread_check_interval]
        # If only threads that we know nothing of can wake us, look now and then whether they live.
        if self.lingering.left is not None:
            limits.append(self.lingering.left)
        return min(limits, default=None)

    def _end_rest(self, how: str) -> None:
        """Aborts all tasks and closes all generators, and drives them to their end."""
        if self.forked:
            return
        self.interrupts.now_ending()
        self._abort_all(how)
        self.generators.close_open()
        self._abort_all(how)

    def _abort_all(self, how: str) -> None:
        """Aborts the tasks and drives them to their end; then those that they spawned meanwhile."""
        try:
            while self.tasks or self.generators.left:
                tasks = list(self.tasks.values())
                for task in tasks:
                    if task is not self.interrupts.struck and not self.generators.closes(task):
                        self._cancel(task, how)
                self._run_to_the_end(tasks)
        except Deadlock:  # a finally block awaits what never comes
            return

    def _run_to_the_end(self, tasks: list[Task[Any]]) -> None:
        def over() -> bool:
            while tasks and tasks[-1].done:
                tasks.pop()
            return not tasks and not self.generators.left

        while not over():
            try:
                self._run_until(over)
            except KeyboardInterrupt:
                if self.interrupts.insisted:
                    raise
                # The first Ctrl-C, which was raised in a task, has only now come out of it.

    def _drop_rest(self) -> None:
        while self.tasks and not self.forked:
            self._let_go(next(iter(self.tasks.values())), TaskState.ABORTED, None)


class _Running(threading.local):
    executor: Executor | None = None


running = _Running()
"""Which executor polls on this thread."""


def current() -> Executor:
    """The executor that polls on this thread.

    Raises:
        RuntimeError: If there is none.
    """
    if running.executor is None:
        library = foreign.running_library()
        if library is not None:
            raise foreign.under_another("a function of wakepoint", library, "call")
        raise RuntimeError("no executor is running on this thread; call wakepoint.run first")
    return running.executor


def spawn(future: Awaitable[T], *, name: str | None = None) -> JoinHandle[T]:
    """Runs a future as a task of its own, beside the one that calls this (``tokio::spawn``).

    Example:
        >>> from wakepoint import run
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


def _name_of(future: Future[Any]) -> str:
    return future.name if isinstance(future, Cancellable) else type(future).__name__


def _foreign_threads() -> bool:
    """True if a thread that is not ours lives: it might hold a waker."""
    return any(
        thread is not threading.current_thread() and not getattr(thread, "wakepoint_idle", False)
        for thread in threading.enumerate()
    )
