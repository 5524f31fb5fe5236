"""The operations of the IOCP backend, one class for each call."""

from __future__ import annotations

import errno
import os
import socket
from typing import Any, ClassVar, Generic, TypeVar

from wakepoint.backends.completion import Lane, Operation
from wakepoint.backends.iocp.port import Port
from wakepoint.contract import Buffers
from wakepoint.kernel import Address
from wakepoint.whole import in_bytes

T = TypeVar("T")

MAX_SEND = 65536
"""Bytes given to Windows in one call.

An overlapped send completes when all of it is in the system's buffer or on its way, however long
that takes. Giving it parts makes the value of a send what it is elsewhere: what is taken now.
"""

_ERROR_NETNAME_DELETED = 64
_ERROR_PORT_UNREACHABLE = 1234


def _meaning(error: OSError) -> OSError:
    """An error of an overlapped call as the exception that a socket's own call would raise."""
    code = getattr(error, "winerror", None)
    if code == _ERROR_NETNAME_DELETED:
        return ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
    if code == _ERROR_PORT_UNREACHABLE:
        return ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
    return error


class Overlapped(Operation[T], Generic[T]):
    """A call with an OVERLAPPED of its own."""

    __slots__ = ("_kernel", "_port", "overlapped")

    def __init__(self, port: Port, lane: Lane) -> None:
        super().__init__(port.reactor, lane)
        self._port = port
        self._kernel: Any = port.kernel
        self.overlapped: Any = None

    def call(self) -> None:
        """Makes the call with ``self.overlapped``."""
        raise NotImplementedError

    def start(self) -> None:
        if not self.source.registered:
            self._port.add(self.source)
        self.overlapped = self._kernel.overlapped()
        self.call()
        self._port.launched(self)

    def stop(self) -> None:
        self._kernel.CancelIoEx(self.overlapped, self.source.fd)

    def take_packet(self) -> None:
        """The packet has come: the buffer is ours again."""
        try:
            result = self._kernel.GetOverlappedResult(self.overlapped)
        except OSError as error:
            self.reactor.complete(self, None, _meaning(error))
        else:
            self.reactor.complete(self, result, None)

    def value(self) -> T:
        result: T = self.result
        return result


class Recv(Overlapped[bytes]):
    """WSARecv into a buffer of ``size`` bytes."""

    __slots__ = ("_size",)
    name: ClassVar[str] = "recv"
    keeps = True

    def __init__(self, port: Port, lane: Lane, size: int) -> None:
        super().__init__(port, lane)
        self._size = size

    def call(self) -> None:
        self._kernel.WSARecv(self.overlapped, self.source.io, self._size)

    def adopt(self, dropped: Operation[Any]) -> bool:
        data: bytes = dropped.result
        self.result, dropped.result = data[: self._size], data[self._size :]
        # A datagram's rest is lost, as it is when the buffer is too small.
        return not dropped.result or self.source.io.type == socket.SOCK_DGRAM


class Read(Recv):
    """ReadFile on a pipe."""

    __slots__ = ()
    name: ClassVar[str] = "read"

    def call(self) -> None:
        self._kernel.ReadFile(self.overlapped, self.source.fd, self._size)

    def start(self) -> None:
        try:
            super().start()
        except BrokenPipeError:  # every writer is gone and nothing is left: the end
            self.waker = None
            self.reactor.complete(self, b"", None)

    def adopt(self, dropped: Operation[Any]) -> bool:
        data: bytes = dropped.result
        self.result, dropped.result = data[: self._size], data[self._size :]
        return not dropped.result


class Send(Overlapped[int]):
    """WSASend of the beginning of ``data``."""

    __slots__ = ("_data",)
    name: ClassVar[str] = "send"

    def __init__(self, port: Port, lane: Lane, data: bytes | memoryview) -> None:
        super().__init__(port, lane)
        self._data = data

    def call(self) -> None:
        part = in_bytes(self._data)
        # A datagram is sent whole.
        if len(part) > MAX_SEND and self.source.io.type == socket.SOCK_STREAM:
            part = memoryview(part)[:MAX_SEND]
        self._kernel.WSASend(self.overlapped, self.source.io, part)


