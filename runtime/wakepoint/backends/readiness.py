"""What epoll and kqueue have in common: try, and on EAGAIN wait until trying is worth it."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

from wakepoint.contract import MAX_BUFFERS, Buffers, Filters
from wakepoint.errors import ClosedResourceError
from wakepoint.kernel import Address
from wakepoint.reactor import Reactor
from wakepoint.source import Interest, Source
from wakepoint.task import PENDING, Context, Future, Poll, Ready, polled_after_ready

T = TypeVar("T")

_READ, _WRITE = Interest.READ, Interest.WRITE


class _Operation(Future[T], Generic[T]):
    """Tries a call each time it is polled while the source's cache says ready."""

    __slots__ = ("_reactor", "_source", "_taken")

    interest: ClassVar[Interest]

    def __init__(self, reactor: Reactor, source: Source) -> None:
        self._reactor = reactor
        self._source = source
        self._taken = False

    def __repr__(self) -> str:
        return f"{type(self).__name__.lower()}(fd={self._source.fd})"

    def attempt(self) -> T:
        """The call itself. Raises BlockingIOError if it would block."""
        raise NotImplementedError

    def poll(self, cx: Context) -> Poll[T]:
        if self._taken:
            raise polled_after_ready(self)
        source = self._source
        if source.closed:
            raise ClosedResourceError("closed while an operation was pending on it")
        reads = self.interest is _READ
        if (source.readable if reads else source.writable) or source.hung_up:
            try:
                value = self.attempt()
            except BlockingIOError:
                if reads:
                    source.readable = False
                else:
                    source.writable = False
            else:
                self._taken = True
                self.drop()
                return Ready(value)
        self._reactor.register(source, self.interest, cx.waker, self)
        return PENDING

    def drop(self) -> None:
        self._reactor.deregister(self._source, self.interest, self)


class Recv(_Operation[bytes]):
    """recv(2), again and again until it does not say EAGAIN."""

    __slots__ = ("_size",)
    interest = _READ

    def __init__(self, reactor: Reactor, source: Source, size: int) -> None:
        self._reactor = reactor
        self._source = source
        self._taken = False
        self._size = size

    def attempt(self) -> bytes:
        source = self._source
        data = self._reactor.kernel.recv(source.io, self._size)
        # A short read has emptied a stream whose edges are reported (epoll(7)): the next call would
        # say EAGAIN. Not so at the end, which may come in one edge with data.
        if 0 < len(data) < self._size:
            source.readable = False
        return data


class Read(Recv):
    """read(2) on a descriptor that is no socket."""

    __slots__ = ()

    def attempt(self) -> bytes:
        # A terminal gives one line at a time, so a short read says nothing.
        return self._reactor.kernel.read(self._source.fd, self._size)


class Peek(Recv):
    """recv(2) with MSG_PEEK."""

    __slots__ = ()

    def attempt(self) -> bytes:
        return self._reactor.kernel.peek(self._source.io, self._size)  # nothing is emptied


class RecvDatagram(Recv):
    """recv(2) of a datagram; how long one is says nothing of whether there are more."""

    __slots__ = ()

    def attempt(self) -> bytes:
        return self._reactor.kernel.recv(self._source.io, self._size)


class Send(_Operation[int]):
    """send(2)."""

    __slots__ = ("_data",)
    interest = _WRITE

    def __init__(self, reactor: Reactor, source: Source, data: bytes | memoryview) -> None:
        self._reactor = reactor
        self._source = source
        self._taken = False
        self._data = data

    def attempt(self) -> int:
        return self._reactor.kernel.send(self._source.io, self._data)


class Write(Send):
    """write(2) on a descriptor that is no socket."""

    __slots__ = ()

    def attempt(self) -> int:
        return self._reactor.kernel.write(self._source.fd, self._data)


class SendVectored(_Operation[int]):
    """sendmsg(2) of several buffers."""

    __slots__ = ("_buffers",)
    interest = _WRITE

    def __init__(self, reactor: Reactor, source: Source, buffers: Buffers) -> None:
        super().__init__(reactor, source)
        self._buffers = buffers[:MAX_BUFFERS]

    def attempt(self) -> int:
        return self._reactor.kernel.sendmsg(self._source.io, self._buffers)


