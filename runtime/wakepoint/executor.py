"""The executor: a scheduler with a beginning and an end. `wakepoint.runtime` builds one."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from wakepoint import foreign, forking
from wakepoint.coroutine import into_future
from wakepoint.errors import Deadlock, JoinError
from wakepoint.future import checked
from wakepoint.handle import JoinHandle, Task, TaskState
from wakepoint.lingering import watching
from wakepoint.scheduler import Scheduler
from wakepoint.task import PENDING, Context, Waker

T = TypeVar("T")


class Executor(Scheduler):
    """Drives tasks on the thread that calls `block_on`.

    Args:
        reactor: Who waits in the kernel on its behalf.
    """

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
        with self._running_here():
            try:
                with self.generators.watched(), self.interrupts.watched():
                    root = self._run_root(future)
            except BaseException as error:
                self.interrupted(error)
                raise
            finally:
                self._drop_rest()
                self.posted.close()
                self.report_failures()
        if root.state is TaskState.ABORTED:
            raise JoinError("the main task was aborted")
        return root.result()

    def try_tick(self) -> bool:
        """Polls one task, if one is queued (async-executor's ``Executor::try_tick``).

        For whoever has a loop of his own: spawn with `spawn`, then call this. What stands around
        the tasks of `block_on` is missing here: nobody aborts those that are left over, and Ctrl-C
        is Python's.

        Example:
            >>> from wakepoint.runtime import build
            >>> executor = build("simulated")
            >>> async def say(word):
            ...     print(word)
            >>> for word in ("first", "second"):
            ...     handle = executor.spawn(say(word))
            >>> while executor.try_tick():
            ...     print("polled one")
            first
            polled one
            second
            polled one

        Returns:
            False if no task was queued, and no event or timer has woken one.

        Raises:
            RuntimeError: If this thread runs another executor, or this one already.
        """
        if running.executor is not None:
            raise RuntimeError("this thread runs an executor already, which polls its tasks itself")
        with self._running_here(), self.generators.watched():
            if self.attention.needed:
                self.attend()
            if self.reactor.expects_events:
                self.reactor.park(block=False)
            return bool(self._queue) and self.run_batch(1) > 0

    @contextmanager
    def _running_here(self) -> Iterator[None]:
        """In the block this thread's executor is this one."""
        forking.watch(self)
        self.posted.open()
        outer, running.executor = running.executor, self
        outer_lingering, watching.lingering = watching.lingering, self.lingering
        try:
            yield
        finally:
            running.executor, watching.lingering = outer, outer_lingering

    def _run_root(self, future: Awaitable[T]) -> Task[T]:
        self.root = root = self.spawn(future).task
        try:
            self.run_until(root)
        except KeyboardInterrupt:
            # The second may have come before the executor was told of the first.
            if not self.interrupts.insisted:
                self._end_rest("was aborted by Ctrl-C")
            raise
        except SystemExit:
            self._end_rest("was aborted by sys.exit")
            raise
        self._end_rest(f"was aborted when {root.name} ended")
        return root

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
                    if task is not self.interrupts.struck and task not in self.generators.closers:
                        self.cancel(task, how)
                self._run_to_the_end(tasks)
        except Deadlock:  # a finally block awaits what never comes
            return

    def _run_to_the_end(self, tasks: list[Task[Any]]) -> None:
        self.generators.close_left()
        for task in tasks:
            while not task.done:
                try:
                    self.run_until(task)
                except KeyboardInterrupt:
                    if self.interrupts.insisted or not self.interrupts.watching:
                        raise
                    # The first Ctrl-C, which was raised in a task, has only now come out of it.

    def _drop_rest(self) -> None:
        while self.tasks and not self.forked:
            self.let_go(next(iter(self.tasks.values())), TaskState.ABORTED, None)


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

    Cancel safe: whoever gives up awaiting the handle leaves the task running.

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
    return (running.executor or current()).spawn(future, name=name)


def block_on(future: Awaitable[T]) -> T:
    """Polls one future on this thread, which sleeps meanwhile (``block_on`` of futures-executor).

    For a thread that has no executor and waits for others: for a message, a lock, a task of another
    thread's executor (`Handle`). There is no reactor here, so nothing can be awaited that a socket
    or a timer would wake; `run` has one.

    Example:
        >>> import threading
        >>> from wakepoint.sync import oneshot
        >>> sender, receiver = oneshot.channel()
        >>> threading.Thread(target=sender.send, args=("from a thread",)).start()
        >>> block_on(receiver)
        'from a thread'

    Raises:
        RuntimeError: On the thread of an executor, which could then poll nobody.
        BaseException: Whatever the future raises.
    """
    polled_here = into_future(future)
    if running.executor is not None:
        polled_here.drop()
        raise RuntimeError("this would stop every task of this thread; await it instead")
    woken = threading.Event()
    context = Context(Waker(woken.set))
    try:
        while True:
            polled = polled_here.poll(context)
            if polled is not PENDING:
                return checked(polled_here, polled).value
            woken.wait()
            woken.clear()
    finally:
        polled_here.drop()
