"""Windows: an I/O completion port.

Each handle is associated with the port once, when the first call on it is made. A call is given to
Windows with its buffer; when it is done, a packet with its result waits at the port. Nothing is
tried, so nothing ever says EAGAIN.

The operations are in `wakepoint.backends.iocp.operations`, Windows' calls in
`wakepoint.backends.iocp.kernel`, which only Windows can import.
"""

from __future__ import annotations

from typing import ClassVar

from wakepoint.backends.completion import Calls, CompletionBackend
from wakepoint.backends.iocp import operations
from wakepoint.backends.iocp.port import Port
from wakepoint.reactor import Reactor
from wakepoint.source import Source


class IocpBackend(CompletionBackend):
    """Everything goes through the one port."""

    name: ClassVar[str] = "iocp"
    calls = Calls(
        recv=operations.Recv,
        send=operations.Send,
        accept=operations.Accept,
        connect=operations.Connect,
        recv_from=operations.RecvFrom,
        send_to=operations.SendTo,
        send_vectored=operations.send_vectored,
        write_vectored=operations.write_vectored,
        read=operations.Read,
        write=operations.Write,
    )

    def __init__(self, reactor: Reactor) -> None:
        self.port = Port(reactor)
        super().__init__(reactor, self.port)

    def add(self, source: Source) -> None:
        self.port.add(source)

    def wait(self, timeout: float | None) -> int:
        return self.port.wait(timeout)

    def notify(self) -> None:
        self.port.notify()

    def close(self) -> None:
        self.port.drain()
        self.close_lanes()
        self.port.close()
