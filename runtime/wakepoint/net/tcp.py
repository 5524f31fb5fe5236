"""TCP, as in ``tokio::net``."""

from __future__ import annotations

import socket
from typing import Any

from wakepoint import executor
from wakepoint.blocking import spawn_blocking
from wakepoint.kernel import Address
from wakepoint.reactor import Reactor
from wakepoint.source import Source
from wakepoint.streams import ReadExact, Resource, WriteAll
from wakepoint.task import PENDING, Context, Future, Poll, Ready


class _Socket(Resource):
    """What listener and stream have in common."""

    @property
    def local_addr(self) -> Address:
        """The address on this side.

        Raises:
            ClosedResourceError: If the socket is closed.
        """
        return self._reactor.kernel.getsockname(self._open().io)


class TcpListener(_Socket):
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
    def bind(cls, host: str = "127.0.0.1", port: int = 0, *, backlog: int = 128) -> TcpListener:
        """Listens on an address. It waits for nothing, so there is nothing to await.

        Args:
            host: An IPv4 or IPv6 address.
            port: 0 lets the system choose; `local_addr` tells.
            backlog: See listen(2).

        Raises:
            OSError: If the address is taken or not ours.
        """
        reactor = executor.current().reactor
        kernel = reactor.kernel
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = kernel.socket(family, socket.SOCK_STREAM)
        try:
            if kernel.system != "Windows":  # there, the option would let two listeners share a port
                kernel.setsockopt(sock, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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
        return Accept(self, self._reactor, self._open())


class TcpStream(_Socket):
    """A connection (``tokio::net::TcpStream``). Close it, or use it in ``with``."""

    @staticmethod
    def connect(host: str, port: int) -> Future[TcpStream]:
        """Connects to a host; a name is looked up on a thread, since that call blocks.

        Raises:
            OSError: If no address of the host answers.
        """
        return Connect(host, port)

    @property
    def peer_addr(self) -> Address:
        """The address on the other side."""
        return self._reactor.kernel.getpeername(self._open().io)

    def read(self, size: int = 65536) -> Future[bytes]:
        """What has arrived, at most ``size`` bytes; ``b""`` at the end of the stream.

        Cancel safe: if it is dropped, no data is lost.

        Raises:
            ClosedResourceError: If this side is or gets closed.
            ConnectionResetError: If the peer reset the connection.
        """
        return self._reactor.backend.recv(self._open(), size)

    def read_exact(self, size: int) -> Future[bytes]:
        """Exactly ``size`` bytes. Not cancel safe: what was read when it is dropped is lost.

        Raises:
            BrokenResourceError: If the stream ends before.
        """
        return ReadExact(self, size)

    def write(self, data: bytes | memoryview) -> Future[int]:
        """Sends what the system takes now; the value says how many bytes.

        Raises:
            BrokenPipeError: If the peer reads no more.
        """
        return self._reactor.backend.send(self._open(), data)

    def write_all(self, data: bytes) -> Future[None]:
        """Sends everything. Not cancel safe: part of it may have been sent when it is dropped."""
        return WriteAll(self, data)

    def shutdown(self) -> None:
        """Tells the peer that nothing more will come; reading goes on."""
        self._reactor.kernel.shutdown(self._open().io, socket.SHUT_WR)


class Accept(Future[tuple[TcpStream, Address]]):
    """The next connection; made by `TcpListener.accept`."""

    __slots__ = ("_listener", "_operation", "_reactor")

    def __init__(self, listener: TcpListener, reactor: Reactor, source: Source) -> None:
        self._listener = listener
        self._reactor = reactor
        self._operation = reactor.backend.accept(source)

    def __repr__(self) -> str:
        return f"accept({self._listener!r})"

    def poll(self, cx: Context) -> Poll[tuple[TcpStream, Address]]:
        polled = self._operation.poll(cx)
        if polled is PENDING:
            return PENDING
        sock, address = polled.value
        return Ready((TcpStream(sock, self._reactor), address))

    def drop(self) -> None:
        self._operation.drop()


class Connect(Future[TcpStream]):
    """A connection being made; tries each address of the host in turn."""

    __slots__ = ("_addresses", "_host", "_lookup", "_operation", "_port", "_reactor", "_stream")

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._reactor = executor.current().reactor
        self._addresses: list[tuple[int, Address]] = []
        self._lookup: Future[Any] | None = None
        self._stream: TcpStream | None = None
        self._operation: Future[None] | None = None

    def __repr__(self) -> str:
        return f"connect({self._host!r}, {self._port})"

    def poll(self, cx: Context) -> Poll[TcpStream]:
        if self._operation is None and not self._addresses and self._resolve(cx) is PENDING:
            return PENDING
        while True:
            try:
                if self._operation is None:
                    self._operation = self._to_next_address()
                polled = self._operation.poll(cx)
            except OSError:
                self._abandon()
                if not self._addresses:
                    raise
                continue
            if polled is PENDING:
                return PENDING
            stream, self._stream = self._stream, None
            assert stream is not None
            return Ready(stream)

    def _resolve(self, cx: Context) -> Poll[None]:
        if _is_literal(self._host):
            family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
            self._addresses = [(family, (self._host, self._port))]
            return Ready(None)
        kernel = self._reactor.kernel
        asked = (self._host, self._port, 0, socket.SOCK_STREAM)
        if not kernel.lookup_blocks:
            answers = kernel.getaddrinfo(*asked)
        else:
            if self._lookup is None:
                self._lookup = spawn_blocking(kernel.getaddrinfo, *asked)
            polled = self._lookup.poll(cx)
            if polled is PENDING:
                return PENDING
            self._lookup = None
            answers = polled.value
        self._addresses = [(family, address) for family, _, _, _, address in answers]
        return Ready(None)

    def _to_next_address(self) -> Future[None]:
        family, address = self._addresses.pop(0)
        sock = self._reactor.kernel.socket(family, socket.SOCK_STREAM)
        self._stream = TcpStream(sock, self._reactor)
        return self._reactor.backend.connect(self._stream.source, address)

    def _abandon(self) -> None:
        operation, self._operation = self._operation, None
        stream, self._stream = self._stream, None
        if operation is not None:
            operation.drop()
        if stream is not None:
            stream.close()

    def drop(self) -> None:
        lookup, self._lookup = self._lookup, None
        if lookup is not None:
            lookup.drop()
        self._abandon()


def _is_literal(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return True
    return False
