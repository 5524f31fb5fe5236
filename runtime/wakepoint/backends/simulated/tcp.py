"""Virtual TCP: connections whose bytes, ends and resets take time to arrive."""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Callable
from functools import partial

from wakepoint.backends.simulated.network import Address, Network, failure
from wakepoint.backends.simulated.world import Descriptor, News
from wakepoint.clock import SECOND

_RETRY = SECOND
"""A connection request that finds the backlog full is sent again after this time, as on Linux."""


class TcpSocket(Descriptor):
    """A socket of kind SOCK_STREAM: new, listening, or one end of a connection.

    Attributes:
        local: Its address, once it has one.
        remote: The peer's address, once it is connected.
        peer: The other end, once it is connected.
        backlog: How many connections may wait to be accepted; None if it does not listen.
        resets: True if closing it resets the connection (SO_LINGER with no time).
        waiting: Connections that wait to be accepted.
        arrived: Bytes that nobody has read yet.
        ended: True once the peer's end of stream has arrived.
        unread: Bytes sent that the peer has not read yet, as far as we know.
    """

    def __init__(self, network: Network) -> None:
        super().__init__(network.world)
        self.network = network
        self.local: Address | None = None
        self.remote: Address | None = None
        self.peer: TcpSocket | None = None
        self.backlog: int | None = None
        self.resets = False
        self.waiting: deque[TcpSocket] = deque()
        self._connecting = False
        self._error = 0
        self.arrived = bytearray()
        self.ended = False
        self._shut = False  # our end of stream was sent
        self._last_arrival = 0
        self.unread = 0

    def state(self) -> News:
        news = News(0)
        if self.arrived or self.ended or self._error or self.waiting:
            news |= News.READABLE
        connected = self.peer is not None and not self._connecting
        if self._error or (connected and self.unread < self.world.buffer):
            news |= News.WRITABLE
        if self.ended:
            news |= News.HUNG_UP
        return news

    # -- listening ---------------------------------------------------------------------------

    def listen(self, backlog: int) -> None:
        """Takes connections from now on."""
        self.network.bind_if_unbound(self)
        self.backlog = max(1, backlog)

    def accept(self) -> tuple[TcpSocket, Address]:
        """The connection that waits longest."""
        if self.backlog is None:
            raise failure(errno.EINVAL)
        if not self.waiting:
            raise failure(errno.EAGAIN)
        server = self.waiting.popleft()
        server.open()
        assert server.remote is not None
        return server, server.remote

    # -- connecting --------------------------------------------------------------------------

    def connect(self, address: Address) -> None:
        """Sends the request; the answer comes two latencies later."""
        if self.peer is not None:
            raise failure(errno.EISCONN)
        if self._connecting:
            raise failure(errno.EALREADY)
        self.network.bind_if_unbound(self, like=address)
        self.remote = address
        self._connecting = True
        self.world.later(self.world.latency, self._request_arrives)
        raise failure(errno.EINPROGRESS)

    def _request_arrives(self) -> None:
        assert self.local is not None
        assert self.remote is not None
        listener = _listener(self.network, self.remote)
        if self.closed:
            return
        if listener is None:
            self.world.later(self.world.latency, partial(self._answer, errno.ECONNREFUSED))
        elif len(listener.waiting) >= (listener.backlog or 0):
            self.world.later(_RETRY, self._request_arrives)
        else:
            server = TcpSocket(self.network)  # it gets its number when it is accepted
            server.local, server.remote = self.remote, self.local
            server.peer, self.peer = self, server
            listener.waiting.append(server)
            listener.tell(News.READABLE)
            self.world.later(self.world.latency, partial(self._answer, 0))

    def _answer(self, error: int) -> None:
        self._connecting = False
        self._error = error
        self.tell(News.READABLE | News.WRITABLE | News.HUNG_UP if error else News.WRITABLE)

    def take_error(self) -> int:
        """SO_ERROR: tells once how the connection failed."""
        if self._connecting:
            return errno.EINPROGRESS
        error, self._error = self._error, 0
        return error

    # -- bytes -------------------------------------------------------------------------------

    def send(self, data: memoryview) -> int:
        """Sends what there is room for."""
        self._raise_error()
        if self._shut:
            raise failure(errno.EPIPE)
        if self.peer is None or self._connecting:
            raise failure(errno.EAGAIN if self._connecting else errno.ENOTCONN)
        room = self.world.buffer - self.unread
        if data and room <= 0:
            raise failure(errno.EAGAIN)
        taken = bytes(data[:room])
        self.unread += len(taken)
        for start in range(0, len(taken), self.world.segment):
            part = taken[start : start + self.world.segment]
            self._deliver(partial(self._arrive, part))
        return len(taken)

    def _deliver(self, arrive: Callable[[], None]) -> None:
        """Sends something behind all that was sent before."""
        world = self.world
        self._last_arrival = max(world.now + world.latency, self._last_arrival + world.gap)
        world.later(self._last_arrival - world.now, arrive)

    def _arrive(self, part: bytes) -> None:
        peer = self.peer
        assert peer is not None
        if peer.closed:
            self.world.later(self.world.latency, self.reset)
        else:
            peer.arrived += part
            peer.tell(News.READABLE)

    def recv(self, size: int) -> bytes:
        """What has arrived; empty at the end of the stream."""
        if self.arrived:
            data = bytes(self.arrived[:size])
            del self.arrived[:size]
            assert self.peer is not None
            self.world.later(self.world.latency, partial(self._acknowledge, len(data)))
            return data
        self._raise_error()
        if self.ended:
            return b""
        raise failure(errno.EAGAIN if self.peer or self._connecting else errno.ENOTCONN)

    def peek(self, size: int) -> bytes:
        """What has arrived and stays; empty at the end of the stream."""
        return bytes(self.arrived[:size]) if self.arrived else self.recv(size)

    def _acknowledge(self, size: int) -> None:
        peer = self.peer
        assert peer is not None
        full = peer.unread >= self.world.buffer
        peer.unread -= size
        if full and not peer.closed:
            peer.tell(News.WRITABLE)

    def _raise_error(self) -> None:
        error, self._error = self._error, 0
        if error:
            raise failure(error)

    # -- ends --------------------------------------------------------------------------------

    def shutdown(self) -> None:
        """Sends the end of the stream."""
        if self.peer is None:
            raise failure(errno.ENOTCONN)
        if not self._shut:
            self._shut = True
            self._deliver(self._end_arrives)

    def _end_arrives(self) -> None:
        assert self.peer is not None
        if not self.peer.closed:
            self.peer.ended = True
            self.peer.tell(News.READABLE | News.HUNG_UP)

    def reset(self) -> None:
        """The peer has told that the connection is gone."""
        if not self.closed:
            self.arrived.clear()
            self._error = errno.ECONNRESET
            self.ended = self._shut = True
            self.tell(News.READABLE | News.WRITABLE | News.HUNG_UP)

    def close(self) -> None:
        self.network.release(self)
        for server in self.waiting:
            server.resets = True
            server.close()
        if self.peer is not None and (self.resets or self.arrived):
            self._deliver(self.peer.reset)
        elif self.peer is not None:
            self.shutdown()
        super().close()


def _listener(network: Network, address: Address) -> TcpSocket | None:
    """Who accepts connections at an address."""
    bound = network.at(TcpSocket, address)
    return bound if bound is not None and bound.backlog is not None else None
