r"""Unix sockets, as in ``tokio::net``: connections and datagrams within one machine (unix(7)).

An address is a path, given as text or ``os.PathLike``. On Linux one that begins with ``"\0"`` is
an abstract name, which is in no directory and goes with its socket. A path stays when its socket is
closed: whoever made it removes it, as in tokio.
"""

from __future__ import annotations

import os
import socket
import struct
from typing import Any, NamedTuple, TypeAlias

from wakepoint import executor
from wakepoint.future import Future
from wakepoint.io.immediate import Shutdown
from wakepoint.net.sockets import Accept, Connection, Socket
from wakepoint.net.unix_retries import ConnectUnix, SendTo
from wakepoint.reactor import Reactor

UnixAddress: TypeAlias = "str | bytes | None"
"""A path; bytes for an abstract name; ``""`` or None for a socket without a name."""

_UCRED = struct.Struct("3i")  # struct ucred of unix(7)


class UCred(NamedTuple):
    """Who is on the other side (``tokio::net::unix::UCred``).

    Attributes:
        pid: The process that connected, or that listens.
        uid: Its user.
        gid: Its group.
    """

    pid: int
    uid: int
    gid: int


class UnixListener(Socket):
    """Accepts connections on a path (``tokio::net::UnixListener``).

    Close it, or use it in ``with``.

    Example:
        >>> import os, tempfile
        >>> from wakepoint import join, run
        >>> async def main():
        ...     with tempfile.TemporaryDirectory() as folder:
        ...         path = os.path.join(folder, "socket")
        ...         with UnixListener.bind(path) as listener:
        ...             connecting = UnixStream.connect(path)
        ...             client, (server, _) = await join(connecting, listener.accept())
        ...     with client, server:
        ...         await client.write_all(b"hello")
        ...         return await server.read()
        >>> run(main())
        b'hello'
    """

    @classmethod
    def bind(cls, path: str | os.PathLike[str], *, backlog: int = 128) -> UnixListener:
        r"""Makes a socket with that path and listens. It waits for nothing.

        Args:
            path: Where; nothing may be there. ``"\0name"`` is an abstract name on Linux.
            backlog: See listen(2).

        Raises:
            OSError: If there is something at that path, or no directory.
            NotImplementedError: If there are no Unix sockets here.
        """
        reactor = executor.current().reactor
        listener = cls(unix_socket(reactor, socket.SOCK_STREAM), reactor)
        try:
            reactor.kernel.bind(listener.source.io, os.fspath(path))
            reactor.kernel.listen(listener.source.io, backlog)
        except BaseException:
            listener.close()
            raise
        return listener

    def accept(self) -> Future[tuple[UnixStream, UnixAddress]]:
        """The next connection and its peer's address, which nearly always is none.

        Cancel safe: if it is dropped, no connection is lost.

        Raises:
            ClosedResourceError: If the listener is or gets closed.
        """
        return Accept(self, self._reactor, self._open(), UnixStream)


class UnixStream(Connection):
    """A connection within the machine (``tokio::net::UnixStream``).

    Close it, or use it in ``with``.
    """

    @staticmethod
    def connect(path: str | os.PathLike[str]) -> Future[UnixStream]:
        """Connects to whoever listens there; waits while too many others want to (listen(2)).

        Cancel safe: if it is dropped, the attempt is given up and closed.

        Raises:
            FileNotFoundError: If there is nothing at that path.
            ConnectionRefusedError: If nobody listens there any more.
            NotImplementedError: If there are no Unix sockets here.
        """
        reactor = executor.current().reactor
        return ConnectUnix(
            os.fspath(path),
            reactor,
            lambda: UnixStream(unix_socket(reactor, socket.SOCK_STREAM), reactor),
        )

    @staticmethod
    def pair() -> tuple[UnixStream, UnixStream]:
        """Two streams that are connected with each other and have no name (socketpair(2)).

        Example:
            >>> from wakepoint import run
            >>> async def main():
            ...     one, other = UnixStream.pair()
            ...     with one, other:
            ...         await one.write_all(b"hello")
            ...         return await other.read()
            >>> run(main())
            b'hello'

        Raises:
            NotImplementedError: If there are no Unix sockets here.
        """
        reactor = executor.current().reactor
        one, other = unix_pair(reactor, socket.SOCK_STREAM)
        return UnixStream(one, reactor), UnixStream(other, reactor)

    def peer_cred(self) -> UCred:
        """Who is on the other side, as the kernel knows it (SO_PEERCRED, unix(7)).

        Raises:
            ClosedResourceError: If this side is closed.
            NotImplementedError: If the system is not Linux.
        """
        option: int | None = getattr(socket, "SO_PEERCRED", None)
        system = self._reactor.kernel.system
        if option is None or system != "Linux":
            raise NotImplementedError(f"who the peer is, is asked on Linux only, not on {system}")
        return UCred(*_UCRED.unpack(self._option(socket.SOL_SOCKET, option, _UCRED.size)))


