"""The calls of a readiness backend that wait until something can be read."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from wakepoint.backends.attempts import Operation
from wakepoint.driver import current_driver
from wakepoint.future import Future
from wakepoint.handle import Task
from wakepoint.kernel import Address
from wakepoint.reactor import Reactor
from wakepoint.source import Interest, Source
from wakepoint.task import Context
from wakepoint.whole import ended_early

_READ = Interest.READ


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


class RecvDatagram(Recv):
    """recv(2) of a datagram; how long one is says nothing of whether there are more."""

    __slots__ = ()

    def attempt(self) -> bytes:
        return self._reactor.kernel.recv(self._source.io, self._size)


class RecvFrom(Operation[tuple[bytes, Address]]):
    """recvfrom(2)."""

    __slots__ = ("_size",)
    interest = _READ

    def __init__(self, reactor: Reactor, source: Source, size: int) -> None:
        super().__init__(reactor, source)
        self._size = size

    def attempt(self) -> tuple[bytes, Address]:
        return self._reactor.kernel.recvfrom(self._source.io, self._size)


class Accept(Operation[tuple[Any, Address]]):
    """accept(2)."""

    __slots__ = ()
    interest = _READ

    def attempt(self) -> tuple[Any, Address]:
        return self._reactor.kernel.accept(self._source.io)
