"""Sleeping and time limits."""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from typing import Any, TypeVar

from wakepoint import executor
from wakepoint.cancelling import Ending
from wakepoint.coroutine import into_future
from wakepoint.handle import Task
from wakepoint.reactor import Reactor, Timer
from wakepoint.task import (
    PENDING,
    READY_NONE,
    Cancellable,
    Context,
    Future,
    Poll,
    current_driver,
    drop_all,
    polled_after_ready,
    raise_refusal,
)

T = TypeVar("T")


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
                    raise sent
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


class Timeout(Cancellable[T]):
    """A future with a time limit; made by `timeout`.

    Attributes:
        ending: Set once the time is up and the future was cancelled.
    """

    __slots__ = ("_future", "_sleep", "ending")

    def __init__(self, seconds: float, future: Awaitable[T]) -> None:
        self._sleep = Sleep(seconds)
        self._future = into_future(future)
        self.ending: Ending | None = None

    def __repr__(self) -> str:
        return f"timeout({self._sleep.seconds:g}, {self._future!r})"

    def poll(self, cx: Context) -> Poll[T]:
        """Polls the future first, so a result that is there wins over a deadline that has passed.

        Raises:
            TimeoutError: If the time is up, once the future has ended.
        """
        if self.ending is None:
            polled = self._future.poll(cx)
            if polled is not PENDING:
                return polled
            if self._sleep.poll(cx) is PENDING:
                return PENDING
            why = f"not done after {self._sleep.seconds:g} s"
            self.ending = Ending((self._future,), TimeoutError(why), why)
        return self.ending.drive(cx)

    def cancel(self, cancellation: BaseException) -> None:
        """Cancels the future; from now on it may take its time to end."""
        self._sleep.drop()
        if self.ending is None:
            self.ending = Ending((self._future,), cancellation, str(cancellation))
        else:
            self.ending.cancel(cancellation)

    @property
    def still_ends(self) -> tuple[Future[Any], ...]:
        return () if self.ending is None else tuple(future for future, _ in self.ending.futures)

    def drop(self) -> None:
        drop_all((self._sleep, self._future if self.ending is None else self.ending))


def timeout(seconds: float, future: Awaitable[T]) -> Timeout[T]:
    """Cancels a future that is not done in time (``tokio::time::timeout``).

    Example:
        >>> from wakepoint import run
        >>> async def main():
        ...     try:
        ...         await timeout(0.001, sleep(3600))
        ...     except TimeoutError:
        ...         return "too long"
        >>> run(main())
        'too long'

    When the time is up, `Cancelled` is raised where the future is suspended, and it is polled
    until it has ended, so an ``async with`` or ``finally`` in it may await. Then `TimeoutError` is
    raised, whatever it did: a result that it returns now is too late, and what it raises is told
    in a note of the TimeoutError. (tokio drops it at once; so does `Future.drop`.)

    If the timeout itself is cancelled, by a timeout around it for instance, its own time does not
    count any more; a future that is ending already is cancelled once more.

    Args:
        seconds: From 0 up; counted from the first poll.
        future: What must not take longer.

    Raises:
        TimeoutError: When awaited, if the time is up first.
        ValueError: If ``seconds`` is negative or NaN.
        TypeError: If it is no number, or ``future`` is no future.
    """
    return Timeout(seconds, future)
