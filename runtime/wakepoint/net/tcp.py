"""TCP, as in ``tokio::net``."""

from __future__ import annotations

import socket
import struct

from wakepoint import executor
from wakepoint.future import Future
from wakepoint.kernel import Address, Kernel
from wakepoint.net.connecting import Connect
from wakepoint.net.sockets import Accept, Connection, Socket

_LINGER = struct.Struct("ii")
_LINGER_OF_WINDOWS = struct.Struct("HH")


class TcpListener(Socket):
    """Accepts connections (``tokio::net::TcpListener``). Close it, or use it in ``with``.

    Example:
        >>> from wakepoint import join, run
        >>> async def main():
        ...     with TcpListener.bind() as listener:
        ...         connecting = TcpStream.connect(*listener.local_addr)
        ...         client, (server, _) = await join(connecting, listener.accept())
        ...     with client, server:
        ...         await client.write_all(b"hello")
        ...         return await server.read()
        >>> run(main())
        b'hello'
    """

    @classmethod
    def bind(
        cls,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        backlog: int = 128,
        reuse_port: bool = False,
    ) -> TcpListener:
        """Listens on an address. It waits for nothing, so there is nothing to await.

        Args:
            host: An IPv4 or IPv6 address.
            port: 0 lets the system choose; `local_addr` tells.
            backlog: See listen(2).
            reuse_port: Lets several listeners of one user share the port; the kernel gives each its
                share of the connections (SO_REUSEPORT, ``TcpSocket::set_reuseport``).

        Raises:
            OSError: If the address is taken or not ours.
            NotImplementedError: If the system has no ``SO_REUSEPORT`` (Windows).
        """
        reactor = executor.current().reactor
        kernel = reactor.kernel
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = kernel.socket(family, socket.SOCK_STREAM)
        try:
            if kernel.system != "Windows":  # there, the option would let two listeners share a port
                kernel.setsockopt(sock, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if reuse_port:
                kernel.setsockopt(sock, socket.SOL_SOCKET, _reuse_port(kernel), 1)
            kernel.bind(sock, (host, port))
            kernel.listen(sock, backlog)
        except BaseException:
            kernel.close(sock)
            raise
        return cls(sock, reactor)

    def accept(self) -> Future[tuple[TcpStream, Address]]:
        """The next connection and its peer's address.

        Cancel safe: if it is dropped, no connection is lost.

        Raises:
            ClosedResourceError: If the listener is or gets closed.
        """
        return Accept(self, self._reactor, self._open(), TcpStream)


class TcpStream(Connection):
    """A connection (``tokio::net::TcpStream``). Close it, or use it in ``with``."""

    @staticmethod
    def connect(host: str, port: int) -> Future[TcpStream]:
        """Connects to a host; a name is looked up on a thread, since that call blocks.

        A host may have several addresses. They are tried in turn, IPv6 and IPv4 by turns: the next
        when one has failed, or after 250 ms without an answer; those that were begun go on, and the
        first connection wins (happy eyeballs, RFC 8305).

        Cancel safe: if it is dropped, every attempt is given up and closed.

        Raises:
            OSError: If no address of the host answers. If there are several, its text tells why for
                each, and its cause is a group of all errors.
            socket.gaierror: If nobody knows the host.
        """
        return Connect(host, port, TcpStream)

    def peek(self, size: int = 65536) -> Future[bytes]:
        """What the next `read` will begin with, at most ``size`` bytes; it stays there.

        With io_uring and completion ports a second peek sees what the first saw, and no more until
        that is read.

        Cancel safe: if it is dropped, no data is lost.

        Raises:
            ClosedResourceError: If this side is or gets closed.
            ConnectionResetError: If the peer reset the connection.
        """
        return self._reactor.backend.peek(self._open(), size)

    @property
    def nodelay(self) -> bool:
        """True if what is written is sent at once, however little it is (TCP_NODELAY)."""
        return bool(self._option(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    def set_nodelay(self, nodelay: bool) -> None:
        """Sends at once what is written (True), or waits a little for more (False, as at first).

        Small messages that are answered one by one want True (tcp(7), Nagle's algorithm).
        """
        self._set_option(socket.IPPROTO_TCP, socket.TCP_NODELAY, int(nodelay))

    @property
    def linger(self) -> int | None:
        """Seconds for which closing sends what is left; None leaves that to the system."""
        packed = self._linger
        option = self._option(socket.SOL_SOCKET, socket.SO_LINGER, packed.size)
        on, seconds = packed.unpack(option)
        return seconds if on else None

    def set_linger(self, seconds: int | None) -> None:
        """What becomes of data that is not sent when this is closed (SO_LINGER, socket(7)).

        Args:
            seconds: 0 throws it away, and the peer is told of a reset. None, as at first, goes on
                sending while nobody waits. Any other number would block the thread in `close`.

        Raises:
            ValueError: If it is neither.
        """
        if seconds not in (None, 0):
            raise ValueError(
                f"closing would block the thread for up to {seconds} s; "
                "take 0 or None, and wait for the peer's end of the stream instead"
            )
        option = self._linger.pack(seconds is not None, seconds or 0)
        self._set_option(socket.SOL_SOCKET, socket.SO_LINGER, option)

    @property
    def _linger(self) -> struct.Struct:
        """The system's struct linger."""
        return _LINGER_OF_WINDOWS if self._reactor.kernel.system == "Windows" else _LINGER


def _reuse_port(kernel: Kernel) -> int:
    option: int | None = getattr(socket, "SO_REUSEPORT", None)
    if option is None or kernel.system == "Windows":
        raise NotImplementedError(f"{kernel.system} has no SO_REUSEPORT: listeners share no port")
    return option
