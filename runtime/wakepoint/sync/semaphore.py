"""A semaphore: so many may do something at once (``tokio::sync::Semaphore``)."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from wakepoint.future import Future
from wakepoint.sync.errors import AcquireError, NoPermits
from wakepoint.sync.permits import Acquiring, Permits, Taking
from wakepoint.task import Context


class Semaphore:
    """Gives a number of permits, first come, first served (``tokio::sync::Semaphore``).

    ``async with semaphore:`` takes one permit and gives it back. Any method may be called from any
    thread, from a signal handler and from a destructor; what is awaited is awaited in a task.

    Example:
        >>> from wakepoint import join, run, yield_now
        >>> from wakepoint.sync import Semaphore
        >>> async def work(name, semaphore):
        ...     async with semaphore:
        ...         print(name, "begins")
        ...         await yield_now()
        ...         print(name, "ends")
        >>> async def main():
        ...     semaphore = Semaphore(2)
        ...     await join(*(work(name, semaphore) for name in "abc"))
        >>> run(main())
        a begins
        b begins
        a ends
        b ends
        c begins
        c ends

    Args:
        permits: How many there are at first.

    Raises:
        ValueError: If that is less than none.
    """

    __slots__ = ("__weakref__", "_permits")

    def __init__(self, permits: int) -> None:
        _check(permits)
        self._permits = Permits(permits)

    def __repr__(self) -> str:
        state = "closed" if self._permits.closed else f"{self._permits.free} free"
        return f"Semaphore({state})"

    def acquire(self) -> Acquire:
        """Waits for a permit (``acquire``, and ``acquire_owned`` as well).

        Cancel safe: whoever gives up loses its place in the queue and nothing else; a permit that
        it was given goes to the next.

        Raises:
            AcquireError: When awaited, if the semaphore is or gets closed.
        """
        return Acquire(self._permits, 1)

    def acquire_many(self, count: int) -> Acquire:
        """Waits for several permits, which come together.

        Those who come later wait until they are there, also for fewer. Cancel safe as `acquire`.

        Raises:
            AcquireError: When awaited, if the semaphore is or gets closed.
            ValueError: If ``count`` is less than none.
        """
        _check(count)
        return Acquire(self._permits, count)

    def try_acquire(self) -> SemaphorePermit:
        """Takes a permit without waiting.

        Raises:
            NoPermits: If none is free.
            AcquireError: If the semaphore is closed.
        """
        return self.try_acquire_many(1)

    def try_acquire_many(self, count: int) -> SemaphorePermit:
        """Takes several permits without waiting, all or none.

        Raises:
            NoPermits: If not enough are free.
            AcquireError: If the semaphore is closed.
            ValueError: If ``count`` is less than none.
        """
        _check(count)
        if not self._permits.try_take(count):
            raise AcquireError if self._permits.closed else NoPermits(count, self._permits.free)
        return SemaphorePermit(self._permits, count)

    def add_permits(self, count: int) -> None:
        """There are so many permits more from now on; those who wait are given them first.

        Raises:
            ValueError: If ``count`` is less than none.
        """
        _check(count)
        self._permits.give(count)

    def forget_permits(self, count: int) -> int:
        """Takes permits away that are free, for good.

        Returns:
            How many it were; fewer than ``count`` if fewer are free.

        Raises:
            ValueError: If ``count`` is less than none.
        """
        _check(count)
        return self._permits.take_at_most(count)

    def available_permits(self) -> int:
        """How many are free; none are while somebody waits."""
        return self._permits.free

    def close(self) -> None:
        """Gives no more permits: who waits, and who comes, is told by `AcquireError`.

        Those that were given stay, and are given back as before.
        """
        self._permits.close()

    def is_closed(self) -> bool:
        """True once `close` was called."""
        return self._permits.closed

    def __aenter__(self) -> Future[None]:
        return EnterSemaphore(self._permits, 1)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._permits.give(1)


def _check(count: int) -> None:
    if count < 0:
        raise ValueError(f"a number of permits is 0 or more, not {count!r}")


class SemaphorePermit:
    """Permits of a `Semaphore`; they go back on `release`, at the end of ``with``, or with it.

    Attributes:
        count: How many it stands for (tokio's ``num_permits``).
    """

    __slots__ = ("_permits", "count")

    def __init__(self, permits: Permits, count: int) -> None:
        self._permits = permits
        self.count = count

    def __repr__(self) -> str:
        return f"SemaphorePermit({self.count})"

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
        """Gives the permits back, as Rust does when it drops the permit. Twice is fine."""
        count = self.forget()
        if count:
            self._permits.give(count)

    def forget(self) -> int:
        """Gives nothing back: the semaphore has so many permits less from now on.

        Returns:
            How many it stood for.
        """
        lock = self._permits.lock
        lock.acquire()
        count = self.count
        self.count = 0
        lock.release()
        return count


class Acquire(Acquiring[SemaphorePermit]):
    """See `Semaphore.acquire`."""

    __slots__ = ()

    operation = "Semaphore.acquire"

    def __repr__(self) -> str:
        return _in_words(self.permits, self.count)

    def taken(self, cx: Context) -> SemaphorePermit:
        permit = SemaphorePermit(self.permits, self.count)
        if self.entered:
            self.held = permit
        return permit

    def refused(self) -> AcquireError:
        return AcquireError()


class EnterSemaphore(Taking[None]):
    """Waits for the permit of an ``async with semaphore``."""

    __slots__ = ()

    operation = "Semaphore.acquire"

    def __repr__(self) -> str:
        return _in_words(self.permits, self.count)

    def taken(self, cx: Context) -> None:
        return None

    def refused(self) -> AcquireError:
        return AcquireError()


def _in_words(permits: Permits, count: int) -> str:
    what = "acquire" if count == 1 else f"acquire_many({count})"
    return f"{what} on Semaphore, {permits.free} permits free"
