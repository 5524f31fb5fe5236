"""The operations of the io_uring backend, one class for each call."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from wakepoint.backends.completion import Operation
from wakepoint.backends.uring_entries import Cqe, Sqe
from wakepoint.backends.uring_memory import (
    Incoming,
    Message,
    Outgoing,
    pack_address,
    unpack_address,
)
from wakepoint.backends.uring_multishot import error_of
from wakepoint.kernel import Address
from wakepoint.source import Interest, Source

if TYPE_CHECKING:
    from wakepoint.backends.uring import UringBackend

T = TypeVar("T")

_HERE = 2**64 - 1
"""Offset -1: at the file's current position, as read(2) and write(2)."""


class Call(Operation[T], Generic[T]):
    """A call with one completion."""

    __slots__ = ("_backend", "_entry")

    def __init__(self, backend: UringBackend, source: Source) -> None:
        super().__init__(backend.reactor, source, backend.lane(source, self.interest))
        self._backend = backend
        self._entry: Sqe | None = None

    def entry(self) -> Sqe:
        """The call. Its memory is the operation's, which the entry keeps alive as its owner."""
        raise NotImplementedError

    def start(self) -> None:
        self._backend.prepare(self.source)
        self._entry = self.entry()
        self._backend.queue(self._entry)

    def stop(self) -> None:
        assert self._entry is not None
        if self._backend.withdraw(self._entry):
            self.reactor.complete(self, None, error_of(-errno.ECANCELED))

    def completed(self, cqe: Cqe) -> None:
        """The kernel is done: the memory is ours again."""
        if cqe.res < 0:
            self.reactor.complete(self, None, error_of(cqe.res))
        else:
            self.reactor.complete(self, self.received(cqe.res), None)

    def received(self, res: int) -> Any:
        """What the call brought."""
        return res

    def value(self) -> T:
        result: T = self.result
        return result


# -- receiving ---------------------------------------------------------------------------------


class _Receiving(Call[T], Generic[T]):
    """A call that fills a buffer of ``size`` bytes."""

    __slots__ = ("_buffer", "_size")
    interest = Interest.READ
    keeps = True

    def __init__(self, backend: UringBackend, source: Source, size: int) -> None:
        super().__init__(backend, source)
        self._size = size
        self._buffer: Incoming | None = None

    def room(self) -> int:
        """The address of the buffer, which is made when it is needed."""
        self._buffer = Incoming(self._size)
        return self._buffer.address

    def received(self, res: int) -> Any:
        assert self._buffer is not None
        buffer, self._buffer = self._buffer, None
        return buffer.take(res)


class RecvOnce(_Receiving[bytes]):
    """IORING_OP_RECV: a datagram, or a stream's data on kernels without multishot."""

    __slots__ = ()
    name: ClassVar[str] = "recv"

    def entry(self) -> Sqe:
        fd, address = self.source.fd, self.room()
        return Sqe("recv", fd, (fd, address, self._size, 0), self, subject=self._size)

    def adopt(self, kept: Operation[Any]) -> bool:
        data: bytes = kept.result
        self.result, kept.result = data[: self._size], data[self._size :]
        io = self.source.io
        # Of a datagram, what exceeds the size is lost.
        is_datagram = not isinstance(io, int) and bool(io.type == socket.SOCK_DGRAM)
        return not kept.result or is_datagram


class Read(RecvOnce):
    """IORING_OP_READ on a descriptor that is no socket."""

    __slots__ = ()
    name: ClassVar[str] = "read"

    def entry(self) -> Sqe:
        fd, address = self.source.fd, self.room()
        return Sqe("read", fd, (fd, address, self._size, _HERE), self, subject=self._size)


class RecvFrom(_Receiving[tuple[bytes, Address]]):
    """IORING_OP_RECVMSG."""

    __slots__ = ("_message",)
    name: ClassVar[str] = "recv_from"

    def entry(self) -> Sqe:
        fd = self.source.fd
        self._message = Message(self.room(), self._size, None)
        return Sqe("recvmsg", fd, (fd, self._message.address, 0), self, subject=self._size)

    def received(self, res: int) -> Any:
        return super().received(res), unpack_address(self._message.name)

    def value(self) -> tuple[bytes, Address]:
        data, address = self.result
        return data[: self._size], address


