"""What ends a wait of the double."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
from collections.abc import Callable

from tools.kqueue_double.knotes import Knote

from wakepoint.backends.kqueue.kevent import EVFILT_READ, EVFILT_WRITE, Kevent

assert sys.platform == "linux", "the double is made of what Linux has"

Found = tuple[int, int, int]
"""Flags, fflags and data of an event."""


class Watcher:
    """What ends a wait: an epoll that holds one epoll for each direction, and other descriptors.

    One epoll takes a descriptor but once, and a knote for reading must not be activated by news
    about writing.

    Args:
        lock: Held while the kqueue's knotes change.
    """

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._all = select.epoll()
        self._directions = {EVFILT_READ: select.epoll(), EVFILT_WRITE: select.epoll()}
        self._knotes: dict[tuple[int, int], Knote] = {}
        self._others: dict[int, Callable[[], None]] = {}
        self._kick = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        for each in self._directions.values():
            self._all.register(each, select.EPOLLIN)
        self._all.register(self._kick, select.EPOLLIN)

    def fileno(self) -> int:
        """The descriptor that stands for the kqueue."""
        return self._all.fileno()

    def close(self) -> None:
        """Gives the descriptors back."""
        for each in (*self._directions.values(), self._all):
            each.close()
        os.close(self._kick)

    def kick(self) -> None:
        """Ends a running `look`."""
        os.eventfd_write(self._kick, 1)

    def watch(self, knote: Knote, events: int) -> None:
        """Activates a knote at each edge of its descriptor."""
        fd, filter_ = knote.key
        try:
            self._directions[filter_].register(fd, events | select.EPOLLET)
        except FileExistsError:  # closed behind our back, and the number is somebody else's now
            self._directions[filter_].modify(fd, events | select.EPOLLET)
        self._knotes[knote.key] = knote

    def report(self, knote: Knote, events: int) -> None:
        """Activates a knote if its descriptor is ready now; the next `look` does."""
        fd, filter_ = knote.key
        self._directions[filter_].modify(fd, events | select.EPOLLET)

    def unwatch(self, knote: Knote) -> None:
        """Forgets the knote's descriptor."""
        fd, filter_ = knote.key
        del self._knotes[knote.key]
        with contextlib.suppress(OSError):
            self._directions[filter_].unregister(fd)

    def watch_fd(self, fd: int, call: Callable[[], None]) -> None:
        """Calls when a descriptor of the double's own is readable."""
        self._all.register(fd, select.EPOLLIN)
        self._others[fd] = call

    def unwatch_fd(self, fd: int) -> None:
        """Forgets it; it is still open."""
        if self._others.pop(fd, None) is not None:
            self._all.unregister(fd)

    def look(self, timeout: float | None) -> bool:
        """Waits, and activates the knotes that there is news of. True if there was any."""
        ready = self._all.poll(timeout)
        with self._lock:  # another thread may be in the middle of a change
            for fd, _ in ready:
                if fd == self._kick:
                    os.eventfd_read(fd)
                elif fd in self._others:
                    self._others[fd]()
            for filter_, epoll in self._directions.items():
                for fd, _ in epoll.poll(0):
                    knote = self._knotes.get((fd, filter_))
                    if knote is not None:
                        knote.activate()
        return bool(ready)


class PlainFilter:
    """A filter that has nothing to keep."""

    deadline: float | None = None
    tells = False

    def __init__(self, knote: Knote, watcher: Watcher) -> None:
        self.knote = knote
        self.ident = knote.key[0]
        self.watcher = watcher

    def touch(self, change: Kevent) -> None:
        """See `Filter`."""

    def clear(self) -> None:
        """See `Filter`."""

    def detach(self) -> None:
        """See `Filter`."""
