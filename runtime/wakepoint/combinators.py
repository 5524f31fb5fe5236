"""Several futures in one task: join, select, yield_now."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, TypeVar, cast, overload

from wakepoint.task import PENDING, Context, Future, Poll, Ready, checked, drop_all, into_future

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
R = TypeVar("R", bound=tuple[Any, ...])


class Join(Future[R]):
    """Ready once all of its futures are; made by `join`."""

    __slots__ = ("_pending", "_results")

    def __init__(self, futures: tuple[Future[Any], ...]) -> None:
        self._pending = dict(enumerate(futures))
        self._results: list[Any] = [None] * len(futures)

    def __repr__(self) -> str:
        return f"join({', '.join(map(repr, self._pending.values()))})"

    def poll(self, cx: Context) -> Poll[R]:
        """Polls every future that is not done yet, in the order given, as Rust's ``join!``."""
        for index, future in list(self._pending.items()):
            polled = future.poll(cx)
            if polled is not PENDING:
                self._results[index] = checked(future, polled).value
                del self._pending[index]
                future.drop()
        return PENDING if self._pending else Ready(cast(R, tuple(self._results)))

    def drop(self) -> None:
        pending, self._pending = self._pending, {}
        drop_all(pending.values())


@overload
def join(a: Awaitable[A], b: Awaitable[B], /) -> Join[tuple[A, B]]: ...
@overload
def join(a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], /) -> Join[tuple[A, B, C]]: ...
@overload
def join(
    a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], d: Awaitable[D], /
) -> Join[tuple[A, B, C, D]]: ...
@overload
def join(*futures: Awaitable[A]) -> Join[tuple[A, ...]]: ...
@overload
def join(*futures: Awaitable[Any]) -> Join[tuple[Any, ...]]: ...
def join(*futures: Awaitable[Any]) -> Join[Any]:
    """Runs futures side by side in this task and gives their results in order (``join!``).

    If one raises, the others are dropped and the exception goes on.

    Example:
        >>> from wakepoint import run
        >>> async def double(x):
        ...     return 2 * x
        >>> async def main():
        ...     return await join(double(1), double(2))
        >>> run(main())
        (2, 4)
    """
    return Join(tuple(map(into_future, futures)))


class Select(Future[tuple[int, Any]]):
    """Ready once one of its futures is; made by `select`."""

    __slots__ = ("_futures",)

    def __init__(self, futures: tuple[Future[Any], ...]) -> None:
        self._futures = futures

    def __repr__(self) -> str:
        return f"select({', '.join(map(repr, self._futures))})"

    def poll(self, cx: Context) -> Poll[tuple[int, Any]]:
        """Polls them in the order given; the first that is ready wins, the others are dropped."""
        for index, future in enumerate(self._futures):
            polled = future.poll(cx)
            if polled is not PENDING:
                self.drop()
                return Ready((index, checked(future, polled).value))
        return PENDING

    def drop(self) -> None:
        futures, self._futures = self._futures, ()
        drop_all(futures)


def select(*futures: Awaitable[Any]) -> Select:
    """Waits for the first of several futures and drops the rest (``select!`` with ``biased``).

    Returns:
        A future of ``(index, value)``: which one was ready, and its result.

    Raises:
        ValueError: If there are no futures, since none could ever be ready.
    """
    if not futures:
        raise ValueError("select needs at least one future")
    return Select(tuple(map(into_future, futures)))


class YieldNow(Future[None]):
    """Pending once, having woken its own task; made by `yield_now`."""

    __slots__ = ("_yielded",)

    def __init__(self) -> None:
        self._yielded = False

    def __repr__(self) -> str:
        return "yield_now()"

    def poll(self, cx: Context) -> Poll[None]:
        if self._yielded:
            return Ready(None)
        self._yielded = True
        cx.waker.wake()
        return PENDING


def yield_now() -> YieldNow:
    """Lets the other queued tasks run first (``tokio::task::yield_now``)."""
    return YieldNow()
