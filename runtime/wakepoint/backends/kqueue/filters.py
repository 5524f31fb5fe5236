"""kqueue's filters that are about no stream of bytes: signals, processes, files.

Where Linux has a descriptor for each of these, kqueue has a filter; its event says what happened,
so it is kept until somebody asks.
"""

from __future__ import annotations

import errno
import functools
import operator
import os
from collections.abc import Callable
from typing import ClassVar

from wakepoint.backends.attempts import Attempt
from wakepoint.backends.kqueue.kevent import (
    EV_ADD,
    EV_CLEAR,
    EV_DELETE,
    EV_ONESHOT,
    EVFILT_PROC,
    EVFILT_SIGNAL,
    EVFILT_VNODE,
    NOTE_EXIT,
    Kevent,
)
from wakepoint.future import Future
from wakepoint.reactor import Reactor
from wakepoint.source import Source


class FilterSource(Source):
    """Something that the kernel reports of, beside descriptors.

    Attributes:
        events: Those that nobody took yet.
    """

    __slots__ = ("events",)

    def __init__(self, ident: int) -> None:
        super().__init__(ident)
        self.events: list[Kevent] = []
        self.registered = True

    def take(self) -> list[Kevent]:
        """The events since the last call. Raises BlockingIOError if there is none."""
        if not self.events:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        events, self.events = self.events, []
        return events


class ProcessSource(FilterSource):
    """A child, by its process number."""

    __slots__ = ()
    kind: ClassVar[str] = "process"


class SignalSource(FilterSource):
    """All signals that are listened for; which one it was is in the event."""

    __slots__ = ()
    kind: ClassVar[str] = "signals"


class KqueueFilters:
    """Registers such sources with a kqueue.

    Args:
        reactor: Who dispatches.
        sources: The backend's table of whom each registration belongs to.
        change_now: Makes a change and raises OSError if it fails.
        change_later: Hands a change over with the next wait.
    """

    def __init__(
        self,
        reactor: Reactor,
        sources: dict[tuple[int, int], Source],
        change_now: Callable[[Kevent], None],
        change_later: Callable[[Kevent], None],
    ) -> None:
        self._reactor = reactor
        self._sources = sources
        self._change_now = change_now
        self._change_later = change_later

    def process(self, pid: int) -> Source:
        """A child whose end is reported."""
        source = ProcessSource(pid)
        self._sources[pid, EVFILT_PROC] = source
        self._change_later(Kevent(pid, EVFILT_PROC, EV_ADD | EV_ONESHOT, NOTE_EXIT))
        return source

    def file(self, fd: int, notes: int) -> FileFilter:
        """A file's changes, from now on: a later change would miss some."""
        source = FilterSource(fd)
        self._change_now(Kevent(fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, notes))
        self._sources[fd, EVFILT_VNODE] = source
        return FileFilter(self._reactor, source)

    def signals(self) -> SignalFilter:
        """Signals, each from when it is listened for."""
        return SignalFilter(self._reactor, self._sources, self._change_now)


class FileFilter:
    """One file's ``EVFILT_VNODE``."""

    def __init__(self, reactor: Reactor, source: FilterSource) -> None:
        self._reactor = reactor
        self.source = source

    def notes(self) -> Future[int]:
        return Attempt(self._reactor, self.source, self._take)

    def _take(self) -> int:
        return functools.reduce(operator.or_, (event.fflags for event in self.source.take()))


class SignalFilter:
    """``EVFILT_SIGNAL``, one registration for each signal."""

    def __init__(
        self,
        reactor: Reactor,
        sources: dict[tuple[int, int], Source],
        change_now: Callable[[Kevent], None],
    ) -> None:
        self._reactor = reactor
        self._sources = sources
        self._change_now = change_now
        self._source = SignalSource(-1)

    def listen(self, number: int) -> None:
        self._change_now(Kevent(number, EVFILT_SIGNAL, EV_ADD | EV_CLEAR))
        self._sources[number, EVFILT_SIGNAL] = self._source

    def ignore(self, number: int) -> None:
        del self._sources[number, EVFILT_SIGNAL]
        self._change_now(Kevent(number, EVFILT_SIGNAL, EV_DELETE))

    def numbers(self) -> Future[list[int]]:
        return Attempt(self._reactor, self._source, self._take)

    def _take(self) -> list[int]:
        return [event.ident for event in self._source.take()]

    def close(self) -> None:
        self._reactor.close(self._source)
