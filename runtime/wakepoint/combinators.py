"""Several futures in one task: join, select, yield_now."""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from typing import Any, TypeVar, cast, overload

from wakepoint.cancelling import ENDS_THE_OTHERS, Answer, Ending
from wakepoint.coroutine import into_future
from wakepoint.handle import Task
from wakepoint.task import (
    PENDING,
    READY_NONE,
    Cancellable,
    Context,
    Future,
    Poll,
    Ready,
    checked,
    current_driver,
    drop_all,
    polled_after_ready,
    raise_refusal,
)

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
R = TypeVar("R", bound=tuple[Any, ...])


class Combined(Cancellable[R]):
    """Several futures in one task; which results it waits for is a subclass's matter.

    Attributes:
        running: Those that are not done, by their place.
        ending: Set once it is known what comes out and the others were cancelled.
    """

    __slots__ = ("ending", "running")

    def __init__(self, futures: tuple[Future[Any], ...]) -> None:
        self.running = dict(enumerate(futures))
        self.ending: Ending | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__.lower()}({', '.join(map(repr, self.running.values()))})"

    def take(self, index: int, value: Any) -> Ready[R] | None:
        """Takes the result of one; returns what comes out of all, if that is known now."""
        raise NotImplementedError

    def poll(self, cx: Context) -> Poll[R]:
        """Polls those that are not done, in the order given, as Rust's ``join!`` and ``select!``.

        Once it is known what comes out, the others are cancelled and driven to their end.

        Raises:
            BaseException: What the first that raises has raised.
        """
        if self.ending is None:
            self.poll_running(cx)
        return PENDING if self.ending is None else self.ending.drive(cx)

    def poll_running(self, cx: Context) -> None:
        """Polls those that are not done, until it is known what comes out."""
        for index, future in list(self.running.items()):
            try:
                polled = future.poll(cx)
                if polled is PENDING:
                    continue
                answer: Answer | None = self.take(index, checked(future, polled).value)
            except ENDS_THE_OTHERS as error:
                answer = error
            del self.running[index]
            if answer is None:
                future.drop()
                continue
            self._end(answer, f"{type(self).__name__.lower()} was done without it").let_go(future)
            return

    def _end(self, answer: Answer, why: str) -> Ending:
        running, self.running = self.running, {}
        self.ending = Ending(running.values(), answer, why)
        return self.ending

    def cancel(self, cancellation: BaseException) -> None:
        """Cancels each that runs. It ends when the last of them has ended.

        An exception that one of them raises then comes out in place of the cancellation, as it
        does when the cleanup of a coroutine fails.
        """
        if self.ending is None:
            self._end(cancellation, str(cancellation))
        else:
            self.ending.cancel(cancellation)

    @property
    def still_ends(self) -> tuple[Future[Any], ...]:
        return () if self.ending is None else tuple(future for future, _ in self.ending.futures)

    def drop(self) -> None:
        running, self.running = self.running, {}
        drop_all(running.values() if self.ending is None else (*running.values(), self.ending))


class Join(Combined[R]):
    """Ready once all of its futures are; made by `join`."""

    __slots__ = ("_results",)

    def __init__(self, futures: tuple[Future[Any], ...]) -> None:
        super().__init__(futures)
        self._results: list[Any] = [None] * len(futures)

    def poll(self, cx: Context) -> Poll[R]:
        return super().poll(cx) if self._results else Ready(cast(R, ()))

    def take(self, index: int, value: Any) -> Ready[R] | None:
        self._results[index] = value
        return Ready(cast(R, tuple(self._results))) if len(self.running) == 1 else None


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

    If one raises, the others are cancelled as `JoinHandle.abort` does it, driven to their end side
    by side, and then the exception goes on. What another raises while it ends is told in a note
    of that exception. If the join itself is cancelled, all of its futures are; if it is dropped,
    they are dropped.

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


class Select(Combined[tuple[int, Any]]):
    """Ready once one of its futures is; made by `select`."""

    __slots__ = ()

    def take(self, index: int, value: Any) -> Ready[tuple[int, Any]] | None:
        return Ready((index, value))


def select(*futures: Awaitable[Any]) -> Select:
    """Waits for the first of several futures and ends the rest (``select!`` with ``biased``).

    The rest are cancelled: `Cancelled` is raised where they are suspended, and they are polled
    until each has ended, so an ``async with`` or ``finally`` in them may await; one that was never
    polled runs none of its code. Only then comes the answer, and it stays the answer whatever they
    do: a result that one of them returns now is too late, and what it raises is told in a note
    of the exception that goes on or, if a result does, on stderr. (Rust drops them at once; so
    does `Future.drop`.) If the select itself is cancelled meanwhile, so are they, once more.

    Example:
        >>> from wakepoint import run, sleep
        >>> async def main():
        ...     return await select(sleep(3600), yield_now())
        >>> run(main())
        (1, None)

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

    __slots__ = ("_polls",)

    def __init__(self) -> None:
        self._polls = 0

    def __repr__(self) -> str:
        return "yield_now()"

    def __await__(self) -> Generator[Future[Any], BaseException | None, None]:
        context = current_driver().context
        if type(context) is not Task or self._polls:
            return (yield from Future.__await__(self))
        # What follows is `Future.__await__` and `poll` in one.
        self._polls = 2
        context.wake()  # type: ignore[union-attr]  # it is a task
        try:
            sent = yield self
        except RuntimeError as error:
            raise_refusal(self, error)
        if sent is not None:
            raise sent
        return None

    def poll(self, cx: Context) -> Poll[None]:
        self._polls += 1
        if self._polls == 1:
            cx.waker.wake()
            return PENDING
        if self._polls > 2:
            raise polled_after_ready(self)
        return READY_NONE


def yield_now() -> YieldNow:
    """Lets the other queued tasks run first (``tokio::task::yield_now``).

    Example:
        >>> from wakepoint import run, spawn
        >>> async def say(word):
        ...     print(word)
        >>> async def main():
        ...     spawn(say("second"))
        ...     print("first")
        ...     await yield_now()
        ...     print("third")
        >>> run(main())
        first
        second
        third
    """
    return YieldNow()
