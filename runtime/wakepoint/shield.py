"""Keeping a cancellation off until a future is done."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, TypeVar

from wakepoint.coroutine import into_future
from wakepoint.future import Cancellable, Future
from wakepoint.task import PENDING, Context, Poll

T = TypeVar("T")


class Shield(Cancellable[T]):
    """A future that is done before its cancellation is heard; made by `shield`."""

    __slots__ = ("_begun", "_cancellation", "_future")

    def __init__(self, future: Future[T]) -> None:
        self._future = future
        self._begun = False
        self._cancellation: BaseException | None = None

    def __repr__(self) -> str:
        return f"shield({self._future!r})"

    @property
    def name(self) -> str:
        """The function that made it."""
        return "shield"

    def poll(self, cx: Context) -> Poll[T]:
        """Polls the future; when it is done, the cancellation that came meanwhile is raised.

        Raises:
            BaseException: What the future raises, or else the cancellation.
        """
        if self._begun or self._cancellation is None:
            self._begun = True
            polled = self._future.poll(cx)
            if polled is PENDING or self._cancellation is None:
                return polled
        self.drop()
        raise self._cancellation

    def cancel(self, cancellation: BaseException) -> None:
        """Keeps the cancellation until the future is done; one that has not begun never does."""
        if self._cancellation is None:
            self._cancellation = cancellation

    @property
    def still_ends(self) -> tuple[Future[Any], ...]:
        return () if self._cancellation is None else (self._future,)

    @property
    def inner_futures(self) -> tuple[Future[Any], ...]:
        return (self._future,)

    def drop(self) -> None:
        self._future.drop()


def shield(future: Awaitable[T]) -> Shield[T]:
    """Runs a future to its own end, even if whoever awaits it is cancelled meanwhile.

    It is trio's ``CancelScope(shield=True)``: the cancellation waits until the future is done, and
    is raised then in place of a result; what the future itself raises goes before it. So nothing
    goes on unattended. asyncio's ``shield`` is another thing: it lets the future go on by itself
    and whoever awaits it leaves at once. That is what `JoinHandle` does anyway, as in tokio:
    ``await spawn(work())`` leaves the task running if it is cancelled.

    What cleans up after a cancellation needs no shield: a second one does not interrupt it.

    Cancel safety: cancelled before its first poll, it runs nothing; later, it runs to its end.
    `Future.drop` and a second Ctrl-C wait for nobody and end it at once.

    Example:
        >>> from wakepoint import run, sleep, timeout
        >>> async def commit():
        ...     await sleep(0.02)
        ...     print("committed")
        >>> async def main():
        ...     try:
        ...         await timeout(0.001, shield(commit()))
        ...     except TimeoutError:
        ...         print("too late")
        >>> run(main())
        committed
        too late

    Raises:
        TypeError: If ``future`` is no future.
    """
    return Shield(into_future(future))
