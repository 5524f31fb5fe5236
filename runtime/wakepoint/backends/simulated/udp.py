"""Virtual UDP: datagrams that take time to arrive, or find no room."""

from __future__ import annotations

import errno
from collections import deque
from functools import partial

from wakepoint.backends.simulated.network import Address, Network, failure
from wakepoint.backends.simulated.world import Descriptor, News


class UdpSocket(Descriptor):
    """A socket of kind SOCK_DGRAM. A datagram that finds no room is lost.

    Attributes:
        local: Its address, once it has one.
        remote: The only peer, once `connect` named one.
        arrived: Datagrams that nobody has read yet, and their senders.
    """

    def __init__(self, network: Network) -> None:
        super().__init__(network.world)
        self.network = network
        self.local: Address | None = None
        self.remote: Address | None = None
        self.arrived: deque[tuple[bytes, Address]] = deque()
        self._error = 0

    def state(self) -> News:
        news = News.READABLE if self.arrived or self._error else News(0)
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
        receiver = self.network.at(UdpSocket, target)
        if receiver is None:
            if self.remote is not None:  # a connected socket is told that nobody listens
                self._error = errno.ECONNREFUSED
                self.tell(News.READABLE)
            return
        assert self.local is not None
        held = sum(len(each) for each, _ in receiver.arrived)
        accepts = receiver.remote is None or receiver.remote[:2] == self.local[:2]
        if accepts and held + len(data) <= self.world.buffer:
            receiver.arrived.append((data, self.local))
            receiver.tell(News.READABLE)

    def recvfrom(self, size: int) -> tuple[bytes, Address]:
        """The next datagram; what exceeds ``size`` is lost."""
        self._raise_error()
        if not self.arrived:
            raise failure(errno.EAGAIN)
        data, sender = self.arrived.popleft()
        return data[:size], sender

    def _raise_error(self) -> None:
        error, self._error = self._error, 0
        if error:
            raise failure(error)

    def close(self) -> None:
        self.network.release(self)
        super().close()