class UnixDatagram(Socket):
    """Datagrams within the machine: none is lost, all are in order (``tokio::net::UnixDatagram``).

    Close it, or use it in ``with``.

    Example:
        >>> from wakepoint import run
        >>> async def main():
        ...     one, other = UnixDatagram.pair()
        ...     with one, other:
        ...         await one.send(b"hello")
        ...         await one.send(b"world")
        ...         return await other.recv(), await other.recv()
        >>> run(main())
        (b'hello', b'world')
    """

    @classmethod
    def bind(cls, path: str | os.PathLike[str]) -> UnixDatagram:
        """Makes a socket with that path.

        Raises:
            OSError: If there is something at that path, or no directory.
            NotImplementedError: If there are no Unix sockets here.
        """
        made = cls.unbound()
        try:
            made._reactor.kernel.bind(made.source.io, os.fspath(path))  # noqa: SLF001
        except BaseException:
            made.close()
            raise
        return made

    @classmethod
    def unbound(cls) -> UnixDatagram:
        """A socket without a name: it can send, and hears from its peer if it is connected.

        Raises:
            NotImplementedError: If there are no Unix sockets here.
        """
        reactor = executor.current().reactor
        return cls(unix_socket(reactor, socket.SOCK_DGRAM), reactor)

    @classmethod
    def pair(cls) -> tuple[UnixDatagram, UnixDatagram]:
        """Two sockets that are connected with each other and have no name (socketpair(2)).

        Raises:
            NotImplementedError: If there are no Unix sockets here.
        """
        reactor = executor.current().reactor
        one, other = unix_pair(reactor, socket.SOCK_DGRAM)
        return cls(one, reactor), cls(other, reactor)

    def connect(self, path: str | os.PathLike[str]) -> None:
        """Sends to and receives from one peer only; nothing is sent for it (connect(2)).

        Raises:
            FileNotFoundError: If there is nothing at that path.
            ConnectionRefusedError: If nobody has that socket any more.
        """
        self._reactor.kernel.connect(self._open().io, os.fspath(path))

    def send(self, data: bytes) -> Future[int]:
        """Sends one datagram to the peer; waits while that has too many that it has not read.

        Cancel safe where readiness is reported: if it is dropped, nothing was sent. With io_uring
        and completion ports it is not: the call may have been carried out by then.

        Raises:
            OSError: If it is too large (EMSGSIZE), or there is no peer (ENOTCONN, ECONNREFUSED).
        """
        return self._reactor.backend.send(self._open(), data)

    def recv(self, size: int = 65536) -> Future[bytes]:
        """The next datagram; what exceeds ``size`` is lost.

        Cancel safe: if it is dropped, no datagram is lost.

        Raises:
            ClosedResourceError: If the socket is or gets closed.
        """
        return self._reactor.backend.recv_datagram(self._open(), size)

    def send_to(self, data: bytes, path: str | os.PathLike[str]) -> Future[int]:
        """Sends one datagram; waits while the receiver has too many that it has not read.

        Cancel safe where readiness is reported: if it is dropped, nothing was sent. With io_uring
        and completion ports it is not: the call may have been carried out by then.

        Raises:
            FileNotFoundError: If there is nothing at that path.
            ConnectionRefusedError: If nobody has that socket any more.
            OSError: If it is too large (EMSGSIZE).
        """
        return SendTo(self._reactor, self._open(), data, os.fspath(path))

    def recv_from(self, size: int = 65536) -> Future[tuple[bytes, UnixAddress]]:
        """The next datagram and its sender; what exceeds ``size`` is lost.

        Cancel safe: if it is dropped, no datagram is lost.

        Raises:
            ClosedResourceError: If the socket is or gets closed.
        """
        return self._reactor.backend.recv_from(self._open(), size)

    def shutdown(self) -> Shutdown:
        """Nothing more can be sent from here. It is done when this returns. Cancel safe.

        Raises:
            OSError: If there is no peer (ENOTCONN).
        """
        self._reactor.kernel.shutdown(self._open().io, socket.SHUT_WR)
        return Shutdown(f"shutdown({self!r})")


def unix_socket(reactor: Reactor, kind: int) -> Any:
    """Makes one.

    Raises:
        NotImplementedError: If there are none here.
    """
    family = _family(reactor)
    return reactor.kernel.socket(family, kind)


def unix_pair(reactor: Reactor, kind: int) -> tuple[Any, Any]:
    """Makes two that are connected with each other.

    Raises:
        NotImplementedError: If there are none here.
    """
    family = _family(reactor)
    return reactor.kernel.socketpair(family, kind)


def _family(reactor: Reactor) -> int:
    family: int | None = getattr(socket, "AF_UNIX", None)
    if family is None or not reactor.kernel.has_unix_sockets:
        raise NotImplementedError(
            f"there are no Unix sockets on {reactor.kernel.system}: "
            "take TCP on 127.0.0.1, or another backend"
        )
    return family
