"""Linux: epoll(7), edge-triggered.

Each descriptor is registered once, for both directions, when something on it first has to wait.
From then on the kernel reports an edge whenever more becomes possible; the reactor's readiness
cache remembers it, so no further ``epoll_ctl`` is needed however often the interest changes.
"""

from __future__ import annotations

import sys
from typing import ClassVar, cast

from wakepoint.backends.epoll.events import (
    EPOLLERR,
    EPOLLET,
    EPOLLHUP,
    EPOLLIN,
    EPOLLOUT,
    EPOLLPRI,
    EPOLLRDHUP,
)
from wakepoint.backends.epoll.kernel import EpollKernel
from wakepoint.backends.readiness import ReadinessBackend
from wakepoint.reactor import Reactor
from wakepoint.source import Source

assert sys.platform == "linux"  # so type checkers know which calls the kernel has

_HUNG_UP = EPOLLHUP | EPOLLERR | EPOLLRDHUP
_READABLE = EPOLLIN | EPOLLPRI | _HUNG_UP
_WRITABLE = EPOLLOUT | EPOLLHUP | EPOLLERR


class EpollBackend(ReadinessBackend):
    """The interest list is the kernel's; we keep only which source a descriptor belongs to."""

    name: ClassVar[str] = "epoll"

    def __init__(self, reactor: Reactor) -> None:
        super().__init__(reactor)
        # The seam is duck-typed: whoever has these calls can stand in for the kernel.
        self._kernel = cast(EpollKernel, reactor.kernel)
        self._epoll = self._kernel.epoll_create1()
        self._sources: dict[int, Source] = {}
        self._eventfd = -1

    def add(self, source: Source) -> None:
        events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET
        self._kernel.epoll_ctl(self._epoll, "ADD", source.fd, events)
        self._sources[source.fd] = source

    def remove(self, source: Source) -> None:
        # close(2) alone would leave the registration behind if the descriptor was duplicated,
        # and its events would come for ever under a number that means something else by then.
        if self._sources.pop(source.fd, None) is not None:
            self._kernel.epoll_ctl(self._epoll, "DEL", source.fd, 0)

    def wait(self, timeout: float | None) -> int:
        events = self._kernel.epoll_wait(self._epoll, -1 if timeout is None else timeout)
        reactor = self.reactor
        if reactor.is_watched:
            for fd, mask in events:
                self._dispatch(fd, mask)
            return len(events)
        # What follows is `_dispatch` and `Reactor.dispatch` in one, of what comes most often.
        reactor.asleep = False
        get, data_came = self._sources.get, EPOLLIN | EPOLLOUT
        for fd, mask in events:
            source = get(fd)
            # Nearly always, this is it: data came, and nobody waits to write.
            if mask == data_came and source is not None and source.writer is None:
                source.readable = source.writable = True
                waker = source.reader
                if waker is not None:
                    source.reader = source.reading = None
                    reactor.interests -= 1
                    waker.wake()
            else:
                self._dispatch(fd, mask)
        return len(events)

    def _dispatch(self, fd: int, mask: int) -> None:
        source = self._sources.get(fd)
        if source is not None:
            readable, writable = mask & _READABLE != 0, mask & _WRITABLE != 0
            self.reactor.dispatch(source, readable, writable, mask & _HUNG_UP != 0, mask)
        elif fd == self._eventfd:
            self._kernel.eventfd_read(fd)
        # Else it was removed, but is duplicated elsewhere.

    def prepare_notify(self) -> None:
        if self._eventfd < 0:
            self._eventfd = self._kernel.eventfd(0)
            self._kernel.epoll_ctl(self._epoll, "ADD", self._eventfd, EPOLLIN)

    def notify(self) -> None:
        # A signal handler may be the first to need it: adding a descriptor while another thread
        # sleeps in epoll_wait is allowed and wakes it (epoll_ctl(2)).
        self.prepare_notify()
        self._kernel.eventfd_write(self._eventfd, 1)

    def close(self) -> None:
        kernel = self._kernel
        if self._eventfd >= 0:
            kernel.close_fd(self._eventfd)
        kernel.epoll_close(self._epoll)
