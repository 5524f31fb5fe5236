"""Waiting for a time to pass, or to come."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

from wakepoint import executor
from wakepoint.driver import current_driver
from wakepoint.future import Future, polled_after_ready, raise_refusal
from wakepoint.handle import Task
from wakepoint.reactor import Reactor, Timer
from wakepoint.task import PENDING, READY_NONE, Context, Poll
from wakepoint.time.instant import now


class Sleep(Future[None]):
    """Ready once a time has passed; made by `sleep`."""

    __slots__ = ("_over", "_reactor", "_timer", "seconds")

    def __init__(self, seconds: float) -> None:
        try:
            enough = seconds >= 0  # False for NaN
        except TypeError as error:
            raise TypeError(f"seconds are a number, and {seconds!r} is none") from error
        if not enough:
            raise ValueError(f"sleep takes seconds from 0 up, not {seconds!r}")
        self.seconds = seconds
        self._over = False
        self._timer: Timer | None = None
        self._reactor: Reactor | None = None

    def __repr__(self) -> str:
        return f"sleep({self.seconds:g})"

    def __await__(self) -> Generator[Future[Any], BaseException | None, None]:
        context = current_driver().context
        if type(context) is not Task or self._timer is not None:
            return (yield from Future.__await__(self))
        # What follows is `Future.__await__` and `poll` in one.
        task: Task[Any] = context  # type: ignore[assignment]  # it is one
        reactor: Reactor = task.executor.reactor  # type: ignore[assignment]
        self._reactor = reactor
        self._timer = timer = reactor.arm(self.seconds, task)
        try:
            while timer.waker is not None:
                sent = yield self
                if sent is not None:
                    try:
                        raise sent
                    finally:
                        del sent  # whose traceback holds this frame
                if current_driver().context is not task:  # another goes on with it
                    return (yield from Future.__await__(self))
        except RuntimeError as error:
            raise_refusal(self, error)
        finally:
            reactor.disarm(timer)
        self._over = True

    def poll(self, cx: Context) -> Poll[None]:
        """Arms the timer at the first poll, so the time counts from there."""
        timer = self._timer
        if timer is None:
            self._reactor = executor.current().reactor
            self._timer = self._reactor.arm(self.seconds, cx.waker)
            return PENDING
        if timer.waker is None:
            if self._over:
                raise polled_after_ready(self)
            self._over = True
            return READY_NONE
        if not timer.waker.will_wake(cx.waker):  # moved to another task since
            timer.waker = cx.waker.clone()
        return PENDING

    def drop(self) -> None:
        if self._timer is not None and self._timer.waker is not None:
            assert self._reactor is not None
            self._reactor.disarm(self._timer)


def sleep(seconds: float) -> Sleep:
    """Waits without holding the thread (``tokio::time::sleep``).

    Cancel safe: there is nothing to lose.

    Example:
        >>> from wakepoint import run
        >>> run(sleep(0.001))

    Args:
        seconds: From 0 up; counted from the first poll.

    Raises:
        ValueError: If ``seconds`` is negative or NaN.
        TypeError: If it is no number.
    """
    return Sleep(seconds)


class SleepUntil(Sleep):
    """Ready once the clock says a time; made by `sleep_until`."""

    __slots__ = ("deadline",)

    def __init__(self, deadline: float) -> None:
        super().__init__(0.0)
        if math.isnan(deadline):
            raise ValueError("a deadline is a time of the clock, not nan")
        self.deadline = deadline

    __await__ = Future.__await__  # that of Sleep knows no deadline

    def __repr__(self) -> str:
        return f"sleep_until({self.deadline:g})"

    def poll(self, cx: Context) -> Poll[None]:
        """Arms the timer at the first poll, for as long as it is until then."""
        if self._timer is None:
            self.seconds = max(0.0, self.deadline - now())
        return super().poll(cx)


def sleep_until(deadline: float) -> SleepUntil:
    """Waits until the executor's clock says ``deadline`` (``tokio::time::sleep_until``).

    Cancel safe: there is nothing to lose.

    Example:
        >>> from wakepoint import now, run
        >>> async def main():
        ...     deadline = now() + 0.001
        ...     await sleep_until(deadline)
        ...     return now() >= deadline
        >>> run(main())
        True

    Args:
        deadline: A time as `now` gives it. One that has passed is waited for like one that is just
            now: other tasks may run first.

    Raises:
        ValueError: If ``deadline`` is NaN.
        TypeError: If it is no number.
    """
    return SleepUntil(deadline)
