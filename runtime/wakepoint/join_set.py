"""Tasks of one owner, given back one by one in the order in which they end."""

from __future__ import annotations

import contextlib
import weakref
from collections import deque
from collections.abc import Awaitable, Iterable
from functools import partial
from typing import Any, Generic, TypeVar

from wakepoint import executor
from wakepoint.executor import Executor
from wakepoint.future import Compound, Future, Once
from wakepoint.handle import JoinHandle, Joining
from wakepoint.task import PENDING, Context, Poll, Ready, Waker

T = TypeVar("T")


class JoinSet(Generic[T]):
    """Tasks that are awaited in the order in which they end (``tokio::task::JoinSet``).

    A task that fails disturbs no other; who wants that takes a `TaskGroup`. When nobody holds the
    set any more, the tasks that still run are aborted.

    Example:
        >>> from wakepoint import JoinSet, run, sleep
        >>> async def nap(seconds):
        ...     await sleep(seconds)
        ...     return seconds
        >>> async def main():
        ...     naps = JoinSet()
        ...     for seconds in (0.02, 0, 0.01):
        ...         naps.spawn(nap(seconds))
        ...     async for ended in naps:
        ...         print(await ended)
        >>> run(main())
        0
        0.01
        0.02
    """

    def __init__(self) -> None:
        self._executor: Executor | None = None
        # In the order in which they were spawned, which a set would not keep.
        self._running: dict[JoinHandle[T], None] = {}
        self._ended: deque[JoinHandle[T]] = deque()
        self._waiting: dict[Future[Any], Waker] = {}

    def __repr__(self) -> str:
        return f"<JoinSet running={len(self._running)} ended={len(self._ended)}>"

    def __len__(self) -> int:
        """How many tasks there are whose end nobody has taken yet."""
        return len(self._running) + len(self._ended)

    def spawn(self, future: Awaitable[T], *, name: str | None = None) -> JoinHandle[T]:
        """Runs a future as a task of this set; see `wakepoint.spawn`.

        Returns:
            A handle of its own, to abort the task by, or to await it besides.

        Raises:
            RuntimeError: Outside of `run`.
        """
        self._executor = executor.current()
        handle = self._executor.spawn(future, name=name)
        # One of ours: whoever drops the other takes no waker of it.
        ours = Joining(handle.task)
        self._running[ours] = None
        # The task holds this waker, and must not hold the set.
        ours.poll(Context(Waker(partial(_ended, weakref.ref(self), ours))))
        return handle

    def join_next(self) -> JoinNext[T]:
        """Waits for the next task that ends (``JoinSet::join_next``).

        Cancel safety: a task leaves the set only when its handle is given, so nothing is lost.

        Returns:
            A future of the task's handle, which is finished: awaiting it gives the result or raises
            what the task raised. Of None, if there is no task left in the set.
        """
        return JoinNext(self)

    def try_join_next(self) -> JoinHandle[T] | None:
        """The handle of the next task that has ended; None if there is none just now."""
        return self._ended.popleft() if self._ended else None

    def __aiter__(self) -> JoinSet[T]:
        return self

    async def __anext__(self) -> JoinHandle[T]:
        ended = await self.join_next()
        if ended is None:
            raise StopAsyncIteration
        return ended

    def join_all(self) -> JoinAll[T]:
        """Waits until every task has ended and gives the results in that order.

        ``JoinSet::join_all``, with one difference: no failure aborts another task; all failures
        are raised when the last task has ended. (tokio aborts the others.)

        Cancel safety: the tasks go on, and those that have ended stay in the set.

        Raises:
            ExceptionGroup: When awaited, if a task raised, or was aborted (a `JoinError`); also if
                it was only one.
        """
        return JoinAll(self)

    def abort_all(self) -> None:
        """Aborts every task that runs, as `JoinHandle.abort`; they stay in the set."""
        for handle in list(self._running):
            handle.abort()

    async def shutdown(self) -> None:
        """Aborts every task and waits until all have ended (``JoinSet::shutdown``).

        Their results are let go; what one raised meanwhile is told on stderr.

        Cancel safety: the tasks are aborted in any case; cancelled, it does not wait for them.
        """
        self.abort_all()
        await AllEnded(self)
        self._ended.clear()

    def detach_all(self) -> None:
        """Lets go of every task; those that run go on by themselves (``JoinSet::detach_all``)."""
        for handle in self._running:
            handle.drop()
        self._running.clear()
        self._ended.clear()
        self.wake_waiting()

    def ended(self, handle: JoinHandle[T]) -> None:
        """A task of this set has ended."""
        self._running.pop(handle, None)
        self._ended.append(handle)
        self.wake_waiting()

    def wake_waiting(self) -> None:
        """Whoever waits for an end looks again."""
        waiting, self._waiting = self._waiting, {}
        for waker in waiting.values():
            waker.wake()

    def __del__(self) -> None:
        # The collector may call this on any thread, and in the middle of anything.
        if self._running and self._executor is not None:
            with contextlib.suppress(RuntimeError):  # the run is over, and so are the tasks
                self._executor.posted.post(partial(_abort, self._running), _do_nothing)


