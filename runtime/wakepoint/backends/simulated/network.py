"""The virtual network: who has which address."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from typing import Any, Protocol, TypeAlias, TypeVar

from wakepoint.backends.simulated.world import World

Address: TypeAlias = tuple[Any, ...]
"""A (host, port) pair, or for IPv6 (host, port, flow, scope)."""

_FIRST_PORT = 49_152
_ANY = {"0.0.0.0", "::", ""}  # noqa: S104 - a virtual machine has no other side
_LOOPBACK = {"localhost": "127.0.0.1"}


def failure(code: int) -> OSError:
    """The OSError of an errno; for EAGAIN that is a BlockingIOError."""
    return OSError(code, os.strerror(code))


class Bindable(Protocol):
    """Whatever can have an address."""

    local: Address | None


S = TypeVar("S", bound=Bindable)


class Network:
    """Every address of the virtual world. Any host may be bound: there is one machine."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._bound: dict[tuple[type, str, int], Bindable] = {}

    def bind(self, sock: Bindable, address: Address) -> None:
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

    def bind_if_unbound(self, sock: Bindable, like: Address = ("127.0.0.1", 0)) -> None:
        """Gives a socket an address of the same family as another one."""
        if sock.local is None:
            self.bind(sock, ("::1" if ":" in str(like[0]) else "127.0.0.1", 0))

    def release(self, sock: Bindable) -> None:
        """The socket's address is free again."""
        if sock.local is not None:
            key = (type(sock), sock.local[0], sock.local[1])
            if self._bound.get(key) is sock:
                del self._bound[key]

    def at(self, kind: type[S], address: Address) -> S | None:
        """The socket of that kind that has an address, or listens on every one at its port."""
        bound = self._at(kind, str(address[0]), address[1])
        assert bound is None or isinstance(bound, kind)
        return bound

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

    def _at(self, kind: type, host: str, port: int) -> Bindable | None:
        hosts = [host, *_ANY] if host not in _ANY else [h for _, h, _ in self._bound]
        return next((s for h in hosts if (s := self._bound.get((kind, h, port)))), None)

    def _ports(self) -> Iterator[int]:
        yield from range(_FIRST_PORT, 65_536)
        raise failure(errno.EADDRNOTAVAIL)
