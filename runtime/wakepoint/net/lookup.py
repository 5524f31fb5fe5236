"""Names of hosts: `lookup_host`, as in ``tokio::net``.

The system answers by getaddrinfo(3), which blocks, so it is asked on a thread. It gives all
addresses at once: IPv4's and IPv6's cannot be waited for apart, as RFC 8305 (section 3) would have
it.
"""

from __future__ import annotations

import socket
from itertools import chain, zip_longest
from typing import Any

from wakepoint import executor
from wakepoint.blocking import spawn_blocking
from wakepoint.future import Future, Once
from wakepoint.kernel import Address
from wakepoint.task import PENDING, Context, Poll, Ready

Found = tuple[int, Address]
"""A family, and an address of it."""


class Lookup(Future[list[Found]]):
    """The addresses of a host, in the system's order."""

    __slots__ = ("_answers", "_asked", "_reactor")

    def __init__(self, host: str, port: int) -> None:
        self._asked = (host, port)
        self._reactor = executor.current().reactor
        self._answers: Future[Any] | None = None

    def __repr__(self) -> str:
        return f"lookup_host({self._asked[0]!r}, {self._asked[1]})"

    def poll(self, cx: Context) -> Poll[list[Found]]:
        host, port = self._asked
        family = family_of(host)
        if family is not None:
            return Ready([(family, (host, port))])
        kernel = self._reactor.kernel
        asked = (host, port, 0, socket.SOCK_STREAM)
        if not kernel.lookup_blocks:
            return Ready(_addresses(kernel.getaddrinfo(*asked)))
        if self._answers is None:
            self._answers = spawn_blocking(kernel.getaddrinfo, *asked)
        polled = self._answers.poll(cx)
        return PENDING if polled is PENDING else Ready(_addresses(polled.value))

    def drop(self) -> None:
        answers, self._answers = self._answers, None
        if answers is not None:
            answers.drop()


class LookupHost(Once[list[Address]]):
    """Made by `lookup_host`."""

    __slots__ = ("_lookup",)

    def __init__(self, host: str, port: int) -> None:
        self._lookup = Lookup(host, port)

    def __repr__(self) -> str:
        return repr(self._lookup)

    def advance(self, cx: Context) -> Poll[list[Address]]:
        polled = self._lookup.poll(cx)
        return PENDING if polled is PENDING else Ready([address for _, address in polled.value])

    def drop(self) -> None:
        self._lookup.drop()


def lookup_host(host: str, port: int) -> LookupHost:
    """The addresses of a host, in the system's order (``tokio::net::lookup_host``).

    Cancel safe. A lookup that is dropped goes on on its thread, which cannot be stopped.

    Example:
        >>> from wakepoint import run
        >>> async def main():
        ...     return await lookup_host("127.0.0.1", 80)
        >>> run(main())
        [('127.0.0.1', 80)]

    Raises:
        socket.gaierror: If nobody knows the name.
        RuntimeError: Outside of `run`.
    """
    return LookupHost(host, port)


def family_of(host: str) -> int | None:
    """The family of an address that is written as a number; None for a name."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return family
    return None


def interleaved(addresses: list[Found]) -> list[Found]:
    """One family after the other by turns, the system's first choice first (RFC 8305, section 4).

    Example:
        >>> interleaved([(10, "::1"), (10, "::2"), (2, "1.1.1.1")])
        [(10, '::1'), (2, '1.1.1.1'), (10, '::2')]
    """
    families: dict[int, list[Found]] = {}
    for each in addresses:
        families.setdefault(each[0], []).append(each)
    rounds = chain.from_iterable(zip_longest(*families.values()))
    return [each for each in rounds if each is not None]


def _addresses(answers: list[Any]) -> list[Found]:
    """What getaddrinfo says, without its repetitions."""
    return list(dict.fromkeys((family, address) for family, _, _, _, address in answers))
