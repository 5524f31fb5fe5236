"""The completion port, and the calls whose packets will come to it."""

from __future__ import annotations

import math
from typing import Any, Protocol, cast

from wakepoint.backends.iocp.packet import HANDLE_KEY, NOTIFY_KEY
from wakepoint.reactor import Reactor
from wakepoint.source import Source


class Call(Protocol):
    """What the port has to know of a call that Windows has."""

    overlapped: Any

    def take_packet(self) -> None:
        """The packet has come: the buffer is ours again."""

    def drop(self) -> None:
        """Nobody wants the result any more."""


class Port:
    """One port, which one thread waits at.

    Args:
        reactor: Whom the calls tell what came of them.

    Attributes:
        kernel: Windows' calls.
    """

    def __init__(self, reactor: Reactor) -> None:
        self.reactor = reactor
        # Only Windows can import the module that has their types.
        self.kernel = cast(Any, reactor.kernel)
        self._handle: int = self.kernel.CreateIoCompletionPort(None, 0, 0, 1)
        self.in_flight: dict[int, Call] = {}
        """By the address of the call's OVERLAPPED."""

    def add(self, source: Source) -> None:
        """Has the packets of every call on the source come here."""
        self.kernel.CreateIoCompletionPort(source.fd, self._handle, HANDLE_KEY, 0)
        source.registered = True

    def launched(self, call: Call) -> None:
        """Windows has this call; its packet will come."""
        self.in_flight[call.overlapped.address] = call

    def wait(self, timeout: float | None) -> int:
        """Waits for packets, at most so many seconds, and hands each to its call.

        Returns:
            How many packets came.
        """
        # Rounded up: waking before the deadline would only mean to wait again.
        limit = None if timeout is None else math.ceil(timeout * 1000)
        room = self.reactor.completions_per_wait
        packets = self.kernel.GetQueuedCompletionStatusEx(self._handle, room, limit)
        for packet in packets:
            call = self.in_flight.pop(packet.overlapped, None)
            if call is not None:
                call.take_packet()
        return len(packets)

    def notify(self) -> None:
        """Ends the running wait or the next one. Any thread may call it."""
        self.kernel.PostQueuedCompletionStatus(self._handle, NOTIFY_KEY)

    def drain(self) -> None:
        """Asks for every call back and waits until Windows has none.

        Windows writes into the buffer of a call until its packet says that it is done; only then
        may the memory go.
        """
        for call in list(self.in_flight.values()):
            call.drop()
        while self.in_flight:
            self.wait(None)

    def close(self) -> None:
        """Gives the port back."""
        self.kernel.close_port(self._handle)
