"""The calls that leave the process, behind one seam.

Backends and leaf futures make every system call through a `Kernel`. The class holds the bare
functions, so the seam costs an attribute look-up; the recorder, the simulated kernel and fault
injection put another class in its place.

A method is named after the system call (man section 2) where there is one.
"""

from __future__ import annotations

import os
import select
import sys
import time
from socket import socket as Socket
from typing import Any

Address = Any
"""What the socket module calls an address: a (host, port) pair for AF_INET."""


class Kernel:
    """The real operating system."""

    system: str = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}.get(
        sys.platform, os.uname().sysname if hasattr(os, "uname") else sys.platform
    )
    emulation: str | None = None

    monotonic = staticmethod(time.monotonic)

    # Sockets. Each raises OSError; BlockingIOError where the call would block.
    @staticmethod
    def socket(family: int, kind: int) -> Socket:
        """socket(2), non-blocking and not inherited."""
        sock = Socket(family, kind)
        sock.setblocking(False)
        return sock

    @staticmethod
    def accept(sock: Socket) -> tuple[Socket, Address]:
        """accept4(2); the new socket is non-blocking."""
        accepted, address = sock.accept()
        accepted.setblocking(False)
        return accepted, address

    bind = staticmethod(Socket.bind)
    listen = staticmethod(Socket.listen)
    connect = staticmethod(Socket.connect)
    getsockname = staticmethod(Socket.getsockname)
    getpeername = staticmethod(Socket.getpeername)
    getsockopt = staticmethod(Socket.getsockopt)
    setsockopt = staticmethod(Socket.setsockopt)
    recv = staticmethod(Socket.recv)
    send = staticmethod(Socket.send)
    recvfrom = staticmethod(Socket.recvfrom)
    sendto = staticmethod(Socket.sendto)
    shutdown = staticmethod(Socket.shutdown)
    close = staticmethod(Socket.close)

    # Descriptors that are no sockets.
    read = staticmethod(os.read)
    write = staticmethod(os.write)
    close_fd = staticmethod(os.close)

    if sys.platform == "linux":

        @staticmethod
        def epoll_create1() -> select.epoll:
            """epoll_create1(2) with EPOLL_CLOEXEC."""
            return select.epoll()

        @staticmethod
        def epoll_ctl(epoll: select.epoll, operation: str, fd: int, events: int) -> None:
            """epoll_ctl(2). ``operation`` is ADD, MOD or DEL."""
            if operation == "ADD":
                epoll.register(fd, events)
            elif operation == "MOD":
                epoll.modify(fd, events)
            else:
                epoll.unregister(fd)

        epoll_wait = staticmethod(select.epoll.poll)
        epoll_close = staticmethod(select.epoll.close)
        eventfd = staticmethod(os.eventfd)
        eventfd_write = staticmethod(os.eventfd_write)
        eventfd_read = staticmethod(os.eventfd_read)
