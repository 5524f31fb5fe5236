"""What std::task has: Poll, Ready, PENDING, Waker and Context.

The names and the contract are those of Rust's ``std::task``
(https://doc.rust-lang.org/std/task/). This module knows nobody else in the package.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Generic, Literal, Self, TypeAlias, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Ready(Generic[T_co]):
    """The future is finished and this is its value (``Poll::Ready``).

    Example:
        >>> match Ready(5):
        ...     case Ready(value):
        ...         print(value)
        5
    """

    __slots__ = ("value",)
    __match_args__ = ("value",)

    def __init__(self, value: T_co) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Ready({self.value!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ready) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash((Ready, self.value))


READY_NONE: Final[Ready[None]] = Ready(None)
"""What most futures without a value return; made once."""


class _Pending(enum.Enum):
    PENDING = "PENDING"

    def __repr__(self) -> str:
        return "PENDING"


PENDING: Final = _Pending.PENDING
"""The future is not finished; whoever will finish it has the waker (``Poll::Pending``)."""


Pending: TypeAlias = Literal[_Pending.PENDING]
"""The type of PENDING."""


Poll: TypeAlias = Ready[T] | Pending
"""What `Future.poll` returns."""


class Waker:
    """The handle by which a task is told: poll me again (``std::task::Waker``).

    `wake` may be called from any thread and any number of times. Until the task is polled
    again, further calls change nothing.

    Make one of a function, or derive a class that has `wake` (``std::task::Wake``).

    Args:
        wake: Called on every `wake`; it must be safe to call from any thread.

    Example:
        >>> waker = Waker(lambda: print("poll me again"))
        >>> waker.wake()
        poll me again
    """

    __slots__ = ()

    # A task is its own waker, and has no room for a function. So this class has none either, and
    # a waker that is made of a function is of a class below, as a `pathlib.Path` is.
    def __new__(cls, *_: object) -> Self:
        made = _WakerOfFunction if cls is Waker else cls
        return object.__new__(made)  # type: ignore[return-value]

    if TYPE_CHECKING:

        def __init__(self, wake: Callable[[], object]) -> None: ...

    @staticmethod
    def noop() -> Waker:
        """A waker that wakes nobody (``Waker::noop``); for polls by hand.

        Example:
            >>> Waker.noop().wake()
        """
        return _NOOP

    def wake(self) -> object:
        """Tells the executor that the task can make progress."""
        raise NotImplementedError(f"{type(self).__name__} has no wake()")

    def clone(self) -> Waker:
        """A waker for the same task, to be kept beyond this poll."""
        return self

    def will_wake(self, other: Waker) -> bool:
        """True if both wake the same task, so that a kept waker need not be replaced."""
        return self is other


class _WakerOfFunction(Waker):
    __slots__ = ("function",)

    def __init__(self, wake: Callable[[], object]) -> None:
        self.function = wake

    def wake(self) -> None:
        self.function()

    def will_wake(self, other: Waker) -> bool:
        return isinstance(other, _WakerOfFunction) and self.function == other.function


def _wake_nobody() -> None:
    """What a waker does that wakes nobody."""


_NOOP = Waker(_wake_nobody)


class Context:
    """What an executor hands to a future with each poll (``std::task::Context``)."""

    __slots__ = ("waker",)

    def __init__(self, waker: Waker) -> None:
        self.waker = waker
