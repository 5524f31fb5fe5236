"""Waiting for all of several futures: join, which hears each of them out, and try_join."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, ClassVar, TypeVar, overload

from wakepoint.cancelling import Answer, Ending
from wakepoint.combinators import Combined
from wakepoint.coroutine import into_future
from wakepoint.failure import report
from wakepoint.future import Future
from wakepoint.task import Context, Poll, Ready

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
R = TypeVar("R", bound=tuple[Any, ...])


class TryJoin(Combined[R]):
    """Ready once all of its futures are, or one has raised; made by `try_join`."""

    __slots__ = ("_results",)

    word: ClassVar[str] = "try_join"

    def __init__(self, futures: tuple[Future[Any], ...]) -> None:
        super().__init__(futures)
        self._results: list[Any] = [None] * len(futures)

    def poll(self, cx: Context) -> Poll[R]:
        if not self._results and self.ending is None:  # nothing to wait for
            self.end(Ready(()), "")
        return super().poll(cx)

    def take(self, index: int, value: Any) -> Answer | None:
        self._results[index] = value
        return self.answer() if len(self.running) == 1 else None

    def answer(self) -> Answer:
        """What comes out when the last is done."""
        return Ready(tuple(self._results))


class Join(TryJoin[R]):
    """Ready once all of its futures are done, however each ended; made by `join`."""

    __slots__ = ("_errors",)

    word: ClassVar[str] = "join"

    def __init__(self, futures: tuple[Future[Any], ...]) -> None:
        super().__init__(futures)
        self._errors: dict[int, tuple[str, Exception]] = {}

    def fail(self, index: int, error: BaseException) -> Answer | None:
        """Keeps an error until the others are done. What is none (Ctrl-C) comes out at once."""
        if not isinstance(error, Exception):
            return error
        self._errors[index] = repr(self.running[index]), error
        return self.answer() if len(self.running) == 1 else None

    def answer(self) -> Answer:
        if not self._errors:
            return super().answer()
        errors = [error for _, (_, error) in sorted(self._errors.items())]
        self._errors = {}  # those that come out are told
        return ExceptionGroup(
            f"{len(errors)} of {len(self._results)} joined futures failed", errors
        )

    def end(self, answer: Answer, why: str) -> Ending:
        ending = super().end(answer, why)
        ending.before = [*self._errors.values()]
        ending.in_group = "joined futures failed"
        self._errors = {}
        return ending

    def drop(self) -> None:
        """Drops those that run; what the others raised is told on stderr, or nobody would hear."""
        errors, self._errors = self._errors, {}
        for name, error in errors.values():
            report(f"{name} raised in a join that was dropped:", error)
        super().drop()


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

    It waits for each, however the others end. If some raise, all that they raised comes out in one
    ExceptionGroup when the last is done, in the order of the futures. `try_join` does not wait
    for the others when one raises; a `TaskGroup` makes a task of each.

    Cancel safety: cancelled, it cancels all of its futures as `JoinHandle.abort` does and ends
    when they have ended; results that were there are let go, errors are not. Dropped, it drops
    them.

    Example:
        >>> from wakepoint import run
        >>> async def half(x):
        ...     if x % 2:
        ...         raise ValueError(f"{x} is odd")
        ...     return x // 2
        >>> async def main():
        ...     print(await join(half(2), half(4)))
        ...     try:
        ...         await join(half(1), half(2), half(3))
        ...     except* ValueError as group:
        ...         print(group.exceptions)
        >>> run(main())
        (1, 2)
        (ValueError('1 is odd'), ValueError('3 is odd'))

    Raises:
        ExceptionGroup: When awaited, if at least one raised; also if it was only one.
    """
    return Join(tuple(map(into_future, futures)))


@overload
def try_join(a: Awaitable[A], b: Awaitable[B], /) -> TryJoin[tuple[A, B]]: ...
@overload
def try_join(a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], /) -> TryJoin[tuple[A, B, C]]: ...
@overload
def try_join(
    a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], d: Awaitable[D], /
) -> TryJoin[tuple[A, B, C, D]]: ...
@overload
def try_join(*futures: Awaitable[A]) -> TryJoin[tuple[A, ...]]: ...
@overload
def try_join(*futures: Awaitable[Any]) -> TryJoin[tuple[Any, ...]]: ...
def try_join(*futures: Awaitable[Any]) -> TryJoin[Any]:
    """As `join`, but the first that raises ends it (``try_join!``).

    The others are cancelled as `JoinHandle.abort` does it, driven to their end side by side, and
    then the exception goes on. What another raises while it ends is told in a note of that
    exception.

    Cancel safety: as `join`.

    Example:
        >>> from wakepoint import run, sleep
        >>> async def fail():
        ...     raise ValueError("broken")
        >>> async def main():
        ...     try:
        ...         await try_join(sleep(3600), fail())
        ...     except ValueError as error:
        ...         return error
        >>> run(main())
        ValueError('broken')

    Raises:
        BaseException: When awaited, what the first that raises has raised.
    """
    return TryJoin(tuple(map(into_future, futures)))
