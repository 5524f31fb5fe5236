"""What epoll and kqueue have in common: how each call is made, and what wakes who waits."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from wakepoint.backends import receiving, sending
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
        self.recv_from = partial(receiving.RecvFrom, reactor)
        self.recv_datagram = partial(receiving.RecvDatagram, reactor)
        self.peek = partial(receiving.Peek, reactor)
        self.send = partial(sending.Send, reactor)
        self.send_to = partial(sending.SendTo, reactor)
        self.send_vectored = partial(sending.SendVectored, reactor)
        self.accept = partial(receiving.Accept, reactor)
        self.connect = partial(sending.Connect, reactor)
        self.read = partial(receiving.Read, reactor)
        self.read_exact = partial(receiving.ReadExact, reactor)
        self.write = partial(sending.Write, reactor)
        self.write_vectored = partial(sending.WriteVectored, reactor)

    # The two that are made most often; the interpreter calls a function of Python's quicker.

    def recv(self, source: Source, size: int) -> receiving.Recv:
        """As `Backend.recv`."""
        return receiving.Recv(self.reactor, source, size)

    def write_all(self, source: Source, data: bytes | memoryview) -> sending.WriteAll:
        """As `Backend.write_all`."""
        return sending.WriteAll(self.reactor, source, data)

    def prepare_notify(self) -> None:
        """Nothing, unless the mechanism needs a descriptor for it."""
