"""Time limits."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, TypeVar

from wakepoint.cancelling import Ending
from wakepoint.coroutine import into_future
from wakepoint.dropping import drop_all
from wakepoint.future import Cancellable, Future, polled_after_ready
from wakepoint.task import PENDING, Context, Poll
from wakepoint.time.sleeping import Sleep, SleepUntil

T = TypeVar("T")


class Timeout(Cancellable[T]):
    """A future with a time limit; made by `timeout` and `timeout_at`.

    Attributes:
        ending: Set once the time is up and the future was cancelled.
    """

    __slots__ = ("_future", "_over", "_sleep", "ending")

    def __init__(self, limit: Sleep, future: Awaitable[T]) -> None:
        self._sleep = limit
        self._future = into_future(future)
        self._over = False
        self.ending: Ending | None = None

    def __repr__(self) -> str:
        limit = self._sleep
        if isinstance(limit, SleepUntil):
            return f"timeout_at({limit.deadline:g}, {self._future!r})"
        return f"timeout({limit.seconds:g}, {self._future!r})"

    def poll(self, cx: Context) -> Poll[T]:
        """Polls the future first, so a result that is there wins over a deadline that has passed.

        Raises:
            TimeoutError: If the time is up, once the future has ended.
        """
        if self._over:
            raise polled_after_ready(self)
        self._over = True  # by what is raised here, for instance
        polled = self._poll_in_time(cx) if self.ending is None else PENDING
        if polled is PENDING and self.ending is not None:
            polled = self.ending.drive(cx)
        self._over = polled is not PENDING
        return polled

    def _poll_in_time(self, cx: Context) -> Poll[T]:
        """Polls the future; if the time is up, it begins to end."""
        polled = self._future.poll(cx)
        if polled is PENDING and self._sleep.poll(cx) is not PENDING:
            by_deadline = isinstance(self._sleep, SleepUntil)
            why = "not done in time" if by_deadline else f"not done after {self._sleep.seconds:g} s"
            self.ending = Ending((self._future,), TimeoutError(why), why)
        return polled

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

    @property
    def inner_futures(self) -> tuple[Future[Any], ...]:
        return (self._future, self._sleep) if self.ending is None else self.still_ends

    def drop(self) -> None:
        drop_all((self._sleep, self._future if self.ending is None else self.ending))


def timeout(seconds: float, future: Awaitable[T]) -> Timeout[T]:
    """Cancels a future that is not done in time (``tokio::time::timeout``).

    Example:
        >>> from wakepoint import run, sleep
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

    Cancel safety: if the timeout itself is cancelled, by a timeout around it for instance, so is
    the future, and its own time does not count any more; one that is ending already goes on with
    that. Dropped, it drops the future.

    Args:
        seconds: From 0 up; counted from the first poll.
        future: What must not take longer.

    Raises:
        TimeoutError: When awaited, if the time is up first.
        ValueError: If ``seconds`` is negative or NaN.
        TypeError: If it is no number, or ``future`` is no future.
    """
    return Timeout(Sleep(seconds), future)


def timeout_at(deadline: float, future: Awaitable[T]) -> Timeout[T]:
    """Cancels a future that is not done by a time (``tokio::time::timeout_at``).

    It does what `timeout` does. Several calls may share one deadline, which `timeout` cannot say.

    Cancel safety: as `timeout`.

    Example:
        >>> from wakepoint import now, run, sleep
        >>> async def main():
        ...     deadline = now() + 0.001
        ...     try:
        ...         await timeout_at(deadline, sleep(0))
        ...         await timeout_at(deadline, sleep(3600))
        ...     except TimeoutError as error:
        ...         return str(error)
        >>> run(main())
        'not done in time'

    Args:
        deadline: A time as `now` gives it. If it has passed, a future that is ready wins all the
            same.
        future: What must not take longer.

    Raises:
        TimeoutError: When awaited, if the deadline comes first.
        ValueError: If ``deadline`` is NaN.
        TypeError: If it is no number, or ``future`` is no future.
    """
    return Timeout(SleepUntil(deadline), future)
