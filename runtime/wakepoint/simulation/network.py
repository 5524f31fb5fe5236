"""The virtual network: who has which address, and UDP."""

from __future__ import annotations

import errno
import os
import socket
from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from wakepoint.simulation.world import Descriptor, News, World

if TYPE_CHECKING:
    from wakepoint.simulation.tcp import TcpSocket

Address: TypeAlias = tuple[Any, ...]
"""A (host, port) pair, or for IPv6 (host, port, flow, scope)."""

_FIRST_PORT = 49_152
_ANY = {"0.0.0.0", "::", ""}  # noqa: S104 - a virtual machine has no other side
_LOOPBACK = {"localhost": "127.0.0.1"}


def failure(code: int) -> OSError:
    """The OSError of an errno; for EAGAIN that is a BlockingIOError."""
    return OSError(code, os.strerror(code))


class Network:
    """Every address of the virtual world. Any host may be bound: there is one machine."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._bound: dict[tuple[type, str, int], TcpSocket | UdpSocket] = {}

    def bind(self, sock: TcpSocket | UdpSocket, address: Address) -> None:
        """Gives a socket its address; port 0 takes a free one."""
        host, port = str(address[0]), int(address[1])
        if not 0 <= port < 65_536:
            raise OverflowError("port must be 0-65535")
        if sock.local is not None:
            raise failure(errno.EINVAL)
        if port == 0:
            port = next(free for free in self._ports() if self._at(type(sock), host, free) is None)
        if self._at(type(sock), host, port) is not None:
            raise failure(errno.EADDRINUSE)
        sock.local = (host, port, 0, 0) if ":" in host else (host, port)
        self._bound[type(sock), host, port] = sock

    def bind_if_unbound(
        self, sock: TcpSocket | UdpSocket, like: Address = ("127.0.0.1", 0)
    ) -> None:
        """Gives a socket an address of the same family as another one."""
        if sock.local is None:
            self.bind(sock, ("::1" if ":" in str(like[0]) else "127.0.0.1", 0))

    def release(self, sock: TcpSocket | UdpSocket) -> None:
        """The socket's address is free again."""
        if sock.local is not None:
            key = (type(sock), sock.local[0], sock.local[1])
            if self._bound.get(key) is sock:
                del self._bound[key]

    def tcp_listener(self, address: Address) -> TcpSocket | None:
        """Who accepts connections at an address."""
        from wakepoint.simulation.tcp import TcpSocket  # noqa: PLC0415 - it knows the network

        found = self._at(TcpSocket, str(address[0]), address[1])
        return found if isinstance(found, TcpSocket) and found.backlog is not None else None

    def udp_socket(self, address: Address) -> UdpSocket | None:
        """Who receives datagrams at an address."""
        found = self._at(UdpSocket, str(address[0]), address[1])
        return found if isinstance(found, UdpSocket) else None

    def look_up(self, host: str, port: int) -> list[tuple[Any, ...]]:
        """As getaddrinfo(3): literal addresses and ``localhost``."""
        host = _LOOPBACK.get(host, host)
        for family in (socket.AF_INET, socket.AF_INET6):
            try:
                socket.inet_pton(family, host)
            except OSError:
                continue
            address = (host, port) if family == socket.AF_INET else (host, port, 0, 0)
            return [(family, socket.SOCK_STREAM, 0, "", address)]
        raise socket.gaierror(socket.EAI_NONAME, "the simulated network knows localhost alone")

    def _at(self, kind: type, host: str, port: int) -> TcpSocket | UdpSocket | None:
        hosts = [host, *_ANY] if host not in _ANY else [h for _, h, _ in self._bound]
        return next((s for h in hosts if (s := self._bound.get((kind, h, port)))), None)

    def _ports(self) -> Iterator[int]:
        yield from range(_FIRST_PORT, 65_536)
        raise failure(errno.EADDRNOTAVAIL)


class UdpSocket(Descriptor):
    """A socket of kind SOCK_DGRAM. A datagram that finds no room is lost.

    Attributes:
        local: Its address, once it has one.
        remote: The only peer, once `connect` named one.
    """

    def __init__(self, network: Network) -> None:
        super().__init__(network.world)
        self.network = network
        self.local: Address | None = None
        self.remote: Address | None = None
        self._arrived: deque[tuple[bytes, Address]] = deque()
        self._error = 0

    def state(self) -> News:
        news = News.READABLE if self._arrived or self._error else News(0)
        return news | News.WRITABLE

    def connect(self, address: Address) -> None:
        """Sends to and hears that peer alone."""
        self.network.bind_if_unbound(self, like=address)
        self.remote = address

    def sendto(self, data: bytes, address: Address | None = None) -> int:
        """Sends one datagram."""
        self._raise_error()
        self.network.bind_if_unbound(self, like=address or ("127.0.0.1", 0))
        target = address or self.remote
        if target is None:
            raise failure(errno.EDESTADDRREQ)
        self.world.later(self.world.latency, partial(self._arrive, data, target))
        return len(data)

    def _arrive(self, data: bytes, target: Address) -> None:
        receiver = self.network.udp_socket(target)
        if receiver is None:
            if self.remote is not None:  # a connected socket is told that nobody listens
                self._error = errno.ECONNREFUSED
                self.tell(News.READABLE)
            return
        assert self.local is not None
        held = sum(len(each) for each, _ in receiver._arrived)
        wanted = receiver.remote is None or receiver.remote[:2] == self.local[:2]
        if wanted and held + len(data) <= self.world.buffer:
            receiver._arrived.append((data, self.local))
            receiver.tell(News.READABLE)

    def recvfrom(self, size: int) -> tuple[bytes, Address]:
        """The next datagram; what exceeds ``size`` is lost."""
        self._raise_error()
        if not self._arrived:
            raise failure(errno.EAGAIN)
        data, sender = self._arrived.popleft()
        return data[:size], sender

    def _raise_error(self) -> None:
        error, self._error = self._error, 0
        if error:
            raise failure(error)

    def close(self) -> None:
        self.network.release(self)
        super().close()
