"""UDP, as in ``tokio::net``."""

from __future__ import annotations

import socket

from wakepoint import executor
from wakepoint.future import Future
from wakepoint.kernel import Address
from wakepoint.net.sockets import Socket


class UdpSocket(Socket):
    """Sends and receives datagrams (``tokio::net::UdpSocket``). A datagram may get lost.

    Example:
        >>> from wakepoint import run
        >>> async def main():
        ...     with UdpSocket.bind() as one, UdpSocket.bind() as other:
        ...         await one.send_to(b"hello", other.local_addr)
        ...         data, sender = await other.recv_from()
        ...         return data, sender == one.local_addr
        >>> run(main())
        (b'hello', True)
    """

    @classmethod
    def bind(cls, host: str = "127.0.0.1", port: int = 0) -> UdpSocket:
        """Takes an address. It waits for nothing, so there is nothing to await.

        Args:
            host: An IPv4 or IPv6 address.
            port: 0 lets the system choose; `local_addr` tells.

        Raises:
            OSError: If the address is taken or not ours.
        """
        reactor = executor.current().reactor
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        udp = cls(reactor.kernel.socket(family, socket.SOCK_DGRAM), reactor)
        try:
            reactor.kernel.bind(udp.source.io, (host, port))
        except BaseException:
            udp.close()
            raise
        return udp

    def connect(self, host: str, port: int) -> None:
        """Sends to and receives from one peer only; nothing is sent for it (connect(2))."""
        self._reactor.kernel.connect(self._open().io, (host, port))

    def send(self, data: bytes) -> Future[int]:
        """Sends one datagram to the peer given to `connect`.

        Cancel safe where readiness is reported: if it is dropped, nothing was sent. With io_uring
        and completion ports it is not: the call may have been carried out by then.
        """
        return self._reactor.backend.send(self._open(), data)

    def recv(self, size: int = 65536) -> Future[bytes]:
        """The next datagram from the peer given to `connect`; what exceeds ``size`` is lost.

        Cancel safe: if it is dropped, no datagram is lost.

        Raises:
            ClosedResourceError: If the socket is or gets closed.
            ConnectionRefusedError: If the peer's system told that nobody listens there.
        """
        return self._reactor.backend.recv_datagram(self._open(), size)

    def send_to(self, data: bytes, address: Address) -> Future[int]:
        """Sends one datagram.

        Cancel safe where readiness is reported: if it is dropped, nothing was sent. With io_uring
        and completion ports it is not: the call may have been carried out by then.
        """
        return self._reactor.backend.send_to(self._open(), data, address)

    def recv_from(self, size: int = 65536) -> Future[tuple[bytes, Address]]:
        """The next datagram and its sender; what exceeds ``size`` is lost.

        Cancel safe: if it is dropped, no datagram is lost.

        Raises:
            ClosedResourceError: If the socket is or gets closed.
        """
        return self._reactor.backend.recv_from(self._open(), size)
