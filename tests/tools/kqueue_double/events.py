"""The filters that are about no stream of bytes."""

from __future__ import annotations

import errno
import os
import signal
import socket
import struct
import sys
import time

from tools.kqueue_double.knotes import Knote, failure

from wakepoint import linux
from wakepoint.backends.kqueue.kevent import (
    EV_EOF,
    EV_ONESHOT,
    NOTE_ATTRIB,
    NOTE_DELETE,
    NOTE_EXIT,
    NOTE_EXTEND,
    NOTE_LINK,
    NOTE_RENAME,
    NOTE_TRIGGER,
    NOTE_WRITE,
    TIMER_UNIT,
    Kevent,
)

if sys.platform == "linux":
    from tools.kqueue_double.watcher import Found, PlainFilter, Watcher
assert sys.platform == "linux", "the double is made of what Linux has"


class User(PlainFilter):
    """``EVFILT_USER``: happens when a change with NOTE_TRIGGER says so."""

    def __init__(self, knote: Knote, watcher: Watcher) -> None:
        super().__init__(knote, watcher)
        self.triggered = bool(knote.change.fflags & NOTE_TRIGGER)

    def touch(self, change: Kevent) -> None:
        self.triggered |= bool(change.fflags & NOTE_TRIGGER)

    def event(self) -> Found | None:
        return (0, 0, 0) if self.triggered else None

    def clear(self) -> None:
        self.triggered = False


class Timer(PlainFilter):
    """``EVFILT_TIMER``: data is how often it expired since the last time."""

    def __init__(self, knote: Knote, watcher: Watcher) -> None:
        super().__init__(knote, watcher)
        self.touch(knote.change)

    def touch(self, change: Kevent) -> None:
        per_second = TIMER_UNIT.per_second if change.fflags == TIMER_UNIT.flag else 1000
        self.period = change.data / per_second
        self.deadline: float | None = time.monotonic() + self.period

    def event(self) -> Found | None:
        assert self.deadline is not None
        late = time.monotonic() - self.deadline
        if late < 0:
            return None
        expired = 1 + int(late / self.period)
        self.deadline += expired * self.period
        return 0, 0, expired


class Signal(PlainFilter):
    """``EVFILT_SIGNAL``: data is how often it came. It has its usual effect besides.

    Python tells of a signal through one descriptor for the whole process.
    """

    here: dict[int, list[Signal]] = {}  # noqa: RUF012 - one for the process, as the signals
    reader: socket.socket | None = None
    writer: socket.socket | None = None

    def __init__(self, knote: Knote, watcher: Watcher) -> None:
        super().__init__(knote, watcher)
        if not 0 < self.ident < signal.NSIG:
            raise failure(errno.EINVAL)
        self.count = 0
        if not Signal.here:
            Signal.reader, Signal.writer = socket.socketpair()
            Signal.reader.setblocking(False)
            Signal.writer.setblocking(False)
            self.before = signal.set_wakeup_fd(Signal.writer.fileno(), warn_on_full_buffer=False)
            watcher.watch_fd(Signal.reader.fileno(), self._heard)
        Signal.here.setdefault(self.ident, []).append(self)

    @staticmethod
    def _heard() -> None:
        assert Signal.reader is not None
        for number in Signal.reader.recv(4096):
            for each in Signal.here.get(number, ()):
                each.count += 1
                each.knote.activate()

    def event(self) -> Found | None:
        return (0, 0, self.count) if self.count else None

    def clear(self) -> None:
        self.count = 0

    def detach(self) -> None:
        Signal.here[self.ident].remove(self)
        if not Signal.here[self.ident]:
            del Signal.here[self.ident]
        if not Signal.here and Signal.reader is not None and Signal.writer is not None:
            signal.set_wakeup_fd(-1)
            self.watcher.unwatch_fd(Signal.reader.fileno())
            Signal.reader.close()
            Signal.writer.close()


class Process(PlainFilter):
    """``EVFILT_PROC`` with NOTE_EXIT: data is the exit status."""

    def __init__(self, knote: Knote, watcher: Watcher) -> None:
        super().__init__(knote, watcher)
        self.pidfd = os.pidfd_open(self.ident)  # ESRCH
        watcher.watch_fd(self.pidfd, self._ended)

    def _ended(self) -> None:
        self.watcher.unwatch_fd(self.pidfd)  # it is readable for good
        self.knote.activate()

    def event(self) -> Found | None:
        flags = os.WEXITED | os.WNOWAIT | os.WNOHANG
        try:
            result = os.waitid(os.P_PIDFD, self.pidfd, flags)
        except ChildProcessError:  # somebody waited for it
            return EV_EOF | EV_ONESHOT, NOTE_EXIT, 0
        if result is None:
            return None
        exited = result.si_code == os.CLD_EXITED
        status = result.si_status << 8 if exited else result.si_status
        return EV_EOF | EV_ONESHOT, NOTE_EXIT, status

    def detach(self) -> None:
        self.watcher.unwatch_fd(self.pidfd)
        os.close(self.pidfd)


class Vnode(PlainFilter):
    """``EVFILT_VNODE``: fflags are what happened to the open file."""

    def __init__(self, knote: Knote, watcher: Watcher) -> None:
        super().__init__(knote, watcher)
        self.before = os.fstat(self.ident)
        self.seen = 0
        self.inotify = linux.inotify_init1()
        mask = sum(bit for bit in linux.INOTIFY_NAMES if bit != linux.IN_IGNORED)
        linux.inotify_add_watch(self.inotify, f"/proc/self/fd/{self.ident}", mask)
        watcher.watch_fd(self.inotify, self._changed)

    def touch(self, change: Kevent) -> None:
        self.knote.change = change

    def _changed(self) -> None:
        data, offset = os.read(self.inotify, 4096), 0
        now = os.fstat(self.ident)
        while offset < len(data):
            _, mask, _, length = struct.unpack_from("iIII", data, offset)
            offset += 16 + length
            if not (length and mask & (linux.IN_ATTRIB | linux.IN_MODIFY)):  # an entry's own
                self.seen |= self._notes(mask, now)
        self.before = now
        self.knote.activate()

    def _notes(self, mask: int, now: os.stat_result) -> int:
        notes = 0
        if mask & linux.IN_MODIFY:
            notes |= NOTE_WRITE | (NOTE_EXTEND if now.st_size > self.before.st_size else 0)
        if mask & (linux.IN_CREATE | linux.IN_DELETE | linux.IN_MOVED_FROM | linux.IN_MOVED_TO):
            notes |= NOTE_WRITE
        if mask & linux.IN_MOVE_SELF:
            notes |= NOTE_RENAME
        if mask & linux.IN_ATTRIB:
            if now.st_nlink == self.before.st_nlink:
                notes |= NOTE_ATTRIB
            else:
                notes |= NOTE_LINK if now.st_nlink else NOTE_DELETE
        return notes

    def event(self) -> Found | None:
        notes = self.seen & self.knote.change.fflags
        return (0, notes, 0) if notes else None

    def clear(self) -> None:
        self.seen = 0

    def detach(self) -> None:
        self.watcher.unwatch_fd(self.inotify)
        os.close(self.inotify)
