"""Waiting for the first of several futures: select and race."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import Any, ClassVar, TypeVar

from wakepoint import executor
from wakepoint.cancelling import Answer
from wakepoint.choices import Choices
from wakepoint.combinators import Combined
from wakepoint.coroutine import into_future
from wakepoint.future import Future
from wakepoint.task import Ready

T = TypeVar("T")
R = TypeVar("R")


class First(Combined[R]):
    """Ready once one of its futures is.

    Args:
        futures: Those that take part.
        biased: Polls them in the order given; else it begins with another at each poll.
    """

    __slots__ = ("_biased",)

    def __init__(self, futures: tuple[Future[Any], ...], biased: bool) -> None:
        if not futures:
            raise ValueError(f"{self.word} needs at least one future")
        super().__init__(futures)
        self._biased = biased

    def in_order(self) -> Iterable[tuple[int, Future[Any]]]:
        futures = list(self.running.items())
        if self._biased:
            return futures
        here = executor.running.executor
        choices = Choices() if here is None else here.choices  # it may be polled by hand
        first = choices.below(len(futures))
        return futures[first:] + futures[:first]


class Select(First[tuple[int, Any]]):
    """Ready with the place of the first and its result; made by `select`."""

    __slots__ = ()

    word: ClassVar[str] = "select"

    def take(self, index: int, value: Any) -> Answer | None:
        return Ready((index, value))


class Race(First[T]):
    """Ready with the result of the first; made by `race`."""

    __slots__ = ()

    word: ClassVar[str] = "race"

    def take(self, index: int, value: Any) -> Answer | None:
        del index
        return Ready(value)


def select(*futures: Awaitable[Any], biased: bool = True) -> Select:
    """Waits for the first of several futures and ends the rest (``select!`` with ``biased``).

    The rest are cancelled: `Cancelled` is raised where they are suspended, and they are polled
    until each has ended, so an ``async with`` or ``finally`` in them may await; one that was never
    polled runs none of its code. Only then comes the answer, and it stays the answer whatever they
    do: a result that one of them returns now is too late, and what it raises is told in a note
    of the exception that goes on or, if a result does, on stderr. (Rust drops them at once; so
    does `Future.drop`.)

    Cancel safety: cancelled, it cancels all of its futures and ends when they have ended; dropped,
    it drops them. Whether a loser loses something is a matter of that loser: read what its own
    function says.

    Example:
        >>> from wakepoint import run, sleep, yield_now
        >>> async def main():
        ...     return await select(sleep(3600), yield_now())
        >>> run(main())
        (1, None)

    Args:
        futures: What to wait for.
        biased: They are polled in the order given, so of several that are ready at once the first
            wins, always: put what is urgent first. In a loop the others may then never get their
            turn. If it is False, each poll begins with another (``select!`` of tokio does so
            unless it is told otherwise). Which one is drawn from numbers that are the same in
            every run of a program, recorded or not.

    Returns:
        A future of ``(index, value)``: which one was ready, and its result.

    Raises:
        ValueError: If there are no futures, since none could ever be ready.
        BaseException: When awaited, what the first raised, if it did.
    """
    return Select(tuple(map(into_future, futures)), biased)


def race(*futures: Awaitable[T]) -> Race[T]:
    """The result of whichever future is done first; the rest are ended as `select` does it.

    Of several that are ready at once no place is preferred, as with ``futures_lite::future::race``
    and ``select!``: it is `select` with ``biased=False`` for whoever does not ask which one it was.

    Cancel safety: as `select`.

    Example:
        >>> from wakepoint import run, sleep
        >>> async def ask(server, seconds):
        ...     await sleep(seconds)
        ...     return server
        >>> run(race(ask("far", 3600), ask("near", 0.001)))
        'near'

    Raises:
        ValueError: If there are no futures.
        BaseException: When awaited, what the first raised, if it did.
    """
    return Race(tuple(map(into_future, futures)), False)
