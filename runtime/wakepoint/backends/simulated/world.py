"""Virtual time, what will happen in it, and which descriptors have news."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from enum import Flag, auto

from wakepoint.clock import SECOND, VirtualClock


class News(Flag):
    """What the simulated kernel reports of a descriptor, as epoll would: edges."""

    READABLE = auto()
    WRITABLE = auto()
    HUNG_UP = auto()


class Descriptor:
    """Whatever can have a number.

    Attributes:
        world: Where it lives.
        number: What `fileno` says; -1 before `open` and after `close`.
        closed: True once it was closed.
        watched: True while its news are reported.
        options: What setsockopt(2) has set, by level and name.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.number = -1
        self.closed = False
        self.watched = False
        self.options: dict[tuple[int, int], int | bytes] = {}

    def open(self) -> None:
        """Takes the lowest free number from 3 on, as a kernel would."""
        taken = self.world.descriptors
        self.number = next(number for number in itertools.count(3) if number not in taken)
        taken[self.number] = self

    def fileno(self) -> int:
        """Its number, as of a real socket."""
        return self.number

    def state(self) -> News:
        """What would not block now."""
        raise NotImplementedError

    def tell(self, news: News) -> None:
        """Something became possible."""
        if self.watched:
            self.world.news[self.number] = self.world.news.get(self.number, News(0)) | news

    def close(self) -> None:
        """Gives the number back."""
        if self.number >= 0:
            self.world.news.pop(self.number, None)
            del self.world.descriptors[self.number]
        self.number = -1
        self.closed = True
        self.watched = False


class World:
    """One virtual machine with its network.

    Args:
        latency: Seconds from one end of a connection to the other.
        segment: Bytes that travel together; larger writes arrive in several pieces.
        gap: Seconds from one piece of a connection's data to the next.
        buffer: Bytes that a connection or pipe takes before it is full.
    """

    def __init__(
        self,
        *,
        latency: float = 0.001,
        segment: int = 65_536,
        gap: float = 0.0,
        buffer: int = 65_536,
    ) -> None:
        self.latency = round(latency * SECOND)
        self.gap = round(gap * SECOND)
        self.segment = segment
        self.buffer = buffer
        self.clock = VirtualClock()
        self.descriptors: dict[int, Descriptor] = {}
        self.news: dict[int, News] = {}
        self._future: list[tuple[int, int, Callable[[], None]]] = []
        self._sequence = itertools.count()

    @property
    def now(self) -> int:
        """Virtual nanoseconds since the world began."""
        return self.clock.now

    @now.setter
    def now(self, nanoseconds: int) -> None:
        self.clock.now = nanoseconds

    def later(self, delay: int, happen: Callable[[], None]) -> None:
        """Makes something happen after so many nanoseconds; at one time, in order of asking."""
        heapq.heappush(self._future, (self.now + delay, next(self._sequence), happen))

    @property
    def next_time(self) -> int | None:
        """When the next thing happens, None if nothing will."""
        return self._future[0][0] if self._future else None

    @property
    def quiet(self) -> bool:
        """True if nothing will happen unless the program does something."""
        return not self._future and not self.news

    def advance(self, limit: int | None) -> None:
        """Lets time pass until there are news, until ``limit``, or until nothing is left to come.

        Args:
            limit: When to stop, in nanoseconds of virtual time; None for no limit.
        """
        self._happen()
        while not self.news and self._future:
            due = self._future[0][0]
            if limit is not None and due > limit:
                break
            self.now = due
            self._happen()
        if not self.news and limit is not None:
            self.now = max(self.now, limit)

    def jump(self, then: int) -> None:
        """Sets the time forward at once; what would have happened meanwhile has happened."""
        while self._future and self._future[0][0] <= then:
            self.now = max(self.now, self._future[0][0])
            self._happen()
        self.now = max(self.now, then)

    def _happen(self) -> None:
        while self._future and self._future[0][0] <= self.now:
            heapq.heappop(self._future)[2]()
