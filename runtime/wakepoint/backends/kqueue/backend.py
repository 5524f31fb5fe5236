"""macOS and the BSDs: kqueue(2), with ``EV_CLEAR``.

What is asked of the kernel and what it answers go through one call: `KqueueBackend.wait` hands over
the changes that have gathered since the last one and takes events. A descriptor is registered
once, for reading and for writing, when something on it first has to wait; ``EV_CLEAR`` then reports
each change of state, and the reactor's readiness cache remembers it.

The next deadline is an ``EVFILT_TIMER`` among those changes, not the call's timeout. It costs no
call of its own, a timer is then a filter like any other, as kqueue means it, and its unit is as
fine as that of the timeout. The price is state in the kernel: a deadline that has changed must be
handed over again, and one that is no longer wanted be deleted. Only the earliest is the kernel's;
the others stay in the reactor's heap.

`notify` triggers an ``EVFILT_USER``. Where the platform has none, it writes to a pipe.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
from typing import Any, ClassVar, cast

from wakepoint.backends.kqueue.filters import FilterSource, KqueueFilters
from wakepoint.backends.kqueue.kernel import KqueueKernel
from wakepoint.backends.kqueue.kevent import (
    EV_ADD,
    EV_CLEAR,
    EV_DELETE,
    EV_EOF,
    EV_ERROR,
    EV_ONESHOT,
    EVFILT_PROC,
    EVFILT_READ,
    EVFILT_TIMER,
    EVFILT_USER,
    EVFILT_VNODE,
    EVFILT_WRITE,
    NOTE_TRIGGER,
    TIMER_UNIT,
    Kevent,
)
from wakepoint.backends.readiness import ReadinessBackend
from wakepoint.reactor import Reactor
from wakepoint.source import Source

MAX_EVENTS = 128
"""At most so many events come back from one call; what is more comes with the next."""

# Idents of filters that are about no descriptor are ours to choose.
NEXT_DEADLINE = 0
_NOTIFICATION = 0

_DIRECTIONS = (EVFILT_READ, EVFILT_WRITE)


class KqueueBackend(ReadinessBackend):
    """The registrations are the kernel's; we keep only which source each belongs to."""

    name: ClassVar[str] = "kqueue"
    user_filter = EVFILT_USER
    """What `notify` triggers; None for the pipe."""

    def __init__(self, reactor: Reactor) -> None:
        super().__init__(reactor)
        # The seam is duck-typed: whoever has these calls can stand in for the kernel.
        self._kernel = cast(KqueueKernel, reactor.kernel)
        self._kqueue = self._kernel.kqueue()
        self._changes: list[Kevent] = []
        self._sources: dict[tuple[int, int], Source] = {}
        self._refused: dict[Source, OSError] = {}
        self.filters = KqueueFilters(reactor, self._sources, self._change_now, self._change_later)
        self._deadline_set = False
        self._notifiable = False
        self._pipe = (-1, -1)
        self._closed = False

    # -- registration ------------------------------------------------------------------------

    def add(self, source: Source) -> None:
        # The kernel's answer to a change comes with the events, when nobody is there to be told;
        # so it is told whoever tries again.
        refused = self._refused.pop(source, None)
        if refused is not None:
            raise refused
        for filter_ in _DIRECTIONS:
            self._sources[source.fd, filter_] = source
            self._change_later(Kevent(source.fd, filter_, EV_ADD | EV_CLEAR))

    def remove(self, source: Source) -> None:
        self._refused.pop(source, None)
        for key in [key for key in self._keys(source) if self._sources.pop(key, None)]:
            # A change that the kernel does not know yet would hit whatever gets the number next.
            unknown = [change for change in self._changes if change[:2] == key]
            for change in unknown:
                self._changes.remove(change)
            # close(2) deletes what is registered on a descriptor, duplicated or not. A process
            # is not closed.
            if key[1] == EVFILT_PROC and not unknown:
                self._change_later(Kevent(*key, EV_DELETE))

    def _keys(self, source: Source) -> list[tuple[int, int]]:
        if source.kind == "signals":
            return []  # they are ignored one by one
        if source.kind == "process":
            return [(source.fd, EVFILT_PROC)]
        return [(source.fd, filter_) for filter_ in (*_DIRECTIONS, EVFILT_VNODE)]

    def _change_later(self, change: Kevent) -> None:
        self._changes.append(change)

    def _change_now(self, change: Kevent) -> None:
        if not self._closed:
            self._kernel.kevent_change(self._kqueue, [change])

    # -- the wait ----------------------------------------------------------------------------

    def wait(self, timeout: float | None) -> int:
        changes, self._changes = self._changes, []
        # The deadline's event ends a wait that has no timeout of its own; 0 only looks. While the
        # clock is paused, an event of the deadline's would be taken for one that somebody sent.
        within = timeout
        if timeout != 0 and self._kernel.paused is None:
            changes += self._deadline(timeout)
            within = None
        room = max(MAX_EVENTS, len(changes))  # an answer to a change takes room too
        events = self._kernel.kevent(self._kqueue, changes, room, within)
        for event in events:
            self._take(event)
        return len(events)

    def _deadline(self, timeout: float | None) -> list[Kevent]:
        if timeout is not None:
            self._deadline_set = True
            data = math.ceil(timeout * TIMER_UNIT.per_second)  # up: nobody sleeps too short
            flags = EV_ADD | EV_ONESHOT
            return [Kevent(NEXT_DEADLINE, EVFILT_TIMER, flags, TIMER_UNIT.flag, max(1, data))]
        if self._deadline_set:
            self._deadline_set = False
            return [Kevent(NEXT_DEADLINE, EVFILT_TIMER, EV_DELETE)]
        return []

    def _take(self, event: Kevent) -> None:
        if event.filter == EVFILT_TIMER:
            self._deadline_set = False
            return
        if event.filter == self.user_filter:
            return
        if event.ident == self._pipe[0]:
            with contextlib.suppress(BlockingIOError):
                self._kernel.read(event.ident, 4096)
            return
        source = self._sources.get((event.ident, event.filter))
        if source is None:  # closed by an earlier event of this batch
            return
        if event.flags & EV_ERROR:
            self._refuse(source, event)
        else:
            if event.filter == EVFILT_PROC:  # reported once, then deleted by the kernel
                del self._sources[event.ident, event.filter]
            self._report(source, event)

    def _report(self, source: Source, event: Kevent) -> None:
        writable = event.filter == EVFILT_WRITE
        ended = event.flags & EV_EOF != 0 and event.filter in _DIRECTIONS
        if isinstance(source, FilterSource):
            source.events.append(event)
        # A peer that is gone is news for both directions, and on some platforms the write
        # filter stays silent about it.
        self.reactor.dispatch(source, ended or not writable, ended or writable, ended, event)

    def _refuse(self, source: Source, event: Kevent) -> None:
        """Takes the kernel's answer to a change that it did not like."""
        if event.data == errno.ENOENT:  # deleted already
            return
        if event.data in (errno.EPIPE, errno.ESRCH):
            # The other end of a pipe, or the child, went before the kernel saw our change.
            # Nothing will ever be reported, but trying shows it.
            self.reactor.dispatch(source, True, True, hung_up=True, event=event)
            return
        self._refused[source] = OSError(event.data, os.strerror(event.data))
        source.registered = False
        writable = event.filter == EVFILT_WRITE
        self.reactor.dispatch(source, not writable, writable, hung_up=False, event=event)

    # -- notification ------------------------------------------------------------------------

    def prepare_notify(self) -> None:
        if self._notifiable:
            return
        kernel: Any = self._kernel  # to type checkers, Windows has none of this
        if self.user_filter is None:
            self._pipe = kernel.pipe()
            change = Kevent(self._pipe[0], EVFILT_READ, EV_ADD | EV_CLEAR)
        else:
            change = Kevent(_NOTIFICATION, self.user_filter, EV_ADD | EV_CLEAR)
        kernel.kevent_change(self._kqueue, [change])
        self._notifiable = True

    def notify(self) -> None:
        # A signal handler may be the first to need it, as epoll's eventfd: a change that another
        # thread makes holds for a wait that is under way.
        self.prepare_notify()
        if self.user_filter is None:
            self._notify_through_pipe()
            return
        change = Kevent(_NOTIFICATION, self.user_filter, 0, NOTE_TRIGGER)
        self._kernel.kevent_change(self._kqueue, [change])

    def _notify_through_pipe(self) -> None:
        kernel: Any = self._kernel
        with contextlib.suppress(BlockingIOError):  # full: then it is noticed anyway
            kernel.write(self._pipe[1], b"\0")

    def close(self) -> None:
        kernel = self._kernel
        self._closed = True
        for end in self._pipe:
            if end >= 0:
                kernel.close_fd(end)
        kernel.kqueue_close(self._kqueue)
