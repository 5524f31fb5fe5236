"""What epoll and kqueue have in common: how each call is made, and what wakes who waits."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from wakepoint.backends import attempts
from wakepoint.contract import Filters
from wakepoint.reactor import Reactor
from wakepoint.source import Source


class ReadinessBackend:
    """The operations of a readiness backend; `add`, `remove`, `wait` and the rest are its own."""

    model: ClassVar[str] = "readiness"
    filters: Filters | None = None
    quiet = False

    def __init__(self, reactor: Reactor) -> None:
        self.reactor = reactor
        # The operations are made of their classes; each class says what it takes.
        self.recv_from = partial(attempts.RecvFrom, reactor)
        self.recv_datagram = partial(attempts.RecvDatagram, reactor)
        self.peek = partial(attempts.Peek, reactor)
        self.send = partial(attempts.Send, reactor)
        self.send_to = partial(attempts.SendTo, reactor)
        self.send_vectored = partial(attempts.SendVectored, reactor)
        self.accept = partial(attempts.Accept, reactor)
        self.connect = partial(attempts.Connect, reactor)
        self.read = partial(attempts.Read, reactor)
        self.read_exact = partial(attempts.ReadExact, reactor)
        self.write = partial(attempts.Write, reactor)
        self.write_vectored = partial(attempts.WriteVectored, reactor)

    # The two that are made most often; the interpreter calls a function of Python's quicker.

    def recv(self, source: Source, size: int) -> attempts.Recv:
        """As `Backend.recv`."""
        return attempts.Recv(self.reactor, source, size)

    def write_all(self, source: Source, data: bytes | memoryview) -> attempts.WriteAll:
        """As `Backend.write_all`."""
        return attempts.WriteAll(self.reactor, source, data)

    def prepare_notify(self) -> None:
        """Nothing, unless the mechanism needs a descriptor for it."""
