"""A value that one task has at a time (``tokio::sync::Mutex``)."""

from __future__ import annotations

from types import TracebackType
from typing import Generic, Self, TypeVar

from wakepoint.driver import current_context
from wakepoint.future import Future
from wakepoint.sync.errors import TryLockError
from wakepoint.sync.permits import Acquiring, Permits
from wakepoint.sync.waiting import FRESH, whose
from wakepoint.task import Context, Waker

T = TypeVar("T")


class Mutex(Generic[T]):
    """Guards a value: one task has it at a time, first come, first served (``tokio::sync::Mutex``).

    ``async with mutex as guard:`` locks it; the value is ``guard.value``, to be read and to be set.
    A mutex that guards no value of its own is a ``Mutex(None)``. Any method may be called from any
    thread, from a signal handler and from a destructor; what is awaited is awaited in a task.

    Example:
        >>> from wakepoint import join, run, yield_now
        >>> from wakepoint.sync import Mutex
        >>> async def add(mutex):
        ...     async with mutex as guard:
        ...         before = guard.value
        ...         await yield_now()
        ...         guard.value = before + 1
        >>> async def main():
        ...     mutex = Mutex(0)
        ...     await join(add(mutex), add(mutex))
        ...     return mutex.into_inner()
        >>> run(main())
        2

    Args:
        value: What it guards.

    Attributes:
        value: As it is; who reads or sets it here has to know that nobody else does.
        holder: The waker of who holds it, if a task does.
        entered: The guard of an ``async with mutex``, which is released where that ends.
    """

    __slots__ = ("__weakref__", "_permits", "entered", "holder", "value")

    def __init__(self, value: T) -> None:
        self._permits = Permits(1)
        self.value = value
        self.holder: Waker | None = None
        self.entered: MutexGuard[T] | None = None

    def __repr__(self) -> str:
        return f"Mutex({self.state})"

    @property
    def state(self) -> str:
        """Who holds it, in words."""
        permits = self._permits
        return "free" if permits.free else permits.state or f"held by {whose(self.holder)}"

    def lock(self) -> Lock[T]:
        """Waits until nobody holds it, and gives the guard (``lock``, and ``lock_owned`` as well).

        ``async with mutex.lock() as guard:`` does as well, and there the guard may be released
        before the block ends. Cancel safe: whoever gives up loses its place in the queue and
        nothing else; if it was its turn, it is the next one's.
        """
        return Lock(self, self._permits)

    def try_lock(self) -> MutexGuard[T]:
        """Locks it without waiting.

        Raises:
            TryLockError: If somebody holds it.
        """
        if not self._permits.try_take(1):
            raise TryLockError(f"Mutex is {self.state}", "lock")
        context = current_context()
        return MutexGuard(self, self._permits, None if context is None else context.waker)

    def into_inner(self) -> T:
        """The value, of a mutex that nobody needs any more.

        Raises:
            TryLockError: If somebody holds it.
        """
        with self.try_lock() as guard:
            return guard.value

    def __aenter__(self) -> Future[MutexGuard[T]]:
        return EnterMutex(self, self._permits)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        entered, self.entered = self.entered, None
        assert entered is not None
        entered.end()


class MutexGuard(Generic[T]):
    """A `Mutex` is locked while there is one; made by `Mutex.lock`.

    It is unlocked by `release`, at the end of a ``with``, or when the guard is let go of.
    """

    __slots__ = ("_mutex", "_permits")

    def __init__(self, mutex: Mutex[T], permits: Permits, holder: Waker | None) -> None:
        self._mutex: Mutex[T] | None = mutex
        self._permits = permits
        mutex.holder = holder

    def __repr__(self) -> str:
        return "MutexGuard(released)" if self._mutex is None else "MutexGuard()"

    @property
    def value(self) -> T:
        """What the mutex guards.

        Raises:
            RuntimeError: If the guard was released.
        """
        return self._locked().value

    @value.setter
    def value(self, value: T) -> None:
        self._locked().value = value

    def _locked(self) -> Mutex[T]:
        if self._mutex is None:
            raise RuntimeError("the guard was released, and the mutex may be somebody else's now")
        return self._mutex

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
        if self._mutex is not None:
            self.end()

    def release(self) -> None:
        """Unlocks the mutex; whoever is first in the queue has it then. Twice is fine.

        Raises:
            RuntimeError: If it is the guard of ``async with mutex``, which does that at its end.
        """
        if self._mutex is not None and self._mutex.entered is self:
            raise RuntimeError(
                "async with mutex releases its guard itself; "
                "to do it before, write async with mutex.lock() as guard"
            )
        self.end()

    def end(self) -> None:
        """As `release`, whoever has the guard."""
        mutex = self._mutex
        if mutex is not None:
            self._mutex = mutex.holder = None
            self._permits.give(1)


class Lock(Acquiring[MutexGuard[T]]):
    """See `Mutex.lock`."""

    __slots__ = ("_mutex",)

    operation = "Mutex.lock"

    def __init__(self, mutex: Mutex[T], permits: Permits) -> None:
        self.stage = FRESH
        self.waker = None
        self.permits = permits
        self.count = 1
        self.entered = False
        self._mutex = mutex

    def __repr__(self) -> str:
        return f"lock of Mutex, {self._mutex.state}"

    def taken(self, cx: Context) -> MutexGuard[T]:
        guard = MutexGuard(self._mutex, self.permits, cx.waker)
        if self.entered:
            self.held = guard
        return guard


class EnterMutex(Lock[T]):
    """Waits for the lock of an ``async with mutex``."""

    __slots__ = ()

    def taken(self, cx: Context) -> MutexGuard[T]:
        mutex = self._mutex
        mutex.entered = guard = MutexGuard(mutex, self.permits, cx.waker)
        return guard
