"""Every kqueue that there is on this machine, with its calls as short as in C.

The double stands in for a kernel in CI, so it has to answer as one does. Where libkqueue answers
otherwise, a test says so; docs/contributing/backends-tested.md lists these differences.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from tools import find

from wakepoint.backends.kqueue.kernel import KqueueKernel
from wakepoint.backends.kqueue.kevent import EV_ADD, EV_CLEAR, EVFILT_READ, EVFILT_WRITE, Kevent

LONG = 10.0
"""Seconds of a wait that something ends."""
SHORT = 0.02
"""Seconds of a wait that nothing ends."""

Pair = tuple[socket.socket, socket.socket]
"""Two connected sockets that do not block."""


def kernels() -> Iterator[Any]:
    """Whoever offers a kqueue here, as parameters of a fixture."""
    if sys.platform == "linux":
        from tools.kqueue_double import KqueueDouble

        yield pytest.param(KqueueDouble, id="double")
        yield pytest.param(find.libkqueue_kernel, id="libkqueue", marks=pytest.mark.libkqueue)
    else:
        yield pytest.param(KqueueKernel, id="kernel")


class Kqueue:
    """A kqueue and its kernel."""

    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel
        self.queue = self.kernel.kqueue()

    def wait(self, *changes: Kevent, room: int = 16, timeout: float = LONG) -> list[Kevent]:
        """Makes changes and takes events."""
        events: list[Kevent] = self.kernel.kevent(self.queue, list(changes), room, timeout)
        return events

    def change(self, *changes: Kevent) -> None:
        """Makes changes."""
        self.kernel.kevent_change(self.queue, list(changes))

    def none(self) -> bool:
        """True if there is no event."""
        return self.wait(timeout=SHORT) == []

    def libkqueue_differs(self, how: str) -> None:
        """The test goes no further with libkqueue."""
        if "libkqueue" in (self.kernel.emulation or ""):
            pytest.skip(f"libkqueue {how}")


def read(sock: socket.socket, flags: int = EV_ADD | EV_CLEAR) -> Kevent:
    """A change about what a socket can read."""
    return Kevent(sock.fileno(), EVFILT_READ, flags)


def write(sock: socket.socket, flags: int = EV_ADD | EV_CLEAR) -> Kevent:
    """A change about what a socket can write."""
    return Kevent(sock.fileno(), EVFILT_WRITE, flags)
