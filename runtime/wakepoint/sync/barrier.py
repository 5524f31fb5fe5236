"""Nobody goes on before all have come (``tokio::sync::Barrier``)."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from wakepoint.sync.waiting import Waiters, Watching, wake
from wakepoint.task import PENDING, Context, Poll, Ready


@dataclass(frozen=True, slots=True)
class BarrierWaitResult:
    """What `Barrier.wait` gives (tokio's ``BarrierWaitResult``)."""

    _is_leader: bool

    def is_leader(self) -> bool:
        """True for one of them: the one that came last."""
        return self._is_leader


class Barrier:
    """Lets a number of tasks go on together, again and again (``tokio::sync::Barrier``).

    Any method may be called from any thread, from a signal handler and from a destructor; `wait` is
    awaited in a task.

    Example:
        >>> from wakepoint import join, run
        >>> from wakepoint.sync import Barrier
        >>> async def work(name, barrier):
        ...     print(name, "is there")
        ...     result = await barrier.wait()
        ...     print(name, "leads" if result.is_leader() else "follows")
        >>> async def main():
        ...     barrier = Barrier(2)
        ...     await join(work("a", barrier), work("b", barrier))
        >>> run(main())
        a is there
        b is there
        b leads
        a follows

    Args:
        size: How many have to come; 0 is as 1.

    Raises:
        ValueError: If that is less than none.
    """

    __slots__ = ("__weakref__", "arrived", "generation", "lock", "size", "waiters")

    def __init__(self, size: int) -> None:
        if size < 0:
            raise ValueError(f"a barrier is for 0 tasks or more, not {size!r}")
        self.size = size
        self.lock = threading.RLock()
        self.arrived = 0
        self.generation = 0
        self.waiters = Waiters()

    def __repr__(self) -> str:
        return f"Barrier({self.arrived} of {self.size} there)"

    def wait(self) -> BarrierWait:
        """Comes to the barrier at the first poll, and waits for the others.

        Cancel safe: whoever gives up before all have come is not counted any more. (In tokio it
        is.)
        """
        return BarrierWait(self)

    def let_go(self) -> None:
        """All have come, so those who wait go on."""
        self.lock.acquire()
        wakers = self.waiters.take()
        self.lock.release()
        wake(wakers)


class BarrierWait(Watching[BarrierWaitResult]):
    """See `Barrier.wait`."""

    __slots__ = ("_barrier", "_generation")

    operation = "Barrier.wait"

    def __init__(self, barrier: Barrier) -> None:
        super().__init__(barrier.lock, barrier.waiters)
        self._barrier = barrier
        self._generation: int | None = None

    def __repr__(self) -> str:
        return f"wait at Barrier, {self._barrier.arrived} of {self._barrier.size} there"

    def check(self) -> Poll[BarrierWaitResult]:
        barrier = self._barrier
        if self._generation is None:
            if barrier.arrived + 1 >= barrier.size:
                barrier.arrived = 0
                barrier.generation += 1
                return Ready(BarrierWaitResult(True))
            barrier.arrived += 1
            self._generation = barrier.generation
        elif self._generation != barrier.generation:
            return Ready(BarrierWaitResult(False))
        return PENDING

    def poll(self, cx: Context) -> Poll[BarrierWaitResult]:
        polled = super().poll(cx)
        if polled is not PENDING and polled.value.is_leader():
            self._barrier.let_go()
        return polled

    def drop(self) -> None:
        """Gives up: it does not count any more, unless all have come."""
        if self.over:
            return
        barrier = self._barrier
        barrier.lock.acquire()
        try:
            super().drop()
            if self._generation == barrier.generation:
                barrier.arrived -= 1
        finally:
            barrier.lock.release()