class WriteVectored(SendVectored):
    """writev(2)."""

    __slots__ = ()

    def attempt(self) -> int:
        kernel: Any = self._reactor.kernel
        return int(kernel.writev(self._source.fd, self._buffers))


class RecvFrom(_Operation[tuple[bytes, Address]]):
    """recvfrom(2)."""

    __slots__ = ("_size",)
    interest = _READ

    def __init__(self, reactor: Reactor, source: Source, size: int) -> None:
        super().__init__(reactor, source)
        self._size = size

    def attempt(self) -> tuple[bytes, Address]:
        return self._reactor.kernel.recvfrom(self._source.io, self._size)


class SendTo(_Operation[int]):
    """sendto(2)."""

    __slots__ = ("_address", "_data")
    interest = _WRITE

    def __init__(self, reactor: Reactor, source: Source, data: bytes, address: Address) -> None:
        super().__init__(reactor, source)
        self._data = data
        self._address = address

    def attempt(self) -> int:
        return self._reactor.kernel.sendto(self._source.io, self._data, self._address)


class Accept(_Operation[tuple[Any, Address]]):
    """accept(2)."""

    __slots__ = ()
    interest = _READ

    def attempt(self) -> tuple[Any, Address]:
        return self._reactor.kernel.accept(self._source.io)


class Connect(_Operation[None]):
    """connect(2): started once; when the socket is writable, SO_ERROR tells how it went."""

    __slots__ = ("_address", "_started")
    interest = _WRITE

    def __init__(self, reactor: Reactor, source: Source, address: Address) -> None:
        super().__init__(reactor, source)
        self._address = address
        self._started = False

    def attempt(self) -> None:
        kernel, sock = self._reactor.kernel, self._source.io
        if not self._started:
            self._started = True
            kernel.connect(sock, self._address)  # BlockingIOError carries EINPROGRESS
            return
        error = kernel.getsockopt(sock, socket.SOL_SOCKET, socket.SO_ERROR)
        if error == errno.EINPROGRESS:
            raise BlockingIOError(error, os.strerror(error))
        if error:
            raise OSError(error, os.strerror(error))


class Attempt(_Operation[T]):
    """A call that raises BlockingIOError until something has happened on its source."""

    __slots__ = ("_call",)
    interest = _READ

    def __init__(self, reactor: Reactor, source: Source, call: Callable[[], T]) -> None:
        super().__init__(reactor, source)
        self._call = call

    def attempt(self) -> T:
        return self._call()


class ReadinessBackend:
    """The operations of a readiness backend; `add`, `remove`, `wait` and the rest are its own."""

    model: ClassVar[str] = "readiness"
    filters: Filters | None = None

    def __init__(self, reactor: Reactor) -> None:
        self.reactor = reactor

    def prepare_notify(self) -> None:
        """Nothing, unless the mechanism needs a descriptor for it."""

    def quiet(self) -> bool:
        return False

    def recv(self, source: Source, size: int) -> Future[bytes]:
        return Recv(self.reactor, source, size)

    def send(self, source: Source, data: bytes | memoryview) -> Future[int]:
        return Send(self.reactor, source, data)

    def peek(self, source: Source, size: int) -> Future[bytes]:
        return Peek(self.reactor, source, size)

    def recv_datagram(self, source: Source, size: int) -> Future[bytes]:
        return RecvDatagram(self.reactor, source, size)

    def send_vectored(self, source: Source, buffers: Buffers) -> Future[int]:
        return SendVectored(self.reactor, source, buffers)

    def accept(self, source: Source) -> Future[tuple[Any, Address]]:
        return Accept(self.reactor, source)

    def connect(self, source: Source, address: Address) -> Future[None]:
        return Connect(self.reactor, source, address)

    def recv_from(self, source: Source, size: int) -> Future[tuple[bytes, Address]]:
        return RecvFrom(self.reactor, source, size)

    def send_to(self, source: Source, data: bytes, address: Address) -> Future[int]:
        return SendTo(self.reactor, source, data, address)

    def read(self, source: Source, size: int) -> Future[bytes]:
        return Read(self.reactor, source, size)

    def write(self, source: Source, data: bytes | memoryview) -> Future[int]:
        return Write(self.reactor, source, data)

    def write_vectored(self, source: Source, buffers: Buffers) -> Future[int]:
        return WriteVectored(self.reactor, source, buffers)
