"""kqueue's filters that are about no stream of bytes: signals, processes, files.

Where Linux has a descriptor for each of these, kqueue has a filter; its event says what happened,
so it is kept until somebody asks.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import ClassVar

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
from wakepoint.backends.readiness import Attempt
from wakepoint.reactor import Reactor
from wakepoint.source import Source
from wakepoint.task import Future


class FilterSource(Source):
    """Something that the kernel reports of, beside descriptors.

    Attributes:
        told: Its events that nobody took yet.
    """

    __slots__ = ("told",)

    def __init__(self, ident: int) -> None:
        super().__init__(ident)
        self.told: list[Kevent] = []
        self.registered = True

    def take(self) -> list[Kevent]:
        """The events since the last call. Raises BlockingIOError if there is none."""
        if not self.told:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        told, self.told = self.told, []
        return told


class ProcessSource(FilterSource):
    """A child, by its process number."""

    __slots__ = ()
    kind: ClassVar[str] = "process"


class SignalSource(FilterSource):
    """All signals that are listened for; which one it was is in the event."""

    __slots__ = ()
    kind: ClassVar[str] = "signals"


class Filters:
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

    def next(self, source: FilterSource) -> Future[list[Kevent]]:
        """What happened since the last time, once something has."""
        return Attempt(self._reactor, source, source.take)

    def process(self, pid: int) -> ProcessSource:
        """A child whose end is reported."""
        source = ProcessSource(pid)
        self._sources[pid, EVFILT_PROC] = source
        self._change_later(Kevent(pid, EVFILT_PROC, EV_ADD | EV_ONESHOT, NOTE_EXIT))
        return source

    def file(self, fd: int, notes: int) -> FilterSource:
        """A file's changes (``NOTE_*``), from now on: a later change would miss some."""
        source = FilterSource(fd)
        self._change_now(Kevent(fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, notes))
        self._sources[fd, EVFILT_VNODE] = source
        return source

    def listen(self, source: SignalSource, number: int) -> None:
        """Reports a signal, from now on."""
        self._change_now(Kevent(number, EVFILT_SIGNAL, EV_ADD | EV_CLEAR))
        self._sources[number, EVFILT_SIGNAL] = source

    def ignore(self, number: int) -> None:
        """Does not report that signal any more."""
        del self._sources[number, EVFILT_SIGNAL]
        self._change_now(Kevent(number, EVFILT_SIGNAL, EV_DELETE))
