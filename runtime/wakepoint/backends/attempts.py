"""The calls of a readiness backend as futures: try, and on EAGAIN wait until trying is worth it."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Generator
from typing import Any, ClassVar, Generic, TypeVar, cast

from wakepoint.contract import MAX_BUFFERS, Buffers
from wakepoint.driver import current_driver
from wakepoint.errors import ClosedResourceError
from wakepoint.future import Future, polled_after_ready, raise_refusal
from wakepoint.handle import Task
from wakepoint.kernel import Address
from wakepoint.reactor import Reactor
from wakepoint.source import Interest, Source
from wakepoint.task import PENDING, Context, Pending, Poll, Ready
from wakepoint.whole import ended_early, in_bytes

T = TypeVar("T")

_READ, _WRITE = Interest.READ, Interest.WRITE

_DONE = cast("Generator[Any, Any, None]", iter(()))
"""What an ``await`` goes through that has nothing to wait for, and gives None."""


class Operation(Future[T], Generic[T]):
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

    def attempt_if_ready(self) -> T | Pending:
        """Makes the call if it is worth trying, and remembers if it was not.

        Raises:
            ClosedResourceError: If the source was closed.
            BaseException: What the call raises.
        """
        source, reads = self._source, self.interest is _READ
        if source.closed:
            raise ClosedResourceError("closed while an operation was pending on it")
        if not (source.readable if reads else source.writable) and not source.hung_up:
            return PENDING
        try:
            value = self.attempt()
        except BlockingIOError:
            if reads:
                source.readable = False
            else:
                source.writable = False
            return PENDING
        self._taken = True
        return value

    def poll(self, cx: Context) -> Poll[T]:
        if self._taken:
            raise polled_after_ready(self)
        value = self.attempt_if_ready()
        if value is PENDING:
            self._reactor.register(self._source, self.interest, cx.waker, self)
            return PENDING
        self.drop()
        return Ready(value)

    def __await__(self) -> Generator[Future[Any], BaseException | None, T]:
        # What follows is `Future.__await__`, `poll` and `drop` in one.
        try:
            while True:
                context = current_driver().context
                if type(context) is not Task or self._taken:
                    return (yield from Future.__await__(self))
                value = self.attempt_if_ready()
                if value is not PENDING:
                    return value
                task: Task[Any] = context  # type: ignore[assignment]  # it is one
                self._reactor.register(self._source, self.interest, task, self)
                sent = yield self
                if sent is not None:
                    try:
                        raise sent
                    finally:
                        del sent  # whose traceback holds this frame
        except RuntimeError as error:
            raise_refusal(self, error)
        finally:
            if self is self._source.reading or self is self._source.writing:
                self.drop()

    def drop(self) -> None:
        self._reactor.deregister(self._source, self.interest, self)


class Recv(Operation[bytes]):
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
        if data and len(data) < self._size:
            source.readable = False
        return data

    def __await__(  # noqa: C901 - a function for each part would be called for each message
        self,
    ) -> Generator[Future[Any], BaseException | None, bytes]:
        context: Context | None = current_driver().context
        if type(context) is not Task or type(self) is not Recv or self._taken:
            return (yield from Operation.__await__(self))
        # The same with all that it calls in it, since nothing is done more often.
        source, size, reactor = self._source, self._size, self._reactor
        try:
            while not source.closed:
                if source.readable or source.hung_up:
                    try:
                        data = reactor.kernel.recv(source.io, size)
                    except BlockingIOError:
                        source.readable = False
                    else:
                        if data and len(data) < size:
                            source.readable = False
                        self._taken = True
                        return data
                if context is None:
                    context = current_driver().context
                    if type(context) is not Task:
                        break
                if source.registered and source.reading is None:
                    reactor.interests += 1
                    source.reading, source.reader = self, context  # type: ignore[assignment]
                else:
                    reactor.register(source, _READ, context, self)  # type: ignore[arg-type]
                sent = yield self
                if sent is not None:
                    try:
                        raise sent
                    finally:
                        del sent  # whose traceback holds this frame
                context = None  # another may go on with it
            return (yield from Operation.__await__(self))
        finally:
            if source.reading is self:
                self.drop()


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


class ReadExact(Recv):
    """recv(2) or read(2), until a number of bytes is there."""

    __slots__ = ("_buffer",)

    def __init__(self, reactor: Reactor, source: Source, size: int) -> None:
        super().__init__(reactor, source, size)
        self._buffer = b""

    def __repr__(self) -> str:
        return f"read_exact(fd={self._source.fd}, {self._size})"

    def attempt(self) -> bytes:
        kernel, io = self._reactor.kernel, self._source.io
        call: Callable[[Any, int], bytes] = kernel.read if type(io) is int else kernel.recv
        while (missing := self._size - len(self._buffer)) > 0:
            data = call(io, missing)
            if not data:
                raise ended_early(missing, self._size)
            self._buffer = self._buffer + data if self._buffer else data
        return self._buffer


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


class RecvFrom(Operation[tuple[bytes, Address]]):
    """recvfrom(2)."""

    __slots__ = ("_size",)
    interest = _READ

    def __init__(self, reactor: Reactor, source: Source, size: int) -> None:
        super().__init__(reactor, source)
        self._size = size

    def attempt(self) -> tuple[bytes, Address]:
        return self._reactor.kernel.recvfrom(self._source.io, self._size)


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


class Accept(Operation[tuple[Any, Address]]):
    """accept(2)."""

    __slots__ = ()
    interest = _READ

    def attempt(self) -> tuple[Any, Address]:
        return self._reactor.kernel.accept(self._source.io)


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


class Attempt(Operation[T]):
    """A call that raises BlockingIOError until something has happened on its source."""

    __slots__ = ("_call",)
    interest = _READ

    def __init__(self, reactor: Reactor, source: Source, call: Callable[[], T]) -> None:
        super().__init__(reactor, source)
        self._call = call

    def attempt(self) -> T:
        return self._call()
