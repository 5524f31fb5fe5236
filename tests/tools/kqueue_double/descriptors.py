"""``EVFILT_READ`` and ``EVFILT_WRITE``, over epoll and poll."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket
import stat
import struct
import sys
import termios
from collections.abc import Iterator

from tools.kqueue_double.knotes import Knote

from wakepoint.backends.kqueue.kevent import EV_EOF, Kevent

if sys.platform == "linux":
    from tools.kqueue_double.watcher import Found, PlainFilter, Watcher
assert sys.platform == "linux", "the double is made of what Linux has"

_GONE = select.POLLHUP | select.POLLERR
_F_GETPIPE_SZ = 1032
_TCP_INFO_UNACKED = 24  # its place in struct tcp_info: of a listening socket, its backlog


class _Direction(PlainFilter):
    """A descriptor that is read or written."""

    events: int

    def __init__(self, knote: Knote, watcher: Watcher) -> None:
        super().__init__(knote, watcher)
        self.mode = os.fstat(self.ident).st_mode  # EBADF
        try:
            watcher.watch(knote, self.events)
        except PermissionError:  # a file: always ready, says epoll, and does not take it
            self.mode = stat.S_IFREG
        self.tells = not stat.S_ISREG(self.mode)  # epoll reports what is ready at once

    def touch(self, change: Kevent) -> None:
        if self.tells:
            self.watcher.report(self.knote, self.events)

    def detach(self) -> None:
        if not stat.S_ISREG(self.mode):
            self.watcher.unwatch(self.knote)

    def happening(self) -> int:
        """What is possible on the descriptor just now."""
        poll = select.poll()
        poll.register(self.ident, self.events)
        events = poll.poll(0)
        bits = events[0][1] if events else 0
        return 0 if bits & select.POLLNVAL else bits

    def error(self, bits: int) -> int:
        """The socket's error, which asking clears; the kernel keeps it for us."""
        if bits & select.POLLERR and stat.S_ISSOCK(self.mode):
            with _borrowed(self.ident) as sock:
                return int(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
        return 0


class Read(_Direction):
    """``EVFILT_READ``: data is how much there is to read."""

    events = select.POLLIN | select.POLLRDHUP

    def event(self) -> Found | None:
        if stat.S_ISREG(self.mode):
            left = os.fstat(self.ident).st_size - os.lseek(self.ident, 0, os.SEEK_CUR)
            return (0, 0, left) if left else None
        bits = self.happening()
        if not bits:
            return None
        ended = bits & (_GONE | select.POLLRDHUP)
        return EV_EOF if ended else 0, self.error(bits), self._size()

    def _size(self) -> int:
        if stat.S_ISSOCK(self.mode):
            with _borrowed(self.ident) as sock:
                if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    if sock.family == socket.AF_UNIX:  # how many wait, nobody tells; one at least
                        return 1
                    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 64)
                    return int(struct.unpack_from("I", info, _TCP_INFO_UNACKED)[0])
        return _ioctl(self.ident, termios.FIONREAD)


class Write(_Direction):
    """``EVFILT_WRITE``: data is how much room there is."""

    events = select.POLLOUT

    def event(self) -> Found | None:
        if stat.S_ISREG(self.mode):
            return 0, 0, 0
        bits = self.happening()
        if not bits:
            return None
        return EV_EOF if bits & _GONE else 0, self.error(bits), self._room()

    def _room(self) -> int:
        if stat.S_ISFIFO(self.mode):
            size = fcntl.fcntl(self.ident, _F_GETPIPE_SZ)
            return size - _ioctl(self.ident, termios.FIONREAD)
        with _borrowed(self.ident) as sock:
            size = sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        return max(0, size - _ioctl(self.ident, termios.TIOCOUTQ))


def _ioctl(fd: int, request: int) -> int:
    try:
        return int(struct.unpack("i", fcntl.ioctl(fd, request, b"\0" * 4))[0])
    except OSError:  # not asked of this kind of descriptor
        return 0


@contextlib.contextmanager
def _borrowed(fd: int) -> Iterator[socket.socket]:
    """A socket object for a descriptor that somebody else will close."""
    sock = socket.socket(fileno=fd)
    try:
        yield sock
    finally:
        sock.detach()
