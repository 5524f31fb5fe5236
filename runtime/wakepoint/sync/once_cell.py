"""A value that is made once, by the first who needs it (``tokio::sync::OnceCell``)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from wakepoint.sync.errors import NoPermits, SetError
from wakepoint.sync.semaphore import Semaphore

T = TypeVar("T")

_NOTHING: Any = object()


class OnceCell(Generic[T]):
    """Holds a value from the first time on that it is needed (``tokio::sync::OnceCell``).

    Any method may be called from any thread, from a signal handler and from a destructor;
    `get_or_init` is awaited in a task.

    Example:
        >>> from wakepoint import join, run, yield_now
        >>> from wakepoint.sync import OnceCell
        >>> async def connect():
        ...     print("connects once")
        ...     await yield_now()
        ...     return "connection"
        >>> async def main():
        ...     cell = OnceCell()
        ...     return await join(cell.get_or_init(connect), cell.get_or_init(connect))
        >>> run(main())
        connects once
        ('connection', 'connection')
    """

    __slots__ = ("__weakref__", "_turn", "_value")

    def __init__(self) -> None:
        self._value: T = _NOTHING
        self._turn = Semaphore(1)

    def __repr__(self) -> str:
        return f"OnceCell({'initialized' if self.initialized() else ''})"

    def initialized(self) -> bool:
        """True once it has its value."""
        return self._value is not _NOTHING

    def get(self) -> T | None:
        """The value, None if there is none yet."""
        value = self._value
        return None if value is _NOTHING else value

    def set(self, value: T) -> None:
        """Gives it its value.

        Raises:
            SetError: If it has one, or `get_or_init` makes one just now.
        """
        try:
            turn = self._turn.try_acquire()
        except NoPermits:
            raise SetError(value, "is being given its value") from None
        with turn:
            if self.initialized():
                raise SetError(value, "has its value")
            self._value = value

    async def get_or_init(self, make: Callable[[], Awaitable[T]]) -> T:
        """The value; the first who asks makes it, and the others wait for that.

        Cancel safe: if the one who makes it gives up, or what it calls raises, the next who waits
        calls its own.

        Args:
            make: Called without arguments; what it gives is awaited.

        Raises:
            BaseException: What ``make`` raises.
        """
        if not self.initialized():
            async with self._turn:
                if not self.initialized():
                    self._value = await make()
        return self._value