class Recv(Operation[bytes]):
    """The next data of a stream that the kernel receives unasked once it was asked."""

    __slots__ = ("_backend", "_size")
    name: ClassVar[str] = "recv"
    interest = Interest.READ
    keeps = True

    def __init__(self, backend: UringBackend, source: Source, size: int) -> None:
        super().__init__(backend.reactor, source, backend.lane(source, self.interest))
        self._backend = backend
        self._size = size

    def start(self) -> None:
        self._backend.prepare(self.source)
        self._backend.data(self.source).ask(self)

    def stop(self) -> None:
        self._backend.data(self.source).forget(self)

    def adopt(self, kept: Operation[Any]) -> bool:
        data: bytes = kept.result
        self.result, kept.result = data[: self._size], data[self._size :]
        return not kept.result

    def finish(self, result: Any, error: OSError | None) -> None:
        if result is not None and len(result) > self._size:
            self._backend.data(self.source).put_back(result[self._size :])
            result = result[: self._size]
        super().finish(result, error)

    def value(self) -> bytes:
        data: bytes = self.result
        return data


class Accept(Operation[tuple[Any, Address]]):
    """The next connection of a listener."""

    __slots__ = ("_backend",)
    name: ClassVar[str] = "accept"
    interest = Interest.READ
    keeps = True

    def __init__(self, backend: UringBackend, source: Source) -> None:
        super().__init__(backend.reactor, source, backend.lane(source, self.interest))
        self._backend = backend

    def start(self) -> None:
        self._backend.prepare(self.source)
        self._backend.connections(self.source).ask(self)

    def stop(self) -> None:
        self._backend.connections(self.source).forget(self)

    def value(self) -> tuple[Any, Address]:
        accepted: tuple[Any, Address] = self.result
        return accepted

    def discard(self) -> None:
        self._backend.kernel.close(self.result[0])


# -- sending -----------------------------------------------------------------------------------


class Send(Call[int]):
    """IORING_OP_SEND, from where the data is.

    What cannot be sent raises here and now, before there is anything to wait for; so below.
    """

    __slots__ = ("_data", "_lent")
    name: ClassVar[str] = "send"
    interest = Interest.WRITE

    def __init__(self, backend: UringBackend, source: Source, data: bytes | memoryview) -> None:
        super().__init__(backend, source)
        self._data = data
        self._lent = Outgoing(data)

    def entry(self) -> Sqe:
        fd = self.source.fd
        arguments = (fd, self._lent.address, self._lent.size, 0)
        return Sqe("send", fd, arguments, self, subject=self._data)


class Write(Send):
    """IORING_OP_WRITE on a descriptor that is no socket."""

    __slots__ = ()
    name: ClassVar[str] = "write"

    def entry(self) -> Sqe:
        fd = self.source.fd
        arguments = (fd, self._lent.address, self._lent.size, _HERE)
        return Sqe("write", fd, arguments, self, subject=self._data)


class SendTo(Send):
    """IORING_OP_SENDMSG."""

    __slots__ = ("_address", "_message")
    name: ClassVar[str] = "send_to"

    def __init__(
        self, backend: UringBackend, source: Source, data: bytes | memoryview, address: Address
    ) -> None:
        super().__init__(backend, source, data)
        self._address = address
        name = pack_address(source.io.family, address)
        self._message = Message(self._lent.address, self._lent.size, name)

    def entry(self) -> Sqe:
        fd = self.source.fd
        subject = (self._data, self._address)
        return Sqe("sendmsg", fd, (fd, self._message.address, 0), self, subject=subject)


class Connect(Call[None]):
    """IORING_OP_CONNECT."""

    __slots__ = ("_address", "_name")
    name: ClassVar[str] = "connect"
    interest = Interest.WRITE

    def __init__(self, backend: UringBackend, source: Source, address: Address) -> None:
        super().__init__(backend, source)
        self._address = address
        self._name = Outgoing(pack_address(source.io.family, address))

    def entry(self) -> Sqe:
        fd = self.source.fd
        arguments = (fd, self._name.address, self._name.size)
        return Sqe("connect", fd, arguments, self, subject=self._address)

    def received(self, res: int) -> None:
        return None
