"""The operations of the io_uring backend, one class for each call."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

from wakepoint.backends.completion import Lane, Operation
from wakepoint.backends.uring.entries import Cqe, Sqe
from wakepoint.backends.uring.memory import (
    Incoming,
    Message,
    Outgoing,
    Vector,
    pack_address,
    unpack_address,
)
from wakepoint.backends.uring.multishot import Arrivals, Connections, Data, error_of
from wakepoint.backends.uring.submission import Submission
from wakepoint.contract import MAX_BUFFERS, Buffers
from wakepoint.kernel import Address

T = TypeVar("T")

_HERE = 2**64 - 1
"""Offset -1: at the file's current position, as read(2) and write(2)."""


class Call(Operation[T], Generic[T]):
    """A call with one completion."""

    __slots__ = ("_entry", "_submission")

    def __init__(self, submission: Submission, lane: Lane) -> None:
        super().__init__(submission.reactor, lane)
        self._submission = submission
        self._entry: Sqe | None = None

    def entry(self) -> Sqe:
        """The call. Its memory is the operation's, which the entry keeps alive as its owner."""
        raise NotImplementedError

    def start(self) -> None:
        self._submission.prepare(self.source)
        self._entry = self.entry()
        self._submission.queue(self._entry)

    def stop(self) -> None:
        assert self._entry is not None
        if self._submission.withdraw(self._entry):
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
    keeps = True

    def __init__(self, submission: Submission, lane: Lane, size: int) -> None:
        super().__init__(submission, lane)
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

    def adopt(self, dropped: Operation[Any]) -> bool:
        data: bytes = dropped.result
        self.result, dropped.result = data[: self._size], data[self._size :]
        io = self.source.io
        # Of a datagram, what exceeds the size is lost.
        is_datagram = not isinstance(io, int) and bool(io.type == socket.SOCK_DGRAM)
        return not dropped.result or is_datagram


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


class _Next(Operation[T], Generic[T]):
    """The next result of a call that the kernel repeats unasked once it was asked.

    Args:
        submission: How calls reach the kernel.
        lane: Which direction of which source.
        arrivals: What the call brings; asked for when the operation starts.
    """

    __slots__ = ("_arrivals", "_find_arrivals", "_submission")
    keeps = True

    def __init__(
        self, submission: Submission, lane: Lane, arrivals: Callable[[], Arrivals[T]]
    ) -> None:
        super().__init__(submission.reactor, lane)
        self._submission = submission
        self._find_arrivals = arrivals

    def start(self) -> None:
        self._submission.prepare(self.source)
        self._arrivals = self._find_arrivals()
        self._arrivals.ask(self)

    def stop(self) -> None:
        self._arrivals.forget(self)

    def value(self) -> T:
        result: T = self.result
        return result


class Recv(_Next[bytes]):
    """The next data of a stream."""

    __slots__ = ("_size",)
    name: ClassVar[str] = "recv"

    def __init__(
        self, submission: Submission, lane: Lane, data: Callable[[], Data], size: int
    ) -> None:
        super().__init__(submission, lane, data)
        self._size = size

    def adopt(self, dropped: Operation[Any]) -> bool:
        data: bytes = dropped.result
        self.result, dropped.result = data[: self._size], data[self._size :]
        return not dropped.result

    def finish(self, result: Any, error: OSError | None) -> None:
        if result is not None and len(result) > self._size:
            self._arrivals.put_back(result[self._size :])
            result = result[: self._size]
        super().finish(result, error)


class Accept(_Next[tuple[Any, Address]]):
    """The next connection of a listener."""

    __slots__ = ()
    name: ClassVar[str] = "accept"

    def __init__(
        self, submission: Submission, lane: Lane, connections: Callable[[], Connections]
    ) -> None:
        super().__init__(submission, lane, connections)

    def discard(self) -> None:
        self._submission.kernel.close(self.result[0])


# -- sending -----------------------------------------------------------------------------------


class Send(Call[int]):
    """IORING_OP_SEND, from where the data is.

    What cannot be sent raises here and now, before there is anything to wait for; so below.
    """

    __slots__ = ("_data", "_lent")
    name: ClassVar[str] = "send"

    def __init__(self, submission: Submission, lane: Lane, data: bytes | memoryview) -> None:
        super().__init__(submission, lane)
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
        self, submission: Submission, lane: Lane, data: bytes | memoryview, address: Address
    ) -> None:
        super().__init__(submission, lane, data)
        self._address = address
        name = pack_address(lane.source.io.family, address)
        self._message = Message(self._lent.address, self._lent.size, name)

    def entry(self) -> Sqe:
        fd = self.source.fd
        subject = (self._data, self._address)
        return Sqe("sendmsg", fd, (fd, self._message.address, 0), self, subject=subject)


class SendVectored(Call[int]):
    """IORING_OP_SENDMSG of several buffers."""

    __slots__ = ("_buffers", "_vector")
    name: ClassVar[str] = "send_vectored"

    def __init__(self, submission: Submission, lane: Lane, buffers: Buffers) -> None:
        super().__init__(submission, lane)
        self._buffers = buffers
        self._vector = Vector(buffers[:MAX_BUFFERS])

    def entry(self) -> Sqe:
        fd = self.source.fd
        return Sqe("sendmsg", fd, (fd, self._vector.message, 0), self, subject=self._vector.size)


class WriteVectored(SendVectored):
    """IORING_OP_WRITEV."""

    __slots__ = ()
    name: ClassVar[str] = "write_vectored"

    def entry(self) -> Sqe:
        fd, vector = self.source.fd, self._vector
        arguments = (fd, vector.address, vector.count, _HERE)
        return Sqe("writev", fd, arguments, self, subject=vector.size)


class Connect(Call[None]):
    """IORING_OP_CONNECT."""

    __slots__ = ("_address", "_name")
    name: ClassVar[str] = "connect"

    def __init__(self, submission: Submission, lane: Lane, address: Address) -> None:
        super().__init__(submission, lane)
        self._address = address
        self._name = Outgoing(pack_address(lane.source.io.family, address))

    def entry(self) -> Sqe:
        fd = self.source.fd
        arguments = (fd, self._name.address, self._name.size)
        return Sqe("connect", fd, arguments, self, subject=self._address)

    def received(self, res: int) -> None:
        return None