class Write(Send):
    """WriteFile on a pipe."""

    __slots__ = ()
    name: ClassVar[str] = "write"

    def call(self) -> None:
        part = memoryview(in_bytes(self._data))[:MAX_SEND]
        self._kernel.WriteFile(self.overlapped, self.source.fd, part)


def _first(buffers: Buffers) -> bytes | memoryview:
    """The first buffer that has data."""
    return next((each for each in buffers if each), b"")


def send_vectored(port: Port, lane: Lane, buffers: Buffers) -> Send:
    """WSASend of the first buffer that has data: `_overlapped` gives Windows one."""
    return Send(port, lane, _first(buffers))


def write_vectored(port: Port, lane: Lane, buffers: Buffers) -> Write:
    """WriteFile of the first buffer that has data."""
    return Write(port, lane, _first(buffers))


class RecvFrom(Overlapped[tuple[bytes, Address]]):
    """WSARecvFrom."""

    __slots__ = ("_size",)
    name: ClassVar[str] = "recv_from"
    keeps = True

    def __init__(self, port: Port, lane: Lane, size: int) -> None:
        super().__init__(port, lane)
        self._size = size

    def call(self) -> None:
        self._kernel.WSARecvFrom(self.overlapped, self.source.io, self._size)

    def value(self) -> tuple[bytes, Address]:
        data, address = self.result
        return data[: self._size], address


class SendTo(Overlapped[int]):
    """WSASendTo."""

    __slots__ = ("_address", "_data")
    name: ClassVar[str] = "send_to"

    def __init__(self, port: Port, lane: Lane, data: bytes, address: Address) -> None:
        super().__init__(port, lane)
        self._data = data
        self._address = address

    def call(self) -> None:
        self._kernel.WSASendTo(self.overlapped, self.source.io, self._data, self._address)


class Accept(Overlapped[tuple[Any, Address]]):
    """AcceptEx, into a socket that is made beforehand."""

    __slots__ = ("accepted",)
    name: ClassVar[str] = "accept"
    keeps = True

    def __init__(self, port: Port, lane: Lane) -> None:
        super().__init__(port, lane)
        self.accepted: Any = None

    def call(self) -> None:
        listener = self.source.io
        self.accepted = self._kernel.socket(listener.family, socket.SOCK_STREAM)
        try:
            self._kernel.AcceptEx(self.overlapped, listener, self.accepted)
        except BaseException:
            self.discard()
            raise

    def finish(self, result: Any, error: OSError | None) -> None:
        if error is not None:
            self.discard()
        super().finish(result, error)

    def adopt(self, dropped: Operation[Any]) -> bool:
        assert isinstance(dropped, Accept)
        self.accepted, dropped.accepted = dropped.accepted, None
        return True

    def value(self) -> tuple[Any, Address]:
        accepted, self.accepted = self.accepted, None
        try:
            self._kernel.update_accepted(accepted, self.source.io)
            return accepted, self._kernel.getpeername(accepted)
        except BaseException:
            self._kernel.close(accepted)
            raise

    def discard(self) -> None:
        accepted, self.accepted = self.accepted, None
        if accepted is not None:
            self._kernel.close(accepted)


class Connect(Overlapped[None]):
    """ConnectEx, which wants a socket that is bound."""

    __slots__ = ("_address",)
    name: ClassVar[str] = "connect"

    def __init__(self, port: Port, lane: Lane, address: Address) -> None:
        super().__init__(port, lane)
        self._address = address

    def call(self) -> None:
        self._kernel.bind_any(self.source.io)
        self._kernel.ConnectEx(self.overlapped, self.source.io, self._address)

    def value(self) -> None:
        self._kernel.update_connected(self.source.io)
