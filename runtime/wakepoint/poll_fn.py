"""The smallest futures, for tests and for whoever writes futures by hand (``std::future``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NoReturn, TypeVar

from wakepoint.future import Future, Once, polled_after_ready
from wakepoint.task import PENDING, Context, Poll, Ready

T = TypeVar("T")


class ReadyFuture(Future[T]):
    """Ready at its first poll; made by `ready`."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value: Ready[T] | None = Ready(value)

    def __repr__(self) -> str:
        return "ready()" if self._value is None else f"ready({self._value.value!r})"

    def poll(self, cx: Context) -> Poll[T]:
        """Ready, once.

        Raises:
            RuntimeError: If it was polled before.
        """
        value, self._value = self._value, None
        if value is None:
            raise polled_after_ready(self)
        return value


class Pending(Future[NoReturn]):
    """Never ready, and nobody is told to poll it; made by `pending`."""

    __slots__ = ()

    wakes_nobody: ClassVar[bool] = True

    def __repr__(self) -> str:
        return "pending()"

    def poll(self, cx: Context) -> Poll[NoReturn]:
        return PENDING


class PollFn(Once[T]):
    """A function as a future; made by `poll_fn`."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable[[Context], Poll[T]]) -> None:
        self._function = function

    def __repr__(self) -> str:
        return f"poll_fn({getattr(self._function, '__name__', self._function)})"

    def advance(self, cx: Context) -> Poll[T]:
        """What the function returns."""
        return self._function(cx)


def ready(value: T) -> ReadyFuture[T]:
    """A future that is ready at its first poll (``std::future::ready``).

    Cancel safe, though the value is gone with it.

    Example:
        >>> from wakepoint import run
        >>> run(ready(42))
        42
    """
    return ReadyFuture(value)


def pending() -> Pending:
    """A future that is never ready (``std::future::pending``).

    Whoever awaits it is ended from outside, by a `timeout` or an abort for instance. Alone it is
    a `Deadlock`.

    Cancel safety: there is nothing to lose.

    Example:
        >>> from wakepoint import run, select, sleep
        >>> run(select(pending(), sleep(0.001)))
        (1, None)
    """
    return Pending()


def poll_fn(function: Callable[[Context], Poll[T]]) -> PollFn[T]:
    """A future whose ``poll`` is a function (``std::future::poll_fn``).

    Cancel safety: that of what the function does; nothing is called when the future is dropped.

    Example:
        >>> from wakepoint import PENDING, Ready, run
        >>> answers = [PENDING, Ready("done")]
        >>> def step(cx):
        ...     cx.waker.wake()  # whoever returns PENDING sees to it that it is polled again
        ...     return answers.pop(0)
        >>> run(poll_fn(step))
        'done'

    Args:
        function: Called at each poll with its context; it returns `Ready` or PENDING, as
            `Future.poll` does.

    Raises:
        TypeError: If ``function`` cannot be called.
    """
    if not callable(function):
        raise TypeError(f"poll_fn takes a function of a context, and {function!r} is none")
    return PollFn(function)
