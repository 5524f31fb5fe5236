"""The calls of a readiness backend that wait until something can be written."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Generator
from typing import Any, TypeVar, cast

from wakepoint.backends.attempts import Operation
from wakepoint.contract import MAX_BUFFERS, Buffers
from wakepoint.driver import current_driver
from wakepoint.future import Future
from wakepoint.handle import Task
from wakepoint.kernel import Address
from wakepoint.reactor import Reactor
from wakepoint.source import Interest, Source
from wakepoint.whole import in_bytes

T = TypeVar("T")

_WRITE = Interest.WRITE

_DONE = cast("Generator[Any, Any, None]", iter(()))
"""What an ``await`` goes through that has nothing to wait for, and gives None."""


class _Outgoing(Operation[T]):
    """Has data to send."""

    __slots__ = ("_data",)
    interest = _WRITE

    def __init__(self, reactor: Reactor, source: Source, data: bytes | memoryview) -> None:
        self._reactor = reactor
        self._source = source
        self._taken = False
        self._data = data


class Send(_Outgoing[int]):
    """send(2)."""

    __slots__ = ()

    def attempt(self) -> int:
        return self._reactor.kernel.send(self._source.io, self._data)


class Write(Send):
    """write(2) on a descriptor that is no socket."""

    __slots__ = ()

    def attempt(self) -> int:
        return self._reactor.kernel.write(self._source.fd, self._data)


class WriteAll(_Outgoing[None]):
    """send(2) or write(2), until nothing is left."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"write_all(fd={self._source.fd}, {len(self._data)} bytes left)"

    def attempt(self) -> None:
        kernel, io = self._reactor.kernel, self._source.io
        call: Callable[[Any, Any], int] = kernel.write if type(io) is int else kernel.send
        data = in_bytes(self._data)
        while data:
            size = call(io, data)
            self._data = data = b"" if size == len(data) else memoryview(data)[size:]

    # No generator, which costs more than the rest: what is done at once is done here.
    def __await__(self) -> Generator[Future[Any], BaseException | None, None]:
        source, data = self._source, self._data
        if (
            (type(data) is bytes and data)
            and (source.writable and not source.closed)
            and type(current_driver().context) is Task
        ):
            # Nearly always, one call sends all: what follows is `attempt` for that.
            kernel, io = self._reactor.kernel, source.io
            try:
                size = kernel.write(io, data) if type(io) is int else kernel.send(io, data)
            except BlockingIOError:
                source.writable = False
            else:
                if size == len(data):
                    self._data, self._taken = b"", True
                    return _DONE
                self._data = memoryview(data)[size:]
        return Operation.__await__(self)


class SendVectored(Operation[int]):
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


class SendTo(Operation[int]):
    """sendto(2)."""

    __slots__ = ("_address", "_data")
    interest = _WRITE

    def __init__(self, reactor: Reactor, source: Source, data: bytes, address: Address) -> None:
        super().__init__(reactor, source)
        self._data = data
        self._address = address

    def attempt(self) -> int:
        return self._reactor.kernel.sendto(self._source.io, self._data, self._address)


class Connect(Operation[None]):
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
