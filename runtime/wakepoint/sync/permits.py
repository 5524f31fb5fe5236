"""Permits that are given first come, first served: what semaphores and locks are made of."""

from __future__ import annotations

import threading
from collections import OrderedDict
from types import TracebackType
from typing import Any, Protocol, TypeVar

from wakepoint.future import Future, polled_after_ready
from wakepoint.sync.waiting import CHOSEN, FRESH, OVER, QUEUED, WAITS, Attempt, Turn, wake, whose
from wakepoint.task import Context, Waker

T = TypeVar("T")


class Permits:
    """So many may go on at once; the others queue.

    While somebody is in the queue nothing is free: whoever is first there collects what comes until
    it is enough. So one who wants many is not passed by those who want few.

    Attributes:
        lock: Held while anything here is changed.
        free: Permits that nobody has or waits for.
        closed: True once no more are given.
        queue: Those who wait, the first first.
        chosen: Who was given what it waited for last, and was not polled since.
    """

    __slots__ = ("chosen", "closed", "free", "lock", "queue")

    def __init__(self, free: int) -> None:
        self.lock = threading.RLock()
        self.free = free
        self.closed = False
        self.queue: OrderedDict[Taking[Any], None] = OrderedDict()
        self.chosen: Taking[Any] | None = None

    @property
    def state(self) -> str | None:
        """In words, if they were given to somebody who does not know it yet."""
        chosen = self.chosen
        if chosen is None:
            return None
        return f"passed on to a future of {whose(chosen.waker)} that nobody has polled since"

    def try_take(self, count: int) -> bool:
        """Takes permits if there are enough."""
        self.lock.acquire()
        try:
            if self.closed or self.free < count:
                return False
            self.free -= count
            return True
        finally:
            self.lock.release()

    def give(self, count: int) -> None:
        """There are so many more, or they are given back."""
        self.lock.acquire()
        if not self.queue:
            self.free += count
            self.lock.release()
            return
        try:
            wakers = self._choose(count)
        finally:
            self.lock.release()
        wake(wakers)

    def _choose(self, more: int) -> list[Waker | None]:
        """Gives what is free, with so many more, to the first; says who is to be woken."""
        wakers: list[Waker | None] = []
        self.free += more
        while self.free and self.queue:
            for first in self.queue:  # next(iter()) would be two calls
                if first.missing > self.free:
                    first.missing -= self.free
                    self.free = 0
                else:
                    self.free -= first.missing
                    first.missing = 0
                    first.stage = CHOSEN
                    self.chosen = first
                    del self.queue[first]
                    wakers.append(first.waker)
                break
        return wakers

    def take_at_most(self, count: int) -> int:
        """Takes what is free, and no more than that; says how many it were."""
        self.lock.acquire()
        free = self.free
        self.free = free - count if free > count else 0
        self.lock.release()
        return min(free, count)

    def close(self) -> None:
        """No more are given, also not to those who wait."""
        self.lock.acquire()
        self.closed = True
        wakers = [each.waker for each in [*self.queue]]
        self.queue.clear()
        self.lock.release()
        wake(wakers)


class Taking(Turn[T]):
    """Waits for permits, and gives what stands for them.

    Attributes:
        permits: Whose permits.
        count: How many it wants.
        missing: How many of them it does not have yet, while it is in the queue.
    """

    __slots__ = ("count", "missing", "permits")

    def __init__(self, permits: Permits, count: int) -> None:
        self.stage = FRESH
        self.waker = None
        self.permits = permits
        self.count = count

    def taken(self, cx: Context) -> T:
        """What stands for the permits, which it has just been given."""
        raise NotImplementedError

    def refused(self) -> Exception:
        """What is raised once no more permits are given."""
        raise NotImplementedError

    def attempt(self, cx: Context) -> Attempt[T]:
        permits = self.permits
        permits.lock.acquire()
        try:
            stage = self.stage
            if stage == OVER:
                raise polled_after_ready(self)
            if permits.closed:
                raise self.refused()
            if stage == FRESH:
                if permits.free >= self.count:
                    permits.free -= self.count
                elif self.waker is not None:
                    self.missing: int = self.count - permits.free
                    permits.free = 0
                    permits.queue[self] = None
                    self.stage = QUEUED
                    return WAITS
                else:
                    return WAITS
            elif stage == QUEUED:
                return WAITS
            else:
                permits.chosen = None
            self.stage = OVER
        finally:
            permits.lock.release()
        return self.taken(cx)

    def drop(self) -> None:
        """Gives up; what it was given goes to the next."""
        if self.stage == OVER:
            return
        permits = self.permits
        permits.lock.acquire()
        try:
            permits.queue.pop(self, None)  # from here on nobody chooses it
            stage = self.stage
            self.stage = OVER
            if permits.chosen is self:
                permits.chosen = None
        finally:
            permits.lock.release()
        has = self._has(stage)
        if has:
            permits.give(has)

    def _has(self, stage: int) -> int:
        """How many it has of those that it wants."""
        if stage == CHOSEN:
            return self.count
        return self.count - self.missing if stage == QUEUED else 0


class Held(Protocol):
    """What is given for permits, and has them until it is released."""

    def release(self) -> None:
        """Gives them back. Twice is fine."""


H = TypeVar("H", bound=Held)


class Acquiring(Taking[H]):
    """Waits for permits; in ``async with`` it gives them back where the block ends.

    Attributes:
        entered: True if it is awaited by ``async with``.
        held: What it was given there.
    """

    __slots__ = ("entered", "held")

    held: H

    def __init__(self, permits: Permits, count: int) -> None:
        self.stage = FRESH
        self.waker = None
        self.permits = permits
        self.count = count
        self.entered = False

    def __aenter__(self) -> Future[H]:
        self.entered = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.held.release()
