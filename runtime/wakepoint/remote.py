"""Reaching an executor from other threads."""

from __future__ import annotations

import contextlib
import contextvars
import threading
import weakref
from collections.abc import Awaitable, Generator
from functools import partial
from types import CoroutineType
from typing import Any, ClassVar, Generic, TypeVar

from wakepoint import executor, foreign
from wakepoint.coroutine import into_future
from wakepoint.errors import JoinError
from wakepoint.executor import Executor
from wakepoint.failure import begin_at_users, report
from wakepoint.future import Future
from wakepoint.handle import JoinHandle
from wakepoint.posting import Poster
from wakepoint.task import PENDING, Context, Poll, Ready, Waker

T = TypeVar("T")


class Handle(Poster):
    """An executor, for other threads (``tokio::runtime::Handle``).

    Whatever else there is of an executor belongs to its own thread; this may be used on any.

    Example:
        >>> from wakepoint import run, spawn_blocking
        >>> async def double(x):
        ...     return 2 * x
        >>> def work(handle):  # on a thread that may block
        ...     return handle.block_on(double(21))
        >>> async def main():
        ...     return await spawn_blocking(work, Handle.current())
        >>> run(main())
        42
    """

    __slots__ = ("_executor",)

    def __init__(self, of: Executor) -> None:
        self._executor = of

    @classmethod
    def current(cls) -> Handle:
        """That of the executor on this thread (``Handle::current``).

        Raises:
            RuntimeError: Outside of `run`.
        """
        return cls(executor.current())

    def spawn(self, future: Awaitable[T], *, name: str | None = None) -> RemoteHandle[T]:
        """Runs a future as a task of that executor (``Handle::spawn``).

        The task sees the context variables of who calls this (PEP 567). It is asyncio's
        ``run_coroutine_threadsafe``.

        Raises:
            RuntimeError: If that executor does not run.
            TypeError: If ``future`` is no future.
        """
        if type(future) is not CoroutineType or foreign.is_anothers(future):
            future = into_future(future)
        remote: RemoteHandle[T] = RemoteHandle(self._executor)
        variables = contextvars.copy_context()
        begin = partial(variables.run, remote.begin, future, name)
        try:
            self._executor.posted.post(begin, partial(remote.refuse, future))
        except RuntimeError:
            into_future(future).drop()
            raise
        return remote

    def block_on(self, future: Awaitable[T]) -> T:
        """Runs a future as a task of that executor, while this thread waits (``Handle::block_on``).

        Raises:
            RuntimeError: On that executor's own thread, where nobody would poll meanwhile; and if
                it does not run.
            JoinError: If the task is aborted, as at the end of a run.
            BaseException: Whatever the future raises.
        """
        if executor.running.executor is self._executor:
            into_future(future).drop()
            raise RuntimeError("this thread runs that executor already: await the future")
        remote = self.spawn(future)
        remote.wait()
        return remote.result()


