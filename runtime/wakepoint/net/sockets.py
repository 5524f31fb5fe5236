"""What all sockets have in common, and what all connections have."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar

from wakepoint.contract import Buffers
from wakepoint.future import Future
from wakepoint.io.immediate import Shutdown
from wakepoint.kernel import Address
from wakepoint.net.halves import OwnedReadHalf, OwnedWriteHalf, halves
from wakepoint.reactor import Reactor
from wakepoint.source import Source
from wakepoint.streams import Resource
from wakepoint.task import PENDING, Context, Poll, Ready

S = TypeVar("S")


class Socket(Resource):
    """What listeners, connections and datagram sockets have in common."""

    @property
    def local_addr(self) -> Address:
        """The address on this side.

        Raises:
            ClosedResourceError: If the socket is closed.
        """
        return self._reactor.kernel.getsockname(self._open().io)

    def _option(self, level: int, name: int, *size: int) -> Any:
        """See getsockopt(2)."""
        kernel: Any = self._reactor.kernel
        return kernel.getsockopt(self._open().io, level, name, *size)

    def _set_option(self, level: int, name: int, value: int | bytes) -> None:
        """See setsockopt(2)."""
        self._reactor.kernel.setsockopt(self._open().io, level, name, value)


class Connection(Socket):
    """What connections have in common.

    One task may read while another writes. Two that read at once, or two that write, are told so
    by a `BusyResourceError`: their data would be mixed.
    """

    @property
    def peer_addr(self) -> Address:
        """The address on the other side.

        Raises:
            ClosedResourceError: If this side is closed.
        """
        return self._reactor.kernel.getpeername(self._open().io)

    def read(self, size: int = 65536) -> Future[bytes]:
        """What has arrived, at most ``size`` bytes; ``b""`` at the end of the stream.

        Cancel safe: if it is dropped, no data is lost.

        Raises:
            ClosedResourceError: If this side is or gets closed.
            ConnectionResetError: If the peer reset the connection.
        """
        source = self.source
        return self._reactor.backend.recv(self._open() if source.closed else source, size)

    def read_exact(self, size: int) -> Future[bytes]:
        """Exactly ``size`` bytes. Not cancel safe: what was read when it is dropped is lost.

        Raises:
            BrokenResourceError: If the stream ends before.
        """
        return self._reactor.backend.read_exact(self._open(), size)

    def write(self, data: bytes | memoryview) -> Future[int]:
        """Sends what the system takes now; the value says how many bytes.

        Cancel safe where readiness is reported: if it is dropped, nothing was sent. With io_uring
        and completion ports it is not: the call may have been carried out by then.

        Raises:
            BrokenPipeError: If the peer reads no more.
        """
        return self._reactor.backend.send(self._open(), data)

    def write_vectored(self, buffers: Buffers) -> Future[int]:
        """As `write`, of several buffers in order, as if they were one (sendmsg(2), writev(2)).

        Where the system has no such call (completion ports in CPython), the first that has data is
        sent, as in tokio's streams without one; the value tells what was taken, here and there. As
        cancel safe as `write`.

        Args:
            buffers: Up to 1,024 are looked at.
        """
        return self._reactor.backend.send_vectored(self._open(), buffers)

    def write_all(self, data: bytes | memoryview) -> Future[None]:
        """Sends everything. Not cancel safe: part of it may have been sent when it is dropped."""
        source = self.source
        return self._reactor.backend.write_all(self._open() if source.closed else source, data)

    def shutdown(self) -> Shutdown:
        """Tells the peer that nothing more will come; reading goes on.

        It is done when this returns. It may be awaited all the same, as any stream's, and is cancel
        safe.

        Raises:
            OSError: If the connection is gone (ENOTCONN).
        """
        self._reactor.kernel.shutdown(self._open().io, socket.SHUT_WR)
        return Shutdown(f"shutdown({self!r})")

    def into_split(self) -> tuple[OwnedReadHalf[Self], OwnedWriteHalf[Self]]:
        """Halves for two tasks (tokio's ``into_split``); they close it together.

        Closing the half that writes tells the peer that nothing more will come. When both are
        closed, so is the connection. Do not use it by itself any more.
        """
        self._open()
        return halves(self)


class Accept(Future[tuple[S, Address]], Generic[S]):
    """The next connection; made by a listener's ``accept``."""

    __slots__ = ("_listener", "_made_of", "_operation", "_reactor")

    def __init__(
        self,
        listener: Resource,
        reactor: Reactor,
        source: Source,
        made_of: Callable[[Any, Reactor], S],
    ) -> None:
        self._listener = listener
        self._made_of = made_of
        self._reactor = reactor
        self._operation = reactor.backend.accept(source)

    def __repr__(self) -> str:
        return f"accept({self._listener!r})"

    def poll(self, cx: Context) -> Poll[tuple[S, Address]]:
        polled = self._operation.poll(cx)
        if polled is PENDING:
            return PENDING
        sock, address = polled.value
        return Ready((self._made_of(sock, self._reactor), address))

    def drop(self) -> None:
        self._operation.drop()
