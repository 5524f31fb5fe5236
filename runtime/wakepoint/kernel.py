"""The calls that leave the process, behind one seam.

Backends and leaf futures make every system call through a `Kernel`. The class holds the bare
functions, so the seam costs an attribute look-up; the recorder, the simulated kernel and fault
injection put another class in its place.

A method is named after the system call (man section 2) where there is one.
"""

from __future__ import annotations

import os
import signal
import socket as sockets
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from wakepoint import linux
from wakepoint.clock import VirtualClock

Address = Any
"""What the socket module calls an address: a (host, port) pair for AF_INET."""


class Kernel:
    """The real operating system."""

    system: str = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}.get(
        sys.platform, os.uname().sysname if hasattr(os, "uname") else sys.platform
    )
    emulation: str | None = None
    clock: str = "real"
    paused: VirtualClock | None = None
    """What the clock says while it is paused: `pause_clock` sets it, for this kernel alone."""
    lookup_blocks = True
    """``getaddrinfo`` may take long, so it is called on a thread."""

    # Which calls there are, for whoever asks before making one.
    has_signals = True
    has_processes = sys.platform != "win32"
    has_unix_sockets = hasattr(sockets, "AF_UNIX")
    has_pidfd = sys.platform == "linux"
    has_inotify = sys.platform == "linux"

    monotonic = staticmethod(time.monotonic)

    def pause_clock(self) -> None:
        """Stops the clock. From now on it is set forward, by whoever waits or by `advance_clock`.

        Raises:
            RuntimeError: If it stands already.
        """
        if self.paused is not None:
            raise RuntimeError("the clock is paused already")
        self.paused = VirtualClock(self.monotonic())
        self.paused.frozen = True
        self.clock = "virtual"
        self.monotonic = self.paused.monotonic

    def resume_clock(self) -> None:
        """Lets it run again, from where it stands.

        Raises:
            RuntimeError: If it runs.
        """
        if self.paused is None:
            raise RuntimeError("the clock runs: nobody has paused it")
        real = type(self).monotonic
        ahead, self.paused = self.monotonic() - real(), None
        self.monotonic = lambda: real() + ahead

    def advance_clock(self, seconds: float) -> None:
        """Sets a clock that is paused forward.

        Raises:
            RuntimeError: If it runs.
        """
        if self.paused is None:
            raise RuntimeError("the clock runs by itself: pause it first")
        self.paused.forward_to(self.monotonic() + seconds)

    # Sockets. Each raises OSError; BlockingIOError where the call would block.
    @staticmethod
    def socket(family: int, kind: int) -> sockets.socket:
        """Makes a non-blocking one that child processes do not inherit."""
        sock = sockets.socket(family, kind)
        sock.setblocking(False)
        return sock

    @staticmethod
    def accept(sock: sockets.socket) -> tuple[sockets.socket, Address]:
        """Takes the next connection as a non-blocking socket, and the peer's address."""
        accepted, address = sock.accept()
        accepted.setblocking(False)
        return accepted, address

    getaddrinfo = staticmethod(sockets.getaddrinfo)
    bind = staticmethod(sockets.socket.bind)
    listen = staticmethod(sockets.socket.listen)
    connect = staticmethod(sockets.socket.connect)
    getsockname = staticmethod(sockets.socket.getsockname)
    getpeername = staticmethod(sockets.socket.getpeername)
    getsockopt = staticmethod(sockets.socket.getsockopt)
    setsockopt = staticmethod(sockets.socket.setsockopt)
    recv = staticmethod(sockets.socket.recv)

    @staticmethod
    def peek(sock: sockets.socket, size: int) -> bytes:
        """See recv(2), MSG_PEEK."""
        return sock.recv(size, sockets.MSG_PEEK)

    send = staticmethod(sockets.socket.send)

    @staticmethod
    def sendmsg(sock: Any, buffers: Sequence[bytes | memoryview]) -> int:
        """Sends several buffers as if they were one. Windows' Python lacks it."""
        return int(sock.sendmsg(buffers))

    recvfrom = staticmethod(sockets.socket.recvfrom)
    sendto = staticmethod(sockets.socket.sendto)
    shutdown = staticmethod(sockets.socket.shutdown)
    close = staticmethod(sockets.socket.close)

    @staticmethod
    def socketpair(
        family: int | None = None, kind: int = sockets.SOCK_STREAM
    ) -> tuple[sockets.socket, sockets.socket]:
        """Makes two sockets that are connected to each other; they do not block."""
        # Without a family it is what the platform has: Unix sockets, or TCP on Windows.
        one, other = sockets.socketpair(*(() if family is None else (family, kind)))
        one.setblocking(False)
        other.setblocking(False)
        return one, other

    # Descriptors that are no sockets.
    read = staticmethod(os.read)
    write = staticmethod(os.write)
    close_fd = staticmethod(os.close)

    if sys.platform != "win32":

        @staticmethod
        def pipe() -> tuple[int, int]:
            """Makes a pipe whose ends do not block: where to read, where to write."""
            reader, writer = os.pipe()
            os.set_blocking(reader, False)
            os.set_blocking(writer, False)
            return reader, writer

        @staticmethod
        def posix_spawnp(
            program: str,
            argv: tuple[str, ...],
            env: Mapping[str, str],
            file_actions: list[tuple[Any, ...]],
        ) -> int:
            """Starts a program, found through PATH, and returns its process number.

            Signals that Python ignores have their usual effect there, and none is blocked.
            """
            usual = [signal.SIGPIPE, signal.SIGXFSZ]
            return os.posix_spawnp(
                program, argv, env, file_actions=file_actions, setsigdef=usual, setsigmask=()
            )

        waitpid = staticmethod(os.waitpid)
        writev = staticmethod(os.writev)

        @staticmethod
        def open_for_events(path: str) -> int:
            """Opens a file to hear of its changes only (O_EVTONLY on macOS)."""
            return os.open(path, getattr(os, "O_EVTONLY", os.O_RDONLY))

    if sys.platform == "linux":
        eventfd = staticmethod(os.eventfd)
        eventfd_write = staticmethod(os.eventfd_write)
        eventfd_read = staticmethod(os.eventfd_read)
        pidfd_open = staticmethod(os.pidfd_open)
        inotify_init1 = staticmethod(linux.inotify_init1)
        inotify_add_watch = staticmethod(linux.inotify_add_watch)
