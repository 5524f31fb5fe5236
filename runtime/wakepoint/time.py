"""Sleeping and time limits."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from wakepoint import executor
from wakepoint.reactor import Reactor, Timer
from wakepoint.task import PENDING, Context, Future, Poll, Ready, drop_all, into_future

T = TypeVar("T")


class Sleep(Future[None]):
    """Ready once a time has passed; made by `sleep`."""

    __slots__ = ("_reactor", "_timer", "seconds")

    def __init__(self, seconds: float) -> None:
        if not seconds >= 0:  # NaN too
            raise ValueError(f"sleep takes seconds from 0 up, not {seconds!r}")
        self.seconds = seconds
        self._timer: Timer | None = None
        self._reactor: Reactor | None = None

    def __repr__(self) -> str:
        return f"sleep({self.seconds:g})"

    def poll(self, cx: Context) -> Poll[None]:
        """Arms the timer at the first poll, so the time counts from there."""
        timer = self._timer
        if timer is None:
            self._reactor = executor.current().reactor
            self._timer = self._reactor.arm(self.seconds, cx.waker)
            return PENDING
        if timer.waker is None:
            return Ready(None)
        if not timer.waker.will_wake(cx.waker):  # moved to another task since
            timer.waker = cx.waker.clone()
        return PENDING

    def drop(self) -> None:
        if self._timer is not None and self._timer.waker is not None:
            assert self._reactor is not None
            self._reactor.disarm(self._timer)


def sleep(seconds: float) -> Sleep:
    """Waits without holding the thread (``tokio::time::sleep``).

    Args:
        seconds: From 0 up; counted from the first poll.

    Raises:
        ValueError: If ``seconds`` is negative or not a number.
    """
    return Sleep(seconds)


class Timeout(Future[T]):
    """A future with a time limit; made by `timeout`."""

    __slots__ = ("_future", "_sleep")

    def __init__(self, seconds: float, future: Future[T]) -> None:
        self._future = future
        self._sleep = Sleep(seconds)

    def __repr__(self) -> str:
        return f"timeout({self._sleep.seconds:g}, {self._future!r})"

    def poll(self, cx: Context) -> Poll[T]:
        """Polls the future first, so a result that is there wins over a deadline that has passed.

        Raises:
            TimeoutError: If the time is up.
        """
        polled = self._future.poll(cx)
        if polled is not PENDING:
            return polled
        if self._sleep.poll(cx) is not PENDING:
            raise TimeoutError(f"not done after {self._sleep.seconds:g} s")
        return PENDING

    def drop(self) -> None:
        drop_all((self._sleep, self._future))


def timeout(seconds: float, future: Awaitable[T]) -> Timeout[T]:
    """Drops a future that is not done in time (``tokio::time::timeout``).

    Raises:
        TimeoutError: When awaited, if the time is up first.
    """
    return Timeout(seconds, into_future(future))
