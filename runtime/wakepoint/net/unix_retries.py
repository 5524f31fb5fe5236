"""What Unix sockets cannot be waited for: room in a listener's queue, or in a receiver's.

On a full queue a call that must not block says EAGAIN, as anywhere. But no event comes when there
is room: the socket that is waited on is ours, and it is ready all along. So the call is repeated
after a while. io_uring waits for both by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from wakepoint.errors import ClosedResourceError
from wakepoint.future import Future
from wakepoint.net.sockets import Connection
from wakepoint.reactor import Reactor
from wakepoint.source import Source
from wakepoint.task import PENDING, Context, Poll, Ready
from wakepoint.time import sleep

S = TypeVar("S", bound=Connection)
T = TypeVar("T")

_PAUSE = 0.01
"""Seconds until a call is repeated."""


class Retry(Future[T], Generic[T]):
    """A call that is repeated until it does not say EAGAIN."""

    __slots__ = ("_call", "_pause", "_source")

    def __init__(self, source: Source, call: Callable[[], T]) -> None:
        self._source = source
        self._call = call
        self._pause: Future[None] | None = None

    def poll(self, cx: Context) -> Poll[T]:
        while True:
            if self._source.closed:
                self.drop()
                raise ClosedResourceError("closed while an operation was pending on it")
            if self._pause is None:
                try:
                    return Ready(self._call())
                except BlockingIOError:
                    self._pause = sleep(_PAUSE)
            if self._pause.poll(cx) is PENDING:
                return PENDING
            self._pause = None

    def drop(self) -> None:
        pause, self._pause = self._pause, None
        if pause is not None:
            pause.drop()


class ConnectUnix(Future[S], Generic[S]):
    """Made by `UnixStream.connect`."""

    __slots__ = ("_make", "_operation", "_path", "_reactor", "_stream")

    def __init__(self, path: str, reactor: Reactor, make: Callable[[], S]) -> None:
        self._path = path
        self._reactor = reactor
        self._make = make
        self._stream: S | None = None
        self._operation: Future[None] | None = None

    def __repr__(self) -> str:
        return f"connect({self._path!r})"

    def poll(self, cx: Context) -> Poll[S]:
        if self._stream is None:
            self._stream = self._make()
        if self._operation is None:
            self._operation = self._begin(self._stream.source)
        try:
            if self._operation.poll(cx) is PENDING:
                return PENDING
        except BaseException:
            self.drop()
            raise
        stream, self._stream = self._stream, None
        return Ready(stream)

    def _begin(self, source: Source) -> Future[None]:
        backend, kernel, path = self._reactor.backend, self._reactor.kernel, self._path
        if backend.model == "completion":
            return backend.connect(source, path)
        return Retry(source, lambda: kernel.connect(source.io, path))

    def drop(self) -> None:
        operation, self._operation = self._operation, None
        stream, self._stream = self._stream, None
        if operation is not None:
            operation.drop()
        if stream is not None:
            stream.close()


class SendTo(Future[int]):
    """Made by `UnixDatagram.send_to`."""

    __slots__ = ("_operation", "_path", "_size")

    def __init__(self, reactor: Reactor, source: Source, data: bytes, path: str) -> None:
        self._path = path
        self._size = len(data)
        kernel = reactor.kernel
        self._operation: Future[int] = (
            Retry(source, lambda: kernel.sendto(source.io, data, path))
            if reactor.backend.model == "readiness"
            else reactor.backend.send_to(source, data, path)
        )

    def __repr__(self) -> str:
        return f"send_to({self._size} bytes, {self._path!r})"

    def poll(self, cx: Context) -> Poll[int]:
        return self._operation.poll(cx)

    def drop(self) -> None:
        self._operation.drop()
