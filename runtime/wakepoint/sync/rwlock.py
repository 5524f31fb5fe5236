"""A value that many read or one changes (``tokio::sync::RwLock``)."""

from __future__ import annotations

from types import TracebackType
from typing import Generic, Self, TypeVar

from wakepoint.driver import current_context
from wakepoint.sync.errors import TryLockError
from wakepoint.sync.permits import Acquiring, Permits
from wakepoint.sync.waiting import whose
from wakepoint.task import Context, Waker

T = TypeVar("T")

_ALL = 2**29
"""What a writer takes of the permits, of which a reader takes one."""


class RwLock(Generic[T]):
    """Guards a value that many may read at once, or one change (``tokio::sync::RwLock``).

    It is fair: readers that come after a writer that waits are behind it. Any method may be called
    from any thread, from a signal handler and from a destructor; what is awaited is awaited in a
    task.

    Example:
        >>> from wakepoint import run
        >>> from wakepoint.sync import RwLock
        >>> async def main():
        ...     lock = RwLock({"port": 80})
        ...     async with lock.read() as one, lock.read() as another:
        ...         print(one.value, another.value)
        ...     async with lock.write() as guard:
        ...         guard.value = {"port": 8080}
        ...     return lock.into_inner()
        >>> run(main())
        {'port': 80} {'port': 80}
        {'port': 8080}

    Args:
        value: What it guards.

    Attributes:
        value: As it is; who reads or sets it here has to know that nobody else does.
        holders: The wakers of those who hold it, by the guard.
    """

    __slots__ = ("__weakref__", "_permits", "holders", "value")

    def __init__(self, value: T) -> None:
        self._permits = Permits(_ALL)
        self.value = value
        self.holders: dict[int, Waker | None] = {}

    def __repr__(self) -> str:
        return f"RwLock({self.state})"

    @property
    def state(self) -> str:
        """Who holds it, in words."""
        guards = [*self.holders.values()]
        if not guards:
            return self._permits.state or "free"
        return f"held by {', '.join(dict.fromkeys(map(whose, guards)))}"

    def read(self) -> Read[T]:
        """Waits until no writer holds it or came before, and gives a guard to read with.

        A task that has one and asks for another waits for ever if a writer came between.

        Cancel safe: whoever gives up loses its place in the queue and nothing else.
        """
        return Read(self, self._permits)

    def write(self) -> Write[T]:
        """Waits until nobody holds it, and gives a guard to change the value with.

        Cancel safe: whoever gives up loses its place in the queue and nothing else; those who wait
        behind it go on if they can.
        """
        return Write(self, self._permits)

    def try_read(self) -> RwLockReadGuard[T]:
        """Locks it for reading without waiting.

        Raises:
            TryLockError: If a writer holds it or waits.
        """
        self._try_take(1, "read")
        return RwLockReadGuard(self, self._permits, _here())

    def try_write(self) -> RwLockWriteGuard[T]:
        """Locks it for changing without waiting.

        Raises:
            TryLockError: If anybody holds it.
        """
        self._try_take(_ALL, "write")
        return RwLockWriteGuard(self, self._permits, _here())

    def _try_take(self, count: int, instead: str) -> None:
        if not self._permits.try_take(count):
            raise TryLockError(f"RwLock is {self.state}", instead)

    def into_inner(self) -> T:
        """The value, of a lock that nobody needs any more.

        Raises:
            TryLockError: If anybody holds it.
        """
        with self.try_write() as guard:
            return guard.value


def _here() -> Waker | None:
    context = current_context()
    return None if context is None else context.waker


class RwLockReadGuard(Generic[T]):
    """A `RwLock` can be read while there is one; made by `RwLock.read`.

    It is given back by `release`, at the end of a ``with``, or when the guard is let go of.
    """

    __slots__ = ("_lock", "_permits")

    count = 1
    """Its permits."""

    def __init__(self, lock: RwLock[T], permits: Permits, holder: Waker | None) -> None:
        self._lock: RwLock[T] | None = lock
        self._permits = permits
        lock.holders[id(self)] = holder

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'released' if self._lock is None else ''})"

    @property
    def value(self) -> T:
        """What the lock guards.

        Raises:
            RuntimeError: If the guard was released.
        """
        return self.locked().value

    def locked(self) -> RwLock[T]:
        """The lock.

        Raises:
            RuntimeError: If the guard was released.
        """
        if self._lock is None:
            raise RuntimeError("the guard was released, and somebody else may change the value now")
        return self._lock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def __del__(self) -> None:
        self.release()

    def release(self) -> None:
        """Gives the lock back; those who are first in the queue have it then. Twice is fine."""
        self.give(self.count)

    def give(self, count: int) -> Waker | None:
        """Gives so many of its permits back, and has no lock any more; says who held it."""
        lock, self._lock = self._lock, None
        if lock is None:
            return None
        holder = lock.holders.pop(id(self))
        self._permits.give(count)
        return holder


class RwLockWriteGuard(RwLockReadGuard[T]):
    """A `RwLock` is one's own while there is one; made by `RwLock.write`."""

    __slots__ = ()

    count = _ALL

    @property
    def value(self) -> T:
        """What the lock guards; it may be set.

        Raises:
            RuntimeError: If the guard was released.
        """
        return self.locked().value

    @value.setter
    def value(self, value: T) -> None:
        self.locked().value = value

    def downgrade(self) -> RwLockReadGuard[T]:
        """Goes on reading: no other writer comes in between. This guard is released.

        Raises:
            RuntimeError: If the guard was released.
        """
        lock = self.locked()
        return RwLockReadGuard(lock, self._permits, self.give(_ALL - 1))


class Read(Acquiring[RwLockReadGuard[T]]):
    """See `RwLock.read`."""

    __slots__ = ("_lock",)

    operation = "RwLock.read"

    def __init__(self, lock: RwLock[T], permits: Permits) -> None:
        super().__init__(permits, 1)
        self._lock = lock

    def __repr__(self) -> str:
        return f"read of RwLock, {self._lock.state}"

    def taken(self, cx: Context) -> RwLockReadGuard[T]:
        guard = RwLockReadGuard(self._lock, self.permits, cx.waker)
        if self.entered:
            self.held = guard
        return guard


class Write(Acquiring[RwLockWriteGuard[T]]):
    """See `RwLock.write`."""

    __slots__ = ("_lock",)

    operation = "RwLock.write"

    def __init__(self, lock: RwLock[T], permits: Permits) -> None:
        super().__init__(permits, _ALL)
        self._lock = lock

    def __repr__(self) -> str:
        return f"write of RwLock, {self._lock.state}"

    def taken(self, cx: Context) -> RwLockWriteGuard[T]:
        guard = RwLockWriteGuard(self._lock, self.permits, cx.waker)
        if self.entered:
            self.held = guard
        return guard
