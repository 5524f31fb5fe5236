"""Calls that block, on threads of their own (``tokio::task::spawn_blocking``)."""

from __future__ import annotations

import contextvars
import inspect
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar, ParamSpec, TypeVar, cast

from wakepoint import executor, forking
from wakepoint.future import Once
from wakepoint.reactor import Reactor
from wakepoint.task import PENDING, Context, Poll, Ready, Waker

P = ParamSpec("P")
T = TypeVar("T")

MAX_THREADS = 64
"""More jobs than this wait for a thread, unless `set_max_blocking_threads` says otherwise."""

IDLE_SECONDS = 10.0
"""A thread that had nothing to do for so long ends (tokio's ``thread_keep_alive``)."""


class Pool:
    """Threads that are started when they are needed and end when they are not."""

    def __init__(self) -> None:
        self._most = MAX_THREADS
        self._jobs: deque[Callable[[], None]] = deque()
        self._changed = threading.Condition()
        self._idle = 0  # threads that wait for a job, with those that are about to take one
        self._threads = 0
        forking.watch(self)

    def now_forked(self) -> None:
        """This is a forked child, which has none of the threads and none of their jobs."""
        self._changed = threading.Condition()
        self._jobs.clear()
        self._idle = self._threads = 0

    @property
    def _are_too_many(self) -> bool:
        return self._threads > self._most

    def limit(self, most: int) -> None:
        """Has so many threads at most; those that wait for a job beyond that end."""
        with self._changed:
            self._most = most
            self._changed.notify_all()
            missing = max(0, min(len(self._jobs) - self._idle, most - self._threads))
            self._threads += missing
        for _ in range(missing):
            try:
                self._start()
            except RuntimeError:  # those that there are go on
                with self._changed:
                    self._threads -= 1

    def submit(self, job: Callable[[], None]) -> None:
        with self._changed:
            self._jobs.append(job)
            if self._idle >= len(self._jobs):
                self._changed.notify()
                return
            if self._threads >= self._most:
                return
            self._threads += 1
        try:
            self._start()
        except RuntimeError as error:
            with self._changed:
                self._threads -= 1
                if self._threads:  # one of them will take the job
                    return
                self._jobs.remove(job)
            raise RuntimeError(f"a blocking call needs a thread, and {error}") from error

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name="wakepoint-blocking", daemon=True)
        # The executor counts our jobs itself, so these threads are not among the unknown ones
        # that might hold a waker.
        thread.wakepoint_idle = True  # type: ignore[attr-defined]
        thread.start()

    def _work(self) -> None:
        changed = self._changed
        while (job := self._next_job()) is not None:
            job()
            del job  # an idle thread keeps nothing of it alive
            if self._changed is not changed:  # the job has forked, and this is the child
                return

    def _next_job(self) -> Callable[[], None] | None:
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._jobs or self._are_too_many, IDLE_SECONDS)
            self._idle -= 1
            if self._jobs and not self._are_too_many:
                return self._jobs.popleft()
            self._threads -= 1
            return None


pool = Pool()


def set_max_blocking_threads(most: int) -> None:
    """How many calls of `spawn_blocking` run at once in this process; the others wait.

    tokio's ``Builder::max_blocking_threads``. At first it is 64. All executors of the process share
    the threads; one that has nothing to do for 10 seconds ends.

    Example:
        >>> set_max_blocking_threads(8)
        >>> set_max_blocking_threads(MAX_THREADS)

    Args:
        most: At least 1. Threads that work beyond that end after what they do.

    Raises:
        ValueError: If ``most`` is below 1.
    """
    if most < 1:
        raise ValueError(f"blocking calls need at least one thread, not {most!r}")
    pool.limit(most)


class SpawnBlocking(Once[T]):
    """The result of a call on another thread; made by `spawn_blocking`."""

    __slots__ = ("_call", "_error", "_lock", "_name", "_reactor", "_result", "_state", "_waker")

    starts_at_once: ClassVar[bool] = True

    def __init__(self, call: Callable[[], T], name: str) -> None:
        self._call = call
        self._name = name
        self._lock = threading.Lock()
        self._state = "running"
        self._result: T | None = None
        self._error: BaseException | None = None
        self._waker: Waker | None = None
        self._reactor: Reactor = executor.current().reactor
        self._reactor.job_started()
        try:
            pool.submit(self.work)
        except BaseException:
            self._reactor.job_done(None)
            raise

    def __repr__(self) -> str:
        return f"spawn_blocking({self._name})"

    def work(self) -> None:
        """Makes the call; on a thread of the pool."""
        try:
            self._result = self._call()
        except BaseException as error:
            self._error = error
        with self._reactor.job_ends():
            self.answer()

    def answer(self) -> None:
        """Wakes who waits: the call has returned."""
        with self._lock:
            self._state = "done"
            waker, self._waker = self._waker, None
        sleep = None if waker is None else self._reactor.sleeps
        try:
            if waker is not None:
                waker.wake()
        finally:
            self._reactor.job_done(sleep)

    def advance(self, cx: Context) -> Poll[T]:
        """Ready once the call has returned.

        Raises:
            BaseException: Whatever the call raised.
        """
        with self._lock:
            if self._state != "done":
                self._waker = cx.waker.clone()
                return PENDING
        if self._error is not None:
            raise self._error
        return Ready(cast(T, self._result))

    def drop(self) -> None:
        """The call goes on, since a thread cannot be stopped; its result is let go."""
        with self._lock:
            self._waker = None


def spawn_blocking(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> SpawnBlocking[T]:
    """Runs a call that blocks on another thread; it starts at once.

    At most 64 such calls run at once; `set_max_blocking_threads` makes that more or fewer.

    Cancel safety: the call goes on, since a thread cannot be stopped; its result is let go.

    It sees the context variables of who calls this (PEP 567), as with ``asyncio.to_thread``.

    Not cancel safe: the call has begun and a thread cannot be stopped, so if this is dropped, the
    call goes on to its end and its result is lost.

    Example:
        >>> from wakepoint import run
        >>> async def main():
        ...     return await spawn_blocking(sum, [1, 2, 3])
        >>> run(main())
        6

    Raises:
        RuntimeError: Outside of `run`, or if the system gives no thread.
        OSError: If no descriptor is left by which the thread could wake the executor.
        TypeError: If ``call`` is an async function, or no function.
    """
    if inspect.iscoroutinefunction(call):
        raise TypeError(f"{call.__name__} is an async function and does not block: spawn its call")
    if not callable(call):
        raise TypeError(
            f"spawn_blocking calls a function itself, and {call!r} is none: "
            "pass the function and its arguments, as in spawn_blocking(time.sleep, 1)"
        )
    name: Any = getattr(call, "__name__", repr(call))
    variables = contextvars.copy_context()
    return SpawnBlocking(lambda: variables.run(call, *args, **kwargs), name)
