"""Windows: an I/O completion port.

Each handle is associated with the port once, when the first call on it is made. A call is given to
Windows with its buffer; when it is done, a packet with its result waits at the port. Nothing is
tried, so nothing ever says EAGAIN.

The operations are in `wakepoint.backends.iocp_operations`, Windows' calls in
`wakepoint.backends.iocp_kernel`, which only Windows can import.
"""

from __future__ import annotations

import math
from typing import Any, cast

from wakepoint.backends import iocp_operations as operations
from wakepoint.backends.completion import CompletionBackend
from wakepoint.backends.iocp_packet import HANDLE_KEY, NOTIFY_KEY
from wakepoint.kernel import Address
from wakepoint.reactor import Reactor
from wakepoint.source import Source
from wakepoint.task import Future


class IocpBackend(CompletionBackend):
    """One port, which one thread waits at."""

    name = "iocp"

    def __init__(self, reactor: Reactor) -> None:
        super().__init__(reactor)
        self.kernel = cast(Any, reactor.kernel)
        self._port: int = self.kernel.CreateIoCompletionPort(None, 0, 0, 1)
        self._in_flight: dict[int, operations.Overlapped[Any]] = {}

    # -- operations --------------------------------------------------------------------------

    def recv(self, source: Source, size: int) -> Future[bytes]:
        return operations.Recv(self, source, size)

    def send(self, source: Source, data: bytes | memoryview) -> Future[int]:
        return operations.Send(self, source, data)

    def accept(self, source: Source) -> Future[tuple[Any, Address]]:
        return operations.Accept(self, source)

    def connect(self, source: Source, address: Address) -> Future[None]:
        return operations.Connect(self, source, address)

    def recv_from(self, source: Source, size: int) -> Future[tuple[bytes, Address]]:
        return operations.RecvFrom(self, source, size)

    def send_to(self, source: Source, data: bytes, address: Address) -> Future[int]:
        return operations.SendTo(self, source, data, address)

    def read(self, source: Source, size: int) -> Future[bytes]:
        return operations.Read(self, source, size)

    def write(self, source: Source, data: bytes | memoryview) -> Future[int]:
        return operations.Write(self, source, data)

    # -- registration ------------------------------------------------------------------------

    def add(self, source: Source) -> None:
        self.kernel.CreateIoCompletionPort(source.fd, self._port, HANDLE_KEY, 0)
        source.registered = True

    def launched(self, operation: operations.Overlapped[Any]) -> None:
        """Windows has this operation; its packet will come."""
        self._in_flight[operation.overlapped.address] = operation

    # -- waiting -----------------------------------------------------------------------------

    def wait(self, timeout: float | None) -> int:
        # Rounded up: waking before the deadline would only mean to wait again.
        limit = None if timeout is None else math.ceil(timeout * 1000)
        room = self.reactor.completions_per_wait
        packets = self.kernel.GetQueuedCompletionStatusEx(self._port, room, limit)
        for packet in packets:
            operation = self._in_flight.pop(packet.overlapped, None)
            if operation is not None:
                operation.take_packet()
        return len(packets)

    def notify(self) -> None:
        self.kernel.PostQueuedCompletionStatus(self._port, NOTIFY_KEY)

    def close(self) -> None:
        # Windows writes into the buffer of a call until its packet says that it is done; only then
        # may the memory go.
        for operation in list(self._in_flight.values()):
            operation.drop()
        while self._in_flight:
            self.wait(None)
        for lane in self._lanes.values():
            lane.close()
        self.kernel.close_port(self._port)