class RemoteHandle(Future[T], Generic[T]):
    """A task of an executor on some thread; made by `Handle.spawn`.

    Await it on any thread for the task's result, as often as you like. Letting go of it detaches
    the task, as with a `JoinHandle`.

    Cancel safe: whoever gives up awaiting it leaves the task running, and can await it again.
    """

    __slots__ = ("_ended", "_executor", "_handle", "_lock", "_outcome", "_seen", "_wakers")

    starts_at_once: ClassVar[bool] = True

    def __init__(self, of: Executor) -> None:
        self._executor = of
        self._handle: JoinHandle[T] | None = None  # that executor's thread's
        self._outcome: Ready[T] | BaseException | None = None
        self._seen = False
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._wakers: dict[object, Waker] = {}

    def __repr__(self) -> str:
        return "RemoteHandle()" if self._handle is None else f"RemoteHandle({self._handle!r})"

    def into_future(self) -> Future[T]:
        """One of its own for whoever waits: who gives up takes no waker of another's."""
        return RemoteWait(self)

    def __await__(self) -> Generator[Future[Any], BaseException | None, T]:
        return self.into_future().__await__()

    def poll(self, cx: Context) -> Poll[T]:
        """Ready once the task is done.

        Raises:
            JoinError: If the task was aborted, or the run ended before it began.
            BaseException: Whatever the task raised.
        """
        return self.poll_by(self, cx)

    def poll_by(self, who: object, cx: Context) -> Poll[T]:
        """As `poll`, for one of several that wait."""
        with self._lock:
            if self._outcome is None:
                self._wakers[who] = cx.waker.clone()
                return PENDING
        return Ready(self.result())

    def forget(self, who: object) -> None:
        """One of several does not wait any more."""
        with self._lock:
            self._wakers.pop(who, None)

    def drop(self) -> None:
        self.forget(self)

    def is_finished(self) -> bool:
        """True once awaiting the handle would not wait."""
        return self._ended.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Blocks this thread until the task is done; returns False if the time is up before.

        Args:
            seconds: How long it waits at most; None for as long as it takes.
        """
        return self._ended.wait(seconds)

    def result(self) -> T:
        """What the task returned; it has ended.

        Raises:
            JoinError: If the task was aborted, or the run ended before it began.
            RuntimeError: If it has not ended.
            BaseException: Whatever the task raised.
        """
        if self._outcome is None:
            raise RuntimeError(f"{self!r} has not ended; await it, or wait()")
        self._seen = True
        if isinstance(self._outcome, Ready):
            return self._outcome.value
        raise self._outcome

    def __del__(self) -> None:
        error = self._outcome
        if isinstance(error, Exception) and not isinstance(error, JoinError) and not self._seen:
            report("a task that another thread spawned raised and nobody awaited it:", error)

    def abort(self) -> None:
        """Aborts the task, as `JoinHandle.abort`; it has ended when this handle says so."""
        with contextlib.suppress(RuntimeError):  # that run is over, and so is the task
            self._executor.posted.post(self._abort, _do_nothing)

    # -- on that executor's thread -----------------------------------------------------------

    def begin(self, future: Awaitable[T], name: str | None) -> None:
        """Spawns the task."""
        handle = self._handle = self._executor.spawn(future, name=name)
        # Not to be held by the task: whoever drops this detaches it.
        handle.poll(Context(Waker(partial(_take, weakref.ref(self)))))

    def refuse(self, future: Awaitable[T]) -> None:
        """The task will never be spawned."""
        into_future(future).drop()
        self._settle(JoinError("the executor's run ended before the task began"))

    def take(self) -> None:
        """The task has ended: takes its outcome to where every thread may read it."""
        handle, self._handle = self._handle, None
        assert handle is not None
        try:
            self._settle(Ready(handle.task.result()))
        except BaseException as error:
            begin_at_users(error)  # this frame holds the handle: it would live until a collection
            self._settle(error)

    def _settle(self, outcome: Ready[T] | BaseException) -> None:
        with self._lock:
            self._outcome = outcome
            wakers, self._wakers = self._wakers, {}
        self._ended.set()
        for waker in wakers.values():
            waker.wake()

    def _abort(self) -> None:
        if self._handle is not None:
            self._handle.abort()


def _take(reference: weakref.ref[RemoteHandle[Any]]) -> None:
    remote = reference()
    if remote is not None:
        remote.take()


def _do_nothing() -> None:
    """Instead of aborting a task that has ended with its run."""


class RemoteWait(Future[T]):
    """One of several that wait for a task on another thread."""

    __slots__ = ("_remote",)

    def __init__(self, remote: RemoteHandle[T]) -> None:
        self._remote = remote

    def __repr__(self) -> str:
        return repr(self._remote)

    def poll(self, cx: Context) -> Poll[T]:
        """Ready once the task is done."""
        return self._remote.poll_by(self, cx)

    def drop(self) -> None:
        self._remote.forget(self)
