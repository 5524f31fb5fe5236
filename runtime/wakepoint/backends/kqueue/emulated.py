"""What every kqueue that is not the kernel's has in common.

A kernel sees what a library beside it cannot see, and looks at what a library can only take.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from typing import Any

from wakepoint.backends.kqueue.kernel import KqueueKernel
from wakepoint.backends.kqueue.kevent import EV_EOF, EVFILT_READ, EVFILT_WRITE, Kevent
from wakepoint.contract import Buffers
from wakepoint.kernel import Address


class EmulatedKqueue(KqueueKernel):
    """A kernel whose kqueue is a program over what Linux has."""

    def __init__(self) -> None:
        self._errors: dict[int, int] = {}

    # -- that a descriptor is closed, which deletes what is registered on it -------------------

    def forget(self, fd: int) -> None:
        """Deletes what is registered on a descriptor; it is about to be closed."""
        self._errors.pop(fd, None)

    def close(self, sock: socket.socket) -> None:  # type: ignore[override]
        """Closes a socket."""
        self.forget(sock.fileno())
        sock.close()

    def close_fd(self, fd: int) -> None:
        """Closes a descriptor."""
        self.forget(fd)
        os.close(fd)

    # -- a socket's error, which Linux clears when it is read: keep it for whoever asks next ----

    def keep_errors(self, events: Sequence[Kevent]) -> None:
        for event in events:
            about_socket = event.filter in (EVFILT_READ, EVFILT_WRITE)
            if about_socket and event.flags & EV_EOF and event.fflags:
                self._errors.setdefault(event.ident, event.fflags)

    def _raise_kept(self, sock: socket.socket) -> None:
        code = self._errors.pop(sock.fileno(), 0)
        if code:
            raise OSError(code, os.strerror(code))

    def getsockopt(  # type: ignore[override]
        self, sock: socket.socket, level: int, option: int, *size: int
    ) -> Any:
        """An option's value."""
        if (level, option) == (socket.SOL_SOCKET, socket.SO_ERROR):
            error = self._errors.pop(sock.fileno(), 0)
            if error:
                return error
        return sock.getsockopt(level, option, *size)

    def recv(self, sock: socket.socket, size: int) -> bytes:  # type: ignore[override]
        """What has arrived."""
        data = sock.recv(size)
        if not data and size:
            self._raise_kept(sock)
        return data

    def send(self, sock: socket.socket, data: bytes | memoryview) -> int:  # type: ignore[override]
        """Sends what fits."""
        try:
            return sock.send(data)
        except BrokenPipeError:
            self._raise_kept(sock)
            raise

    def peek(self, sock: socket.socket, size: int) -> bytes:  # type: ignore[override]
        """What has arrived and stays."""
        data = sock.recv(size, socket.MSG_PEEK)
        if not data and size:
            self._raise_kept(sock)
        return data

    def sendmsg(self, sock: Any, buffers: Buffers) -> int:  # type: ignore[override]
        """Sends what fits of several buffers."""
        try:
            return int(sock.sendmsg(buffers))
        except BrokenPipeError:
            self._raise_kept(sock)
            raise

    def recvfrom(self, sock: socket.socket, size: int) -> tuple[bytes, Address]:  # type: ignore[override]
        """One datagram."""
        try:
            return sock.recvfrom(size)
        except BlockingIOError:
            self._raise_kept(sock)
            raise
