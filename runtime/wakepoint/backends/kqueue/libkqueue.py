"""kqueue on Linux: libkqueue's, a library over epoll, timerfd, signalfd, pidfd and inotify.

It lets this platform run and record the kqueue backend; what it cannot imitate is said where this
kernel makes up for it. ``WAKEPOINT_LIBKQUEUE`` names the library.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

from wakepoint.backends.kqueue.emulated import EmulatedKqueue
from wakepoint.backends.kqueue.kevent import (
    EV_ADD,
    EV_CLEAR,
    EV_DELETE,
    EV_ERROR,
    EVFILT_READ,
    EVFILT_SIGNAL,
    EVFILT_VNODE,
    EVFILT_WRITE,
    Kevent,
)

ENVIRONMENT = "WAKEPOINT_LIBKQUEUE"

_ABOUT_DESCRIPTORS = (EVFILT_READ, EVFILT_WRITE, EVFILT_VNODE)


class _Struct(ctypes.Structure):
    """``struct kevent`` of libkqueue's ``sys/event.h``."""

    _fields_ = (
        ("ident", ctypes.c_size_t),
        ("filter", ctypes.c_short),
        ("flags", ctypes.c_ushort),
        ("fflags", ctypes.c_uint),
        ("data", ctypes.c_ssize_t),
        ("udata", ctypes.c_void_p),
    )


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


@functools.cache
def load(path: str) -> ctypes.CDLL:
    """Loads the library.

    Raises:
        OSError: If there is none at ``path``, or it is another one.
    """
    library = ctypes.CDLL(path, use_errno=True)
    if not hasattr(library, "kqueue") or not hasattr(library, "kevent"):
        raise OSError(f"{path} has no kqueue and kevent; is it libkqueue?")
    library.kevent.argtypes = (
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_void_p,
    )
    return library


def _failure() -> OSError:
    code = ctypes.get_errno()
    return OSError(code, os.strerror(code))


class Queue:
    """An open kqueue."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def fileno(self) -> int:
        """Its descriptor."""
        return self._fd


class LibkqueueKernel(EmulatedKqueue):
    """Linux with kqueue.

    Args:
        path: Where the library is.
    """

    emulation = "libkqueue on Linux"

    def __init__(self, path: str) -> None:
        super().__init__()
        self._library = load(path)
        self._registered: set[tuple[int, int]] = set()
        self._queue: Queue | None = None

    def kqueue(self) -> Queue:
        """Makes an empty kqueue."""
        fd = self._library.kqueue()
        if fd < 0:
            raise _failure()
        self._queue = Queue(fd)
        return self._queue

    def kqueue_close(self, queue: Queue) -> None:
        """Gives the kqueue back."""
        self._queue = None
        os.close(queue.fileno())

    def kevent(
        self, queue: Queue, changes: list[Kevent], max_events: int, timeout: float | None
    ) -> list[Kevent]:
        """Makes the changes, then waits ``timeout`` seconds at most (None: for ever)."""
        errors = self._make(queue, changes)
        if errors:
            return errors
        events = self._wait(queue, max_events, timeout)
        self.keep_errors(events)
        if len(events) == max_events:
            self._report_again(queue)
        return events

    def _make(self, queue: Queue, changes: list[Kevent]) -> list[Kevent]:
        """Makes the changes; returns an event for each that fails.

        A kernel returns such events at once. libkqueue waits first, and forgets them if nothing
        else happens; so the changes are made one by one, without room for events.
        """
        errors = []
        for change in changes:
            try:
                self.kevent_change(queue, [change])
            except OSError as error:
                report = Kevent(change.ident, change.filter, EV_ERROR, 0, error.errno or 0)
                errors.append(report)
        return errors

    def _wait(self, queue: Queue, max_events: int, timeout: float | None) -> list[Kevent]:
        events = (_Struct * max_events)()
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            limit = None if until is None else _timespec(until - time.monotonic())
            count = self._library.kevent(queue.fileno(), None, 0, events, max_events, limit)
            if count >= 0:
                return [
                    Kevent(each.ident, each.filter, each.flags, each.fflags, each.data)
                    for each in events[:count]
                ]
            # After a signal Python's handler has run between that call and this line (PEP 475).
            if ctypes.get_errno() != errno.EINTR:
                raise _failure()

    def kevent_change(self, queue: Queue, changes: list[Kevent]) -> None:
        """Makes the changes and takes no events. Raises OSError if one fails."""
        array = (_Struct * len(changes))(*(_Struct(*each, None) for each in changes))
        now = _timespec(0)
        if self._library.kevent(queue.fileno(), array, len(changes), None, 0, now) < 0:
            raise _failure()
        self._learn(changes)

    def _report_again(self, queue: Queue) -> None:
        """Has the state of every descriptor reported once more.

        If a descriptor is ready both ways and there is room for one event, libkqueue forgets the
        other one, and an edge comes but once. A kernel keeps what did not fit for the next call.
        """
        for ident, filter_ in tuple(self._registered):
            if filter_ in (EVFILT_READ, EVFILT_WRITE):
                anew = Kevent(ident, filter_, EV_ADD | EV_CLEAR)
                self.kevent_change(queue, [anew._replace(flags=EV_DELETE)])
                self.kevent_change(queue, [anew])

    # -- what a kernel sees and a library cannot: that a descriptor is closed ------------------

    def _learn(self, changes: Sequence[Kevent]) -> None:
        for each in changes:
            if each.filter == EVFILT_SIGNAL and each.flags & EV_DELETE:
                _unblock(each.ident)
            if each.filter in _ABOUT_DESCRIPTORS:
                key = (each.ident, each.filter)
                if each.flags & EV_DELETE:
                    self._registered.discard(key)
                else:
                    self._registered.add(key)

    def forget(self, fd: int) -> None:
        super().forget(fd)
        for filter_ in _ABOUT_DESCRIPTORS:
            if (fd, filter_) in self._registered and self._queue is not None:
                self.kevent_change(self._queue, [Kevent(fd, filter_, EV_DELETE)])


def _unblock(number: int) -> None:
    # libkqueue has to block a signal to hear of it, and leaves it blocked; a kernel reports it and
    # blocks nothing.
    if sys.platform != "win32":  # for the type checker
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])


def _timespec(seconds: float) -> Any:
    seconds = max(0.0, seconds)
    whole = int(seconds)
    return ctypes.byref(_Timespec(whole, int((seconds - whole) * 1e9)))