def _ended(reference: weakref.ref[JoinSet[Any]], handle: JoinHandle[Any]) -> None:
    join_set = reference()
    if join_set is not None:
        join_set.ended(handle)


def _do_nothing() -> None:
    """Instead of aborting tasks that have ended with their run."""


def _abort(handles: Iterable[JoinHandle[Any]]) -> None:
    for handle in handles:
        handle.abort()


class _Wait(Once[T], Compound[T]):
    """Waits for tasks of a set to end."""

    __slots__ = ("join_set",)

    def __init__(self, join_set: JoinSet[Any]) -> None:
        self.join_set = join_set

    @property
    def inner_futures(self) -> tuple[Future[Any], ...]:
        return tuple(self.join_set._running)  # noqa: SLF001

    def wait(self, cx: Context) -> Poll[T]:
        """Is polled again when a task has ended."""
        self.join_set._waiting[self] = cx.waker.clone()  # noqa: SLF001 - a part of the set
        return PENDING

    def drop(self) -> None:
        self.join_set._waiting.pop(self, None)  # noqa: SLF001


class JoinNext(_Wait[JoinHandle[T] | None]):
    """The next task that ends; made by `JoinSet.join_next`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "join_next()"

    def advance(self, cx: Context) -> Poll[JoinHandle[T] | None]:
        """Ready with a task that has ended, or with None if there is none at all."""
        join_set = self.join_set
        if join_set._ended or not join_set._running:  # noqa: SLF001
            return Ready(join_set.try_join_next())
        return self.wait(cx)


class AllEnded(_Wait[None]):
    """Ready once no task of a set runs; they stay in it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"the end of {len(self.join_set._running)} tasks"  # noqa: SLF001

    def advance(self, cx: Context) -> Poll[None]:
        return self.wait(cx) if self.join_set._running else Ready(None)  # noqa: SLF001


class JoinAll(_Wait[list[T]]):
    """The results of all; made by `JoinSet.join_all`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "join_all()"

    def advance(self, cx: Context) -> Poll[list[T]]:
        """Ready once no task runs any more.

        Raises:
            ExceptionGroup: If a task raised or was aborted.
        """
        join_set = self.join_set
        if join_set._running:  # noqa: SLF001
            return self.wait(cx)
        results: list[T] = []
        errors: list[Exception] = []
        while (handle := join_set.try_join_next()) is not None:
            try:
                polled = handle.poll(cx)
                assert polled is not PENDING
                results.append(polled.value)
            except Exception as error:
                errors.append(error)
        if errors:
            count = len(errors) + len(results)
            raise ExceptionGroup(f"{len(errors)} of {count} joined tasks failed", errors)
        return Ready(results)
